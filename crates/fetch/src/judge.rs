//! One judgement of an answer, for all who fetch a document: status first, then content type, then whether all of it came.

use std::fmt;

use crate::{FetchError, Response};

/// The first thing that is wrong with an answer, in the order in which an answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault<'a> {
    /// Not even a status came: no connection, or none in time.
    NoAnswer(&'a FetchError),
    /// The status is not 200.
    Status(u16),
    /// The content type is not `application/json` or `application/…+json`.
    ContentType(&'a str),
    /// The body is too long, or did not come whole.
    Body(&'a FetchError),
}

/// Judges the answer to a request for JSON. A page of an error is what its status says, whatever it weighs.
///
/// # Errors
/// The first [`Fault`].
pub fn judge(answer: &Result<Response, FetchError>) -> Result<&Response, Fault<'_>> {
    let (head, missing) = match answer {
        Ok(response) => (response, None),
        Err(FetchError::Incomplete { head, why }) => (&**head, Some(&**why)),
        Err(error) => return Err(Fault::NoAnswer(error)),
    };
    if head.status != 200 {
        return Err(Fault::Status(head.status));
    }
    let content_type = head.header("content-type").unwrap_or_default();
    if !is_json(&essence(content_type)) {
        return Err(Fault::ContentType(content_type));
    }
    missing.map_or(Ok(head), |why| Err(Fault::Body(why)))
}

impl Fault<'_> {
    /// Whether asking again later can help: the server is down, slow or overloaded, or a web page stands in its place, as
    /// while it is maintained or behind a challenge for robots.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::NoAnswer(error) | Self::Body(error) => !matches!(error, FetchError::TooLarge(_)),
            Self::Status(status) => matches!(status, 429 | 500..),
            Self::ContentType(value) => is_page(value),
        }
    }
}

impl fmt::Display for Fault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer(error) | Self::Body(error) => error.fmt(f),
            Self::Status(status @ 300..=399) => {
                write!(f, "{status}, a redirect, which must not be followed")
            }
            Self::Status(status) => status.fmt(f),
            Self::ContentType("") => f.write_str("no content type"),
            Self::ContentType(value) if is_page(value) => {
                write!(f, "a web page ({value}) instead of the document")
            }
            Self::ContentType(value) => f.write_str(value),
        }
    }
}

/// A content type without its parameters.
fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

fn is_json(essence: &str) -> bool {
    let specific = essence
        .strip_prefix("application/")
        .and_then(|subtype| subtype.strip_suffix("+json"));
    essence == "application/json" || specific.is_some_and(|subtype| !subtype.is_empty())
}

fn is_page(content_type: &str) -> bool {
    matches!(
        essence(content_type).as_str(),
        "text/html" | "application/xhtml+xml"
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn head(status: u16, content_type: &str) -> Response {
        Response {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: Vec::new(),
        }
    }

    fn said(answer: &Result<Response, FetchError>) -> (String, bool) {
        judge(answer).map_or_else(
            |fault| (fault.to_string(), fault.is_passing()),
            |_| (String::new(), false),
        )
    }

    // rule: clients/judged-before-its-body: the status is judged first, then the content type, then the size, whatever the
    //    body weighs [CIMD §5, §8.7]
    #[test]
    fn status_then_type_then_size() {
        let late = FetchError::Timeout(Duration::from_secs(10));
        let page = "a web page (text/html) instead of the document";
        for (status, content_type, of_whole, of_large, passing) in [
            (
                200,
                "application/json",
                "",
                "the answer is longer than 9 bytes",
                [false, false],
            ),
            (200, "text/html", page, page, [true, true]),
            (
                200,
                "text/plain",
                "text/plain",
                "text/plain",
                [false, false],
            ),
            (
                200,
                "",
                "no content type",
                "no content type",
                [false, false],
            ),
            (201, "application/json", "201", "201", [false, false]),
            (403, "text/html", "403", "403", [false, false]),
            (404, "text/html", "404", "404", [false, false]),
            (503, "text/html", "503", "503", [true, true]),
            (429, "application/json", "429", "429", [true, true]),
        ] {
            let broken = |why: FetchError| {
                Err(FetchError::Incomplete {
                    head: Box::new(head(status, content_type)),
                    why: Box::new(why),
                })
            };
            let whole = said(&Ok(head(status, content_type)));
            let large = said(&broken(FetchError::TooLarge(9)));
            assert_eq!(whole, (of_whole.to_owned(), passing[0]), "{status}");
            assert_eq!(large, (of_large.to_owned(), passing[1]), "{status}");
            let slow = said(&broken(late.clone()));
            let is_good = status == 200 && content_type == "application/json";
            let expected = if is_good {
                (late.to_string(), true)
            } else {
                whole
            };
            assert_eq!(slow, expected, "{status}");
        }
        let redirect = said(&Ok(head(302, "text/html")));
        assert_eq!(redirect.0, "302, a redirect, which must not be followed");
        assert_eq!(said(&Err(late.clone())), (late.to_string(), true));
        assert!(said(&Err(FetchError::OverBudget)).1);
    }

    #[test]
    fn content_types() {
        for (value, json, page) in [
            ("application/json", true, false),
            ("Application/JSON; charset=utf-8", true, false),
            ("application/oauth-client+json", true, false),
            ("application/+json", false, false),
            ("text/json", false, false),
            ("Text/HTML; charset=utf-8", false, true),
            ("application/xhtml+xml", false, true),
        ] {
            assert_eq!(is_json(&essence(value)), json, "{value}");
            assert_eq!(is_page(value), page, "{value}");
        }
    }
}
