//! Every kind of answer satisfies the published schema of its version.

use crate::fixture::Fixture;
use mcp::Version;
use mcp::http::{Request, respond};
use serde_json::{Value, json};

fn schema(version: Version) -> Value {
    let text = match version {
        Version::V2025_03_26 => include_str!("../schemas/2025-03-26.json"),
        Version::V2025_06_18 => include_str!("../schemas/2025-06-18.json"),
        Version::V2025_11_25 => include_str!("../schemas/2025-11-25.json"),
    };
    serde_json::from_str(text).unwrap()
}

fn check(version: Version, definition: &str, instance: &Value) {
    let mut schema = schema(version);
    let place = if schema.get("$defs").is_some() {
        "$defs"
    } else {
        "definitions"
    };
    schema["$ref"] = json!(format!("#/{place}/{definition}"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(instance)
        .map(|error| error.to_string())
        .collect();
    assert!(
        errors.is_empty(),
        "{version:?} {definition}: {errors:?}\n{instance}"
    );
}

async fn ask(version: Version, method: &str, params: Value) -> Value {
    let body = json!({ "jsonrpc": "2.0", "id": "a", "method": method, "params": params });
    let response = respond(
        &Fixture,
        Request {
            content_type: Some("application/json"),
            protocol_version: Some(version.as_str()),
            body: body.to_string().as_bytes(),
            ..Request::default()
        },
    )
    .await
    .unwrap();
    let answer: Value = serde_json::from_str(&response.body.unwrap()).unwrap();
    check(version, "JSONRPCMessage", &answer);
    answer
}

#[tokio::test]
async fn results() {
    for version in Version::ALL {
        let initialize = json!({
            "protocolVersion": version.as_str(), "capabilities": {},
            "clientInfo": { "name": "test", "version": "0" }
        });
        for (method, params, definition) in [
            ("initialize", initialize, "InitializeResult"),
            ("ping", json!({}), "EmptyResult"),
            ("tools/list", json!({}), "ListToolsResult"),
            (
                "tools/call",
                json!({ "name": "add", "arguments": { "a": 1 } }),
                "CallToolResult",
            ),
            ("tools/call", json!({ "name": "fail" }), "CallToolResult"),
        ] {
            let answer = ask(version, method, params).await;
            check(version, definition, &answer["result"]);
        }
    }
}

#[tokio::test]
async fn errors() {
    for version in Version::ALL {
        for (method, code) in [("nonsense", -32601), ("tools/call", -32602)] {
            let answer = ask(version, method, json!({})).await;
            assert_eq!(answer["error"]["code"], code);
        }
    }
    let unreadable = respond(
        &Fixture,
        Request {
            content_type: Some("application/json"),
            body: b"{",
            ..Request::default()
        },
    );
    let answer = serde_json::from_str(&unreadable.await.unwrap().body.unwrap()).unwrap();
    // The older schemas have no place for an error without id; the newest has.
    check(Version::LATEST, "JSONRPCErrorResponse", &answer);
}

#[tokio::test]
async fn what_a_version_lacks_is_left_out() {
    for (version, new) in [
        (Version::V2025_03_26, false),
        (Version::V2025_06_18, true),
        (Version::V2025_11_25, true),
    ] {
        let list = ask(version, "tools/list", json!({})).await;
        let tool = &list["result"]["tools"][0];
        assert_eq!(tool.get("outputSchema").is_some(), new);
        assert_eq!(tool.get("title").is_some(), new);
        assert_eq!(tool["annotations"].get("title").is_some(), !new);
        let call = ask(
            version,
            "tools/call",
            json!({ "name": "add", "arguments": { "a": 1, "b": 2 } }),
        )
        .await;
        assert_eq!(call["result"].get("structuredContent").is_some(), new);
        assert_eq!(call["result"]["content"][0]["text"], r#"{"sum":3}"#);
    }
}
