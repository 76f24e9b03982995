//! The ways in which a server can ask something while a call waits.
// file rule: test-client/questions: questions, in each of the three ways; none where nobody is
//    there [MCP elicitation, mrtr]

use axum::body::Body;
use futures_util::stream::{self, StreamExt as _};
use mcp_test_client::client::Connection;
use serde_json::{Value, json};

use crate::server::*;

fn question() -> Value {
    json!({ "message": "Sure?", "requestedSchema": { "properties": { "ok": { "type": "boolean" } } } })
}

fn yes() -> Ears {
    Ears {
        answer: Some(json!({ "action": "accept", "content": { "ok": true } })),
        ..Ears::default()
    }
}

#[tokio::test]
async fn by_its_answer_with_the_state_back_and_a_new_id() {
    let server = Server::start(|asked| match asked.rpc() {
        "server/discover" => asked.result(json!({ "capabilities": {} })),
        "tools/list" => asked.result(json!({ "tools": [] })),
        _ if asked.body["params"]["inputResponses"].is_object() => {
            asked.result(json!({ "content": [] }))
        }
        _ if asked.body["params"]["name"] == "stateless" => asked.result(json!({
            "resultType": "input_required",
            "inputRequests": { "q": { "method": "elicitation/create", "params": question() } },
        })),
        _ => asked.result(json!({
            "resultType": "input_required",
            "inputRequests": { "q": { "method": "elicitation/create", "params": question() } },
            "requestState": "{ \"opaque\" }",
        })),
    })
    .await;
    let mut ears = yes();
    let mut connection = Connection::open(server.transport(None), None, &mut ears)
        .await
        .unwrap();
    connection
        .call("a", json!({ "x": 1 }), &mut ears)
        .await
        .unwrap();
    connection
        .call("stateless", json!({}), &mut ears)
        .await
        .unwrap();
    let asked = server.asked();
    let params = |at: usize| &asked[at].body["params"];
    assert_eq!(
        params(0)["_meta"]["io.modelcontextprotocol/clientCapabilities"],
        json!({ "elicitation": {} })
    );
    assert_ne!(asked[2].id(), asked[3].id());
    assert_eq!(params(3)["requestState"], "{ \"opaque\" }");
    assert_eq!(params(3)["inputResponses"]["q"]["content"]["ok"], true);
    assert_eq!(params(3)["arguments"], json!({ "x": 1 }));
    assert!(params(4).get("requestState").is_none() && params(4).get("inputResponses").is_none());
    assert!(params(5).get("requestState").is_none(), "none was given");
}

#[tokio::test]
async fn for_ever_or_for_nothing_is_an_error() {
    for (result, words) in [
        (
            json!({ "resultType": "input_required", "requestState": "x" }),
            "16 times",
        ),
        (
            json!({ "resultType": "input_required" }),
            "neither inputRequests",
        ),
        (
            json!({ "resultType": "input_required", "inputRequests": { "q": { "method": "sampling/createMessage" } } }),
            "sampling/createMessage",
        ),
    ] {
        let server = Server::start(move |asked| match asked.rpc() {
            "tools/call" => asked.result(result.clone()),
            "tools/list" => asked.result(json!({ "tools": [] })),
            _ => asked.result(json!({})),
        })
        .await;
        let mut ears = yes();
        let mut connection = Connection::open(server.transport(None), None, &mut ears)
            .await
            .unwrap();
        let error = connection
            .call("a", json!({}), &mut ears)
            .await
            .unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn by_a_request_on_the_stream_of_the_call() {
    let (sender, receiver) = tokio::sync::watch::channel(Value::Null);
    let server = Server::start(move |asked| {
        if asked.rpc().is_empty() {
            sender.send_replace(asked.body.clone());
            return empty(if asked.body["id"] == "q-1" { 202 } else { 400 });
        }
        match asked.rpc() {
            "tools/call" => {
                let ask = json!({ "jsonrpc": "2.0", "id": "q-1", "method": "elicitation/create", "params": question() });
                let other = json!({ "jsonrpc": "2.0", "id": "q-2", "method": "roots/list" });
                let first = format!("data: {ask}\n\n");
                let answer = json!({ "jsonrpc": "2.0", "id": asked.id(), "result": { "content": [] } });
                let mut receiver = receiver.clone();
                // The tool's answer waits for the person's.
                let last = stream::once(async move {
                    receiver.wait_for(|said| said["id"] == "q-1").await.unwrap();
                    format!("data: {other}\n\ndata: {answer}\n\n")
                });
                let all = stream::once(async move { first }).chain(last).map(Ok::<_, std::convert::Infallible>);
                stream(Body::from_stream(all))
            }
            _ => handshake(asked).unwrap_or_else(|| empty(405)),
        }
    })
    .await;
    let mut ears = yes();
    let mut connection = Connection::open(server.transport(None), None, &mut ears)
        .await
        .unwrap();
    connection.call("a", json!({}), &mut ears).await.unwrap();
    assert_eq!(ears.heard, ["asked \"Sure?\""]);
    let refused = server
        .asked()
        .into_iter()
        .find(|asked| asked.body["id"] == "q-2")
        .unwrap();
    assert_eq!(refused.body["error"]["code"], -32601);
    assert!(
        ears.warnings[0].contains("HTTP 400"),
        "and that it was not wanted ends nothing"
    );
}

#[tokio::test]
async fn by_a_request_on_a_stream_of_its_own() {
    let (sender, receiver) = tokio::sync::watch::channel(Value::Null);
    let (calls, called) = tokio::sync::watch::channel(false);
    let server = Server::start(move |asked| {
        if asked.body.get("result").is_some() {
            sender.send_replace(asked.body.clone());
            return empty(202);
        }
        if asked.method == axum::http::Method::GET {
            let mut called = called.clone();
            let ask = json!({ "jsonrpc": "2.0", "id": "q-1", "method": "elicitation/create", "params": question() });
            let later = stream::once(async move {
                called.wait_for(|called| *called).await.unwrap();
                Ok::<_, std::convert::Infallible>(format!("data: {ask}\n\n"))
            });
            return stream(Body::from_stream(later.chain(stream::pending())));
        }
        match asked.rpc() {
            "tools/call" => {
                calls.send_replace(true);
                let mut receiver = receiver.clone();
                let answer = json!({ "jsonrpc": "2.0", "id": asked.id(), "result": { "content": [] } });
                let late = stream::once(async move {
                    receiver.wait_for(|said| said["id"] == "q-1").await.unwrap();
                    Ok::<_, std::convert::Infallible>(format!("data: {answer}\n\n"))
                });
                stream(Body::from_stream(late))
            }
            _ => handshake(asked).unwrap_or_else(|| empty(405)),
        }
    })
    .await;
    let mut ears = yes();
    let mut connection = Connection::open(server.transport(None), None, &mut ears)
        .await
        .unwrap();
    connection.call("a", json!({}), &mut ears).await.unwrap();
    assert_eq!(ears.heard, ["asked \"Sure?\""]);
    assert!(server.methods().contains(&"GET".to_owned()));
}

#[tokio::test]
async fn where_nobody_can_be_asked_the_server_is_not_told_that_it_may() {
    let server = Server::start(|asked| {
        handshake(asked).unwrap_or_else(|| asked.result(json!({ "tools": [] })))
    })
    .await;
    let mut ears = Ears::default();
    let mut connection = Connection::open(server.transport(None), None, &mut ears)
        .await
        .unwrap();
    connection.tools(&mut ears).await.unwrap();
    assert_eq!(server.asked()[1].body["params"]["capabilities"], json!({}));
    assert!(
        !server.methods().contains(&"GET".to_owned()),
        "no stream to be asked on"
    );
}
