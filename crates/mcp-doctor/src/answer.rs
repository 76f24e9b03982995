//! The result of a request, and helpers with which checks read it.

use fetch::Response;
use serde_json::{Map, Value};
use url::Url;

use crate::verdict::{Finding, Verdict, holds};

/// The result of a request.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A complete response, with any status.
    Came(Response),
    /// No response came, for this reason.
    Failed(String),
    /// The request was not sent, for this reason.
    NotAsked(&'static str),
}

impl Answer {
    /// The response, for the one check that reports its absence as a breach ([`Finding::Broken`]).
    pub fn came(&self) -> Result<&Response, Finding> {
        match self {
            Self::Came(response) => Ok(response),
            Self::Failed(why) => Err(Finding::Broken(why.clone())),
            Self::NotAsked(why) => Err(Finding::Skipped(why)),
        }
    }

    /// The response, for all other checks; they are skipped without one ([`Finding::Skipped`]).
    pub fn seen(&self) -> Result<&Response, Finding> {
        match self {
            Self::Came(response) => Ok(response),
            Self::Failed(_) => Err(Finding::Skipped("there was no answer")),
            Self::NotAsked(why) => Err(Finding::Skipped(why)),
        }
    }

    /// The response, if there is one, for the next step of the walk.
    pub const fn response(&self) -> Option<&Response> {
        match self {
            Self::Came(response) => Some(response),
            _ => None,
        }
    }
}

/// The body as a JSON object, if it is one.
pub fn object(response: &Response) -> Option<Map<String, Value>> {
    serde_json::from_slice(&response.body).ok()
}

/// The member `error` of a JSON body (RFC 6749 §5.2).
pub fn error_code(response: &Response) -> Option<String> {
    Some(object(response)?.get("error")?.as_str()?.to_owned())
}

/// The status, followed by the error code if there is one.
pub fn outcome(response: &Response) -> String {
    match error_code(response) {
        Some(code) => format!("{} {code}", response.status),
        None => response.status.to_string(),
    }
}

/// The media type without its parameters, in lower case.
pub fn media_type(response: &Response) -> String {
    let value = response.header("content-type").unwrap_or("no content type");
    let essence = value.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Whether a script of this origin may read the response without credentials (Fetch standard, CORS check).
pub fn readable_from(origin: &str, response: &Response) -> bool {
    let allowed = response.header("access-control-allow-origin");
    allowed.is_some_and(|allowed| allowed == "*" || allowed == origin)
}

/// Whether a header that is a comma-separated list contains this element, ignoring case.
pub fn lists(response: &Response, name: &str, wanted: &str) -> bool {
    values(response, name)
        .flat_map(|value| value.split(','))
        .any(|element| element.trim().eq_ignore_ascii_case(wanted))
}

/// Judges whether the response forbids caches to store it.
pub fn no_store(response: &Response) -> Verdict {
    let found = response
        .header("cache-control")
        .unwrap_or("no Cache-Control");
    holds(lists(response, "cache-control", "no-store"), found)
}

/// Judges whether caches may store the response: an answer to POST needs leave for that (RFC 9110 §9.3.3).
pub fn not_stored(response: &Response) -> Verdict {
    let found = response.header("cache-control").unwrap_or_default();
    let gives_leave = ["max-age", "s-maxage", "public"]
        .iter()
        .any(|word| found.to_ascii_lowercase().contains(word))
        || response.header("expires").is_some();
    let good = !gives_leave || lists(response, "cache-control", "no-store");
    let found = if found.is_empty() {
        "no leave to store it"
    } else {
        found
    };
    holds(good, found)
}

/// Whether the answer to an authorization request refuses it: an error page, or an error for the client.
pub fn is_refusal(response: &Response, asked: &Url) -> bool {
    let target = location(response, asked);
    let mut query = target.iter().flat_map(Url::query_pairs);
    response.status >= 400 || query.any(|(name, _)| name == "error")
}

/// The values of all header lines of this name.
pub fn values<'a>(response: &'a Response, name: &'a str) -> impl Iterator<Item = &'a str> {
    let named = response.headers.iter().filter(move |(n, _)| n == name);
    named.map(|(_, value)| value.as_str())
}

/// The target of a redirect, resolved against the URL that was requested.
pub fn location(response: &Response, asked: &Url) -> Option<Url> {
    if !(300..400).contains(&response.status) {
        return None;
    }
    asked.join(response.header("location")?).ok()
}
