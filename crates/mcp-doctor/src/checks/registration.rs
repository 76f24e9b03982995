//! Dynamic client registration (RFC 7591).

use serde_json::Value;

use crate::answer::{self, error_code, object, outcome};
use crate::check::Check;
use crate::evidence::Evidence;
use crate::json::strings;
use crate::made_up::REDIRECT_URI;
use crate::question::Question;
use crate::severity::Severity::{Failure, Warning};
use crate::verdict::{Finding, Verdict, holds};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "registration",
        expected: "201 with client_id and the redirect_uris",
        section: "RFC 7591 §3.2.1",
        severity: Failure,
        run: registration,
    },
    Check {
        name: "registration-no-store",
        expected: "Cache-Control: no-store where there is a secret, and no leave to store it otherwise",
        section: "RFC 6749 §5.1; RFC 9110 §9.3.3",
        severity: Warning,
        run: no_store,
    },
    Check {
        name: "registration-refusal",
        expected: "400 invalid_redirect_uri for a redirect URI that is a script",
        section: "MCP authorization, Communication Security; RFC 7591 §3.2.2",
        severity: Failure,
        run: refusal,
    },
];

fn registration(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::Registration).came()?;
    if response.status != 201 {
        return Err(Finding::Broken(outcome(response)));
    }
    let body = object(response).unwrap_or_default();
    if !body.get("client_id").is_some_and(Value::is_string) {
        return Err(Finding::Broken("201 without client_id".to_owned()));
    }
    let uris = body.get("redirect_uris").map(strings);
    let echoed = uris.is_some_and(|uris| uris.contains(&REDIRECT_URI));
    holds(
        echoed,
        if echoed {
            "201"
        } else {
            "201 without the redirect_uris"
        },
    )
}

fn no_store(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::Registration).seen()?;
    let body = object(response).unwrap_or_default();
    if body.get("client_secret").is_some_and(Value::is_string) {
        return answer::no_store(response);
    }
    answer::not_stored(response)
}

fn refusal(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::DangerousRegistration).seen()?;
    let found = outcome(response);
    let codes = ["invalid_redirect_uri", "invalid_client_metadata"];
    let refused = error_code(response).is_some_and(|code| codes.contains(&code.as_str()));
    holds(response.status == 400 && refused, found)
}
