//! Which organizations and projects Sentry has confirmed for whom, remembered in this isolate for a while.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use oauth_provider::UnixTime;
use sentry_tools::{Constraint, Verified, VerifiedConstraints};

const KEPT: Duration = Duration::from_secs(15 * 60);
const MOST: usize = 1000;

thread_local! {
    static REMEMBERED: RefCell<HashMap<(String, Constraint), (UnixTime, Verified)>> = RefCell::default();
}

/// The memory of one caller: another person may see another Sentry.
pub struct VerifiedHere {
    caller: String,
    now: UnixTime,
}

impl VerifiedHere {
    /// The memory of the caller with this key.
    pub const fn new(caller: String, now: UnixTime) -> Self {
        Self { caller, now }
    }

    fn is_fresh(&self, since: UnixTime) -> bool {
        self.now.since(since) < KEPT
    }
}

impl VerifiedConstraints for VerifiedHere {
    fn recall(&self, constraint: &Constraint) -> Option<Verified> {
        REMEMBERED.with_borrow(|remembered| {
            let (since, verified) = remembered.get(&(self.caller.clone(), constraint.clone()))?;
            self.is_fresh(*since).then(|| verified.clone())
        })
    }

    fn remember(&self, constraint: &Constraint, verified: &Verified) {
        REMEMBERED.with_borrow_mut(|remembered| {
            if remembered.len() >= MOST {
                remembered.retain(|_, (since, _)| self.is_fresh(*since));
            }
            if remembered.len() < MOST {
                remembered.insert(
                    (self.caller.clone(), constraint.clone()),
                    (self.now, verified.clone()),
                );
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use sentry_api::{BaseUrl, Slug};

    use super::*;

    #[test]
    fn for_the_same_caller_and_a_quarter_of_an_hour() {
        let at = |caller: &str, now| VerifiedHere::new(caller.to_owned(), UnixTime(now));
        let constraint = Constraint::Organization(Slug::parse("acme").unwrap());
        let region = BaseUrl::parse("https://sentry.example").unwrap().region();
        at("ada", 1000).remember(
            &constraint,
            &Verified {
                region,
                project: None,
            },
        );
        assert!(at("ada", 1899).recall(&constraint).is_some());
        assert!(at("ada", 1900).recall(&constraint).is_none());
        assert!(at("bo", 1000).recall(&constraint).is_none());
        assert!(at("ada", 1000).recall(&Constraint::None).is_none());
    }
}
