//! The authorization server's metadata (RFC 8414, OpenID Connect Discovery).

use fetch::Response;
use serde_json::{Map, Value};
use url::Url;

use crate::answer::media_type;
use crate::check::Check;
use crate::evidence::{Evidence, NO_METADATA};
use crate::json::list;
use crate::location::{Location, answers};
use crate::network::is_safe;
use crate::severity::Severity::{Failure, Warning};
use crate::verdict::{Finding, Verdict, holds};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "server-found",
        expected: "a JSON object at one of the issuer's well-known URLs",
        section: "MCP authorization, Authorization Server Metadata Discovery",
        severity: Failure,
        run: found,
    },
    Check {
        name: "probing-order",
        expected: "404 or another 4xx at every location that clients try before",
        section: "RFC 8414 §3.2",
        severity: Failure,
        run: probing_order,
    },
    Check {
        name: "metadata-agree",
        expected: "the same endpoints at every location that has a document",
        section: "RFC 8414 §5",
        severity: Warning,
        run: agree,
    },
    Check {
        name: "server-content-type",
        expected: "application/json",
        section: "RFC 8414 §3.2",
        severity: Failure,
        run: content_type,
    },
    Check {
        name: "issuer-identical",
        expected: "issuer: what the resource names, character by character",
        section: "RFC 8414 §3.3",
        severity: Failure,
        run: issuer,
    },
    Check {
        name: "required-members",
        expected: "issuer, authorization_endpoint, token_endpoint, and code among response_types_supported",
        section: "RFC 8414 §2",
        severity: Failure,
        run: required_members,
    },
    Check {
        name: "endpoints-https",
        expected: "every endpoint an https URL, or of this computer, without fragment",
        section: "MCP authorization, Communication Security",
        severity: Failure,
        run: endpoints_https,
    },
];

fn document(evidence: &Evidence) -> Result<(&Location, &Response, Map<String, Value>), Finding> {
    let (location, document) = evidence.metadata().ok_or(Finding::Skipped(NO_METADATA))?;
    Ok((location, location.answer.seen()?, document))
}

fn found(evidence: &Evidence) -> Verdict {
    if evidence.issuer.is_none() {
        return Err(Finding::Skipped("no authorization server is named"));
    }
    let is_guessed = evidence
        .issuer
        .as_ref()
        .is_some_and(|issuer| issuer.guessed);
    match evidence.metadata() {
        Some((location, _)) => Ok(format!("{}: {}", location.how, location.url)),
        None if is_guessed => Err(Finding::Skipped("no authorization server is named")),
        None => Err(Finding::Broken(answers(&evidence.server_locations))),
    }
}

/// Judges the answers that a client gets before it finds the document: a page with status 200, or a 5xx, ends its
/// search.
fn probing_order(evidence: &Evidence) -> Verdict {
    let (used, _, _) = document(evidence)?;
    let before = evidence
        .server_locations
        .iter()
        .take_while(|l| l.url != used.url);
    let mut passed = Vec::new();
    for location in before {
        let response = location.answer.seen()?;
        let found = format!("{} at {}", response.status, location.url);
        if !(400..500).contains(&response.status) {
            return Err(Finding::Broken(format!(
                "{found}, {}",
                media_type(response)
            )));
        }
        passed.push(found);
    }
    Ok(if passed.is_empty() {
        "the first has the document".to_owned()
    } else {
        passed.join("; ")
    })
}

fn agree(evidence: &Evidence) -> Verdict {
    let (used, _, metadata) = document(evidence)?;
    let others = evidence
        .server_locations
        .iter()
        .filter(|l| l.url != used.url);
    let mut same = 0;
    for location in others {
        let Some(other) = location.document() else {
            continue;
        };
        for name in ["issuer", "authorization_endpoint", "token_endpoint"] {
            if other.get(name) != metadata.get(name) {
                return Err(Finding::Broken(format!(
                    "another {name} at {}",
                    location.url
                )));
            }
        }
        same += 1;
    }
    match same {
        0 => Err(Finding::Skipped("there is one document")),
        _ => Ok(format!("{same} more, which say the same")),
    }
}

fn content_type(evidence: &Evidence) -> Verdict {
    let found = media_type(document(evidence)?.1);
    holds(found == "application/json", found)
}

fn issuer(evidence: &Evidence) -> Verdict {
    let metadata = evidence.metadata_members()?;
    let found = metadata.get("issuer").and_then(Value::as_str);
    let found = found.ok_or_else(|| Finding::Broken("no issuer".to_owned()))?;
    let Some(issuer) = &evidence.issuer else {
        return Err(Finding::Skipped("no authorization server is named"));
    };
    if issuer.guessed {
        return Err(Finding::Skipped("the resource names none"));
    }
    holds(found == issuer.text, found)
}

fn required_members(evidence: &Evidence) -> Verdict {
    let metadata = evidence.metadata_members()?;
    let mut missing = Vec::new();
    // Whether there is an issuer is judged by `issuer-identical`.
    for name in ["authorization_endpoint", "token_endpoint"] {
        if !metadata.get(name).is_some_and(Value::is_string) {
            missing.push(format!("no {name}"));
        }
    }
    let types = list(&metadata, "response_types_supported").unwrap_or_default();
    if !types.iter().any(|kind| kind == "code") {
        missing.push("no code among response_types_supported".to_owned());
    }
    if missing.is_empty() {
        Ok("all".to_owned())
    } else {
        Err(Finding::Broken(missing.join(", ")))
    }
}

fn endpoints_https(evidence: &Evidence) -> Verdict {
    let metadata = evidence.metadata_members()?;
    let mut count = 0;
    for (name, value) in &metadata {
        if !name.ends_with("_endpoint") && name != "jwks_uri" {
            continue;
        }
        let text = value.as_str().unwrap_or_default();
        let url = Url::parse(text);
        if !url.is_ok_and(|url| is_safe(&url) && url.fragment().is_none()) {
            return Err(Finding::Broken(format!("{name} {text}")));
        }
        count += 1;
    }
    match count {
        0 => Err(Finding::Skipped("no endpoint is advertised")),
        _ => Ok(format!("{count} endpoints")),
    }
}
