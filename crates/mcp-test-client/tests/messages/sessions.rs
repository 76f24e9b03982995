//! Sessions of the older revisions, and responses that are not answers.
// file rule: test-client/sessions-and-streams: sessions, streams and what takes them up again [MCP
//    2025-11-25 transports]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::HeaderValue;
use mcp_test_client::client::Connection;
use serde_json::json;

use crate::server::*;

#[tokio::test]
async fn a_session_is_named_in_every_request_begun_again_when_it_ends_and_ended() {
    let sessions = Arc::new(AtomicU32::new(0));
    let server = Server::start(move |asked| {
        let session = asked.header("mcp-session-id");
        match asked.rpc() {
            "initialize" => {
                let mut said = handshake(asked).unwrap();
                let number = sessions.fetch_add(1, Ordering::SeqCst);
                let name = HeaderValue::from_str(&format!("session-{number}")).unwrap();
                said.headers_mut().insert("mcp-session-id", name);
                said
            }
            "tools/list" if session == "session-0" => empty(404),
            "tools/list" => asked.result(json!({ "tools": [] })),
            _ => handshake(asked).unwrap_or_else(|| empty(200)),
        }
    })
    .await;
    let mut ears = Ears::default();
    let mut connection = Connection::open(server.transport(None), None, &mut ears)
        .await
        .unwrap();
    connection.tools(&mut ears).await.unwrap();
    connection.close().await;
    assert_eq!(
        server.methods()[2..],
        [
            "notifications/initialized",
            "tools/list",
            "initialize",
            "notifications/initialized",
            "tools/list",
            "DELETE"
        ]
    );
    let asked = server.asked();
    assert_eq!(
        asked[4].header("mcp-session-id"),
        "",
        "a new one begins without"
    );
    assert_eq!(asked[7].header("mcp-session-id"), "session-1");
    assert!(ears.warnings[0].contains("ended the session"));
}

#[tokio::test]
async fn what_is_no_answer_says_so() {
    for (answer, words) in [
        ((|_: &Asked| empty(500)) as fn(&Asked) -> _, "HTTP 500"),
        (
            |_| json_answer(429, &json!({ "error": "slow down" })),
            "HTTP 429: slow down",
        ),
        (|_| empty(200), "with an empty response"),
        (
            |_| json_answer(200, &json!([])),
            "neither a result nor an error",
        ),
        (
            |_| {
                let mut page = empty(200);
                page.headers_mut()
                    .insert("content-type", HeaderValue::from_static("text/html"));
                *page.body_mut() = "<p>".into();
                page
            },
            "`text/html`",
        ),
        (
            |_| {
                let mut said = json_answer(200, &json!({}));
                *said.body_mut() = "{".into();
                said
            },
            "is not JSON",
        ),
        (
            |asked| asked.error(400, json!({ "code": -32602, "message": "bad \u{1b}[2J" })),
            "-32602: bad",
        ),
        (|_| empty(401), "HTTP 401"),
    ] {
        let server =
            Server::start(move |asked| handshake(asked).unwrap_or_else(|| answer(asked))).await;
        let mut ears = Ears::default();
        let mut connection = Connection::open(server.transport(None), None, &mut ears)
            .await
            .unwrap();
        let error = connection.tools(&mut ears).await.unwrap_err();
        assert!(error.to_string().contains(words), "{words}: {error}");
        assert_eq!(error.exit_status(), 5);
    }
}

#[tokio::test]
async fn nobody_there() {
    let mut gone = Server::start(|_| empty(200)).await;
    gone.url.set_port(Some(1)).unwrap();
    let Err(error) = Connection::open(gone.transport(None), None, &mut Ears::default()).await
    else {
        panic!("nobody listens at port 1");
    };
    assert_eq!(error.exit_status(), 3);
    assert!(
        error
            .to_string()
            .contains("sending server/discover to http://127.0.0.1:1/mcp"),
        "{error}"
    );
}
