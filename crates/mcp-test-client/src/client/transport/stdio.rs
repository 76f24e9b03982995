//! A server that runs as a child process, with one message per line on its standard streams (MCP transports, stdio).

use std::process::Stdio as Stream;
use std::time::Duration;

use fetch::LocalFuture;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::{Arrived, Listener, Transport, answer, sort};
use crate::client::Error;

/// Maximum length of one line, in bytes.
const MOST: u64 = 32 << 20;

/// The server's process.
pub struct Stdio {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    timeout: Duration,
    command: String,
}

impl Stdio {
    /// Starts the process. Its standard error goes to ours.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start(program: &str, arguments: &[String], timeout: Duration) -> Result<Self, Error> {
        let failed =
            |why: &str| Error::Local(format!("the server `{program}` did not start: {why}"));
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stream::piped())
            .stdout(Stream::piped())
            .stderr(Stream::inherit())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => failed("no such program"),
                _ => failed(&error.to_string()),
            })?;
        let input = child.stdin.take();
        let output = child
            .stdout
            .take()
            .ok_or_else(|| failed("it has no output"))?;
        Ok(Self {
            child,
            input,
            output: BufReader::new(output),
            timeout,
            command: program.to_owned(),
        })
    }

    async fn write(&mut self, message: &Value) -> Result<(), Error> {
        let mut line = message.to_string();
        line.push('\n');
        let written = match &mut self.input {
            Some(input) => match input.write_all(line.as_bytes()).await {
                Ok(()) => input.flush().await.is_ok(),
                Err(_) => false,
            },
            None => false,
        };
        if written {
            Ok(())
        } else {
            Err(self.over().await)
        }
    }

    /// Reads the next line of its output.
    async fn read(&mut self) -> Result<String, Error> {
        let mut line = Vec::new();
        let mut bounded = (&mut self.output).take(MOST);
        let read = bounded.read_until(b'\n', &mut line).await;
        match read {
            Ok(0) | Err(_) => Err(self.over().await),
            Ok(_) if line.last() != Some(&b'\n') && line.len() as u64 == MOST => {
                Err(Error::Protocol(format!(
                    "a message of the server `{}` is longer than {MOST} bytes",
                    self.command
                )))
            }
            Ok(_) => Ok(String::from_utf8_lossy(&line).into_owned()),
        }
    }

    /// The error for a process that has ended, with its exit status if that is known soon.
    async fn over(&mut self) -> Error {
        let status = tokio::time::timeout(Duration::from_secs(2), self.child.wait()).await;
        let how = match status {
            Ok(Ok(status)) => format!(" with {status}"),
            _ => String::new(),
        };
        Error::Protocol(format!(
            "the server `{}` ended{how}; what it wrote to standard error is above",
            self.command
        ))
    }

    async fn exchange(
        &mut self,
        message: &Value,
        listener: &mut dyn Listener,
    ) -> Result<Option<Value>, Error> {
        self.write(message).await?;
        let Some(id) = message
            .get("id")
            .filter(|_| message.get("method").is_some())
        else {
            return Ok(None);
        };
        loop {
            let line = self.read().await?;
            if line.trim().is_empty() {
                continue;
            }
            let Ok(arrived) = serde_json::from_str::<Value>(&line) else {
                // "The server MUST NOT write anything to its `stdout` that is not a valid MCP message."
                let shown: String = line.trim_end().chars().take(200).collect();
                listener.warned(&format!(
                    "the server wrote to standard output what is no message: {shown}"
                ));
                continue;
            };
            match sort(arrived, id, listener) {
                Arrived::Answer(found) => return Ok(Some(found)),
                Arrived::Request(request) => {
                    let said = answer(&request, listener);
                    self.write(&said).await?;
                }
                Arrived::Other => {}
            }
        }
    }
}

impl Transport for Stdio {
    fn send<'a>(
        &'a mut self,
        message: &'a Value,
        _headers: &'a [(String, String)],
        listener: &'a mut dyn Listener,
    ) -> LocalFuture<'a, Result<Option<Value>, Error>> {
        let (timeout, command) = (self.timeout, self.command.clone());
        Box::pin(async move {
            tokio::time::timeout(timeout, self.exchange(message, listener))
                .await
                .unwrap_or_else(|_| {
                    Err(Error::Unreachable {
                        doing: format!("waiting for the server `{command}`"),
                        source: fetch::FetchError::Timeout(timeout),
                    })
                })
        })
    }

    fn speak(&mut self, _version: &str) {}

    fn is_http(&self) -> bool {
        false
    }

    /// Closes the process's input, waits, and kills it if it does not end (MCP 2026-07-28 stdio, Shutdown).
    fn close(&mut self) -> LocalFuture<'_, ()> {
        Box::pin(async move {
            self.input = None;
            let ended = tokio::time::timeout(Duration::from_secs(2), self.child.wait()).await;
            if ended.is_err() {
                let _ = self.child.kill().await;
            }
        })
    }
}
