//! Getting a client metadata document (Client ID Metadata Document §4): where from, how long, how large.

use std::time::Duration;

use fetch::{Fetch, FetchError, Method, Request, Response};
use url::Url;

use crate::settings::Settings;

use super::freshness::lifetime;
use super::{Client, ClientIdUrl, DocumentProblem, check_document};

const TIMEOUT: Duration = Duration::from_secs(10);
const MAX_BODY: usize = 5 * 1024;

/// A valid document, and how long it may be kept.
#[derive(Debug, Clone)]
pub struct FetchedDocument {
    /// What it describes.
    pub client: Client,
    /// The JSON as it came.
    pub body: String,
    /// Absent where the answer forbids keeping it.
    pub keep_for: Option<Duration>,
}

/// Fetches and checks the document at `url`.
///
/// # Errors
/// The first rule that the host, the answer or the document breaks.
pub async fn fetch_document(
    url: &ClientIdUrl,
    settings: &Settings,
    fetch: &dyn Fetch,
) -> Result<FetchedDocument, DocumentProblem> {
    let (body, keep_for) = fetch_json(url, MAX_BODY, "application/json", settings, fetch).await?;
    let client = check_document(url, &body)?;
    Ok(FetchedDocument {
        client,
        body,
        keep_for,
    })
}

/// Fetches what a client publishes: JSON, and how long it may be kept.
pub(super) async fn fetch_json(
    url: &ClientIdUrl,
    max_body: usize,
    accept: &'static str,
    settings: &Settings,
    fetch: &dyn Fetch,
) -> Result<(String, Option<Duration>), DocumentProblem> {
    let target = Url::parse(url.as_str()).map_err(|error| {
        DocumentProblem::new(
            "the client id is a URL",
            error.to_string(),
            "a URL",
            "CIMD §3",
        )
    })?;
    host(url, &target, settings).map_err(DocumentProblem::says_nothing)?;
    let request = Request::new(Method::Get, target)
        .header("accept", accept)
        .timeout(TIMEOUT)
        .max_body(max_body);
    let response = fetch.fetch(request).await.map_err(transport)?;
    status(&response)?;
    content_type(&response)?;
    let keep_for = lifetime(&response);
    let body = String::from_utf8(response.body).map_err(|_| {
        DocumentProblem::new(
            "the document is UTF-8",
            "other bytes",
            "UTF-8",
            "RFC 8259 §8.1",
        )
    })?;
    Ok((body, keep_for))
}

/// Refused before anything is sent: special-use addresses and names, this server itself, and what the operator
/// excludes.
fn host(url: &ClientIdUrl, target: &Url, settings: &Settings) -> Result<(), DocumentProblem> {
    if !url.is_fetchable(&settings.origin) {
        let expected = "a host on the public internet";
        return Err(DocumentProblem::new(
            "the host is public",
            url.host(),
            expected,
            "CIMD, SSRF Attacks",
        ));
    }
    if settings.origin.is_server_of(target) {
        let expected = "a host other than this server";
        return Err(DocumentProblem::new(
            "the host is another one",
            url.host(),
            expected,
            "CIMD, SSRF Attacks",
        ));
    }
    if !settings.document_hosts.allow(url.host()) {
        let expected = "a host that this server's operator allows";
        return Err(DocumentProblem::new(
            "the host is allowed",
            url.host(),
            expected,
            "this server's configuration",
        ));
    }
    Ok(())
}

fn transport(error: FetchError) -> DocumentProblem {
    let expected = match &error {
        FetchError::TooLarge(most) => format!("at most {most} bytes"),
        FetchError::Timeout(_) => format!("a complete answer within {} s", TIMEOUT.as_secs()),
        FetchError::Unreachable(_) => "a server that answers https from the internet".to_owned(),
        FetchError::OverBudget => {
            "fewer sign-ins from here, or by this application, in a minute".to_owned()
        }
    };
    let found = match &error {
        FetchError::Unreachable(_) => "no connection".to_owned(),
        other => other.to_string(),
    };
    let transient = !matches!(error, FetchError::TooLarge(_));
    let over_budget = error == FetchError::OverBudget;
    DocumentProblem {
        transient,
        over_budget,
        ..DocumentProblem::new("the document can be fetched", found, expected, "CIMD §4")
            .says_nothing()
    }
}

/// "A successful response MUST use the 200 OK HTTP status code"; redirects are not followed.
fn status(response: &Response) -> Result<(), DocumentProblem> {
    if response.status == 200 {
        return Ok(());
    }
    let found = match response.status {
        300..=399 => format!(
            "{}, a redirect, which must not be followed",
            response.status
        ),
        status => status.to_string(),
    };
    let problem = DocumentProblem::new("the status is 200", found, "200", "CIMD §4");
    Err(DocumentProblem {
        transient: response.status >= 500 || response.status == 429,
        ..if matches!(response.status, 404 | 410) {
            problem
        } else {
            problem.says_nothing()
        }
    })
}

/// `application/json` or `application/<something>+json`.
fn content_type(response: &Response) -> Result<(), DocumentProblem> {
    let value = response.header("content-type").unwrap_or_default();
    let essence = value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let json = essence == "application/json"
        || essence
            .strip_prefix("application/")
            .and_then(|s| s.strip_suffix("+json"))
            .is_some_and(|s| !s.is_empty());
    if json {
        return Ok(());
    }
    let found = if value.is_empty() {
        "no content type"
    } else {
        value
    };
    Err(DocumentProblem::new(
        "the content type is JSON",
        found,
        "application/json or application/…+json",
        "CIMD §4.1",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)]) -> Response {
        let headers = headers
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        Response {
            status,
            headers,
            body: Vec::new(),
        }
    }

    #[test]
    fn content_types() {
        for (value, ok) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/oauth-client+json", true),
            ("application/+json", false),
            ("text/json", false),
            ("text/html", false),
        ] {
            assert_eq!(
                content_type(&answer(200, &[("content-type", value)])).is_ok(),
                ok,
                "{value}"
            );
        }
        assert!(content_type(&answer(200, &[])).is_err());
    }

    #[test]
    fn only_200_will_do() {
        for status in [201, 204, 301, 302, 304, 404, 500] {
            assert!(super::status(&answer(status, &[])).is_err(), "{status}");
        }
    }
}
