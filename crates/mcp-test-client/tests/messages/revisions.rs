//! Negotiation of the revision.
// file rule: test-client/revisions: which revision is spoken [MCP versioning]

use mcp_test_client::client::{Connection, Error, Revision};
use serde_json::{Map, json};

use crate::server::*;

fn discovered(asked: &Asked) -> axum::http::Response<axum::body::Body> {
    asked.result(json!({
        "resultType": "complete",
        "supportedVersions": ["2026-07-28"],
        "capabilities": {},
        "_meta": { "io.modelcontextprotocol/serverInfo": { "name": "new", "version": "2" } },
    }))
}

#[tokio::test]
async fn a_modern_server_is_asked_without_a_handshake_and_every_request_says_who_asks() {
    let server = Server::start(|asked| match asked.rpc() {
        "server/discover" => discovered(asked),
        _ => asked.result(json!({ "tools": [] })),
    })
    .await;
    let mut ears = Ears::default();
    let mut connection = Connection::open(server.transport(None), None, &mut ears)
        .await
        .unwrap();
    assert_eq!(connection.revision().as_str(), "2026-07-28");
    assert_eq!(connection.server().name, "new");
    connection.tools(&mut ears).await.unwrap();
    for asked in server.asked() {
        assert_eq!(asked.header("mcp-protocol-version"), "2026-07-28");
        assert_eq!(asked.header("mcp-method"), asked.rpc());
        assert_eq!(
            asked.header("accept"),
            "application/json, text/event-stream"
        );
        let meta = &asked.body["params"]["_meta"];
        assert_eq!(
            meta["io.modelcontextprotocol/protocolVersion"],
            "2026-07-28"
        );
        assert_eq!(
            meta["io.modelcontextprotocol/clientCapabilities"],
            json!({})
        );
        assert_eq!(
            meta["io.modelcontextprotocol/clientInfo"]["name"],
            "mcp-test-client"
        );
    }
    connection.close().await;
    assert_eq!(
        server.methods(),
        ["server/discover", "tools/list"],
        "there is no session to end"
    );
}

#[tokio::test]
async fn anything_but_a_modern_error_means_an_older_server() {
    for answer in [
        (|_: &Asked| empty(400)) as fn(&Asked) -> _,
        |_| empty(404),
        |asked| asked.error(400, json!({ "code": -32000, "message": "no session" })),
        |asked| asked.error(200, json!({ "code": -32601, "message": "no such method" })),
        |asked| {
            asked.error(
                200,
                json!({ "code": -32602, "message": "before initialize" }),
            )
        },
        |_| json_answer(200, &json!({})),
    ] {
        let server = Server::start(move |asked| match asked.rpc() {
            "server/discover" => answer(asked),
            _ => handshake(asked).unwrap_or_else(|| asked.result(json!({ "tools": [] }))),
        })
        .await;
        let mut ears = Ears::default();
        let mut connection = Connection::open(server.transport(None), None, &mut ears)
            .await
            .unwrap();
        assert_eq!(connection.revision().as_str(), "2025-11-25");
        connection.tools(&mut ears).await.unwrap();
        let asked = server.asked();
        assert_eq!(
            server.methods(),
            [
                "server/discover",
                "initialize",
                "notifications/initialized",
                "tools/list"
            ]
        );
        assert_eq!(asked[3].header("mcp-protocol-version"), "2025-11-25");
        assert_eq!(asked[3].header("mcp-method"), "");
    }
}

#[tokio::test]
async fn a_modern_server_of_another_version_says_which() {
    let unsupported = |asked: &Asked, supported: &[&str]| {
        asked.error(
            400,
            json!({ "code": -32022, "message": "no", "data": { "supported": supported } }),
        )
    };
    let server = Server::start(move |asked| match asked.rpc() {
        "server/discover" => unsupported(asked, &["2030-01-01", "2025-06-18"]),
        "initialize" => {
            assert_eq!(asked.body["params"]["protocolVersion"], "2025-06-18");
            asked.result(
                json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {} }),
            )
        }
        _ => empty(202),
    })
    .await;
    let connection = Connection::open(server.transport(None), None, &mut Ears::default())
        .await
        .unwrap();
    assert_eq!(connection.revision().as_str(), "2025-06-18");

    let server = Server::start(move |asked| unsupported(asked, &["2030-01-01"])).await;
    let refused = Connection::open(server.transport(None), None, &mut Ears::default()).await;
    assert!(matches!(refused, Err(Error::Rpc { code: -32022, .. })));
    assert_eq!(
        server.methods(),
        ["server/discover"],
        "no handshake is tried"
    );
}

#[tokio::test]
async fn one_revision_only_where_that_was_asked_for() {
    let server = Server::start(|asked| handshake(asked).unwrap_or_else(|| empty(400))).await;
    let old = Revision::parse("2025-11-25");
    Connection::open(server.transport(None), old, &mut Ears::default())
        .await
        .unwrap();
    assert_eq!(
        server.methods(),
        ["initialize", "notifications/initialized"]
    );
    let new = Revision::parse("2026-07-28");
    assert!(
        Connection::open(server.transport(None), new, &mut Ears::default())
            .await
            .is_err()
    );
    assert_eq!(Revision::parse("2024-11-05"), None);
}

#[tokio::test]
async fn a_handshake_that_leads_nowhere() {
    let server = Server::start(|asked| match asked.rpc() {
        "initialize" => {
            asked.result(json!({ "protocolVersion": "2024-11-05", "capabilities": {} }))
        }
        _ => empty(400),
    })
    .await;
    let Err(error) = Connection::open(server.transport(None), None, &mut Ears::default()).await
    else {
        panic!("it speaks nothing that we do");
    };
    assert!(error.to_string().contains("`2024-11-05`"), "{error}");
    assert_eq!(error.exit_status(), 5);
}

#[tokio::test]
async fn parameters_that_a_tool_wants_in_headers_are_there_and_broken_tools_are_not() {
    let server = Server::start(|asked| match asked.rpc() {
        "server/discover" => discovered(asked),
        "tools/list" => asked.result(json!({ "tools": [
            { "name": "good", "inputSchema": { "properties": { "a": { "type": "string", "x-mcp-header": "A" } } } },
            { "name": "bad", "inputSchema": { "properties": { "a": { "type": "number", "x-mcp-header": "A" } } } },
        ] })),
        _ => asked.result(json!({ "content": [] })),
    })
    .await;
    let mut ears = Ears::default();
    let mut connection = Connection::open(server.transport(None), None, &mut ears)
        .await
        .unwrap();
    connection
        .call("good", json!({ "a": "é" }), &mut ears)
        .await
        .unwrap();
    assert_eq!(connection.known_tools(), ["good"]);
    assert!(ears.warnings[0].contains("`bad`"), "{:?}", ears.warnings);
    let asked = server.asked();
    assert_eq!(asked[2].header("mcp-name"), "good");
    assert_eq!(asked[2].header("mcp-param-a"), "=?base64?w6k=?=");
}

#[tokio::test]
async fn a_header_mismatch_reads_the_tools_again_once() {
    let server = Server::start(|asked| match asked.rpc() {
        "server/discover" => discovered(asked),
        "tools/list" => asked.result(json!({ "tools": [] })),
        _ => asked.error(400, json!({ "code": -32020, "message": "header" })),
    })
    .await;
    let mut ears = Ears::default();
    let mut connection = Connection::open(server.transport(None), None, &mut ears)
        .await
        .unwrap();
    connection
        .call("a", json!({}), &mut ears)
        .await
        .unwrap_err();
    assert_eq!(
        server.methods(),
        [
            "server/discover",
            "tools/list",
            "tools/call",
            "tools/list",
            "tools/call"
        ]
    );
}

#[tokio::test]
async fn lists_are_read_to_their_end_and_not_for_ever() {
    let server = Server::start(|asked| match asked.rpc() {
        "server/discover" => discovered(asked),
        "tools/list" => {
            let at = asked.body["params"]["cursor"]
                .as_str()
                .map_or(0, |text| text.parse::<u32>().unwrap());
            let next = if at < 2 {
                json!((at + 1).to_string())
            } else {
                json!(null)
            };
            asked.result(json!({ "tools": [{ "name": format!("t{at}") }], "nextCursor": next }))
        }
        _ => asked.result(json!({ "prompts": [], "nextCursor": "same" })),
    })
    .await;
    let mut ears = Ears::default();
    let mut connection = Connection::open(server.transport(None), None, &mut ears)
        .await
        .unwrap();
    connection.tools(&mut ears).await.unwrap();
    assert_eq!(connection.known_tools(), ["t0", "t1", "t2"]);
    let error = connection
        .list("prompts/list", "prompts", &mut ears)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("more than"), "{error}");
    let error = connection
        .list("x", "nothing", &mut ears)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("no array `nothing`"), "{error}");
    connection
        .request("ping", Map::new(), &mut ears)
        .await
        .unwrap();
}
