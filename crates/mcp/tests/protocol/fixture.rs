//! A handler with two tools, and the schemas of every version.

use std::rc::Rc;

use mcp::{
    Annotations, CallError, CallToolResult, Handler, Implementation, Tool, ToolCall, Version,
};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

/// What the transport is asked to do instead of answering.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Challenge;

pub(crate) struct Fixture;

const OUTPUT: &str =
    r#"{"type":"object","properties":{"sum":{"type":"integer"}},"required":["sum"]}"#;

impl Handler for Fixture {
    type Refusal = Challenge;

    fn implementation(&self) -> Implementation<'_> {
        Implementation {
            name: "fixture",
            title: "Fixture",
            version: "1.2.3",
            description: "Two tools.",
            website_url: Some("https://fixture.example/"),
        }
    }

    fn instructions(&self) -> Option<&str> {
        Some("Add.")
    }

    fn tools(&self, version: Version) -> Rc<RawValue> {
        let annotations = Annotations {
            title: None,
            read_only_hint: true,
            destructive_hint: false,
            idempotent_hint: None,
            open_world_hint: false,
        };
        let add = Tool {
            name: "add",
            title: Some("Add"),
            description: "Adds.",
            input_schema: json!({ "type": "object" }),
            output_schema: Some(serde_json::from_str(OUTPUT).unwrap()),
            annotations,
        };
        Rc::from(to_raw_value(&[add.for_version(version)]).unwrap())
    }

    async fn call_tool(&self, call: ToolCall) -> Result<CallToolResult, CallError<Challenge>> {
        match call.name.as_str() {
            "add" => {
                let sum: i64 = call.arguments.values().filter_map(Value::as_i64).sum();
                Ok(CallToolResult::structured(
                    to_raw_value(&json!({ "sum": sum })).unwrap(),
                ))
            }
            "fail" => Ok(CallToolResult::error("It failed.")),
            "forbidden" => Err(CallError::Refused(Challenge)),
            _ => Err(CallError::UnknownTool),
        }
    }
}
