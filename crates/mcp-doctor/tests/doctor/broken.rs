//! A server that is right, made of the provider and a store in memory, and what stands before and behind it to spoil
//! one thing.

mod asked;
mod authorize;
mod challenge;
mod metadata;
mod registration;
mod resource;
mod server;
mod sign_in;
mod tokens;

use std::cell::RefCell;
use std::collections::BTreeMap;

use mcp_doctor::Severity;
use oauth_provider::http::Response;

pub use asked::Asked;
pub use authorize::ASKS_NOBODY;
pub use metadata::REVOCATION_ELSEWHERE;
pub use server::Server;
pub use sign_in::NO_REFRESH_TOKENS;

/// One thing that is wrong.
pub struct Fault {
    /// In words.
    pub name: &'static str,
    /// The one check that finds it, and how it puts it.
    pub found: (&'static str, Severity, &'static str),
    /// Changes a request on its way to the server, or answers in its place.
    pub before: fn(&mut Asked, &Memory) -> Option<Response>,
    /// Changes an answer on its way back.
    pub after: fn(&Asked, &mut Response, &Memory),
}

/// What a fault remembers.
#[derive(Default)]
pub struct Memory {
    texts: RefCell<BTreeMap<String, String>>,
}

impl Memory {
    pub fn get(&self, key: &str) -> Option<String> {
        self.texts.borrow().get(key).cloned()
    }

    pub fn set(&self, key: &str, value: &str) {
        self.texts
            .borrow_mut()
            .insert(key.to_owned(), value.to_owned());
    }
}

/// A fault of the answers alone.
pub const fn spoils(
    name: &'static str,
    found: (&'static str, Severity, &'static str),
    after: fn(&Asked, &mut Response, &Memory),
) -> Fault {
    Fault {
        name,
        found,
        before: |_, _| None,
        after,
    }
}

/// A fault of what the server makes of a request.
pub const fn takes(
    name: &'static str,
    found: (&'static str, Severity, &'static str),
    before: fn(&mut Asked, &Memory) -> Option<Response>,
) -> Fault {
    Fault {
        name,
        found,
        before,
        after: |_, _, _| (),
    }
}

/// All of them.
pub fn faults() -> impl Iterator<Item = &'static Fault> {
    let all = [
        challenge::FAULTS,
        resource::FAULTS,
        metadata::FAULTS,
        registration::FAULTS,
        authorize::FAULTS,
        tokens::FAULTS,
        sign_in::FAULTS,
    ];
    all.into_iter().flatten()
}
