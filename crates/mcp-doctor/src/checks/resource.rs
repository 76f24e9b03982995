//! The protected resource metadata, which lead to the authorization server (RFC 9728).

use fetch::Response;
use serde_json::{Map, Value};
use url::Url;

use crate::answer::media_type;
use crate::check::Check;
use crate::evidence::Evidence;
use crate::json::{plainly, strings};
use crate::location::{Location, answers, of_resource};
use crate::network::is_safe;
use crate::question::Question;
use crate::severity::Severity::{Failure, Warning};
use crate::verdict::{Finding, Verdict, holds};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "resource-found",
        expected: "a JSON object where the challenge says, at the endpoint's path, or at the root",
        section: "RFC 9728 §3.1",
        severity: Failure,
        run: found,
    },
    Check {
        name: "resource-well-known",
        expected: "the document also at its well-known path, for clients that do not read the challenge",
        section: "RFC 9728 §3.1",
        severity: Warning,
        run: well_known,
    },
    Check {
        name: "resource-content-type",
        expected: "application/json",
        section: "RFC 9728 §3.2",
        severity: Failure,
        run: content_type,
    },
    Check {
        name: "resource-identifier",
        expected: "resource: the URL that was asked, character by character",
        section: "RFC 9728 §3.3",
        severity: Failure,
        run: identifier,
    },
    Check {
        name: "authorization-servers",
        expected: "at least one issuer: an https URL without query and fragment",
        section: "RFC 9728 §2; MCP authorization, Authorization Server Location",
        severity: Failure,
        run: authorization_servers,
    },
    Check {
        name: "bearer-methods",
        expected: "header among bearer_methods_supported, if it is there",
        section: "RFC 9728 §2; MCP authorization, Token Requirements",
        severity: Failure,
        run: bearer_methods,
    },
    Check {
        name: "resource-scopes",
        expected: "scopes_supported",
        section: "RFC 9728 §2",
        severity: Warning,
        run: scopes,
    },
    Check {
        name: "no-offline-access",
        expected: "no offline_access in challenge and resource metadata",
        section: "MCP authorization, Refresh Tokens",
        severity: Warning,
        run: no_offline_access,
    },
];

const NONE: Finding = Finding::Skipped("there are no resource metadata");

fn document(evidence: &Evidence) -> Result<(&Location, &Response, Map<String, Value>), Finding> {
    let (location, document) = evidence.resource().ok_or(NONE)?;
    Ok((location, location.answer.seen()?, document))
}

fn found(evidence: &Evidence) -> Verdict {
    match evidence.resource() {
        Some((location, _)) => Ok(format!("{}: {}", location.how, location.url)),
        None => {
            let mut found = answers(&evidence.resource_locations);
            if let Some(url) = &evidence.stray {
                found.push_str(&format!(
                    "; one is at {url}, under a path prefix, where no client looks"
                ));
            }
            Err(Finding::Broken(found))
        }
    }
}

fn well_known(evidence: &Evidence) -> Verdict {
    let (used, _, members) = document(evidence)?;
    // If the challenge names one of these URLs, it was requested once, as the challenge's.
    let places = of_resource(&evidence.server);
    if let Some((how, _)) = places.iter().find(|(_, url)| *url == used.url) {
        return Ok((*how).to_owned());
    }
    let others = evidence.resource_locations.iter();
    let mut same =
        others.filter(|other| other.url != used.url && other.document().as_ref() == Some(&members));
    match same.next() {
        Some(location) => Ok(location.how.to_owned()),
        None => Err(Finding::Broken(format!("only at {}", used.url))),
    }
}

fn content_type(evidence: &Evidence) -> Verdict {
    let (_, response, _) = document(evidence)?;
    let found = media_type(response);
    holds(found == "application/json", found)
}

/// Judges the member `resource`: "these values MUST be identical". For a document at the root, the URL is that of the
/// origin. A slash directly after the host makes no difference.
fn identifier(evidence: &Evidence) -> Verdict {
    let (location, _, document) = document(evidence)?;
    let Some(text) = document.get("resource").and_then(Value::as_str) else {
        return Err(Finding::Broken("no resource".to_owned()));
    };
    let asked = evidence.server.as_str();
    let root = location.how == "at the root";
    let origin = evidence.server.origin().ascii_serialization();
    let bare = |url: &str| url == origin || url == format!("{origin}/");
    let same = text == asked || (bare(text) && (bare(asked) || root));
    holds(same, text)
}

fn authorization_servers(evidence: &Evidence) -> Verdict {
    let (_, _, document) = document(evidence)?;
    let Some(Value::Array(servers)) = document.get("authorization_servers") else {
        return Err(Finding::Broken("no authorization_servers".to_owned()));
    };
    let good = !servers.is_empty() && servers.iter().all(|s| s.as_str().is_some_and(is_issuer));
    let found = match servers.len() {
        0 => "an empty list".to_owned(),
        1 => plainly(&Value::Array(servers.clone())),
        _ => format!(
            "{} (the first is looked at)",
            plainly(&Value::Array(servers.clone()))
        ),
    };
    holds(good, found)
}

/// Whether a text can be an issuer, RFC 8414 §2: "a URL that uses the "https" scheme and has no query or fragment
/// components".
fn is_issuer(text: &str) -> bool {
    let url = Url::parse(text);
    url.is_ok_and(|url| is_safe(&url) && url.query().is_none() && url.fragment().is_none())
}

fn bearer_methods(evidence: &Evidence) -> Verdict {
    let (_, _, document) = document(evidence)?;
    match document.get("bearer_methods_supported") {
        None => Ok("nothing said".to_owned()),
        Some(methods) => holds(strings(methods).contains(&"header"), plainly(methods)),
    }
}

fn scopes(evidence: &Evidence) -> Verdict {
    let (_, _, document) = document(evidence)?;
    match document.get("scopes_supported") {
        Some(scopes) if strings(scopes).is_empty() => {
            Err(Finding::Broken("an empty list".to_owned()))
        }
        Some(scopes) => Ok(strings(scopes).join(" ")),
        None => Err(Finding::Broken("no scopes_supported".to_owned())),
    }
}

fn no_offline_access(evidence: &Evidence) -> Verdict {
    let challenge = evidence.challenge(Question::NoToken).ok();
    if challenge.is_none() && evidence.resource().is_none() {
        return Err(NONE);
    }
    let challenged = challenge.as_ref().and_then(|c| c.get("scope"));
    let challenged = challenged
        .unwrap_or_default()
        .split(' ')
        .any(|s| s == "offline_access");
    let supported = evidence.resource().is_some_and(|(_, document)| {
        let scopes = document.get("scopes_supported");
        scopes.is_some_and(|scopes| strings(scopes).contains(&"offline_access"))
    });
    match (challenged, supported) {
        (true, _) => Err(Finding::Broken("in the challenge".to_owned())),
        (_, true) => Err(Finding::Broken("in scopes_supported".to_owned())),
        _ => Ok("none".to_owned()),
    }
}
