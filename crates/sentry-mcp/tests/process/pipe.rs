//! The pipe: lines of all kinds, many at once, and how it ends.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::started::{Folder, Server, control, program, requests, sentry, text, user};

async fn ada() -> (demo_sentry::Running, Folder, Server) {
    let (sentry, folder) = (sentry().await, Folder::new());
    let mut command = program(sentry.origin(), &folder);
    let server = Server::start(command.env("SENTRY_ACCESS_TOKEN", "demo-token-ada"));
    (sentry, folder, server)
}

// rule: stdio/version-and-batches
#[tokio::test]
async fn a_client_of_each_era_is_served() {
    let (_sentry, _folder, mut server) = ada().await;
    server.ask(0, "initialize", json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } })).await;
    assert_eq!(
        server.answer().await["result"]["protocolVersion"],
        "2025-06-18"
    );
    server
        .send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n")
        .await;
    assert_eq!(
        server.whoami().await["result"]["structuredContent"]["user"]["name"],
        "Ada Marlowe"
    );
    let meta = json!({ "_meta": { "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {} } });
    server.ask(1, "server/discover", meta).await;
    assert_eq!(server.answer().await["result"]["resultType"], "complete");
}

// rule: stdio/protocol-output-only
#[tokio::test]
async fn an_id_that_would_split_a_line_is_escaped() {
    let (_sentry, _folder, mut server) = ada().await;
    let id = "a\u{2028}b\u{2029}c";
    server.ask(id, "ping", json!({})).await;
    let line = server.line().await.unwrap();
    assert!(line.contains(r"a\u2028b\u2029c"), "{line}");
    server.ask(id, "tools/call", json!({ "name": id })).await;
    let line = server.line().await.unwrap();
    assert!(!line.contains(['\u{2028}', '\u{2029}']), "{line}");
}

// rule: stdio/garbage-and-long-lines
#[tokio::test]
async fn garbage_and_ten_mebibytes_are_refused_and_the_stream_goes_on() {
    let (_sentry, _folder, mut server) = ada().await;
    server.send("garbage\n\n\u{0}\n").await;
    for _ in 0..2 {
        assert_eq!(server.answer().await["error"]["code"], -32700);
    }
    server
        .send(
            r#"{"jsonrpc":"2.0","id":"long","method":"tools/call","params":{"name":"whoami","x":""#,
        )
        .await;
    for _ in 0..160 {
        server.send(vec![b'x'; 64 * 1024]).await;
    }
    #[cfg(target_os = "linux")]
    {
        let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(peak < 64 * 1024, "{peak} kB for a line that is let go");
    }
    server.send("\"}}\n").await;
    let refused = server.answer().await;
    assert_eq!(
        (&refused["id"], &refused["error"]["code"]),
        (&json!("long"), &json!(-32600))
    );
    assert_eq!(server.whoami().await["id"], "who");
}

// rule: stdio/thousand-in-flight: 1,000 calls in flight, and what needs no Sentry is answered
//    meanwhile
#[tokio::test]
async fn a_thousand_calls_are_in_flight_and_sentry_is_not_asked_all_at_once() {
    let (sentry, _folder, mut server) = ada().await;
    control(
        &sentry,
        "faults",
        json!({ "path": "/api/0/auth/", "kind": "latency_ms", "ms": 300, "times": 24 }),
    )
    .await;
    let mut all = String::new();
    for id in 0..1000 {
        let call = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": "whoami" } });
        all.push_str(&format!("{call}\n"));
    }
    server.send(all).await;
    server.ask("ping", "ping", json!({})).await;
    let mut answered = HashSet::new();
    // While all requests to Sentry are waiting, a request that needs none is answered.
    assert_eq!(server.answer().await["id"], "ping");
    for _ in 0..1000 {
        let answer = server.answer().await;
        assert_eq!(user(&answer), "1001");
        assert!(answered.insert(answer["id"].as_u64().unwrap()));
    }
    assert_eq!(requests(&sentry, "/api/0/auth/").await.len(), 1000);
}

// rule: stdio/called-off
#[tokio::test]
async fn a_call_that_is_called_off_is_not_answered() {
    let (sentry, _folder, mut server) = ada().await;
    control(
        &sentry,
        "faults",
        json!({ "path": "/api/0/auth/", "kind": "latency_ms", "ms": 60_000, "times": 2 }),
    )
    .await;
    server.call("slow", "whoami", json!({})).await;
    // Two requests with the same id could not be told apart.
    server.call("slow", "whoami", json!({})).await;
    let refused = server.answer().await;
    assert_eq!(
        (&refused["id"], &refused["error"]["code"]),
        (&json!("slow"), &json!(-32600))
    );
    for id in ["slow", "unknown"] {
        let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } });
        server.send(format!("{cancel}\n")).await;
    }
    control(&sentry, "reset", json!({})).await;
    // The id can be used again.
    server.ask("slow", "ping", json!({})).await;
    assert_eq!(server.answer().await["result"], json!({}));
    server.close_input();
    assert_eq!(server.next().await, None);
    assert_eq!(server.end().await.0, Some(0));
}

// rule: stdio/version-and-batches
#[tokio::test]
async fn a_batch_is_answered_as_one_line() {
    let (_sentry, _folder, mut server) = ada().await;
    let ping = |id: u32| json!({ "jsonrpc": "2.0", "id": id, "method": "ping" });
    server
        .send(format!(
            "{}\n",
            json!([ping(1), { "jsonrpc": "2.0", "method": "notifications/x" }, ping(2)])
        ))
        .await;
    let answers = server.answer().await;
    let ids: Vec<_> = answers
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| &answer["id"])
        .collect();
    assert_eq!(ids, [1, 2]);
}

// rule: stdio/ends: ends: of the input, of the reader, by signal, by kill; memory is bounded where
//    nobody reads
#[tokio::test]
async fn what_was_asked_before_the_end_is_answered_and_the_process_ends() {
    let (sentry, _folder, mut server) = ada().await;
    control(
        &sentry,
        "faults",
        json!({ "path": "/api/0/auth/", "kind": "latency_ms", "ms": 500, "times": 1 }),
    )
    .await;
    server.call(1, "whoami", json!({})).await;
    // The last line has no line break.
    server
        .send(r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)
        .await;
    server.close_input();
    assert_eq!(server.answer().await["id"], 2);
    assert_eq!(server.answer().await["id"], 1);
    assert_eq!(server.next().await, None);
    assert_eq!(server.end().await, (Some(0), String::new()));
}

// rule: stdio/ends
#[tokio::test]
async fn a_call_that_takes_too_long_does_not_keep_the_process() {
    let (sentry, _folder, mut server) = ada().await;
    control(
        &sentry,
        "faults",
        json!({ "path": "/api/0/auth/", "kind": "latency_ms", "ms": 60_000, "times": 1 }),
    )
    .await;
    server.call(1, "whoami", json!({})).await;
    server.close_input();
    assert_eq!(server.next().await, None);
    let (code, error) = server.end().await;
    assert_eq!(code, Some(0));
    assert!(error.contains("in time"), "{error}");
}

// rule: stdio/ends
#[tokio::test]
async fn a_client_that_no_longer_reads_ends_the_process() {
    let (_sentry, _folder, mut server) = ada().await;
    server.ask(1, "ping", json!({})).await;
    server.answer().await;
    let (input, ended) = server.close_output();
    let mut input = input;
    let mut written = Ok(());
    for _ in 0..100 {
        use tokio::io::AsyncWriteExt as _;
        written = input
            .write_all(b"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}\n")
            .await;
        if written.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(written.is_err(), "its input is still open");
    assert_eq!(ended.await, Some(0));
}

// rule: stdio/ends
#[cfg(unix)]
#[tokio::test]
async fn it_ends_when_it_is_asked_to_even_with_calls_under_way() {
    let (sentry, _folder, mut server) = ada().await;
    control(
        &sentry,
        "faults",
        json!({ "path": "/api/0/auth/", "kind": "latency_ms", "ms": 60_000, "times": 1 }),
    )
    .await;
    server.call(1, "whoami", json!({})).await;
    server.ask(2, "ping", json!({})).await;
    assert_eq!(server.answer().await["id"], 2);
    let kill = std::process::Command::new("kill")
        .arg(server.id().to_string())
        .status();
    assert!(kill.unwrap().success());
    assert_eq!(server.next().await, None);
    assert_eq!(server.end_with_input_open().await, Some(0));
}

// rule: stdio/ends
#[tokio::test]
async fn a_client_that_writes_and_never_reads_costs_bounded_memory() {
    let (_sentry, _folder, mut server) = ada().await;
    let ping = "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"tools/list\"}\n";
    // When nobody reads, the server stops reading too, and the client has to wait.
    let mut sent = 0;
    while tokio::time::timeout(Duration::from_secs(1), server.send(ping.repeat(100)))
        .await
        .is_ok()
    {
        sent += 100;
        assert!(sent < 100_000, "the process takes everything");
    }
    #[cfg(target_os = "linux")]
    {
        let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(peak < 512 * 1024, "{peak} kB");
    }
}

#[tokio::test]
async fn a_session_is_limited_to_its_project_and_its_skills() {
    let (sentry, folder) = (sentry().await, Folder::new());
    let mut command = program(sentry.origin(), &folder);
    let mut server = Server::start(command.env("SENTRY_ACCESS_TOKEN", "demo-token-ada").args([
        "--organization-slug=lighthouse-books",
        "--project-slug=checkout",
        "--skills=inspect",
    ]));
    server.ask(1, "tools/list", json!({})).await;
    let list = server.answer().await;
    let names: Vec<_> = list["result"]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| &tool["name"])
        .collect();
    assert!(names.contains(&&json!("search_issues")));
    assert!(!names.contains(&&json!("update_issue")) && !names.contains(&&json!("find_projects")));
    server
        .call(
            2,
            "update_issue",
            json!({ "issueId": "CHECKOUT-1", "status": "resolved" }),
        )
        .await;
    let refused = server.answer().await;
    assert!(
        refused["result"]["isError"] == true && text(&refused).contains("its parameter `skills`"),
        "{refused}"
    );
    server
        .call(
            3,
            "get_issue_details",
            json!({ "issueId": "SHOP-WINDOW-1" }),
        )
        .await;
    assert_eq!(
        server.answer().await["result"]["isError"],
        Value::Bool(true)
    );
    server
        .call(4, "get_issue_details", json!({ "issueId": "CHECKOUT-1" }))
        .await;
    assert!(text(&server.answer().await).contains("CHECKOUT-1"));
}
