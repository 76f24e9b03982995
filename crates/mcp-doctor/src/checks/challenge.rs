//! The challenge in the answer to a request without a token.

use url::Url;

use crate::check::Check;
use crate::evidence::Evidence;
use crate::json::list;
use crate::network::is_safe;
use crate::question::Question;
use crate::severity::Severity::{Failure, Warning};
use crate::sight::{Kind, is_message};
use crate::verdict::{Finding, Verdict, holds};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "endpoint-https",
        expected: "https, or http to this computer",
        section: "MCP authorization, Communication Security",
        severity: Failure,
        run: endpoint_https,
    },
    Check {
        name: "challenge-status",
        expected: "401 for a message without a token",
        section: "MCP authorization, Error Handling",
        severity: Failure,
        run: status,
    },
    Check {
        name: "challenge-syntax",
        expected: "WWW-Authenticate with a Bearer challenge, its values in quotes",
        section: "RFC 9110 §11.6.1, RFC 6750 §3",
        severity: Failure,
        run: syntax,
    },
    Check {
        name: "challenge-metadata",
        expected: "resource_metadata, the URL of the resource's metadata",
        section: "RFC 9728 §5.1; MCP 2025-06-18 authorization, Authorization Server Location",
        severity: Warning,
        run: metadata_named,
    },
    Check {
        name: "challenge-metadata-url",
        expected: "an absolute URL, https or to this computer",
        section: "RFC 9728 §5.1",
        severity: Failure,
        run: metadata_url,
    },
    Check {
        name: "challenge-scope",
        expected: "scope, so that clients ask for no more than they need",
        section: "MCP authorization, Scope Selection Strategy",
        severity: Warning,
        run: scope,
    },
    Check {
        name: "challenge-no-error",
        expected: "no error code for a request without a token",
        section: "RFC 6750 §3.1",
        severity: Warning,
        run: no_error,
    },
];

fn endpoint_https(evidence: &Evidence) -> Verdict {
    holds(is_safe(&evidence.server), evidence.server.scheme())
}

fn status(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::NoToken).came()?;
    if evidence.sight.kind == Kind::Open {
        return Err(Finding::Skipped(
            "no sign-in is asked for, which is allowed",
        ));
    }
    if response.is_success() && is_message(response) {
        return Err(Finding::Doubtful(format!(
            "{}: initialize is answered without a token, though there are metadata for a sign-in",
            response.status
        )));
    }
    let found = match (response.status, response.header("location")) {
        (300..400, Some(target)) => format!("{}, a redirect to {target}", response.status),
        (200..300, _) => format!("{}: no sign-in is asked for", response.status),
        _ => response.status.to_string(),
    };
    holds(response.status == 401, found)
}

fn syntax(evidence: &Evidence) -> Verdict {
    if evidence.answer(Question::NoToken).seen()?.is_success() {
        return Err(Finding::Skipped("no sign-in is asked for"));
    }
    let challenge = evidence.challenge(Question::NoToken);
    let challenge = challenge.map_err(Finding::Broken)?;
    let names = challenge.parameters.iter().map(|(name, _)| name.as_str());
    Ok(format!("Bearer {}", names.collect::<Vec<_>>().join(", ")))
}

/// A parameter of the challenge; skips the check if there is no challenge.
fn parameter(evidence: &Evidence, name: &str) -> Result<Option<String>, Finding> {
    let challenge = evidence.challenge(Question::NoToken);
    let challenge = challenge.map_err(|_| Finding::Skipped("there is no challenge"))?;
    Ok(challenge.get(name).map(str::to_owned))
}

fn metadata_named(evidence: &Evidence) -> Verdict {
    match parameter(evidence, "resource_metadata")? {
        Some(url) => Ok(url),
        None => Err(Finding::Broken("no resource_metadata".to_owned())),
    }
}

fn metadata_url(evidence: &Evidence) -> Verdict {
    let text = parameter(evidence, "resource_metadata")?;
    let text = text.ok_or(Finding::Skipped("there is none"))?;
    holds(Url::parse(&text).is_ok_and(|url| is_safe(&url)), text)
}

fn scope(evidence: &Evidence) -> Verdict {
    match parameter(evidence, "scope")? {
        Some(scope) if is_scope(&scope) => Ok(scope),
        Some(scope) => Err(Finding::Broken(format!(
            "'{scope}', which is no list of scopes"
        ))),
        None if !names_scopes(evidence) => Err(Finding::Skipped("no scopes are named anywhere")),
        None => Err(Finding::Broken("no scope".to_owned())),
    }
}

/// Whether the metadata of the resource or of its issuer name scopes.
fn names_scopes(evidence: &Evidence) -> bool {
    let documents = [evidence.resource(), evidence.metadata()];
    documents.into_iter().flatten().any(|(_, document)| {
        list(&document, "scopes_supported").is_some_and(|scopes| !scopes.is_empty())
    })
}

/// Whether a text is a scope (RFC 6749 §3.3): visible ASCII without quotes and backslashes, separated by single spaces.
fn is_scope(text: &str) -> bool {
    text.split(' ').all(|scope| {
        !scope.is_empty()
            && scope
                .chars()
                .all(|c| c.is_ascii_graphic() && !"\"\\".contains(c))
    })
}

fn no_error(evidence: &Evidence) -> Verdict {
    match parameter(evidence, "error")? {
        Some(error) => Err(Finding::Broken(format!("error {error}"))),
        None => Ok("none".to_owned()),
    }
}
