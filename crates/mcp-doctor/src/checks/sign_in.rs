//! What happens to the tokens of a sign-in.

use fetch::Response;
use serde_json::Value;

use crate::answer::{self, error_code, object, outcome};
use crate::check::Check;
use crate::evidence::Evidence;
use crate::question::Question;
use crate::severity::Severity::{Failure, Warning};
use crate::verdict::{Finding, Verdict, holds};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "sign-in",
        expected: "tokens, for a person who says yes",
        section: "MCP authorization, Authorization Flow Steps",
        severity: Failure,
        run: signed_in,
    },
    Check {
        name: "token-accepted",
        expected: "a message under the access token is answered",
        section: "MCP authorization, Token Handling",
        severity: Failure,
        run: |evidence| accepted(evidence, Question::SignedInCall),
    },
    Check {
        name: "refresh-elsewhere",
        expected: "invalid_target for a refresh towards another resource",
        section: "RFC 8707 §2.2",
        severity: Warning,
        run: |evidence| refused(evidence, Question::RefreshElsewhere, "invalid_target"),
    },
    Check {
        name: "refresh",
        expected: "200 with access_token and token_type Bearer",
        section: "RFC 6749 §6, §5.1",
        severity: Failure,
        run: refresh,
    },
    Check {
        name: "tokens-no-store",
        expected: "Cache-Control: no-store on tokens",
        section: "RFC 6749 §5.1",
        severity: Failure,
        run: tokens_no_store,
    },
    Check {
        name: "token-lifetime",
        expected: "expires_in, in seconds",
        section: "RFC 6749 §5.1",
        severity: Warning,
        run: lifetime,
    },
    Check {
        name: "refreshed-token-accepted",
        expected: "a message under the new access token is answered",
        section: "MCP authorization, Token Handling",
        severity: Failure,
        run: |evidence| accepted(evidence, Question::RefreshedCall),
    },
    Check {
        name: "refresh-rotation",
        expected: "a new refresh token for a public client",
        section: "MCP authorization, Token Theft; OAuth 2.1 §4.3.1",
        severity: Failure,
        run: rotation,
    },
    Check {
        name: "refresh-reuse",
        expected: "invalid_grant for a refresh token whose successor was used",
        section: "RFC 9700 §4.14.2",
        severity: Failure,
        run: |evidence| refused(evidence, Question::OldRefresh, "invalid_grant"),
    },
    Check {
        name: "code-replay",
        expected: "invalid_grant for a code that was redeemed",
        section: "RFC 6749 §4.1.2",
        severity: Failure,
        run: |evidence| refused(evidence, Question::Replay, "invalid_grant"),
    },
    Check {
        name: "code-replay-ends",
        expected: "the tokens of a code that is replayed end",
        section: "RFC 6749 §4.1.2",
        severity: Warning,
        run: replay_ends,
    },
    Check {
        name: "revocation",
        expected: "200",
        section: "RFC 7009 §2.2",
        severity: Failure,
        run: revocation,
    },
    Check {
        name: "revocation-effect",
        expected: "invalid_grant for a refresh token that was revoked",
        section: "RFC 7009 §2",
        severity: Failure,
        run: |evidence| refused(evidence, Question::RefreshAfterRevocation, "invalid_grant"),
    },
    Check {
        name: "revocation-access-token",
        expected: "401 for the access token, too",
        section: "RFC 7009 §2.1",
        severity: Warning,
        run: access_token,
    },
];

fn signed_in(evidence: &Evidence) -> Verdict {
    match &evidence.sign_in_failed {
        Some(why) => Err(Finding::Broken(why.clone())),
        None => {
            evidence.answer(Question::SignedInCall).seen()?;
            let refresh = evidence.refresh_token.is_some();
            Ok(if refresh {
                "access and refresh token"
            } else {
                "an access token alone"
            }
            .to_owned())
        }
    }
}

/// Judges whether a token was accepted. It was if the server objects to something other than the token.
fn accepted(evidence: &Evidence, question: Question) -> Verdict {
    let response = evidence.answer(question).came()?;
    let refused = matches!(response.status, 401 | 403 | 500..=599);
    holds(!refused, outcome(response))
}

fn refused(evidence: &Evidence, question: Question, code: &str) -> Verdict {
    let response = evidence.answer(question).seen()?;
    let found = outcome(response);
    if error_code(response).as_deref() == Some(code) {
        return Ok(found);
    }
    match response.status {
        400..500 => Err(Finding::Doubtful(found)),
        _ => Err(Finding::Broken(found)),
    }
}

fn refresh(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::Refresh).came()?;
    if response.status != 200 {
        return Err(Finding::Broken(outcome(response)));
    }
    let body = object(response).unwrap_or_default();
    if !body.get("access_token").is_some_and(Value::is_string) {
        return Err(Finding::Broken("200 without access_token".to_owned()));
    }
    let kind = body.get("token_type").and_then(Value::as_str);
    let kind = kind.unwrap_or("no token_type");
    holds(kind.eq_ignore_ascii_case("bearer"), format!("200 {kind}"))
}

/// The response with the tokens of a refresh.
fn refreshed(evidence: &Evidence) -> Result<&Response, Finding> {
    let response = evidence.answer(Question::Refresh).seen()?;
    if response.status == 200 {
        Ok(response)
    } else {
        Err(Finding::Skipped("there was no refresh"))
    }
}

fn tokens_no_store(evidence: &Evidence) -> Verdict {
    answer::no_store(refreshed(evidence)?)
}

fn lifetime(evidence: &Evidence) -> Verdict {
    let body = object(refreshed(evidence)?).unwrap_or_default();
    match body.get("expires_in") {
        Some(seconds) => holds(seconds.is_u64(), seconds.to_string()),
        None => Err(Finding::Broken("no expires_in".to_owned())),
    }
}

fn rotation(evidence: &Evidence) -> Verdict {
    let body = object(refreshed(evidence)?).unwrap_or_default();
    let new = body.get("refresh_token").and_then(Value::as_str);
    match new {
        None => Err(Finding::Broken("no refresh_token".to_owned())),
        Some(new) if Some(new) == evidence.refresh_token.as_deref() => {
            Err(Finding::Broken("the same refresh token".to_owned()))
        }
        Some(_) => Ok("a new one".to_owned()),
    }
}

fn replay_ends(evidence: &Evidence) -> Verdict {
    let before = evidence.answer(Question::CallAfterOldRefresh).response();
    if before.is_some_and(|response| response.status == 401) {
        return Err(Finding::Skipped(
            "an old refresh token had ended them before",
        ));
    }
    let replay = evidence.answer(Question::Replay).seen()?;
    if !(400..500).contains(&replay.status) {
        return Err(Finding::Skipped("the replay was not refused"));
    }
    let response = evidence.answer(Question::CallAfterReplay).seen()?;
    let ended = response.status == 401;
    let found = if ended {
        "ended"
    } else {
        "the access token is still taken"
    };
    holds(ended, found)
}

fn revocation(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::Revocation).came()?;
    holds(response.status == 200, outcome(response))
}

fn access_token(evidence: &Evidence) -> Verdict {
    let refresh = evidence.answer(Question::RefreshAfterRevocation);
    if refresh.response().is_some_and(Response::is_success) {
        return Err(Finding::Skipped("the revocation had no effect"));
    }
    let response = evidence.answer(Question::CallAfterRevocation).seen()?;
    match (response.status, evidence.outlived) {
        (401, 0) => Ok("401".to_owned()),
        (401, seconds) => Err(Finding::Doubtful(format!("401, after {seconds} s"))),
        (status, _) => Err(Finding::Broken(format!("{status}: it is still taken"))),
    }
}
