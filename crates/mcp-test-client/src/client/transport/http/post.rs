//! One POST, repeated until the server accepts the token.

use fetch::native::Opened;
use fetch::{Method, Response};
use serde_json::Value;

use super::{BOTH, Came, Http, MOST, name};
use crate::client::Error;
use crate::client::oauth::Challenge;

/// How often one request may lead to a sign-in for more scope: "retry the original request with the new authorization
/// no more than a few times" (MCP authorization, Step-Up Authorization Flow).
const STEP_UPS: u32 = 2;

impl Http {
    /// Posts until the server accepts the token.
    pub(super) async fn post(
        &mut self,
        message: &Value,
        headers: &[(String, String)],
    ) -> Result<Came, Error> {
        let method = name(message);
        let mut step_ups = 0;
        loop {
            let token = self.token().await?;
            let request = self
                .request(Method::Post, BOTH, token.as_deref())
                .body("application/json", message.to_string());
            let mut opened = self
                .native
                .open(request, headers)
                .await
                .map_err(|source| self.unreachable(&format!("sending {method} to"), source))?;
            let head = opened.head();
            let challenge = challenge(&head);
            let body_of = |status: u16| !(200..300).contains(&status);
            let body = if body_of(head.status) {
                opened.rest(64 * 1024).await.unwrap_or_default()
            } else {
                Vec::new()
            };
            match (head.status, &mut self.authorizer) {
                (401, Some(authorizer)) => {
                    authorizer.unauthorized(challenge.as_ref()).await?;
                    continue;
                }
                (403, Some(authorizer)) => {
                    let needed = challenge.filter(|challenge| {
                        challenge.error.as_deref() == Some("insufficient_scope")
                    });
                    if let Some(needed) = needed {
                        if step_ups == STEP_UPS {
                            return Err(Error::sign_in(
                                "MCP authorization, Step-Up Authorization Flow",
                                format!(
                                    "the server still asks for the scope `{}` after {STEP_UPS} more sign-ins; this client gives up",
                                    needed.scope.unwrap_or_default()
                                ),
                            ));
                        }
                        step_ups += 1;
                        authorizer.insufficient(&needed).await?;
                        continue;
                    }
                }
                (_, Some(authorizer)) => authorizer.accepted(),
                _ => {}
            }
            return self.came(&method, &head, body, opened).await;
        }
    }

    pub(super) async fn came(
        &mut self,
        method: &str,
        head: &Response,
        body: Vec<u8>,
        mut opened: Opened,
    ) -> Result<Came, Error> {
        if head.is_success() {
            if method == "initialize" {
                self.session = head.header("mcp-session-id").map(str::to_owned);
            }
            let kind = head.header("content-type").unwrap_or_default();
            if kind.starts_with("text/event-stream") {
                return Ok(Came::Stream(opened));
            }
            let body = opened.rest(MOST).await.map_err(|source| {
                self.unreachable(&format!("reading the answer to {method} from"), source)
            })?;
            if body.is_empty() {
                return Ok(Came::Nothing);
            }
            if !kind.starts_with("application/json") {
                return Err(Error::Protocol(format!(
                    "the server answered {method} with `{kind}`, where only application/json and text/event-stream may be (MCP transports)"
                )));
            }
            return serde_json::from_slice(&body)
                .map(Came::Message)
                .map_err(|error| {
                    Error::Protocol(format!(
                        "the server's answer to {method} is not JSON: {error}"
                    ))
                });
        }
        // A JSON-RPC error may come with an HTTP error status.
        let said: Value = serde_json::from_slice(&body).unwrap_or_default();
        if said.get("jsonrpc").is_some() && said.pointer("/error/code").is_some_and(Value::is_i64) {
            if head.status == 404
                && self.session.is_some()
                && said.get("id").is_none_or(Value::is_null)
            {
                return self.ended();
            }
            return Ok(Came::Message(said));
        }
        if head.status == 404 && self.session.is_some() {
            return self.ended();
        }
        let mut text = String::new();
        if let Some(why) = said
            .get("error_description")
            .or(said.get("error"))
            .and_then(Value::as_str)
        {
            text.push_str(": ");
            text.push_str(why);
        }
        if let Some(seconds) = head.header("retry-after") {
            text.push_str(&format!("; it says to try again after {seconds} s"));
        }
        Err(Error::Status {
            method: method.to_owned(),
            status: head.status,
            text,
        })
    }

    /// Handles a session that has ended: "When a client receives HTTP 404 in response to a request containing an
    /// `MCP-Session-Id`, it MUST start a new session" (MCP 2025-11-25 transports). The caller does that when it gets
    /// this error.
    pub(super) fn ended(&mut self) -> Result<Came, Error> {
        self.session = None;
        Err(Error::SessionEnded)
    }
}

fn challenge(head: &Response) -> Option<Challenge> {
    let lines = head
        .headers
        .iter()
        .filter(|(name, _)| name == "www-authenticate");
    Challenge::read(lines.map(|(_, value)| value.as_str()))
}
