//! The model's numbers in the words of the crate.

use std::time::Duration;

use oauth_provider::crypto::KeyRing;
use oauth_provider::grant::{Policy, Reuse};
use oauth_provider::{Resource, Scope};

use super::super::SCOPES;
use super::super::grant::{at, scope};
use super::super::grant_model::{Keys, Limits, Width};

pub(super) fn policy(limits: Limits) -> Policy {
    let seconds = Duration::from_secs;
    Policy {
        code: seconds(limits.code),
        access: seconds(limits.access),
        refresh: seconds(limits.refresh),
        absolute: seconds(limits.absolute),
        reuse: if limits.strict {
            Reuse::Close
        } else {
            Reuse::Mark
        },
        grace: seconds(limits.grace),
        late: seconds(limits.late),
        late_retries: limits.late_retries,
        wrong_tries: limits.wrong_tries,
        access_tokens: limits.accesses,
    }
}

pub(super) fn ring(keys: Keys) -> KeyRing {
    let values: Vec<_> = (keys.oldest..=keys.current)
        .rev()
        .map(|key| format!("a server key of more than thirty-two bytes {key}"))
        .collect();
    KeyRing::parse(&values.join(","), 32).unwrap()
}

pub(super) fn props(version: u32) -> Vec<u8> {
    format!("the upstream token {version} that nobody may read in storage").into_bytes()
}

pub(super) fn resource(width: Width) -> Resource {
    at(["/mcp/acme/web", "/mcp/acme", "/mcp"][usize::from(width)])
}

fn scopes(width: Width) -> Scope {
    scope(["org:read", "org:read event:write", ""][usize::from(width)])
}

/// The empty request asks for all.
pub(super) fn granted(width: Width) -> Scope {
    if width == 2 {
        Scope::all(SCOPES)
    } else {
        scopes(width)
    }
}

pub(super) fn person(its: bool) -> String {
    if its { "7" } else { "8" }.to_owned()
}
