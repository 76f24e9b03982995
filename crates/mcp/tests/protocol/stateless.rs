//! 2026-07-28: what a request must state about itself, and how it is answered.

use crate::fixture::{Fixture, ask, ask_as, every_capability, json_of};
use mcp::Version;
use mcp::http::{Request, respond};
use serde_json::{Value, json};

const VERSION: Version = Version::V2026_07_28;

fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

/// A `tools/list` request that is correct except for what the test changes.
struct Post {
    version: Option<&'static str>,
    method: Option<&'static str>,
    name: Option<&'static str>,
    body: Value,
}

impl Default for Post {
    fn default() -> Self {
        Self {
            version: Some("2026-07-28"),
            method: Some("tools/list"),
            name: None,
            body: json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": { "_meta": meta() } }),
        }
    }
}

impl Post {
    fn params(params: Value) -> Self {
        let mut post = Self::default();
        post.body["params"] = params;
        post
    }

    fn call(name: Option<&'static str>) -> Self {
        let mut post = Self::params(json!({ "name": "add", "_meta": meta() }));
        post.body["method"] = json!("tools/call");
        Self {
            method: Some("tools/call"),
            name,
            ..post
        }
    }

    async fn send(self) -> (u16, Value) {
        let body = self.body.to_string();
        let request = Request {
            content_type: Some("application/json"),
            protocol_version: self.version,
            method: self.method,
            name: self.name,
            body: body.as_bytes(),
            ..Request::default()
        };
        json_of(respond(&Fixture::default(), request).await.unwrap())
    }
}

// rule: mcp/meta-in-every-request: 2026-07-28: `_meta` in every request, −32602 and 400 without
#[tokio::test]
async fn a_request_says_its_version_and_capabilities() {
    let without = |name: &str| {
        let mut meta = meta();
        meta.as_object_mut().unwrap().remove(name);
        Post::params(json!({ "_meta": meta }))
    };
    let mut no_params = Post::default();
    no_params.body.as_object_mut().unwrap().remove("params");
    for post in [
        no_params,
        Post::params(json!({})),
        Post::params(json!({ "_meta": 1 })),
        without("io.modelcontextprotocol/protocolVersion"),
        without("io.modelcontextprotocol/clientCapabilities"),
        Post::params(json!({ "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": [],
        } })),
    ] {
        let (status, answer) = post.send().await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(-32602)));
        assert_eq!(answer["id"], 7);
    }
    assert_eq!(Post::default().send().await.0, 200);
}

// rule: mcp/mirrored-headers: `MCP-Protocol-Version`, `Mcp-Method`, `Mcp-Name` say what the body
//    says, plain or in base64; else −32020 and 400
#[tokio::test]
async fn headers_say_what_the_body_says() {
    let with = |change: fn(&mut Post)| {
        let mut post = Post::default();
        change(&mut post);
        post
    };
    for post in [
        with(|post| post.version = None),
        with(|post| post.version = Some("2025-11-25")),
        with(|post| post.version = Some("2030-01-01")),
        with(|post| post.method = None),
        with(|post| post.method = Some("tools/call")),
        with(|post| post.method = Some("TOOLS/LIST")),
        Post::call(None),
        Post::call(Some("fail")),
        Post::call(Some("ADD")),
    ] {
        let (status, answer) = post.send().await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(-32020)));
        assert_eq!(answer["id"], 7);
    }
    for post in [
        with(|post| post.version = Some(" 2026-07-28 ")),
        Post::call(Some("add")),
        Post::call(Some("  add ")),
        Post::call(Some("=?base64?YWRk?=")),
    ] {
        assert_eq!(post.send().await.0, 200);
    }
}

// rule: mcp/unknown-version: an unknown version is −32022 with the known ones
#[tokio::test]
async fn an_unknown_version_is_told_the_known_ones() {
    let mut post = Post {
        version: Some("2030-01-01"),
        ..Post::default()
    };
    post.body["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2030-01-01");
    let (status, answer) = post.send().await;
    assert_eq!(status, 400);
    assert_eq!(
        answer,
        json!({ "jsonrpc": "2.0", "id": 7, "error": {
            "code": -32022,
            "message": "This server does not speak that protocol version.",
            "data": {
                "supported": ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"],
                "requested": "2030-01-01",
            },
        } })
    );
}

// rule: mcp/unknown-methods: removed and unknown methods are −32601 and 404; what is not declared
//    is not there
#[tokio::test]
async fn removed_and_unknown_methods_are_not_found() {
    for method in [
        "initialize",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "subscriptions/listen",
        "tasks/get",
        "unknown",
    ] {
        let params = json!({ "protocolVersion": "2026-07-28" });
        let (status, answer) = ask(VERSION, method, params).await;
        assert_eq!((status, &answer["error"]["code"]), (404, &json!(-32601)));
    }
}

// rule: mcp/discover: `server/discover`, result types, cache hints
#[tokio::test]
async fn discovery() {
    let (status, answer) = ask(VERSION, "server/discover", json!({})).await;
    assert_eq!(status, 200);
    assert_eq!(
        answer["result"],
        json!({
            "supportedVersions": ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"],
            "capabilities": { "tools": {}, "prompts": {}, "resources": {}, "completions": {} },
            "instructions": "Add \"numbers\".",
            "resultType": "complete",
            "ttlMs": 300_000,
            "cacheScope": "private",
            "_meta": { "io.modelcontextprotocol/serverInfo": {
                "name": "fixture", "version": "1.2.3", "title": "Fixture",
                "description": "A little of everything.", "websiteUrl": "https://fixture.example/",
                "icons": [{
                    "src": "https://fixture.example/icon.svg", "mimeType": "image/svg+xml", "sizes": ["any"],
                }],
            } },
        })
    );
    // The method exists in this version only.
    let (status, answer) = ask(Version::V2025_11_25, "server/discover", json!({})).await;
    assert_eq!((status, &answer["error"]["code"]), (200, &json!(-32601)));
}

// rule: mcp/unknown-methods
#[tokio::test]
async fn what_is_not_declared_is_not_there() {
    for method in [
        "prompts/list",
        "resources/list",
        "resources/read",
        "completion/complete",
    ] {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method });
        let body = body.to_string();
        let request = Request {
            content_type: Some("application/json"),
            body: body.as_bytes(),
            ..Request::default()
        };
        let (_, answer) = json_of(respond(&Fixture { bare: true }, request).await.unwrap());
        assert_eq!(answer["error"]["code"], -32601);
    }
}

// rule: mcp/discover
#[tokio::test]
async fn only_what_can_be_kept_has_cache_hints() {
    for (method, params, ttl) in [
        ("tools/list", json!({}), Some(300_000)),
        ("prompts/list", json!({}), Some(300_000)),
        ("resources/list", json!({}), Some(300_000)),
        ("resources/templates/list", json!({}), Some(300_000)),
        (
            "resources/read",
            json!({ "uri": "fixture://text" }),
            Some(0),
        ),
        ("resources/read", json!({ "uri": "fixture://ask" }), None),
        ("tools/call", json!({ "name": "add" }), None),
        ("tools/call", json!({ "name": "ask" }), None),
    ] {
        let (_, answer) = ask(VERSION, method, params).await;
        let result = &answer["result"];
        assert_eq!(result["ttlMs"].as_u64(), ttl, "{method}");
        assert_eq!(result.get("cacheScope").is_some(), ttl.is_some());
        assert_eq!(
            result["_meta"]["io.modelcontextprotocol/serverInfo"],
            json!({ "name": "fixture", "version": "1.2.3" })
        );
    }
}

// rule: mcp/input-requests: input requests: asked, answered, refused, asked again; only of clients
//    that declared them, else −32021
#[tokio::test]
async fn a_call_can_ask_first() {
    let (_, answer) = ask(VERSION, "tools/call", json!({ "name": "ask" })).await;
    let result = &answer["result"];
    assert_eq!(result["resultType"], "input_required");
    assert_eq!(result["requestState"], "state \"1\"");
    let methods: Vec<_> = ["name", "poem", "folders"]
        .map(|key| result["inputRequests"][key]["method"].as_str().unwrap())
        .into();
    assert_eq!(
        methods,
        ["elicitation/create", "sampling/createMessage", "roots/list"]
    );

    let again = |response: Value| {
        let params = json!({ "name": "ask", "inputResponses": { "name": response, "other": {} } });
        ask(VERSION, "tools/call", params)
    };
    let (_, answer) = again(json!({ "action": "accept", "content": { "name": "Ada" } })).await;
    assert_eq!(answer["result"]["content"][0]["text"], "Hello \"Ada\"");
    assert_eq!(answer["result"]["resultType"], "complete");
    for action in ["decline", "cancel"] {
        let (_, answer) = again(json!({ "action": action })).await;
        assert_eq!(answer["result"]["isError"], true);
    }
    // If an answer cannot be read, the question is asked again.
    for odd in [
        json!({}),
        json!({ "action": "accept" }),
        json!({ "action": "accept", "content": [] }),
        json!({ "action": "perhaps" }),
    ] {
        let (_, answer) = again(odd).await;
        assert_eq!(answer["result"]["resultType"], "input_required");
    }
}

// rule: mcp/input-requests
#[tokio::test]
async fn a_state_comes_back() {
    let (_, answer) = ask(VERSION, "tools/call", json!({ "name": "state" })).await;
    assert_eq!(answer["result"]["requestState"], "once");
    assert!(answer["result"].get("inputRequests").is_none());
    let params = json!({ "name": "state", "requestState": "once" });
    let (_, answer) = ask(VERSION, "tools/call", params).await;
    assert_eq!(answer["result"]["content"][0]["text"], "once");
}

// rule: mcp/input-requests
#[tokio::test]
async fn answers_that_are_no_answers_are_refused() {
    for odd in [
        json!({ "inputResponses": null }),
        json!({ "inputResponses": [] }),
        json!({ "inputResponses": { "name": 12345 } }),
        json!({ "requestState": 1 }),
    ] {
        let mut params = json!({ "name": "ask" });
        for (name, value) in odd.as_object().unwrap() {
            params[name] = value.clone();
        }
        let (status, answer) = ask(VERSION, "tools/call", params).await;
        assert_eq!((status, &answer["error"]["code"]), (200, &json!(-32602)));
    }
}

// rule: mcp/input-requests
#[tokio::test]
async fn nobody_is_asked_what_they_did_not_declare() {
    for (declared, missing) in [
        (
            json!({}),
            json!({ "elicitation": {}, "roots": {}, "sampling": {} }),
        ),
        (
            json!({ "elicitation": { "url": {} }, "sampling": {}, "roots": {} }),
            json!({ "elicitation": {} }),
        ),
        (
            json!({ "elicitation": true, "sampling": {}, "roots": {} }),
            json!({ "elicitation": {} }),
        ),
        (
            json!({ "elicitation": { "form": {}, "url": {} }, "sampling": {} }),
            json!({ "roots": {} }),
        ),
    ] {
        let params = json!({ "name": "ask" });
        let (status, answer) = ask_as(VERSION, declared, "tools/call", params).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(-32021)));
        assert_eq!(answer["error"]["data"]["requiredCapabilities"], missing);
    }
    let params = json!({ "name": "ask" });
    let (status, _) = ask_as(VERSION, every_capability(), "tools/call", params).await;
    assert_eq!(status, 200);
    // Earlier versions ask through a stream, which this transport does not have.
    let (_, answer) = ask(Version::V2025_11_25, "tools/call", json!({ "name": "ask" })).await;
    assert_eq!(answer["error"]["code"], -32603);
}

#[tokio::test]
async fn notifications_are_accepted_and_responses_are_not() {
    let of = |method, body| Post {
        method,
        body,
        ..Post::default()
    };
    let cancelled = json!({
        "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 7 },
    });
    assert_eq!(of(None, cancelled).send().await, (202, Value::Null));
    let response = json!({ "jsonrpc": "2.0", "id": 1, "result": {} });
    assert_eq!(of(None, response).send().await.0, 400);
    let batch = json!([Post::default().body]);
    assert_eq!(of(Some("tools/list"), batch).send().await.0, 400);
}
