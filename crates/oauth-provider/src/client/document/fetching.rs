//! Getting a client metadata document (Client ID Metadata Document §4): where from, how long, how large.
// file rule: clients/document-fetched-plainly

use std::time::Duration;

use fetch::{Exchange, FetchError, Method, Request, Response};
use url::Url;

use crate::client::record::Client;
use crate::settings::Settings;

use super::checklist::{Checklist, There};
use super::content::read_document;
use super::freshness::lifetime;
use super::id_url::ClientIdUrl;
use super::problem::DocumentProblem;
use super::rule::{Breach, Rule, Standing};

const TIMEOUT: Duration = Duration::from_secs(10);
const MAX_BODY: usize = 5 * 1024;

const PUBLIC: Rule = Rule {
    check: "the host is public",
    expected: "a host on the public internet",
    section: "CIMD, SSRF Attacks",
};
const ELSEWHERE: Rule = Rule {
    check: "the host is another one",
    expected: "a host other than this server",
    section: "CIMD, SSRF Attacks",
};
const ALLOWED: Rule = Rule {
    check: "the host is allowed",
    expected: "a host that this server's operator allows",
    section: "this server's configuration",
};
const FETCHED: Rule = Rule {
    check: "the document can be fetched",
    expected: "a complete answer in time, of at most 5120 bytes",
    section: "CIMD §4",
};
const STATUS: Rule = Rule {
    check: "the status is 200",
    expected: "200",
    section: "CIMD §4",
};
const CONTENT_TYPE: Rule = Rule {
    check: "the content type is JSON",
    expected: "application/json or application/…+json",
    section: "CIMD §4.1",
};
const UTF8: Rule = Rule {
    check: "the document is UTF-8",
    expected: "UTF-8",
    section: "RFC 8259 §8.1",
};

/// In the order of the checks.
pub(super) const RULES: &[&Rule] = &[
    &PUBLIC,
    &ELSEWHERE,
    &ALLOWED,
    &FETCHED,
    &STATUS,
    &CONTENT_TYPE,
    &UTF8,
];

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
    fetch: &(impl Exchange + ?Sized),
) -> Result<FetchedDocument, DocumentProblem> {
    fetch_into(url, settings, fetch, &mut Checklist::until_broken()).await
}

/// The same with a list, which may ask for every rule instead of the first breach.
pub(super) async fn fetch_into(
    url: &ClientIdUrl,
    settings: &Settings,
    fetch: &(impl Exchange + ?Sized),
    list: &mut Checklist,
) -> Result<FetchedDocument, DocumentProblem> {
    let (body, keep_for) =
        fetch_json(url, MAX_BODY, "application/json", settings, fetch, list).await?;
    let client = read_document(url, &body, settings, list)?;
    Ok(FetchedDocument {
        client,
        body,
        keep_for,
    })
}

/// Fetches what a client publishes: JSON, and how long it may be kept.
pub(in crate::client) async fn fetch_json(
    url: &ClientIdUrl,
    max_body: usize,
    accept: &'static str,
    settings: &Settings,
    fetch: &(impl Exchange + ?Sized),
    list: &mut Checklist,
) -> Result<(String, Option<Duration>), DocumentProblem> {
    let host = There::Text(url.host());
    let target = list.must(&PUBLIC, public(url, settings), host)?;
    list.must(&ELSEWHERE, elsewhere(url, &target, settings), host)?;
    list.must(&ALLOWED, allowed(url, settings), host)?;
    let request = Request::new(Method::Get, target)
        .header("accept", accept)
        .timeout(TIMEOUT)
        .max_body(max_body);
    let answer = fetch.exchange(request).await.map_err(transport);
    let response = list.must(&FETCHED, answer, There::Text("a complete answer"))?;
    list.must(&STATUS, status(&response), There::Text("200"))?;
    let kind = response.header("content-type").unwrap_or_default();
    list.take(&CONTENT_TYPE, content_type(kind), There::Text(kind))?;
    let keep_for = lifetime(&response);
    let text = String::from_utf8(response.body).map_err(|_| Breach::found("other bytes"));
    let body = list.must(&UTF8, text, There::Text("UTF-8"))?;
    Ok((body, keep_for))
}

/// Refused before anything is sent: special-use addresses and names.
fn public(url: &ClientIdUrl, settings: &Settings) -> Result<Url, Breach> {
    let target = Url::parse(url.as_str()).ok();
    target
        .filter(|_| url.is_fetchable(&settings.origin))
        .ok_or_else(|| Breach::found(url.host()).standing(Standing::Refused))
}

/// This server does not fetch from itself.
fn elsewhere(url: &ClientIdUrl, target: &Url, settings: &Settings) -> Result<(), Breach> {
    if settings.origin.is_server_of(target) {
        return Err(Breach::found(url.host()).standing(Standing::Refused));
    }
    Ok(())
}

/// The operator may exclude hosts.
fn allowed(url: &ClientIdUrl, settings: &Settings) -> Result<(), Breach> {
    if settings.document_hosts.allow(url.host()) {
        return Ok(());
    }
    Err(Breach::found(url.host()).standing(Standing::Refused))
}

fn transport(error: FetchError) -> Breach {
    let expected = match &error {
        FetchError::TooLarge(most) => format!("at most {most} bytes"),
        FetchError::Timeout(_) => format!("a complete answer within {} s", TIMEOUT.as_secs()),
        FetchError::Unreachable(_) => "a server that answers https from the internet".to_owned(),
        FetchError::OverBudget => {
            "fewer sign-ins from here, or by this application, in a minute".to_owned()
        }
    };
    let (found, standing) = match &error {
        FetchError::Unreachable(_) => ("no connection".to_owned(), Standing::Transient),
        FetchError::TooLarge(_) => (error.to_string(), Standing::Silent),
        FetchError::Timeout(_) => (error.to_string(), Standing::Transient),
        FetchError::OverBudget => (error.to_string(), Standing::OverBudget),
    };
    Breach::found(found).expected(expected).standing(standing)
}

/// "A successful response MUST use the 200 OK HTTP status code"; redirects are not followed.
fn status(response: &Response) -> Result<(), Breach> {
    let status = response.status;
    let found = match status {
        200 => return Ok(()),
        300..=399 => format!("{status}, a redirect, which must not be followed"),
        status => status.to_string(),
    };
    Err(Breach::found(found).standing(match status {
        404 | 410 => Standing::Gone,
        429 | 500.. => Standing::Transient,
        _ => Standing::Silent,
    }))
}

/// `application/json` or `application/<something>+json`.
fn content_type(value: &str) -> Result<(), Breach> {
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
    Err(Breach::found(if value.is_empty() {
        "no content type"
    } else {
        value
    }))
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
            assert_eq!(content_type(value).is_ok(), ok, "{value}");
        }
        assert!(content_type("").is_err());
    }

    #[test]
    fn only_200_will_do() {
        for status in [201, 204, 301, 302, 304, 404, 500] {
            assert!(super::status(&answer(status, &[])).is_err(), "{status}");
        }
    }
}
