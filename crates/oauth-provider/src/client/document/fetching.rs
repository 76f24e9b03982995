//! Getting a client metadata document (Client ID Metadata Document -02 §5): where from, how long, how large.

use std::time::Duration;

use fetch::{Exchange, Fault, FetchError, Method, Request, Response, judge};
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
    section: "CIMD §8.6",
};
const ELSEWHERE: Rule = Rule {
    check: "the host is another one",
    expected: "a host other than this server",
    section: "CIMD §8.6",
};
const ALLOWED: Rule = Rule {
    check: "the host is allowed",
    expected: "a host that this server's operator allows",
    section: "this server's configuration",
};
const FETCHED: Rule = Rule {
    check: "the document can be fetched",
    expected: "an answer within 10 s",
    section: "CIMD §5",
};
const STATUS: Rule = Rule {
    check: "the status is 200",
    expected: "200",
    section: "CIMD §5",
};
const CONTENT_TYPE: Rule = Rule {
    check: "the content type is JSON",
    expected: "application/json or application/…+json",
    section: "CIMD §4",
};
const WHOLE: Rule = Rule {
    check: "the document is complete",
    expected: "all of it within 10 s, at most 5120 bytes",
    section: "CIMD §8.7",
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
    &WHOLE,
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
        .max_body(max_body)
        .body_of(200..=200);
    let answer = fetch.exchange(request).await;
    judged(&answer, list)?;
    // Invariant: an answer that is none was the end above.
    let response = answer.map_err(|error| list.broken(&WHOLE, breach(&Fault::Body(&error))))?;
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

/// The rules of [`judge`], in its order. A document of another type is read on where it came whole: its developer may
/// have more to mend.
fn judged(
    answer: &Result<Response, FetchError>,
    list: &mut Checklist,
) -> Result<(), DocumentProblem> {
    let fault = judge(answer).err();
    let broken = fault.map(|fault| match fault {
        Fault::NoAnswer(_) => 0,
        Fault::Status(_) => 1,
        Fault::ContentType(_) => 2,
        Fault::Body(_) => 3,
    });
    let head = answer.as_ref().ok();
    let kind = head.and_then(|head| head.header("content-type"));
    let there = ["an answer", "200", kind.unwrap_or_default(), "all of it"];
    let rules = [&FETCHED, &STATUS, &CONTENT_TYPE, &WHOLE];
    for (stage, (rule, there)) in rules.into_iter().zip(there).enumerate() {
        let there = There::Text(there);
        match fault.filter(|_| broken == Some(stage)) {
            None => list.must(rule, Ok(()), there)?,
            Some(fault) if matches!(fault, Fault::ContentType(_)) && answer.is_ok() => {
                list.take(rule, Err::<(), _>(breach(&fault)), there)?;
            }
            Some(fault) => list.must(rule, Err(breach(&fault)), there)?,
        }
    }
    Ok(())
}

/// A fault in words for the developer of the client, and what it says of the document.
fn breach(fault: &Fault<'_>) -> Breach {
    let expected = match fault {
        Fault::NoAnswer(error) | Fault::Body(error) => match error {
            FetchError::TooLarge(most) => format!("at most {most} bytes"),
            FetchError::Timeout(_) => format!("a complete answer within {} s", TIMEOUT.as_secs()),
            FetchError::OverBudget => {
                "fewer sign-ins from here, or by this application, in a minute".to_owned()
            }
            _ => "a server that answers https from the internet".to_owned(),
        },
        Fault::Status(_) => STATUS.expected.to_owned(),
        Fault::ContentType(_) => CONTENT_TYPE.expected.to_owned(),
    };
    let found = match fault {
        // The network's own words may name what is none of a stranger's business.
        Fault::NoAnswer(FetchError::Unreachable(_)) => "no connection".to_owned(),
        Fault::Body(FetchError::Unreachable(_)) => "a connection that broke off".to_owned(),
        fault => fault.to_string(),
    };
    let standing = match fault {
        Fault::NoAnswer(FetchError::OverBudget) => Standing::OverBudget,
        fault if fault.is_passing() => Standing::Transient,
        Fault::Status(404 | 410) | Fault::ContentType(_) => Standing::Gone,
        _ => Standing::Silent,
    };
    Breach::found(found).expected(expected).standing(standing)
}
