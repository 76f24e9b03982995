//! Tokens at the MCP endpoint (RFC 6750).

use crate::check::Check;
use crate::evidence::Evidence;
use crate::question::Question;
use crate::severity::Severity::{Failure, Warning};
use crate::verdict::{Finding, Verdict, holds};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "made-up-token",
        expected: "401 for a token that nobody issued",
        section: "MCP authorization, Token Handling",
        severity: Failure,
        run: status,
    },
    Check {
        name: "made-up-token-error",
        expected: "a challenge with error invalid_token",
        section: "RFC 6750 §3, §3.1",
        severity: Warning,
        run: error,
    },
];

fn status(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::MadeUpToken).came()?;
    holds(response.status == 401, response.status.to_string())
}

fn error(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::MadeUpToken).seen()?;
    if response.status != 401 {
        return Err(Finding::Skipped("it was not refused with 401"));
    }
    // A fault in the header of both answers is reported for the first one only.
    let first = evidence.challenge(Question::NoToken);
    let challenge = match (evidence.challenge(Question::MadeUpToken), first) {
        (Ok(challenge), _) => challenge,
        (Err(_), Err(_)) => return Err(Finding::Skipped("there is no challenge")),
        (Err(problem), Ok(_)) => return Err(Finding::Broken(problem)),
    };
    let error = challenge.get("error").unwrap_or("no error");
    holds(error == "invalid_token", error)
}
