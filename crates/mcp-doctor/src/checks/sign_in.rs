//! What happens to the tokens of a sign-in.

use fetch::Response;
use serde_json::Value;

use crate::answer::{self, error_code, object, outcome};
use crate::check::Check;
use crate::evidence::Evidence;
use crate::made_up::FOREIGN_RESOURCE;
use crate::question::Question;
use crate::severity::Severity::{Failure, Warning};
use crate::verdict::{Finding, Verdict, holds};
use crate::walk::GRACE;

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
        name: "refusal-keeps-token",
        expected: "the refresh token is good after a refresh that was refused",
        section: "RFC 6749 §6; OAuth 2.1 §4.3",
        severity: Failure,
        run: keeps,
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
        expected: "expires_in, in seconds, and a day at most",
        section: "RFC 6749 §5.1; MCP authorization, Token Theft",
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
        run: reuse,
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
        name: "foreign-token",
        expected: "401 for a token that is for another resource",
        section: "MCP authorization, Token Handling; RFC 8707 §2",
        severity: Failure,
        run: foreign,
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
        run: revocation_effect,
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
        // It is refused, though not as it should be.
        400..=599 => Err(Finding::Doubtful(found)),
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

/// The longest lifetime that still counts as short, in seconds.
const DAY: u64 = 86_400;

fn lifetime(evidence: &Evidence) -> Verdict {
    evidence.answer(Question::SignedInCall).seen()?;
    let said = match refreshed(evidence) {
        Ok(response) => object(response).unwrap_or_default().remove("expires_in"),
        Err(_) => evidence.expires_in.map(Value::from),
    };
    let Some(said) = said else {
        return Err(Finding::Broken("no expires_in".to_owned()));
    };
    match said.as_u64() {
        Some(seconds) if seconds > DAY => Err(Finding::Broken(format!(
            "{seconds} s: {} days",
            seconds / DAY
        ))),
        Some(seconds) => Ok(format!("{seconds} s")),
        None => Err(Finding::Broken(said.to_string())),
    }
}

fn rotation(evidence: &Evidence) -> Verdict {
    if evidence.is_confidential {
        return Err(Finding::Skipped(
            "the client has a secret, which binds the token",
        ));
    }
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
    is_used(evidence, Question::SignedInCall)?;
    let replay = evidence.answer(Question::Replay).seen()?;
    if !(400..500).contains(&replay.status) {
        return Err(Finding::Skipped("the replay was not refused"));
    }
    let response = evidence.answer(Question::CallAfterReplay).seen()?;
    if response.status == 401 {
        return Ok("ended".to_owned());
    }
    Err(Finding::Broken(lives_on(
        evidence,
        "the access token is still taken",
    )))
}

/// What goes on, and why it does where the token is self-contained.
fn lives_on(evidence: &Evidence, found: &str) -> String {
    let why = match (evidence.is_self_contained, evidence.expires_in) {
        (false, _) => String::new(),
        (true, None) => ": it is self-contained, and ends by itself".to_owned(),
        (true, Some(seconds)) => {
            format!(": it is self-contained, and ends by itself after {seconds} s")
        }
    };
    format!("{found}{why}")
}

/// Skips the check if this message was not answered under a good token: then a refusal later says nothing.
fn is_used(evidence: &Evidence, question: Question) -> Result<(), Finding> {
    evidence.answer(question).seen()?;
    accepted(evidence, question)
        .map(drop)
        .map_err(|_| Finding::Skipped("the token was not accepted before, either"))
}

/// Skips the check if there was no good refresh: then a refusal later says nothing.
fn is_refreshed(evidence: &Evidence) -> Result<(), Finding> {
    refreshed(evidence).map(drop)
}

fn keeps(evidence: &Evidence) -> Verdict {
    is_refreshed(evidence)?;
    let response = evidence.answer(Question::RefreshAfterRefusal).seen()?;
    let found = outcome(response);
    match response.status {
        200 => Ok(found),
        400..500 => Err(Finding::Broken(format!(
            "{found}: the refusal has used the token up"
        ))),
        _ => Err(Finding::Doubtful(found)),
    }
}

fn reuse(evidence: &Evidence) -> Verdict {
    is_refreshed(evidence)?;
    let response = evidence.answer(Question::OldRefresh).seen()?;
    if !evidence.waited_for_grace {
        return refused(evidence, Question::OldRefresh, "invalid_grant");
    }
    let found = outcome(response);
    if response.is_success() {
        return Err(Finding::Broken(format!("{found}, even after {GRACE} s")));
    }
    Err(Finding::Doubtful(format!(
        "200 at first, and {found} after {GRACE} s: a grace for answers that were lost"
    )))
}

fn foreign(evidence: &Evidence) -> Verdict {
    is_used(evidence, Question::SignedInCall)?;
    let response = evidence.answer(Question::ForeignCall).seen()?;
    if matches!(response.status, 401 | 403) {
        return Ok(response.status.to_string());
    }
    let own = evidence.server.as_str();
    let is_own = |audience: &String| own.starts_with(audience.as_str());
    match &evidence.foreign_audience {
        Some(all) if all.iter().any(is_own) => Err(Finding::Skipped(
            "the token that is issued is for this server all the same",
        )),
        Some(all) => Err(Finding::Broken(format!(
            "{} for a token whose audience is {}",
            response.status,
            all.join(", ")
        ))),
        None => Err(Finding::Doubtful(format!(
            "{} for a token that was asked for {FOREIGN_RESOURCE}",
            response.status
        ))),
    }
}

fn revocation(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::Revocation).came()?;
    if error_code(response).as_deref() == Some("unsupported_token_type") {
        // RFC 7009 §2.2.1 has this error for servers whose access tokens end by themselves.
        return Err(Finding::Skipped(
            "access tokens cannot be revoked here, which is allowed",
        ));
    }
    holds(response.status == 200, outcome(response))
}

/// Skips the check if nothing was revoked: then whatever goes on says nothing.
fn is_revoked(evidence: &Evidence) -> Result<(), Finding> {
    match evidence.answer(Question::Revocation).seen()?.status {
        200 => Ok(()),
        _ => Err(Finding::Skipped("there was no revocation")),
    }
}

fn revocation_effect(evidence: &Evidence) -> Verdict {
    is_refreshed(evidence)?;
    is_revoked(evidence)?;
    refused(evidence, Question::RefreshAfterRevocation, "invalid_grant")
}

fn access_token(evidence: &Evidence) -> Verdict {
    is_used(evidence, Question::SignedInCall)?;
    is_revoked(evidence)?;
    let refresh = evidence.answer(Question::RefreshAfterRevocation);
    if refresh.response().is_some_and(Response::is_success) {
        return Err(Finding::Skipped("the revocation had no effect"));
    }
    let response = evidence.answer(Question::CallAfterRevocation).seen()?;
    match (response.status, evidence.outlived) {
        (401, 0) => Ok("401".to_owned()),
        (401, seconds) => Err(Finding::Doubtful(format!("401, after {seconds} s"))),
        (status, _) => Err(Finding::Broken(lives_on(
            evidence,
            &format!("{status}: it is still taken"),
        ))),
    }
}
