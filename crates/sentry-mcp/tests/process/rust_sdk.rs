//! The official Rust SDK, rmcp, as the client.
// file rule: stdio/rust-sdk: the official Rust SDK works as the client

use rmcp::ServiceExt as _;
use rmcp::model::CallToolRequestParams;
use rmcp::transport::TokioChildProcess;

use crate::started::{Folder, program, sentry};

#[tokio::test]
async fn lists_calls_and_goes_away() {
    let (sentry, folder) = (sentry().await, Folder::new());
    let mut command = program(sentry.origin(), &folder);
    command.env("SENTRY_ACCESS_TOKEN", "demo-token-ada");
    let client = ().serve(TokioChildProcess::new(command).unwrap()).await.unwrap();
    let peer = client.peer_info().unwrap();
    assert_eq!(peer.server_info.as_ref().unwrap().name, "sentry");
    let tools = client.list_all_tools().await.unwrap();
    assert!(tools.iter().any(|tool| tool.name == "search_issues"));
    let called = client
        .call_tool(CallToolRequestParams::new("whoami"))
        .await
        .unwrap();
    assert_eq!(called.structured_content.unwrap()["user"]["id"], "1001");
    let unknown = client
        .call_tool(CallToolRequestParams::new("nonsense"))
        .await;
    assert!(unknown.is_err());
    client.cancel().await.unwrap();
}
