//! A program under test, with a local Sentry.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use demo_sentry::{Config, Running, Timestamp};
use fetch::native::Native;
use fetch::{Fetch as _, Method, Request};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) async fn sentry() -> Running {
    demo_sentry::start(Config::new(Timestamp::now()))
        .await
        .unwrap()
}

/// A folder for one test, deleted at its end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).unwrap();
        let name = format!("sentry-mcp-{:016x}", u64::from_ne_bytes(bytes));
        Self(std::env::temp_dir().join(name))
    }

    pub(crate) fn sign_ins(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.0.join("sign-ins.json")).unwrap()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The program, without any variable of this process's environment that it would read.
pub(crate) fn program(sentry: &str, folder: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sentry-mcp"));
    command
        .env_clear()
        .env("SENTRY_URL", sentry)
        .env("SENTRY_MCP_CONFIG_DIR", &folder.0)
        .env("SENTRY_MCP_STORE", "file")
        .kill_on_drop(true);
    command
}

/// The exit status, standard output and standard error of a command that ends by itself.
pub(crate) async fn said(command: &mut Command) -> (i32, String, String) {
    let ended = timeout(PATIENCE * 2, command.stdin(Stdio::null()).output()).await;
    let output = ended.unwrap().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// A server process and its pipe.
pub(crate) struct Server {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
}

impl Server {
    pub(crate) fn start(command: &mut Command) -> Self {
        let pipes = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        Self {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().unwrap()).lines(),
            child,
        }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes.as_ref()).await.unwrap();
    }

    pub(crate) async fn ask(&mut self, id: impl Into<Value>, method: &str, params: Value) {
        let id: Value = id.into();
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.send(format!("{request}\n")).await;
    }

    pub(crate) async fn call(&mut self, id: impl Into<Value>, tool: &str, arguments: Value) {
        let params = json!({ "name": tool, "arguments": arguments });
        self.ask(id, "tools/call", params).await;
    }

    /// The next line as it was written; `None` at the end.
    pub(crate) async fn line(&mut self) -> Option<String> {
        let line = timeout(PATIENCE, self.output.next_line()).await;
        line.expect("no answer").unwrap()
    }

    /// The next line, parsed as a message; `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        let line = self.line().await?;
        Some(serde_json::from_str(&line).expect("nothing but the protocol"))
    }

    pub(crate) async fn answer(&mut self) -> Value {
        self.next().await.expect("the process has ended")
    }

    /// Calls `whoami` and returns the whole answer.
    pub(crate) async fn whoami(&mut self) -> Value {
        self.call("who", "whoami", json!({})).await;
        self.answer().await
    }

    /// Closes the program's input. Its output can still be read.
    pub(crate) fn close_input(&mut self) {
        self.input = None;
    }

    /// Closes the program's output. Its input stays open.
    pub(crate) fn close_output(self) -> (ChildStdin, impl Future<Output = Option<i32>>) {
        let Self {
            mut child,
            input,
            output,
        } = self;
        drop(output);
        let ended = async move {
            let ended = timeout(PATIENCE, child.wait())
                .await
                .expect("it does not end");
            ended.unwrap().code()
        };
        (input.unwrap(), ended)
    }

    /// Waits until the program ends by itself, and returns its exit status.
    #[cfg(unix)]
    pub(crate) async fn end_with_input_open(mut self) -> Option<i32> {
        let ended = timeout(PATIENCE, self.child.wait())
            .await
            .expect("it does not end");
        ended.unwrap().code()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Waits for the end without reading the output; returns the exit status and the log.
    pub(crate) async fn end(self) -> (Option<i32>, String) {
        let Self {
            mut child,
            input,
            output,
        } = self;
        drop((input, output));
        let mut error = String::new();
        let ended = timeout(PATIENCE, async {
            child
                .stderr
                .take()
                .unwrap()
                .read_to_string(&mut error)
                .await
                .unwrap();
            child.wait().await.unwrap()
        });
        (ended.await.expect("it does not end").code(), error)
    }
}

pub(crate) fn text(answer: &Value) -> &str {
    answer["result"]["content"][0]["text"]
        .as_str()
        .unwrap_or_default()
}

/// The id of the user that `whoami` names. Before the handshake there is no structured content.
pub(crate) fn user(answer: &Value) -> String {
    let whoami: Value = serde_json::from_str(text(answer)).unwrap_or_else(|_| panic!("{answer}"));
    whoami["user"]["id"].as_str().unwrap().to_owned()
}

pub(crate) async fn control(sentry: &Running, path: &str, body: Value) {
    let url = format!("{}/_control/{path}", sentry.origin())
        .parse()
        .unwrap();
    let request = Request::new(Method::Post, url).body("application/json", body.to_string());
    assert!(
        Native::new()
            .unwrap()
            .fetch(request)
            .await
            .unwrap()
            .is_success()
    );
}

/// The requests to Sentry whose path begins with this prefix.
pub(crate) async fn requests(sentry: &Running, path: &str) -> Vec<Value> {
    let url = format!("{}/_control/requests?path={path}", sentry.origin())
        .parse()
        .unwrap();
    let answer = Native::new()
        .unwrap()
        .fetch(Request::new(Method::Get, url))
        .await
        .unwrap();
    let answer: Value = serde_json::from_slice(&answer.body).unwrap();
    answer["requests"].as_array().unwrap().clone()
}
