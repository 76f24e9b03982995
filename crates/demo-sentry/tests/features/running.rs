//! The server on a real socket, and the command.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use demo_sentry::{Config, start};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Sends one request, and returns everything until the connection closes.
async fn ask(origin: &str, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(origin.trim_start_matches("http://"))
        .await
        .unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer demo-token-ada\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // A dropped connection may be reset.
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

#[tokio::test]
async fn a_server_for_a_test_of_another_crate() {
    let server = start(Config::new("2026-03-10T12:00:00Z".parse().unwrap()))
        .await
        .unwrap();
    let answer = ask(
        server.origin(),
        "GET",
        "/api/0/organizations/lighthouse-books/",
        "",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    let link = format!(
        "\"organizationUrl\":\"{}/organizations/lighthouse-books\"",
        server.origin()
    );
    assert!(answer.contains(&link), "{answer}");
}

#[tokio::test]
async fn a_dropped_connection_says_nothing() {
    let server = start(Config::new("2026-03-10T12:00:00Z".parse().unwrap()))
        .await
        .unwrap();
    let fault = r#"{"path": "/api/0/auth/", "kind": "drop"}"#;
    let added = ask(server.origin(), "POST", "/_control/faults", fault).await;
    assert!(added.starts_with("HTTP/1.1 201"), "{added}");
    assert_eq!(ask(server.origin(), "GET", "/api/0/auth/", "").await, "");
    assert!(
        ask(server.origin(), "GET", "/api/0/auth/", "")
            .await
            .starts_with("HTTP/1.1 200")
    );
}

#[test]
fn the_command_says_when_it_listens_and_what_to_do_about_a_taken_port() {
    let command = || Command::new(env!("CARGO_BIN_EXE_demo-sentry"));
    let mut first = command()
        .args(["--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(first.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let port = line
        .trim()
        .strip_prefix("demo-sentry: listening on http://127.0.0.1:")
        .unwrap()
        .to_owned();

    let second = command().env("DEMO_SENTRY_PORT", &port).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let error = String::from_utf8(second.stderr).unwrap();
    assert!(
        error.contains(&format!("port {port} on 127.0.0.1 is taken")) && error.contains("--port"),
        "{error}"
    );

    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn a_scale_is_from_1_to_1000() {
    for scale in ["0", "1001", "many"] {
        let refused = Command::new(env!("CARGO_BIN_EXE_demo-sentry"))
            .args(["--port", "0", "--seed-scale", scale])
            .output()
            .unwrap();
        assert_eq!(refused.status.code(), Some(2), "{scale}");
        let error = String::from_utf8(refused.stderr).unwrap();
        assert!(error.contains("--seed-scale"), "{error}");
    }
}
