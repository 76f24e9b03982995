//! Every kind of response satisfies the published schema of its version.
// file rule: mcp/schemas: every message validates against its version's schema

use crate::fixture::{Fixture, ask, ask_as, json_of};
use mcp::Version;
use mcp::http::{Request, respond};
use serde_json::{Value, json};

fn schema(version: Version) -> Value {
    let text = match version {
        Version::V2025_03_26 => include_str!("../schemas/2025-03-26.json"),
        Version::V2025_06_18 => include_str!("../schemas/2025-06-18.json"),
        Version::V2025_11_25 => include_str!("../schemas/2025-11-25.json"),
        Version::V2026_07_28 => include_str!("../schemas/2026-07-28.json"),
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
    assert!(
        schema[place].get(definition).is_some(),
        "{version:?} has no {definition}"
    );
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

/// Sends a request, checks the response and its result against the schema, and returns the result.
async fn checked(version: Version, method: &str, params: Value, definition: &str) -> Value {
    let (status, answer) = ask(version, method, params).await;
    assert_eq!(status, 200, "{answer}");
    check(version, "JSONRPCMessage", &answer);
    check(version, definition, &answer["result"]);
    answer["result"].clone()
}

#[tokio::test]
async fn results() {
    for version in Version::ALL {
        let initialize = json!({
            "protocolVersion": version.as_str(), "capabilities": {},
            "clientInfo": { "name": "test", "version": "0" }
        });
        let (begin, begun) = if version.is_stateless() {
            ("server/discover", "DiscoverResult")
        } else {
            checked(version, "ping", json!({}), "EmptyResult").await;
            ("initialize", "InitializeResult")
        };
        for (method, params, definition) in [
            (begin, initialize, begun),
            ("tools/list", json!({}), "ListToolsResult"),
            (
                "tools/call",
                json!({ "name": "add", "arguments": { "a": 1 } }),
                "CallToolResult",
            ),
            ("tools/call", json!({ "name": "fail" }), "CallToolResult"),
            ("tools/call", json!({ "name": "media" }), "CallToolResult"),
            ("prompts/list", json!({}), "ListPromptsResult"),
            (
                "prompts/get",
                json!({ "name": "greet", "arguments": { "whom": "\"you\"\n" } }),
                "GetPromptResult",
            ),
            ("resources/list", json!({}), "ListResourcesResult"),
            (
                "resources/templates/list",
                json!({}),
                "ListResourceTemplatesResult",
            ),
            (
                "resources/read",
                json!({ "uri": "fixture://text" }),
                "ReadResourceResult",
            ),
            (
                "resources/read",
                json!({ "uri": "fixture://bytes" }),
                "ReadResourceResult",
            ),
            (
                "completion/complete",
                json!({ "ref": { "type": "ref/prompt", "name": "greet" }, "argument": { "name": "whom", "value": "y" } }),
                "CompleteResult",
            ),
        ] {
            checked(version, method, params, definition).await;
        }
    }
}

#[tokio::test]
async fn questions_are_of_their_schema() {
    let version = Version::V2026_07_28;
    for (method, params) in [
        ("tools/call", json!({ "name": "ask" })),
        ("tools/call", json!({ "name": "state" })),
        (
            "prompts/get",
            json!({ "name": "greet", "arguments": { "whom": "?" } }),
        ),
        ("resources/read", json!({ "uri": "fixture://ask" })),
    ] {
        checked(version, method, params, "InputRequiredResult").await;
    }
}

#[tokio::test]
async fn errors() {
    for version in Version::ALL {
        for (method, params, code) in [
            ("nonsense", json!({}), -32601),
            ("tools/call", json!({}), -32602),
            ("tools/call", json!({ "name": "broken" }), -32603),
            (
                "resources/read",
                json!({ "uri": "fixture://broken" }),
                -32603,
            ),
        ] {
            let (_, answer) = ask(version, method, params).await;
            assert_eq!(answer["error"]["code"], code);
            check(version, "JSONRPCMessage", &answer);
        }
    }
    let unreadable = Request {
        content_type: Some("application/json"),
        body: b"{",
        ..Request::default()
    };
    let unreadable = respond(&Fixture::default(), unreadable).await.unwrap();
    let (_, answer) = json_of(unreadable);
    // The older schemas do not allow an error without an id; the newer ones do.
    check(Version::V2025_11_25, "JSONRPCErrorResponse", &answer);
    check(Version::V2026_07_28, "JSONRPCErrorResponse", &answer);
}

#[tokio::test]
async fn errors_of_the_protocol_are_of_their_schema() {
    let version = Version::V2026_07_28;
    let (_, answer) = ask_as(version, json!({}), "tools/call", json!({ "name": "ask" })).await;
    check(version, "MissingRequiredClientCapabilityError", &answer);
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": { "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2030-01-01",
        "io.modelcontextprotocol/clientCapabilities": {},
    } } })
    .to_string();
    for (header, definition) in [
        ("2030-01-01", "UnsupportedProtocolVersionError"),
        ("2026-07-28", "HeaderMismatchError"),
    ] {
        let request = Request {
            content_type: Some("application/json"),
            protocol_version: Some(header),
            method: Some("tools/list"),
            body: body.as_bytes(),
            ..Request::default()
        };
        let (status, answer) = json_of(respond(&Fixture::default(), request).await.unwrap());
        assert_eq!(status, 400);
        check(version, definition, &answer);
    }
}

#[tokio::test]
async fn what_a_version_lacks_is_left_out() {
    for (version, new) in [
        (Version::V2025_03_26, false),
        (Version::V2025_06_18, true),
        (Version::V2025_11_25, true),
        (Version::V2026_07_28, true),
    ] {
        let (_, list) = ask(version, "tools/list", json!({})).await;
        let tool = &list["result"]["tools"][0];
        assert_eq!(tool.get("outputSchema").is_some(), new);
        assert_eq!(tool.get("title").is_some(), new);
        assert_eq!(tool["annotations"].get("title").is_some(), !new);
        let stateless = version == Version::V2026_07_28;
        for name in ["resultType", "ttlMs", "cacheScope", "_meta"] {
            assert_eq!(list["result"].get(name).is_some(), stateless);
        }
        let params = json!({ "name": "add", "arguments": { "a": 1, "b": 2 } });
        let (_, call) = ask(version, "tools/call", params).await;
        assert_eq!(call["result"].get("structuredContent").is_some(), new);
        assert_eq!(call["result"]["content"][0]["text"], r#"{"sum":3}"#);
    }
}

#[tokio::test]
async fn the_card_grows_with_the_versions() {
    for (asked, members) in [
        ("2025-03-26", vec!["name", "version"]),
        ("2025-06-18", vec!["name", "title", "version"]),
        (
            "2025-11-25",
            vec![
                "description",
                "icons",
                "name",
                "title",
                "version",
                "websiteUrl",
            ],
        ),
    ] {
        let version = Version::parse(asked).unwrap();
        let (_, answer) = ask(version, "initialize", json!({ "protocolVersion": asked })).await;
        let card = answer["result"]["serverInfo"].as_object().unwrap();
        assert_eq!(card.keys().collect::<Vec<_>>(), members);
    }
}
