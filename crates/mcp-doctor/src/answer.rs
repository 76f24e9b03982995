//! What came of a request, and how a check reads it.

use fetch::Response;
use serde_json::{Map, Value};
use url::Url;

use crate::verdict::{Finding, Verdict, holds};

/// What came of a request.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A complete response, of whatever status.
    Came(Response),
    /// No response, and the reason.
    Failed(String),
    /// The request was not sent, and the reason.
    NotAsked(&'static str),
}

impl Answer {
    /// The response, for the one check that reports its absence as a breach.
    pub fn came(&self) -> Result<&Response, Finding> {
        match self {
            Self::Came(response) => Ok(response),
            Self::Failed(why) => Err(Finding::Broken(why.clone())),
            Self::NotAsked(why) => Err(Finding::Skipped(why)),
        }
    }

    /// The response, for every other check, which is skipped without one.
    pub fn seen(&self) -> Result<&Response, Finding> {
        match self {
            Self::Came(response) => Ok(response),
            Self::Failed(_) => Err(Finding::Skipped("there was no answer")),
            Self::NotAsked(why) => Err(Finding::Skipped(why)),
        }
    }

    /// The response, if it came, for the next step of the walk.
    pub const fn response(&self) -> Option<&Response> {
        match self {
            Self::Came(response) => Some(response),
            _ => None,
        }
    }
}

/// The body as a JSON object.
pub fn object(response: &Response) -> Option<Map<String, Value>> {
    serde_json::from_slice(&response.body).ok()
}

/// The member `error` of a body (RFC 6749 §5.2).
pub fn error_code(response: &Response) -> Option<String> {
    Some(object(response)?.get("error")?.as_str()?.to_owned())
}

/// Status, and the error code where there is one.
pub fn outcome(response: &Response) -> String {
    match error_code(response) {
        Some(code) => format!("{} {code}", response.status),
        None => response.status.to_string(),
    }
}

/// The media type alone, in lower case.
pub fn media_type(response: &Response) -> String {
    let value = response.header("content-type").unwrap_or("no content type");
    let essence = value.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Whether a script of this origin may read the response, without credentials (Fetch standard, CORS check).
pub fn readable_from(origin: &str, response: &Response) -> bool {
    let allowed = response.header("access-control-allow-origin");
    allowed.is_some_and(|allowed| allowed == "*" || allowed == origin)
}

/// Whether one of the elements of a header that is a list is this one.
pub fn lists(response: &Response, name: &str, wanted: &str) -> bool {
    values(response, name)
        .flat_map(|value| value.split(','))
        .any(|element| element.trim().eq_ignore_ascii_case(wanted))
}

/// Judges whether the answer forbids caches to keep it.
pub fn no_store(response: &Response) -> Verdict {
    let found = response
        .header("cache-control")
        .unwrap_or("no Cache-Control");
    holds(lists(response, "cache-control", "no-store"), found)
}

/// Every line of a header.
pub fn values<'a>(response: &'a Response, name: &'a str) -> impl Iterator<Item = &'a str> {
    let named = response.headers.iter().filter(move |(n, _)| n == name);
    named.map(|(_, value)| value.as_str())
}

/// Where a redirect leads.
pub fn location(response: &Response, asked: &Url) -> Option<Url> {
    if !(300..400).contains(&response.status) {
        return None;
    }
    asked.join(response.header("location")?).ok()
}
