//! Sentry that fails: for every tool and everything that it asks, each failure. It is told in plain words, nothing of what
//! Sentry sent is in them, and nothing is changed that would have been changed after it.
// file rule: mcp/failures-in-words

use std::rc::Rc;
use std::time::Duration;

use fetch::{FetchError, Request, Response};

use super::stage::{Change, Recording, json, place, recordings, writes};
use super::{Came, nothing, with};

/// In the body of every failure.
const RAW: &str = "zz-raw-words-of-upstream";

/// A way to fail, and what an agent reads of it.
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    pub(crate) answer: Result<Response, FetchError>,
    /// One of these is said.
    says: &'static [&'static str],
}

fn status(name: &'static str, status: u16, says: &'static [&'static str]) -> Fault {
    let body = format!(r#"{{"detail":"{RAW}"}}"#);
    let mut answer = json(status, body.as_bytes());
    if status == 429 {
        answer
            .headers
            .push(("retry-after".to_owned(), "42".to_owned()));
    }
    let answer = Ok(answer);
    Fault { name, answer, says }
}

/// Not there.
pub(crate) fn not_found() -> Fault {
    let says = &[
        "nothing of that name",
        "no such",
        "not every server has",
        "not available here",
        // What is asked about is what is there.
        "is below none of the integrations",
        "within 30 days",
    ];
    status("not found", 404, says)
}

/// Not allowed.
pub(crate) fn forbidden() -> Fault {
    status("forbidden", 403, &["does not let you", "Sentry lets only"])
}

/// Answers that cannot be read.
pub(crate) fn malformed() -> [Fault; 4] {
    let cut = format!(r#"[{{"id":"1","title":"{RAW}"#);
    let page = format!("<html>{RAW}</html>");
    [
        ("a page", page.as_str()),
        ("cut off", cut.as_str()),
        ("nothing", ""),
        ("a number", "7"),
    ]
    .map(|(name, body)| {
        let answer = Ok(json(200, body.as_bytes()));
        // Where a list is expected, another value is none.
        let says: &[&str] = match name {
            "a number" => &["`req-1`", "nothing of that name", "cannot be part of"],
            _ => &["`req-1`"],
        };
        Fault { name, answer, says }
    })
}

/// Not accepted, with Sentry's reason.
fn refused() -> Fault {
    let says = &["did not accept", "does not understand", "is not available"];
    status("400", 400, says)
}

fn all() -> Vec<Fault> {
    let broken = |name, error| Fault {
        name,
        answer: Err(error),
        says: &["`req-1`"],
    };
    let mut found = vec![
        not_found(),
        forbidden(),
        refused(),
        status("429", 429, &["Try again in 42 s."]),
        status("500", 500, &["`req-1`"]),
        status("503", 503, &["`req-1`"]),
        broken("too slow", FetchError::Timeout(Duration::from_secs(30))),
        broken("no connection", FetchError::Unreachable(RAW.to_owned())),
        broken("too large", FetchError::TooLarge(1)),
    ];
    found.extend(malformed());
    found
}

/// All requests fail, or those of one place.
pub(crate) fn failing(at: Option<&str>, answer: &Result<Response, FetchError>) -> Change {
    let at = at.map(str::to_owned);
    let failure = answer.clone();
    Rc::new(move |request, answer| match &at {
        Some(at) if *at != place(request) => Ok(answer),
        _ => failure.clone(),
    })
}

/// Tools for which what is not there is what was asked for.
const GONE_IS_GOOD: &[&str] = &["delete_custom_inbound_filter", "delete_uptime_monitor"];

/// Tools that read a text as it is, so that none is malformed.
pub(crate) const READS_TEXT: &[&str] = &["get_doc", "get_event_attachment"];

/// Whether words are fit for a reader: some, few, and none that Sentry sent.
pub(crate) fn is_plain(words: &str) -> bool {
    // What was sent may be an object.
    let words = words.split(" Used: ").next().unwrap_or_default();
    let code = ["Err(", "Some(", "panicked", "{\"", "<html", "ApiError"];
    !words.trim().is_empty()
        && words.len() < 3_000
        && !words.contains(RAW)
        && !code.iter().any(|code| words.contains(code))
}

/// What is wrong with an answer to a failure, wherever it was.
fn wrong(recording: &Recording, fault: &Fault, came: &Came) -> Option<&'static str> {
    let is_text = READS_TEXT.contains(&recording.row.tool);
    if is_text && fault.answer.as_ref().is_ok_and(Response::is_success) {
        return None;
    }
    // The reason of a 400 is told, as a quotation.
    let words = match fault.name {
        "400" => came.words().replace(&format!("`{RAW}`"), ""),
        _ => came.words(),
    };
    if came.result.is_err() {
        return Some("is no result");
    }
    if words.contains(RAW) {
        return Some("hands through what Sentry sent");
    }
    if came.is_error() && !is_plain(&words) {
        return Some("is not in plain words");
    }
    // Sentry does not say whether a change was made.
    let unsure = came.writes() > 0 && words.contains("may have been made");
    let told = fault.says.iter().any(|says| words.contains(says));
    if came.is_error() && !told && !unsure {
        return Some("does not say what happened");
    }
    if came.misfit(recording.row.tool).is_some() {
        return Some("is not what its schema says");
    }
    None
}

#[tokio::test]
async fn where_sentry_fails_at_everything_it_is_said_and_nothing_is_sent_twice() {
    let mut found = vec![];
    for recording in recordings().iter().filter(|one| !one.exchanges.is_empty()) {
        for fault in all() {
            let came = with(recording, failing(None, &fault.answer)).await;
            let mut problem = wrong(recording, &fault, &came);
            let is_good = fault.name == "not found" && GONE_IS_GOOD.contains(&recording.row.tool);
            // What a change is answered with need not be read.
            let is_text = READS_TEXT.contains(&recording.row.tool);
            let is_read = (came.writes() == 0 && !is_text)
                || fault.answer.as_ref().map_or(true, |one| one.status > 299);
            if !came.is_error() && !is_good && is_read {
                problem = Some("is no error");
            }
            if came.writes() > 1 {
                problem = Some("goes on to change things");
            }
            if let Some(problem) = problem {
                found.push(format!(
                    "{}, {}: {problem}: {}",
                    recording.row.name(),
                    fault.name,
                    came.words()
                ));
            }
        }
    }
    nothing(&found);
}

#[tokio::test]
async fn where_one_request_fails_nothing_after_it_is_changed() {
    let mut found = vec![];
    for recording in recordings() {
        for at in recording.places() {
            for fault in all() {
                let came = with(recording, failing(Some(&at), &fault.answer)).await;
                let mut problem = wrong(recording, &fault, &came);
                let first = came.asked.iter().position(|request| place(request) == at);
                let after = came
                    .asked
                    .iter()
                    .skip(first.map_or(usize::MAX, |first| first + 1));
                let changed: Vec<&Request> = after.filter(|request| writes(request)).collect();
                if came.is_error() && !changed.is_empty() {
                    problem = Some("changes something after it has failed");
                }
                if let Some(problem) = problem {
                    let name = recording.row.name();
                    found.push(format!(
                        "{name}, {at}, {}: {problem}: {}",
                        fault.name,
                        came.words()
                    ));
                }
            }
        }
    }
    nothing(&found);
}
