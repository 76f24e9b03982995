//! Why a handler has no answer of its own, and the one function that makes an answer of that: a page, a redirect or JSON.

use mcp::json::Object;
use oauth_provider::Settings;
use oauth_provider::authorize::AuthorizationResponse;
use oauth_provider::bearer::BearerError;
use oauth_provider::discovery::AskedResource;
use oauth_provider::http::{Error, Response};
use oauth_types::ErrorCode;

use crate::memory::seen_tokens;
use crate::runtime::facts::{Fault, Known};
use crate::runtime::incoming::Incoming;
use crate::site::pages::{ErrorPage, Notice};

/// An error of a handler.
pub enum HandlerError {
    /// The peer's fault: it is told what is wrong.
    Peer(Refusal),
    /// Ours, or a fault of something that this server depends on. The log has the reason; the peer reads that it may try
    /// again, and nothing was used up.
    Ours {
        /// For the log: what failed.
        what: &'static str,
        /// For the log: how. No secret.
        detail: String,
    },
}

/// What a peer is told when the fault is its own.
pub enum Refusal {
    /// A page for a person. A caller that accepts JSON and no page gets the same as JSON.
    Page(Box<ErrorPage>),
    /// As [`Self::Page`], on the pages of connected apps.
    Notice(Notice),
    /// An error for an OAuth client, carried by the person's browser (RFC 6749 §4.1.2.1).
    Redirect(Box<AuthorizationResponse>),
    /// JSON for an OAuth or MCP client (RFC 6749 §5.2).
    Client(Box<Error>),
    /// A challenge to an MCP client: it needs a token, or one that allows more (RFC 6750 §3, RFC 9728 §5.1).
    Bearer(Box<(BearerError, AskedResource)>),
    /// A challenge to a caller whose token is Sentry's own. Holds the description.
    SentryBearer(&'static str),
    /// JSON for the script of the chat's page.
    Chat(ChatRefusal),
}

/// A refusal as the script of the chat's page reads it.
pub struct ChatRefusal {
    /// The status code.
    pub status: u16,
    /// The code by which the script chooses what it shows.
    pub code: &'static str,
    /// A sentence for a developer.
    pub description: &'static str,
    /// One more header, such as `Retry-After` or `Set-Cookie`.
    pub header: Option<(&'static str, String)>,
}

/// Who reads the answers of an endpoint. It decides the form of an error that is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A person, in a browser.
    Person,
    /// An OAuth or MCP client.
    Client,
    /// The script of the chat's page.
    Chat,
}

impl HandlerError {
    /// A fault of ours. `detail` goes into the log, so it names no secret.
    pub fn ours(what: &'static str, detail: impl Into<String>) -> Self {
        Self::Ours {
            what,
            detail: detail.into(),
        }
    }

    /// The one place where an error of a handler becomes HTTP.
    pub fn into_response(
        self,
        audience: Audience,
        request: &Incoming,
        settings: &Settings,
    ) -> Response {
        match self {
            Self::Peer(refusal) => refusal.into_response(request, settings),
            Self::Ours { what, detail } => {
                request.facts.learn(|known| known.ours(what, &detail));
                match audience {
                    Audience::Person => ErrorPage::outage().answer(request, settings),
                    Audience::Client => Error::unavailable(detail).into_response(settings),
                    Audience::Chat => ChatRefusal::outage().into_response(),
                }
            }
        }
    }
}

impl Refusal {
    fn into_response(self, request: &Incoming, settings: &Settings) -> Response {
        request.facts.learn(|known| self.tell(known));
        match self {
            Self::Page(page) => page.answer(request, settings),
            Self::Notice(notice) => notice.answer(request, settings),
            Self::Redirect(answer) => redirect(302, &answer.location()),
            Self::Client(error) => {
                error.grant.iter().for_each(seen_tokens::forget);
                error.into_response(settings)
            }
            Self::Bearer(challenge) => {
                let (error, asked) = *challenge;
                error.into_response(&asked, settings)
            }
            Self::SentryBearer(description) => Error::new(ErrorCode::InvalidToken, description)
                .into_response(settings)
                .header("www-authenticate", "Sentry-Bearer realm=\"Sentry MCP\""),
            Self::Chat(refusal) => refusal.into_response(),
        }
    }
}

impl Refusal {
    /// For the log: which check it was, in our words.
    fn tell(&self, known: &mut Known) {
        match self {
            Self::Page(page) => page.tell(known),
            Self::Notice(notice) => known.refused(Fault::Client, "", notice.title),
            Self::Redirect(answer) => told(answer, known),
            Self::Client(error) => {
                // A grant says so of the upstream's trouble alone; what else is not answered at the moment is a client's document.
                let fault = if error.status >= 500 && error.grant.is_some() {
                    Fault::Upstream
                } else {
                    Fault::Client
                };
                known.refused(fault, error.code.as_str(), &error.description);
                known.detail = error.detail.clone().unwrap_or_default();
            }
            Self::Bearer(challenge) => {
                let error = match &challenge.0 {
                    BearerError::Missing => "missing_token",
                    BearerError::InsufficientScope { .. } => "insufficient_scope",
                    BearerError::Invalid | BearerError::Ended | BearerError::Storage(_) => {
                        "invalid_token"
                    }
                };
                known.refused(Fault::Client, error, &challenge.0.to_string());
            }
            Self::SentryBearer(words) => known.refused(Fault::Client, "invalid_token", words),
            Self::Chat(refusal) => known.refused(Fault::Client, refusal.code, refusal.description),
        }
    }
}

/// For the log: what a client is told through the person's browser.
pub fn told(answer: &AuthorizationResponse, known: &mut Known) {
    if let Err((code, description)) = &answer.outcome {
        known.refused(Fault::Client, code.as_str(), description);
    }
}

impl ChatRefusal {
    fn outage() -> Self {
        Self {
            status: 503,
            code: "temporarily_unavailable",
            description: "the server cannot answer at the moment; try again",
            header: Some(("retry-after", "5".to_owned())),
        }
    }

    fn into_response(self) -> Response {
        let mut body = String::new();
        Object::begin(&mut body)
            .text("error", self.code)
            .text("error_description", self.description)
            .end();
        let response = Response {
            body,
            ..Response::empty(self.status)
        }
        .header("content-type", "application/json")
        .header("cache-control", "no-store");
        match self.header {
            Some((name, value)) => response.header(name, value),
            None => response,
        }
    }
}

/// Faults of ours keep their detail; anything else is told to the client as the endpoint says it.
impl From<Error> for HandlerError {
    fn from(error: Error) -> Self {
        match error {
            Error {
                code: ErrorCode::TemporarilyUnavailable,
                status: 503,
                detail: Some(detail),
                grant: None,
                ..
            } => Self::ours(ErrorCode::TemporarilyUnavailable.as_str(), detail),
            error => Self::Peer(Refusal::Client(Box::new(error))),
        }
    }
}

impl From<AuthorizationResponse> for HandlerError {
    fn from(response: AuthorizationResponse) -> Self {
        Self::Peer(Refusal::Redirect(Box::new(response)))
    }
}

impl From<ErrorPage> for HandlerError {
    fn from(page: ErrorPage) -> Self {
        Self::Peer(Refusal::Page(Box::new(page)))
    }
}

impl From<Notice> for HandlerError {
    fn from(notice: Notice) -> Self {
        Self::Peer(Refusal::Notice(notice))
    }
}

impl From<ChatRefusal> for HandlerError {
    fn from(refusal: ChatRefusal) -> Self {
        Self::Peer(Refusal::Chat(refusal))
    }
}

/// Sends a browser on. The answer is not kept, and only this server's own pages learn the address it came from.
pub fn redirect(status: u16, location: &str) -> Response {
    Response::empty(status)
        .header("location", location)
        .header("cache-control", "no-store")
        .header("referrer-policy", "same-origin")
}
