//! Tools that need nothing of the client.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mcp::{CallToolResult, Content, ResourceBody, ResourceContents};
use serde_json::{Value, json};

use crate::inputs;

/// `tools/list`
pub(crate) fn list() -> Vec<Value> {
    let plain = [
        "test_simple_text",
        "test_image_content",
        "test_audio_content",
        "test_embedded_resource",
        "test_multiple_content_types",
        "test_error_handling",
        "test_logging_tool",
    ];
    let mut tools: Vec<_> = plain
        .iter()
        .chain(inputs::TOOLS.iter())
        .map(|name| {
            json!({
                "name": name,
                "description": "A fixture of the conformance suite.",
                "inputSchema": { "type": "object" },
            })
        })
        .collect();
    tools.push(json!({
        "name": "json_schema_2020_12_tool",
        "description": "A fixture with the whole vocabulary of JSON Schema.",
        "inputSchema": wide_schema(),
    }));
    tools
}

/// A tool's answer, unless it is one that asks.
pub(crate) fn call(name: &str) -> Option<CallToolResult> {
    let with = |content| CallToolResult {
        content,
        ..CallToolResult::text("")
    };
    Some(match name {
        "test_simple_text" => CallToolResult::text("This is a simple text response for testing."),
        "test_image_content" => with(vec![image()]),
        "test_audio_content" => with(vec![audio()]),
        "test_embedded_resource" => with(vec![embedded(
            "test://embedded-resource",
            "text/plain",
            "This is an embedded resource content.",
        )]),
        "test_multiple_content_types" => with(vec![
            Content::Text {
                text: "Multiple content types test:".to_owned(),
            },
            image(),
            embedded(
                "test://mixed-content-resource",
                "application/json",
                r#"{"test":"data","value":123}"#,
            ),
        ]),
        "test_error_handling" => {
            CallToolResult::error("This tool intentionally returns an error for testing")
        }
        // It says nothing on the way: this server has no logging.
        "test_logging_tool" | "json_schema_2020_12_tool" => CallToolResult::text("Done."),
        _ => return None,
    })
}

/// A picture of one red point.
pub(crate) fn image() -> Content {
    Content::Image {
        data: PIXEL.to_owned(),
        mime_type: "image/png".to_owned(),
    }
}

/// The picture's bytes in base64.
pub(crate) const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

/// Two samples of silence.
fn audio() -> Content {
    let mut wave = Vec::new();
    wave.extend(b"RIFF\x28\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x04\0\0\0");
    wave.extend([0; 4]);
    Content::Audio {
        data: STANDARD.encode(wave),
        mime_type: "audio/wav".to_owned(),
    }
}

pub(crate) fn embedded(uri: &str, mime_type: &str, text: &str) -> Content {
    Content::Resource(ResourceContents {
        uri: uri.to_owned(),
        mime_type: mime_type.to_owned(),
        body: ResourceBody::Text(text.to_owned()),
    })
}

fn wide_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": { "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
        } },
        "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" },
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false,
    })
}
