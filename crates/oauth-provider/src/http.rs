//! Requests and responses as this crate sees them: text and bytes, no transport.

use std::fmt;

use crate::grant::GrantId;
use oauth_types::{ErrorCode, ErrorResponse};
use serde::Serialize;

use crate::settings::Settings;

/// What an endpoint needs of a request. The adapter reads the body under the endpoint's limit.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Upper case.
    pub method: &'a str,
    /// The header `Content-Type`.
    pub content_type: Option<&'a str>,
    /// The header `Authorization`.
    pub authorization: Option<&'a str>,
    /// The whole body; `None` where it was longer than [`MAX_BODY`] and reading stopped.
    pub body: Option<&'a [u8]>,
}

/// Neither the header `Authorization` nor the body: they hold secrets.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("content_type", &self.content_type)
            .field("authorization", &self.authorization.map(|_| "…"))
            .field("body", &self.body.map(<[u8]>::len))
            .finish()
    }
}

/// The most bytes of body that any endpoint here takes.
pub const MAX_BODY: usize = 64 * 1024;

/// An answer, complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names are lower case.
    pub headers: Vec<(&'static str, String)>,
    /// May be empty.
    pub body: String,
}

impl Response {
    /// An answer without body.
    #[must_use]
    pub const fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// A JSON answer that nobody may keep.
    #[must_use]
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        // Invariant: our own structs of strings and numbers always serialize.
        let body = serde_json::to_string(body).unwrap_or_default();
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body,
        }
        .header("cache-control", "no-store")
        .header("pragma", "no-cache")
    }

    /// Adds a header; `name` is lower case.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The first value of a header; `name` is lower case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, value)| value.as_str())
    }
}

/// An error that an endpoint answers with: the peer's fault and ours alike, coded, safe to send.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {description}")]
pub struct Error {
    /// The status code.
    pub status: u16,
    /// For programs.
    pub code: ErrorCode,
    /// For the developer of the client. Names no secret and nothing that was sent as one.
    pub description: String,
    /// Whether the client used HTTP Basic, and is to be told so (RFC 6749 §5.2).
    pub basic: bool,
    /// For the server's log, never sent.
    pub detail: Option<String>,
    /// The grant that refused. It may have closed, so drop its tokens from every cache. Never sent.
    pub grant: Option<GrantId>,
}

impl Error {
    /// With the status that RFC 6749 §5.2 gives the code.
    #[must_use]
    pub fn new(code: ErrorCode, description: impl Into<String>) -> Self {
        let status = match code {
            ErrorCode::InvalidClient | ErrorCode::InvalidToken => 401,
            ErrorCode::InsufficientScope => 403,
            ErrorCode::TemporarilyUnavailable => 503,
            ErrorCode::ServerError => 500,
            _ => 400,
        };
        Self {
            status,
            code,
            description: description.into(),
            basic: false,
            detail: None,
            grant: None,
        }
    }

    /// A failure of ours, such as storage. Nothing was consumed, and the client keeps its tokens and tries again.
    #[must_use]
    pub fn unavailable(detail: impl Into<String>) -> Self {
        let error = Self::new(
            ErrorCode::TemporarilyUnavailable,
            "the server cannot answer at the moment; try again",
        );
        Self {
            detail: Some(detail.into()),
            ..error
        }
    }

    /// What a client hears that the operator has shut out. `unauthorized_client` would be nearer, but clients throw away what
    /// they hold on that, as on `invalid_client`; this they show to their person, who is served again when the
    /// operator changes their mind.
    #[must_use]
    #[inline(never)]
    pub fn denied_client() -> Self {
        Self::new(
            ErrorCode::AccessDenied,
            "this server's operator has blocked this client; nothing that you hold was revoked",
        )
        .status(403)
    }

    /// What a client that registered long ago must hear before it registers again.
    #[must_use]
    pub(crate) fn unknown_client() -> Self {
        Self::new(
            ErrorCode::InvalidClient,
            "no client is registered under this client_id",
        )
    }

    /// Of a request in which HTTP Basic named the client, or did not.
    #[must_use]
    pub(crate) const fn of_basic(mut self, basic: bool) -> Self {
        self.basic = basic;
        self
    }

    /// With another status.
    #[must_use]
    pub const fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The one place where an error of the token, revocation and registration endpoints becomes HTTP.
    #[must_use]
    pub fn into_response(self, settings: &Settings) -> Response {
        let body = ErrorResponse {
            error: self.code,
            error_description: &plain(&self.description),
        };
        let mut response = Response::json(self.status, &body);
        if self.basic && self.status == 401 {
            let challenge = format!("Basic realm=\"{}\"", settings.resource_name);
            response = response.header("www-authenticate", challenge);
        }
        match self.status {
            405 => response.header("allow", "POST, OPTIONS"),
            // Seconds: limits are by the minute.
            429 => response.header("retry-after", "60"),
            503 => response.header("retry-after", "5"),
            _ => response,
        }
    }
}

/// What an `error_description` may hold: "MUST NOT include characters outside the set %x20-21 / %x23-5B / %x5D-7E"
/// (RFC 6749 §5.2, RFC 6750 §3). Ours quote what strangers sent.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '"' => '\'',
            '\\' => '/',
            ' '..='~' => c,
            _ => '?',
        })
        .collect()
}
