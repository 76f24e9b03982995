//! Streamable HTTP, client side (MCP 2025-03-26 to 2026-07-28 transports).

mod post;
mod stream;

use std::cell::RefCell;
use std::time::Duration;

use fetch::native::{Native, Opened};
use fetch::{Fetch as _, LocalFuture, Method, Request};
use serde_json::Value;
use url::Url;

use super::inbox::Inbox;
use super::{Arrived, Listener, Transport, answer, sort};
use crate::client::Error;
use crate::client::oauth::Authorizer;

/// Maximum size of one message, in bytes.
const MOST: usize = 16 << 20;

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

/// The listener, shared by the stream of a request and the inbox.
type Shared<'a> = RefCell<&'a mut dyn Listener>;

/// The media types that we accept.
const BOTH: &str = "application/json, text/event-stream";

/// The result of a POST.
enum Came {
    /// No message.
    Nothing,
    /// One message.
    Message(Value),
    /// A stream of messages.
    Stream(Opened),
}

impl Http {
    /// Without an authorizer, a 401 is an error.
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

    /// The authorizer, for signing out and for showing the current token's properties.
    pub const fn authorizer(&mut self) -> Option<&mut Authorizer> {
        self.authorizer.as_mut()
    }

    fn unreachable(&self, doing: &str, source: fetch::FetchError) -> Error {
        Error::Unreachable {
            doing: format!("{doing} {}", self.endpoint),
            source,
        }
    }

    /// The headers of every request.
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

    /// Sends one message and returns what comes back.
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
                "the server answered {} with an empty response",
                name(message)
            ))),
            _ => Ok(None),
        }
    }

    /// Opens the inbox, if a server of an older revision may want to ask something. Waits briefly for it to open,
    /// because messages sent before the stream exists would be lost.
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

fn name(message: &Value) -> String {
    let method = message.get("method").and_then(Value::as_str);
    method.unwrap_or("an answer").to_owned()
}
