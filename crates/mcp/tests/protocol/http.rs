//! Streamable HTTP, request by request.
// file rule: mcp/streamable-http: headers, versions, batches, errors

use crate::fixture::{Challenge, Fixture, json_of};
use mcp::http::{Request, Response, read, respond};
use serde_json::{Value, json};

const JSON: Request<'_> = Request {
    content_type: Some("application/json"),
    accept: Some("application/json, text/event-stream"),
    protocol_version: Some("2025-11-25"),
    method: None,
    name: None,
    body: b"",
};

async fn send(request: Request<'_>) -> Response {
    respond(&Fixture::default(), request).await.unwrap()
}

async fn post(version: Option<&str>, body: &str) -> (u16, Value) {
    let response = send(Request {
        protocol_version: version,
        body: body.as_bytes(),
        ..JSON
    })
    .await;
    json_of(response)
}

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

#[tokio::test]
async fn headers_decide_before_the_body() {
    for (content_type, accept, version, status) in [
        (Some("application/json"), None, None, 200),
        (
            Some("application/json; charset=utf-8"),
            Some("*/*"),
            Some("2025-03-26"),
            200,
        ),
        (
            Some("application/json"),
            Some("text/event-stream"),
            Some("2025-06-18"),
            200,
        ),
        (None, None, None, 415),
        (
            Some("text/plain"),
            Some("text/html"),
            Some("1999-01-01"),
            415,
        ),
        (
            Some("application/json"),
            Some("text/html"),
            Some("1999-01-01"),
            406,
        ),
        (Some("application/json"), None, Some("1999-01-01"), 400),
        (Some("application/json"), None, Some(""), 400),
        (
            Some("application/json"),
            None,
            Some("2025-11-25, 2025-06-18"),
            400,
        ),
    ] {
        let request = Request {
            content_type,
            accept,
            protocol_version: version,
            body: PING.as_bytes(),
            ..JSON
        };
        let response = send(request).await;
        assert_eq!(response.status, status, "{request:?}");
        let body: Value = serde_json::from_str(&response.body.unwrap()).unwrap();
        if status != 200 {
            let (code, id) = if status == 400 {
                (-32022, Some(&json!(1)))
            } else {
                (-32600, None)
            };
            assert_eq!(body["error"]["code"], code);
            assert_eq!(body.get("id"), id);
        }
    }
}

// rule: mcp/unknown-version
#[tokio::test]
async fn an_unsupported_version_names_the_supported_ones() {
    let (status, body) = post(Some("2030-01-01"), PING).await;
    assert_eq!(status, 400);
    assert_eq!(
        body["error"]["data"],
        json!({
            "supported": ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"],
            "requested": "2030-01-01",
        })
    );
}

#[tokio::test]
async fn messages_and_their_errors() {
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":{}{}}}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    for (body, status, code) in [
        ("", 400, Some(-32700)),
        ("{", 400, Some(-32700)),
        ("nonsense", 400, Some(-32700)),
        (&*deep, 400, Some(-32700)),
        ("null", 400, Some(-32600)),
        ("7", 400, Some(-32600)),
        ("{}", 400, Some(-32600)),
        (
            r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
            400,
            Some(-32600),
        ),
        (r#"{"id":1,"method":"ping"}"#, 400, Some(-32600)),
        (
            r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
            400,
            Some(-32600),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#,
            400,
            Some(-32600),
        ),
        (
            r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#,
            400,
            Some(-32600),
        ),
        (r#"{"jsonrpc":"2.0","id":1}"#, 400, Some(-32600)),
        (r#"{"jsonrpc":"2.0","id":1,"method":7}"#, 400, Some(-32600)),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}"#,
            400,
            Some(-32600),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":"x"}"#,
            400,
            Some(-32600),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":""}"#,
            400,
            Some(-32600),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#,
            200,
            None,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":null}"#,
            200,
            None,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":null}"#,
            200,
            None,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"prompts/list","params":[]}"#,
            200,
            None,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"resources/list","params":null}"#,
            200,
            None,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":null}}"#,
            200,
            None,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/initialized","params":3}"#,
            400,
            Some(-32600),
        ),
        (r#"{"jsonrpc":"2.0","result":{}}"#, 400, Some(-32600)),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"nonsense"}"#,
            200,
            Some(-32601),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"info"}}"#,
            200,
            Some(-32601),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#,
            200,
            Some(-32602),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":1}}"#,
            200,
            Some(-32602),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}"#,
            200,
            Some(-32602),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#,
            200,
            Some(-32602),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}}"#,
            200,
            Some(-32602),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"nope"}}"#,
            200,
            Some(-32602),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":[1]}}"#,
            200,
            Some(-32602),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":"x"}}"#,
            200,
            Some(-32602),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":"[1]"}}"#,
            200,
            Some(-32602),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":"{}","_meta":null}}"#,
            200,
            None,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":""}}"#,
            200,
            None,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":"{\"a\":1}"}}"#,
            200,
            None,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":[]}}"#,
            200,
            None,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":null}}"#,
            200,
            None,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":null}}"#,
            200,
            None,
        ),
        (PING, 200, None),
    ] {
        let (answered, answer) = post(Some("2025-11-25"), body).await;
        let shown: String = body.chars().take(120).collect();
        assert_eq!(answered, status, "{shown}");
        assert_eq!(answer["error"]["code"].as_i64(), code, "{shown}");
    }
}

// rule: mcp/json-depth: JSON nests 128 deep at most
#[tokio::test]
async fn json_nests_128_deep_at_most() {
    // The message, its `params` and the member account for three levels.
    for (depth, status) in [(125, 200), (126, 400)] {
        let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":{nested}}}}}"#);
        assert_eq!(post(None, &body).await.0, status, "{depth}");
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_no_json() {
    let response = send(Request {
        body: b"{\"jsonrpc\":\"2.0\",\"id\":\"\xff\",\"method\":\"ping\"}",
        ..JSON
    })
    .await;
    assert_eq!(response.status, 400);
}

#[tokio::test]
async fn what_needs_no_answer_is_accepted() {
    for body in [
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#,
        r#"{"jsonrpc":"2.0","method":"anything"}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no"}}"#,
    ] {
        assert_eq!(post(Some("2025-11-25"), body).await, (202, Value::Null));
    }
}

#[tokio::test]
async fn ids_come_back_as_they_were() {
    for id in [
        json!("a"),
        json!(""),
        json!(0),
        json!(-3),
        json!(9_007_199_254_740_991_u64),
    ] {
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": "ping" }).to_string();
        let (_, answer) = post(None, &body).await;
        assert_eq!(answer, json!({ "jsonrpc": "2.0", "id": id, "result": {} }));
    }
}

#[tokio::test]
async fn initialize_negotiates() {
    for (asked, answered) in [
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2024-11-05", "2025-11-25"),
        ("2030-01-01", "2025-11-25"),
        // No handshake leads to the stateless version.
        ("2026-07-28", "2025-11-25"),
    ] {
        let body = json!({
            "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "protocolVersion": asked }
        });
        let (status, answer) = post(None, &body.to_string()).await;
        assert_eq!(status, 200);
        assert_eq!(answer["result"]["protocolVersion"], answered);
    }
}

#[tokio::test]
async fn only_the_first_version_has_batches() {
    let batch = format!(r#"[{PING},{{"jsonrpc":"2.0","method":"notifications/x"}},{PING}]"#);
    let (status, answer) = post(None, &batch).await;
    assert_eq!(status, 200);
    assert_eq!(answer.as_array().unwrap().len(), 2);
    for version in ["2025-06-18", "2025-11-25"] {
        assert_eq!(post(Some(version), &batch).await.0, 400);
    }
    let quiet =
        r#"[{"jsonrpc":"2.0","method":"notifications/x"},{"jsonrpc":"2.0","id":1,"result":{}}]"#;
    assert_eq!(post(Some("2025-03-26"), quiet).await, (202, Value::Null));
    let initialize = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26"}}"#;
    for bad in [
        "[]".to_owned(),
        "[1]".to_owned(),
        format!("[{PING},{{}}]"),
        format!("[{initialize}]"),
        format!("[{}]", [PING; 21].join(",")),
    ] {
        let (status, answer) = post(None, &bad).await;
        assert_eq!(
            (status, answer["error"]["code"].as_i64()),
            (400, Some(-32600))
        );
    }
}

// rule: resource/batch-counted: each message of a batch counts, before one runs; at most 20 [MCP
//    2025-03-26 basic]
#[tokio::test]
async fn how_much_is_asked_is_known_before_any_of_it_runs() {
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"forbidden"}}"#;
    let notification = r#"{"jsonrpc":"2.0","method":"notifications/x"}"#;
    for (body, count) in [
        (PING.to_owned(), 1),
        (notification.to_owned(), 1),
        (format!("[{PING}]"), 1),
        (format!("[{call},{notification},{call}]"), 3),
        (format!("[{}]", [call; 20].join(",")), 20),
    ] {
        let request = Request {
            protocol_version: None,
            body: body.as_bytes(),
            ..JSON
        };
        assert_eq!(read(&request).unwrap().count(), count, "{body}");
    }
    let request = Request {
        protocol_version: None,
        body: b"[]",
        ..JSON
    };
    assert_eq!(read(&request).unwrap_err().status, 400);
}

#[tokio::test]
async fn a_refusal_is_the_transports_to_answer() {
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"forbidden"}}"#;
    for body in [call.to_owned(), format!("[{PING},{call}]")] {
        let request = Request {
            protocol_version: None,
            body: body.as_bytes(),
            ..JSON
        };
        assert_eq!(respond(&Fixture::default(), request).await, Err(Challenge));
    }
}

// rule: mcp/refusal-reaches-transport: a refusal reaches the transport in every version
#[tokio::test]
async fn a_refusal_is_one_in_every_version() {
    for version in mcp::Version::ALL {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": version.as_str(),
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let body = json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": { "name": "forbidden", "_meta": meta },
        })
        .to_string();
        let request = Request {
            protocol_version: Some(version.as_str()),
            method: Some("tools/call"),
            name: Some("forbidden"),
            body: body.as_bytes(),
            ..JSON
        };
        assert_eq!(respond(&Fixture::default(), request).await, Err(Challenge));
    }
}

#[tokio::test]
async fn a_tools_failure_is_a_result() {
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"fail"}}"#;
    let (status, answer) = post(None, call).await;
    assert_eq!(status, 200);
    assert_eq!(
        answer["result"],
        json!({ "content": [{ "type": "text", "text": "It failed." }], "isError": true })
    );
}
