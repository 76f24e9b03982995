//! How the token and revocation endpoints answer faulty requests (RFC 6749 §5.2, RFC 7009 §2.2).

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
        expected: "no leave for caches to store an error",
        section: "RFC 6749 §5.2; RFC 9110 §9.3.3",
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
        name: "basic-alone",
        expected: "client_secret_basic as advertised: id and secret in the header, no client_id in the body",
        section: "RFC 6749 §2.3.1",
        severity: Failure,
        run: basic_alone,
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

fn unknown_code(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::UnknownCode).came()?;
    let found = outcome(response);
    let known = evidence.client.is_some();
    match (response.status, error_code(response).as_deref()) {
        (400, Some("invalid_grant")) => Ok(found),
        (400 | 401, Some("invalid_client")) if !known => Ok(found),
        (404 | 405, _) => Err(Finding::Broken(found)),
        (400..500, None) => Err(Finding::Skipped("the answer names no error")),
        // A client reads the code; the status alone shuts nobody out.
        (400..500, Some("invalid_grant")) => Err(Finding::Doubtful(found)),
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
    answer::not_stored(evidence.answer(Question::UnknownCode).seen()?)
}

/// Judges whether the server looked up the code, which it should not do for such a request.
fn looked_up(evidence: &Evidence, question: Question) -> Verdict {
    let response = evidence.answer(question).seen()?;
    let form = evidence.answer(Question::UnknownCode).response();
    if form.is_none_or(|form| form.status >= 500) {
        return Err(Finding::Skipped("it fails for every unknown code"));
    }
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
    let code = error_code(response).unwrap_or_default();
    let good = match code.as_str() {
        "unsupported_grant_type" | "unauthorized_client" => true,
        "invalid_client" => evidence.client.is_none(),
        _ => false,
    };
    match response.status {
        400..500 if !good && !code.is_empty() => Err(Finding::Doubtful(outcome(response))),
        _ => holds(good, outcome(response)),
    }
}

/// Judges whether a client is known by its header alone: the code is unknown, so `invalid_grant` says that it was.
fn basic_alone(evidence: &Evidence) -> Verdict {
    let alone = evidence.answer(Question::BasicAlone).seen()?;
    let both = evidence.answer(Question::BasicWithId).seen()?;
    let is_known = |response| error_code(response).as_deref() == Some("invalid_grant");
    match (is_known(alone), is_known(both)) {
        (true, _) => Ok(outcome(alone)),
        (false, true) => Err(Finding::Broken(format!(
            "{}; with client_id in the body too {}",
            outcome(alone),
            outcome(both)
        ))),
        // Whatever is wrong here is not about the secret: a client without one hears the same.
        (false, false) => {
            let public = evidence.answer(Question::UnknownCode).response();
            let refused = error_code(both).unwrap_or_default();
            let same = public.is_some_and(|public| outcome(public) == outcome(both));
            if same || !matches!(refused.as_str(), "invalid_client" | "unauthorized_client") {
                return Err(Finding::Skipped(
                    "no unknown code is answered with invalid_grant",
                ));
            }
            Err(Finding::Broken(outcome(both)))
        }
    }
}

fn revocation(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::UnknownTokenRevoked).came()?;
    let unknown = evidence.client.is_none();
    let refused = error_code(response).as_deref() == Some("invalid_client");
    holds(
        response.status == 200 || (unknown && refused),
        outcome(response),
    )
}
