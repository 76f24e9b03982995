//! A correct server, made of the provider and a store in memory, and faults that change one request or one response.

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

pub use asked::{Asked, change_json, set};
pub use authorize::ASKS_NOBODY;
pub use metadata::REVOCATION_ELSEWHERE;
pub use server::Server;
pub use sign_in::NO_REFRESH_TOKENS;

/// One thing that a server does wrong.
pub struct Fault {
    /// A description in words.
    pub name: &'static str,
    /// The one check that finds the fault: its name, its severity and part of what it reports.
    pub found: (&'static str, Severity, &'static str),
    /// Changes a request on its way to the server, or answers it instead of the server.
    pub before: fn(&mut Asked, &Memory) -> Option<Response>,
    /// Changes a response on its way back.
    pub after: fn(&Asked, &mut Response, &Memory),
}

/// What a fault has to remember between requests.
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

/// A fault that changes responses only.
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

/// A fault that changes what the server receives.
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

/// All faults.
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
