//! Streamable HTTP, client side (MCP 2025-03-26 to 2026-07-28 transports).

use std::cell::RefCell;
use std::time::Duration;

use fetch::native::{Native, Opened};
use fetch::{Fetch as _, LocalFuture, Method, Request, Response};
use serde_json::Value;
use url::Url;

use super::inbox::Inbox;
use super::{Arrived, Listener, Transport, answer, sort};
use crate::client::Error;
use crate::client::oauth::{Authorizer, Challenge};
use crate::client::sse::Parser;

/// The most bytes of one message.
const MOST: usize = 16 << 20;

/// How often a stream that broke off is taken up again for one request.
const RECONNECTIONS: u32 = 10;

/// How often one request may lead to a sign-in for more scope: "retry the original request with the new authorization
/// no more than a few times" (MCP authorization, Step-Up Authorization Flow).
const STEP_UPS: u32 = 2;

/// One MCP endpoint.
pub struct Http {
    native: Native,
    endpoint: Url,
    authorizer: Option<Authorizer>,
    timeout: Duration,
    version: Option<String>,
    session: Option<String>,
    inbox: Inbox,
}

/// Heard by two: the stream of a request, and the inbox.
type Shared<'a> = RefCell<&'a mut dyn Listener>;

/// What we take.
const BOTH: &str = "application/json, text/event-stream";

/// What a POST came to.
enum Came {
    /// Nothing to read.
    Nothing,
    /// One message.
    Message(Value),
    /// Messages will come.
    Stream(Opened),
}

impl Http {
    /// Without an authorizer a 401 is an error.
    #[must_use]
    pub const fn new(
        native: Native,
        endpoint: Url,
        authorizer: Option<Authorizer>,
        timeout: Duration,
    ) -> Self {
        Self {
            native,
            endpoint,
            authorizer,
            timeout,
            version: None,
            session: None,
            inbox: Inbox::Closed,
        }
    }

    /// For signing out, and for what the person wants to know of the token.
    pub const fn authorizer(&mut self) -> Option<&mut Authorizer> {
        self.authorizer.as_mut()
    }

    fn unreachable(&self, doing: &str, source: fetch::FetchError) -> Error {
        Error::Unreachable {
            doing: format!("{doing} {}", self.endpoint),
            source,
        }
    }

    /// The headers that every request of ours has.
    fn request(&self, method: Method, accept: &'static str, token: Option<&str>) -> Request {
        let mut request = Request::new(method, self.endpoint.clone())
            .header("accept", accept)
            .timeout(self.timeout);
        if let Some(version) = &self.version {
            request = request.header("mcp-protocol-version", version.clone());
        }
        if let Some(session) = &self.session {
            request = request.header("mcp-session-id", session.clone());
        }
        if let Some(token) = token {
            // "Authorization MUST be included in every HTTP request from client to server."
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request
    }

    async fn token(&mut self) -> Result<Option<String>, Error> {
        match &mut self.authorizer {
            Some(authorizer) => Ok(authorizer
                .token()
                .await?
                .map(|token| token.reveal().to_owned())),
            None => Ok(None),
        }
    }

    /// Posts until the server is content with the token.
    async fn post(&mut self, message: &Value, headers: &[(String, String)]) -> Result<Came, Error> {
        let method = name(message);
        let mut step_ups = 0;
        loop {
            let token = self.token().await?;
            let request = self
                .request(
                    Method::Post,
                    "application/json, text/event-stream",
                    token.as_deref(),
                )
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

    async fn came(
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
                        "the server's answer to {method} is no JSON: {error}"
                    ))
                });
        }
        // Errors of the protocol may come with an error of HTTP.
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

    /// "When a client receives HTTP 404 in response to a request containing an `MCP-Session-Id`, it MUST start a new
    /// session" (MCP 2025-11-25 transports); whoever knows how to is told.
    fn ended(&mut self) -> Result<Came, Error> {
        self.session = None;
        Err(Error::SessionEnded)
    }

    /// Reads a stream to the answer for `id`. One that ends before it is taken up where it ended, if the server gave
    /// its events ids (MCP 2025-11-25 transports, Resumability): after the time that it names.
    async fn follow(
        &mut self,
        mut opened: Opened,
        message: &Value,
        listener: &Shared<'_>,
    ) -> Result<Value, Error> {
        let method = name(message);
        let id = message.get("id").unwrap_or(&Value::Null);
        let mut parser = Parser::new(MOST);
        let mut connections = 0;
        loop {
            let broke = loop {
                match opened.chunk().await {
                    Ok(Some(bytes)) => {
                        if let Some(found) = self
                            .heard(&mut parser, &bytes, id, &method, listener)
                            .await?
                        {
                            return Ok(found);
                        }
                    }
                    Ok(None) => break None,
                    Err(error) => break Some(error),
                }
            };
            let Some(last) = parser
                .last_id
                .clone()
                .filter(|_| connections < RECONNECTIONS)
            else {
                return Err(match broke {
                    Some(source) => self
                        .unreachable(&format!("waiting for the answer to {method} from"), source),
                    None => Error::Protocol(format!(
                        "the server's stream ended without the answer to {method}"
                    )),
                });
            };
            connections += 1;
            let wait = parser.retry.unwrap_or(1000).min(60_000);
            self.native.sleep(Duration::from_millis(wait)).await;
            let token = self.token().await?;
            let request = self
                .request(Method::Get, "text/event-stream", token.as_deref())
                .header("last-event-id", last);
            opened = self
                .native
                .open(request, &[])
                .await
                .map_err(|source| self.unreachable("taking up the stream of", source))?;
            let head = opened.head();
            if !head.is_success() {
                return Err(Error::Status {
                    method: format!("the stream's continuation ({method})"),
                    status: head.status,
                    text: String::new(),
                });
            }
            parser.reconnect();
        }
    }

    /// One message, and what comes of it.
    async fn exchange(
        &mut self,
        message: &Value,
        headers: &[(String, String)],
        listener: &Shared<'_>,
    ) -> Result<Option<Value>, Error> {
        let wants_answer = message.get("id").is_some() && message.get("method").is_some();
        match self.post(message, headers).await? {
            Came::Stream(opened) if wants_answer => {
                self.follow(opened, message, listener).await.map(Some)
            }
            Came::Message(found) if wants_answer => Ok(Some(found)),
            Came::Nothing if wants_answer => Err(Error::Protocol(format!(
                "the server answered {} with nothing",
                name(message)
            ))),
            _ => Ok(None),
        }
    }

    /// Opens the inbox where a server of the older revisions may ask somebody something. It has a moment to do so: what
    /// it sends before the stream is there would be lost.
    async fn listen(&mut self, message: &Value, listener: &dyn Listener) {
        let is_handshake = matches!(
            message.get("method").and_then(Value::as_str),
            None | Some("initialize" | "server/discover" | "notifications/initialized")
        );
        let is_modern = self.version.as_deref() == Some("2026-07-28");
        if is_handshake || is_modern || !listener.can_ask() || !self.inbox.is_closed() {
            return;
        }
        let token = self.authorizer.as_ref().and_then(Authorizer::tokens);
        let token = token.map(|tokens| tokens.access_token.reveal());
        let request = self.request(Method::Get, "text/event-stream", token);
        let native = self.native.clone();
        self.inbox = Inbox::Opening(Box::pin(async move { native.open(request, &[]).await }));
        let _ = tokio::time::timeout(Duration::from_secs(2), self.inbox.next(MOST)).await;
    }

    async fn heard(
        &mut self,
        parser: &mut Parser,
        bytes: &[u8],
        id: &Value,
        method: &str,
        listener: &Shared<'_>,
    ) -> Result<Option<Value>, Error> {
        let events = parser.push(bytes).map_err(|_| {
            Error::Protocol(format!(
                "the server's answer to {method} is longer than {MOST} bytes"
            ))
        })?;
        for event in events {
            if event.data.is_empty() || !(event.name.is_empty() || event.name == "message") {
                continue;
            }
            let message: Value = serde_json::from_str(&event.data).map_err(|error| {
                Error::Protocol(format!(
                    "an event of the server's stream is no JSON: {error}"
                ))
            })?;
            let arrived = sort(message, id, &mut **listener.borrow_mut());
            match arrived {
                Arrived::Answer(found) => return Ok(Some(found)),
                Arrived::Request(request) => {
                    let said = answer(&request, &mut **listener.borrow_mut());
                    self.post(&said, &[]).await?;
                }
                Arrived::Other => {}
            }
        }
        Ok(None)
    }
}

impl Transport for Http {
    fn send<'a>(
        &'a mut self,
        message: &'a Value,
        headers: &'a [(String, String)],
        listener: &'a mut dyn Listener,
    ) -> LocalFuture<'a, Result<Option<Value>, Error>> {
        Box::pin(async move {
            self.listen(message, &*listener).await;
            let mut inbox = std::mem::replace(&mut self.inbox, Inbox::Closed);
            let native = self.native.clone();
            let token = self.authorizer.as_ref().and_then(Authorizer::tokens);
            let token = token.map(|tokens| tokens.access_token.reveal());
            let reply = self.request(Method::Post, BOTH, token);
            let listener = RefCell::new(listener);
            let came = {
                let exchange = self.exchange(message, headers, &listener);
                tokio::pin!(exchange);
                loop {
                    let arrived = tokio::select! {
                        came = &mut exchange => break came,
                        arrived = inbox.next(MOST) => arrived,
                    };
                    for message in arrived {
                        let sorted = sort(message, &Value::Null, &mut **listener.borrow_mut());
                        if let Arrived::Request(request) = sorted {
                            let said = answer(&request, &mut **listener.borrow_mut());
                            let reply = reply.clone().body("application/json", said.to_string());
                            if native.fetch(reply).await.is_err() {
                                let mut listener = listener.borrow_mut();
                                listener.warned("an answer did not reach the server");
                            }
                        }
                    }
                }
            };
            self.inbox = inbox;
            came
        })
    }

    fn speak(&mut self, version: &str) {
        self.version = Some(version.to_owned());
    }

    fn is_http(&self) -> bool {
        true
    }

    /// "Clients that no longer need a particular session SHOULD send an HTTP DELETE."
    fn close(&mut self) -> LocalFuture<'_, ()> {
        Box::pin(async move {
            if self.session.is_none() {
                return;
            }
            let token = self.token().await.unwrap_or_default();
            let request = self
                .request(Method::Delete, "application/json", token.as_deref())
                .timeout(Duration::from_secs(3));
            let _ = self.native.fetch(request).await;
            self.session = None;
        })
    }
}

fn challenge(head: &Response) -> Option<Challenge> {
    let lines = head
        .headers
        .iter()
        .filter(|(name, _)| name == "www-authenticate");
    Challenge::read(lines.map(|(_, value)| value.as_str()))
}

fn name(message: &Value) -> String {
    let method = message.get("method").and_then(Value::as_str);
    method.unwrap_or("an answer").to_owned()
}
