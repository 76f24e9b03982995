//! A handler with every feature, and helpers that send it requests.

use std::rc::Rc;

use mcp::http::{Request, Response, respond};
use mcp::{
    Annotations, Answer, CallError, CallToolResult, Capabilities, Completion, CompletionCall,
    Content, Elicited, Handler, Implementation, InputKind, InputRequest, InputRequired, List,
    Outcome, Prompt, PromptCall, PromptMessage, Reference, ResourceBody, ResourceCall,
    ResourceContents, Role, Tool, ToolCall, Version,
};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

/// The refusal that the transport has to answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Challenge;

#[derive(Default)]
pub(crate) struct Fixture {
    /// Only tools are declared.
    pub(crate) bare: bool,
}

const OUTPUT: &str =
    r#"{"type":"object","properties":{"sum":{"type":"integer"}},"required":["sum"]}"#;

impl Handler for Fixture {
    type Refusal = Challenge;

    fn implementation(&self) -> Implementation<'_> {
        Implementation {
            name: "fixture",
            title: "Fixture",
            version: "1.2.3",
            description: "A little of everything.",
            website_url: Some("https://fixture.example/"),
            icon: Some("https://fixture.example/icon.svg"),
        }
    }

    fn instructions(&self) -> Option<&str> {
        Some("Add \"numbers\".")
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            prompts: !self.bare,
            resources: !self.bare,
            completions: !self.bare,
        }
    }

    fn list(&self, list: List, version: Version) -> Rc<RawValue> {
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
        Rc::from(match list {
            List::Tools => to_raw_value(&[add.for_version(version)]).unwrap(),
            List::Prompts => to_raw_value(&json!([{ "name": "greet" }])).unwrap(),
            List::Resources => {
                to_raw_value(&json!([{ "uri": "fixture://text", "name": "text" }])).unwrap()
            }
            List::ResourceTemplates => {
                to_raw_value(&json!([{ "uriTemplate": "fixture://{name}", "name": "any" }]))
                    .unwrap()
            }
        })
    }

    async fn call_tool(&self, call: ToolCall) -> Answer<CallToolResult, Challenge> {
        Ok(Outcome::Complete(match call.name.as_str() {
            "add" => {
                let sum: i64 = call.arguments.values().filter_map(Value::as_i64).sum();
                CallToolResult::structured(to_raw_value(&json!({ "sum": sum })).unwrap())
            }
            "fail" => CallToolResult::error("It failed."),
            "media" => media(),
            "ask" => match call.input.elicited("name") {
                Elicited::Accepted(form) => CallToolResult::text(format!("Hello {}", form["name"])),
                Elicited::Declined => CallToolResult::error("Then not."),
                Elicited::Nothing => return Ok(Outcome::InputRequired(questions())),
            },
            "state" => match call.input.state {
                Some(state) => CallToolResult::text(state),
                None => {
                    return Ok(Outcome::InputRequired(InputRequired {
                        requests: Vec::new(),
                        state: Some("once".to_owned()),
                    }));
                }
            },
            "forbidden" => return Err(CallError::Refused(Challenge)),
            "broken" => return Err(CallError::Failed("It broke.".to_owned())),
            _ => return Err(CallError::Unknown),
        }))
    }

    async fn prompt(&self, call: PromptCall) -> Answer<Prompt, Challenge> {
        if call.name != "greet" {
            return Err(CallError::Unknown);
        }
        let Some(whom) = call.arguments.get("whom").and_then(Value::as_str) else {
            return Err(CallError::Invalid("`whom` is required.".into()));
        };
        if call.input.elicited("name") == Elicited::Nothing && whom == "?" {
            return Ok(Outcome::InputRequired(questions()));
        }
        let message = |role, text: String| PromptMessage {
            role,
            content: Content::Text { text },
        };
        Ok(Outcome::Complete(Prompt {
            description: Some("Greets.".to_owned()),
            messages: vec![
                message(Role::User, format!("Greet {whom}.")),
                message(Role::Assistant, "Hello!".to_owned()),
            ],
        }))
    }

    async fn read(&self, call: ResourceCall) -> Answer<Vec<ResourceContents>, Challenge> {
        let (mime_type, body) = match call.uri.as_str() {
            "fixture://text" => ("text/plain", ResourceBody::Text("text".to_owned())),
            "fixture://bytes" => ("image/png", ResourceBody::Blob("AAAA".to_owned())),
            "fixture://ask" => return Ok(Outcome::InputRequired(questions())),
            "fixture://broken" => return Err(CallError::Failed("It broke.".to_owned())),
            _ => return Err(CallError::Unknown),
        };
        Ok(Outcome::Complete(vec![ResourceContents {
            uri: call.uri,
            mime_type: mime_type.to_owned(),
            body,
        }]))
    }

    async fn complete(&self, call: CompletionCall) -> Result<Completion, CallError<Challenge>> {
        if call.reference != Reference::Prompt("greet".to_owned()) {
            return Err(CallError::Unknown);
        }
        let mut values = vec![call.argument, call.value];
        values.extend(call.known.into_iter().map(|(name, _)| name));
        values.resize(values.len().max(150), "x".to_owned());
        Ok(Completion {
            values,
            has_more: false,
        })
    }
}

/// One question of each kind.
pub(crate) fn questions() -> InputRequired {
    let schema = json!({ "type": "object", "properties": { "name": { "type": "string" } } });
    let of = |kind, params: Value| InputRequest {
        kind,
        params: params.to_string(),
    };
    InputRequired {
        requests: vec![
            (
                "name",
                of(
                    InputKind::Elicitation,
                    json!({ "message": "Who?", "requestedSchema": schema }),
                ),
            ),
            (
                "poem",
                of(
                    InputKind::Sampling,
                    json!({
                        "messages": [{ "role": "user", "content": { "type": "text", "text": "A poem" } }],
                        "maxTokens": 10,
                    }),
                ),
            ),
            ("folders", of(InputKind::Roots, json!({}))),
        ],
        state: Some("state \"1\"".to_owned()),
    }
}

fn media() -> CallToolResult {
    let mut result = CallToolResult::text("media");
    let data = || "AAAA".to_owned();
    result.content.extend([
        Content::Image {
            data: data(),
            mime_type: "image/png".to_owned(),
        },
        Content::Audio {
            data: data(),
            mime_type: "audio/wav".to_owned(),
        },
        Content::Resource(ResourceContents {
            uri: "fixture://text".to_owned(),
            mime_type: "text/plain".to_owned(),
            body: ResourceBody::Text("text".to_owned()),
        }),
    ]);
    result
}

/// The capabilities of a client that can be asked everything.
pub(crate) fn every_capability() -> Value {
    json!({ "elicitation": {}, "sampling": {}, "roots": {} })
}

/// Sends a request as a client of that version does, with `_meta` and headers if the version has them.
pub(crate) async fn ask(version: Version, method: &str, params: Value) -> (u16, Value) {
    ask_as(version, every_capability(), method, params).await
}

/// The same, from a client with these capabilities.
pub(crate) async fn ask_as(
    version: Version,
    capabilities: Value,
    method: &str,
    mut params: Value,
) -> (u16, Value) {
    let mut headers = Request {
        content_type: Some("application/json"),
        protocol_version: Some(version.as_str()),
        ..Request::default()
    };
    let name = params.get("name").or_else(|| params.get("uri")).cloned();
    if version.is_stateless() {
        headers.method = Some(method);
        headers.name = name.as_ref().and_then(Value::as_str);
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": version.as_str(),
            "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "0" },
            "io.modelcontextprotocol/clientCapabilities": capabilities,
        });
    }
    let body = json!({ "jsonrpc": "2.0", "id": "a", "method": method, "params": params });
    let body = body.to_string();
    let request = Request {
        body: body.as_bytes(),
        ..headers
    };
    json_of(respond(&Fixture::default(), request).await.unwrap())
}

pub(crate) fn json_of(response: Response) -> (u16, Value) {
    let body = response.body;
    let json = body.map_or(Value::Null, |body| serde_json::from_str(&body).unwrap());
    (response.status, json)
}
