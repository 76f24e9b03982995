//! How the token and revocation endpoints answer faulty requests (RFC 6749 §5.2, RFC 7009 §2.2).

use fetch::Response;

use crate::answer::{self, error_code, media_type, object, outcome};
use crate::check::Check;
use crate::evidence::Evidence;
use crate::question::Question;
use crate::severity::Severity::{Failure, Warning};
use crate::verdict::{Finding, Verdict, holds};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "unknown-code",
        expected: "400 invalid_grant for a code that nobody issued, or invalid_client where the client is unknown",
        section: "RFC 6749 §5.2",
        severity: Failure,
        run: unknown_code,
    },
    Check {
        name: "token-error-format",
        expected: "application/json with the member error",
        section: "RFC 6749 §5.2",
        severity: Failure,
        run: format,
    },
    Check {
        name: "token-error-no-store",
        expected: "Cache-Control: no-store",
        section: "RFC 6749 §5.2",
        severity: Warning,
        run: no_store,
    },
    Check {
        name: "token-form-only",
        expected: "no code taken from a JSON body",
        section: "RFC 6749 §4.1.3",
        severity: Warning,
        run: form_only,
    },
    Check {
        name: "token-post-only",
        expected: "no code taken from a query: POST alone",
        section: "RFC 6749 §3.2",
        severity: Failure,
        run: post_only,
    },
    Check {
        name: "unknown-grant-type",
        expected: "unsupported_grant_type",
        section: "RFC 6749 §5.2",
        severity: Failure,
        run: unknown_grant_type,
    },
    Check {
        name: "revocation-unknown",
        expected: "200 for a token that nobody issued, or invalid_client where the client is unknown",
        section: "RFC 7009 §2.2",
        severity: Failure,
        run: revocation,
    },
];

/// Skips the check if the server limits requests, since that says nothing about the rule.
fn unlimited(response: &Response) -> Result<(), Finding> {
    if response.status == 429 {
        return Err(Finding::Skipped("too many requests for now"));
    }
    Ok(())
}

fn unknown_code(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::UnknownCode).came()?;
    unlimited(response)?;
    let found = outcome(response);
    let known = evidence.client.is_some();
    match (response.status, error_code(response).as_deref()) {
        (400, Some("invalid_grant")) => Ok(found),
        (400 | 401, Some("invalid_client")) if !known => Ok(found),
        (404 | 405, _) => Err(Finding::Broken(found)),
        (400..500, None) => Err(Finding::Skipped("the answer names no error")),
        (400..500, Some(_)) if !known => Err(Finding::Doubtful(found)),
        _ => Err(Finding::Broken(found)),
    }
}

fn format(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::UnknownCode).seen()?;
    if !(400..500).contains(&response.status) {
        return Err(Finding::Skipped("the answer is no refusal"));
    }
    let kind = media_type(response);
    if kind != "application/json" {
        return Err(Finding::Broken(kind));
    }
    let has_error = error_code(response).is_some();
    let found = match object(response) {
        Some(_) if has_error => "application/json with error",
        Some(_) => "a JSON object without error",
        None => "no JSON object",
    };
    holds(has_error, found)
}

fn no_store(evidence: &Evidence) -> Verdict {
    answer::no_store(evidence.answer(Question::UnknownCode).seen()?)
}

/// Judges whether the server looked up the code, which it should not do for such a request.
fn looked_up(evidence: &Evidence, question: Question) -> Verdict {
    let response = evidence.answer(question).seen()?;
    unlimited(response)?;
    let evaluated = error_code(response).as_deref() == Some("invalid_grant");
    let good = !evaluated && (400..500).contains(&response.status);
    holds(good, outcome(response))
}

fn form_only(evidence: &Evidence) -> Verdict {
    looked_up(evidence, Question::UnknownCodeAsJson)
}

fn post_only(evidence: &Evidence) -> Verdict {
    looked_up(evidence, Question::UnknownCodeInQuery)
}

fn unknown_grant_type(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::UnknownGrantType).seen()?;
    unlimited(response)?;
    let code = error_code(response).unwrap_or_default();
    let good = match code.as_str() {
        "unsupported_grant_type" | "unauthorized_client" => true,
        "invalid_client" => evidence.client.is_none(),
        _ => false,
    };
    holds(good, outcome(response))
}

fn revocation(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::UnknownTokenRevoked).came()?;
    unlimited(response)?;
    let unknown = evidence.client.is_none();
    let refused = error_code(response).as_deref() == Some("invalid_client");
    holds(
        response.status == 200 || (unknown && refused),
        outcome(response),
    )
}
