//! Responses that are streams.
// file rule: test-client/sessions-and-streams

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use futures_util::stream::{self, StreamExt as _};
use mcp_test_client::client::Connection;
use serde_json::json;

use crate::server::*;

/// A body in pieces, after which the connection ends or breaks.
fn pieces(pieces: Vec<String>, breaks: bool) -> Body {
    let good = stream::iter(pieces).map(|piece| Ok::<_, std::io::Error>(piece.into_bytes()));
    // Not before the headers have been sent.
    let end = stream::iter(breaks.then_some(())).then(async |()| {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Err(std::io::Error::other("cut"))
    });
    Body::from_stream(good.chain(end))
}

fn message(body: &serde_json::Value) -> String {
    format!("data: {body}\n\n")
}

#[tokio::test]
async fn notifications_are_heard_before_the_answer_and_the_stream_need_not_end() {
    let server = Server::start(|asked| {
        handshake(asked).unwrap_or_else(|| {
            let note = json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": { "progress": 1 } });
            let answer = json!({ "jsonrpc": "2.0", "id": asked.id(), "result": { "tools": [] } });
            let text = format!(": hello\n\n{}{}", message(&note), message(&answer));
            let bytes: Vec<_> = text.bytes().map(|byte| Ok::<_, Infallible>(vec![byte])).collect();
            // The stream stays open after the answer.
            stream(Body::from_stream(stream::iter(bytes).chain(stream::pending())))
        })
    })
    .await;
    let mut ears = Ears::default();
    let mut connection = Connection::open(server.transport(None), None, &mut ears)
        .await
        .unwrap();
    connection.tools(&mut ears).await.unwrap();
    assert_eq!(ears.heard, ["notifications/progress {\"progress\":1}"]);
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_taken_up_where_it_was() {
    for breaks in [false, true] {
        let server = Server::start(move |asked| {
            if asked.method == axum::http::Method::GET {
                let id = asked.header("last-event-id").to_owned();
                let answer =
                    json!({ "jsonrpc": "2.0", "id": 3, "result": { "tools": [{ "name": id }] } });
                return stream(Body::from(format!("id: 8\n{}", message(&answer))));
            }
            handshake(asked).unwrap_or_else(|| {
                stream(pieces(
                    vec![
                        "id: 7\nretry: 20\ndata:\n\n".to_owned(),
                        "data: {\"lost".to_owned(),
                    ],
                    breaks,
                ))
            })
        })
        .await;
        let mut ears = Ears::default();
        let mut connection = Connection::open(server.transport(None), None, &mut ears)
            .await
            .unwrap();
        connection.tools(&mut ears).await.unwrap();
        assert_eq!(connection.known_tools(), ["7"]);
        assert_eq!(
            server.asked()[4].header("mcp-protocol-version"),
            "2025-11-25"
        );
    }
}

#[tokio::test]
async fn one_that_cannot_be_taken_up_is_an_error_with_its_cause() {
    for (breaks, status, words) in [
        (false, 5, "ended without the answer to tools/list"),
        (true, 3, "waiting for the answer to tools/list"),
    ] {
        let server = Server::start(move |asked| {
            handshake(asked)
                .unwrap_or_else(|| stream(pieces(vec!["data: {}\n\n".to_owned()], breaks)))
        })
        .await;
        let mut ears = Ears::default();
        let mut connection = Connection::open(server.transport(None), None, &mut ears)
            .await
            .unwrap();
        let error = connection.tools(&mut ears).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(error.exit_status(), status);
        assert!(ears.warnings[0].contains("answers nothing that was asked"));
    }
    let server = Server::start(|asked| {
        handshake(asked).unwrap_or_else(|| stream(Body::from("data: {\n\n")))
    })
    .await;
    let mut ears = Ears::default();
    let mut connection = Connection::open(server.transport(None), None, &mut ears)
        .await
        .unwrap();
    let error = connection.tools(&mut ears).await.unwrap_err();
    assert!(error.to_string().contains("is not JSON"), "{error}");
}

#[tokio::test]
async fn silence_has_its_limit_before_the_head_and_between_the_pieces() {
    let server = Server::start(|asked| {
        handshake(asked).unwrap_or_else(|| {
            let first = stream::iter([Ok::<_, Infallible>(": hello\n\n".to_owned())]);
            stream(Body::from_stream(first.chain(stream::pending())))
        })
    })
    .await;
    let mut ears = Ears::default();
    let patience = Duration::from_millis(300);
    let transport = server.patient(patience);
    let mut connection = Connection::open(transport, None, &mut ears).await.unwrap();
    let error = connection.tools(&mut ears).await.unwrap_err();
    assert_eq!(error.exit_status(), 3, "{error}");
    assert!(error.to_string().contains("no complete answer"), "{error}");
}
