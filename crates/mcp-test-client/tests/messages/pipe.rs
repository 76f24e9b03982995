//! Servers that are child processes; here they are shell scripts.
// file rule: test-client/stdio: stdio: noise, silence, an end [MCP stdio]

use std::time::Duration;

use mcp_test_client::client::{Connection, Stdio};
use serde_json::json;

use crate::server::Ears;

/// A script that answers the n-th line with the n-th text.
fn script(answers: &[&str], end: &str) -> Vec<String> {
    let mut text = String::new();
    for answer in answers {
        text.push_str("read -r line\n");
        text.push_str(answer);
        text.push('\n');
    }
    text.push_str(end);
    vec!["-c".to_owned(), text]
}

fn start(answers: &[&str], end: &str) -> Box<Stdio> {
    Box::new(Stdio::start("sh", &script(answers, end), Duration::from_secs(5)).unwrap())
}

const NO_DISCOVERY: &str =
    r#"echo '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}'"#;
const HANDSHAKE: &str = r#"echo '{"jsonrpc":"2.0","id":2,"result":{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"sh","version":"1"}}}'"#;

#[tokio::test]
async fn an_older_server_with_noise_a_notification_and_a_question() {
    let transport = start(
        &[
            NO_DISCOVERY,
            HANDSHAKE,
            ":", // notifications/initialized
            r#"echo 'Listening…'
echo
echo '{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"hi"}}'
echo '{"jsonrpc":"2.0","id":"s1","method":"ping"}'"#,
            // The answer to its ping is the next line that it reads.
            r#"case $line in *s1*) echo '{"jsonrpc":"2.0","id":3,"result":{"tools":[{"name":"echo"}]}}';; esac"#,
        ],
        "cat >/dev/null",
    );
    let mut ears = Ears::default();
    let mut connection = Connection::open(transport, None, &mut ears).await.unwrap();
    assert_eq!(connection.server().name, "sh");
    connection.tools(&mut ears).await.unwrap();
    assert_eq!(connection.known_tools(), ["echo"]);
    assert!(
        ears.warnings[0].contains("Listening"),
        "{:?}",
        ears.warnings
    );
    assert_eq!(ears.heard, ["notifications/message {\"data\":\"hi\"}"]);
    connection.close().await;
}

#[tokio::test]
async fn a_modern_server() {
    let transport = start(
        &[
            r#"echo '{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"],"capabilities":{}}}'"#,
            r#"echo '{"jsonrpc":"2.0","id":2,"result":{"content":[]}}'"#,
        ],
        "",
    );
    let mut ears = Ears::default();
    let mut connection = Connection::open(transport, None, &mut ears).await.unwrap();
    assert_eq!(connection.revision().as_str(), "2026-07-28");
    connection.call("a", json!({}), &mut ears).await.unwrap();
}

#[tokio::test]
async fn one_that_ends_says_with_what() {
    let transport = start(&[], "exit 3");
    let Err(error) = Connection::open(transport, None, &mut Ears::default()).await else {
        panic!("it is gone");
    };
    assert!(error.to_string().contains("exit status: 3"), "{error}");
    assert_eq!(error.exit_status(), 5);
}

#[tokio::test]
async fn one_that_is_silent_is_not_waited_for_for_ever() {
    let transport =
        Box::new(Stdio::start("sh", &script(&[], "sleep 60"), Duration::from_millis(300)).unwrap());
    let Err(error) = Connection::open(transport, None, &mut Ears::default()).await else {
        panic!("it says nothing");
    };
    assert_eq!(error.exit_status(), 3, "{error}");
}

#[test]
fn one_that_is_not_there() {
    let Err(error) = Stdio::start("/nonexistent/sentry-mcp", &[], Duration::from_secs(1)) else {
        panic!("there is no such program");
    };
    assert_eq!(error.exit_status(), 6);
    assert!(error.to_string().contains("did not start"), "{error}");
}
