use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use url::Url;

/// The methods that callers of this port need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// `GET` (RFC 9110 §9.3.1).
    Get,
    /// `POST` (RFC 9110 §9.3.3).
    Post,
    /// `PUT` (RFC 9110 §9.3.4).
    Put,
    /// `DELETE` (RFC 9110 §9.3.5).
    Delete,
    /// RFC 9110 §9.3.7: what a browser asks before a script may.
    Options,
}

impl Method {
    /// The method as it stands in the request line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }
}

/// An outgoing request with its limits. `Debug` shows neither the values of headers nor the body: they hold secrets.
#[derive(Clone)]
pub struct Request {
    /// What is asked for.
    pub method: Method,
    /// The target. Callers check the host; the port sends to any.
    pub url: Url,
    /// Names are lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The bytes of the body, sent unchanged.
    pub body: Option<Vec<u8>>,
    /// For headers and body together. Default 30 s.
    pub timeout: Duration,
    /// In bytes, counted while reading. Default 16 MiB.
    pub max_body: usize,
    /// The bodies of answers with other statuses are not read, and empty. Default all.
    pub body_of: RangeInclusive<u16>,
    /// The name of a budget that this request has to itself, before the one that it shares. Ignored by a port that
    /// does not count.
    pub own_budget: Option<String>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url.as_str())
            .field("headers", &names)
            .field("body", &self.body.as_ref().map(Vec::len))
            .field("timeout", &self.timeout)
            .field("max_body", &self.max_body)
            .field("body_of", &self.body_of)
            .field("own_budget", &self.own_budget)
            .finish()
    }
}

impl Request {
    /// A request without headers or body, under the default limits.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            body: None,
            timeout: Duration::from_secs(30),
            max_body: 16 << 20,
            body_of: 0..=u16::MAX,
            own_budget: None,
        }
    }

    /// Adds a header; `name` is lower case.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sets the body and its content type.
    #[must_use]
    pub fn body(mut self, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.header("content-type", content_type)
    }

    /// Sets the deadline for headers and body together.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the most bytes of body that will be read.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Sets the statuses of the answers whose bodies are read: whoever judges by the status alone waits for no page.
    #[must_use]
    pub fn body_of(mut self, statuses: RangeInclusive<u16>) -> Self {
        self.body_of = statuses;
        self
    }
}
