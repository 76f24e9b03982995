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
    /// What the caller's grant remembers, and since when.
    kept: Option<(Constraint, UnixTime, Verified)>,
}

impl VerifiedHere {
    /// The memory of the caller with this key.
    pub const fn new(caller: String, now: UnixTime) -> Self {
        Self {
            caller,
            now,
            kept: None,
        }
    }

    /// The same for a grant that remembers what was confirmed when it opened.
    pub fn with(self, kept: Option<(Constraint, UnixTime, Verified)>) -> Self {
        Self { kept, ..self }
    }

    fn known(&self, constraint: &Constraint) -> Option<(UnixTime, Verified)> {
        let here = REMEMBERED.with_borrow(|remembered| {
            let key = (self.caller.clone(), constraint.clone());
            remembered.get(&key).cloned()
        });
        let kept = || {
            let (of, since, verified) = self.kept.as_ref()?;
            (of == constraint).then(|| (*since, verified.clone()))
        };
        here.or_else(kept)
    }

    fn is_fresh(&self, since: UnixTime) -> bool {
        self.now.since(since) < KEPT
    }
}

impl VerifiedConstraints for VerifiedHere {
    fn recall(&self, constraint: &Constraint) -> Option<Verified> {
        let (since, verified) = self.known(constraint)?;
        self.is_fresh(since).then_some(verified)
    }

    fn before(&self, constraint: &Constraint) -> Option<Verified> {
        Some(self.known(constraint)?.1)
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
                region: region.clone(),
                organization: Some("1".to_owned()),
                project: None,
            },
        );
        assert!(at("ada", 1899).recall(&constraint).is_some());
        assert!(at("ada", 1900).recall(&constraint).is_none());
        assert!(at("bo", 1000).recall(&constraint).is_none());
        assert!(at("ada", 1000).recall(&Constraint::None).is_none());
        assert!(at("ada", 1900).before(&constraint).is_some());
        assert!(at("bo", 1000).before(&constraint).is_none());
        // What a grant remembers counts for as long.
        let verified = Verified {
            region,
            organization: None,
            project: None,
        };
        let kept = Some((constraint.clone(), UnixTime(1000), verified));
        let grant = |now| at("cy", now).with(kept.clone());
        assert!(
            grant(1899).recall(&constraint).is_some() && grant(1900).recall(&constraint).is_none()
        );
        assert!(grant(9000).before(&constraint).is_some());
        assert!(grant(1000).recall(&Constraint::None).is_none());
    }
}
