//! How well a client is known here: whether people have signed in with it, noted beside what resolving it reads
//! anyway. It decides what a person is told, and whose fetches have a budget of their own; never what a client may do.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::crypto::{Bytes, KeyRing, Purpose};
use crate::time::UnixTime;

use super::record::Client;

/// A client is no longer new once this many people have signed in with it.
const PEOPLE: usize = 3;
/// A client is no longer new this long after the first sign-in.
const FIRST_DAYS: Duration = Duration::from_secs(30 * 86_400);
/// What is known is written again after this long at the earliest: a client may have thousands of grants, and each comes
/// by once a day and when it begins.
const DAY: Duration = Duration::from_secs(86_400);

/// A client that people have signed in with, and too few to be no longer new. It goes with the last of them, or with its
/// time: a record that is known and has no such member is of a client that is no longer new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newcomer {
    /// When the first person signed in with it.
    pub since: UnixTime,
    /// A keyed hash for each person who has signed in, good only to tell them apart. Never more than two.
    #[serde(default)]
    pub people: Vec<Bytes>,
}

/// What a client's record says of this.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Acquaintance {
    pub(super) known_until: Option<UnixTime>,
    pub(super) newcomer: Option<Newcomer>,
}

impl Acquaintance {
    /// The end of it, where somebody has signed in and that is not too long ago.
    pub(super) fn known_until(&self, now: UnixTime) -> Option<UnixTime> {
        self.known_until.filter(|until| *until > now)
    }

    fn is_new(&self, now: UnixTime) -> bool {
        let newcomer = self.newcomer.as_ref();
        self.known_until(now).is_none()
            || newcomer.is_some_and(|one| now.since(one.since) < FIRST_DAYS)
    }

    /// The client as it is known at this time.
    pub(super) fn told_of(&self, client: Client, now: UnixTime) -> Client {
        Client {
            is_new: self.is_new(now),
            is_known: self.known_until(now).is_some(),
            ..client
        }
    }

    /// After a person has signed in, or has used what came of it; `None` where there is nothing to write. Of two first
    /// sign-ins at the same time a store may lose one: it is noted with that person's next daily chores.
    pub(super) fn met(
        &self,
        person: Option<&Person<'_>>,
        until: UnixTime,
        now: UnixTime,
    ) -> Option<Self> {
        let known = self.known_until(now);
        let newcomer = match (&self.newcomer, known) {
            (_, None) => Some(Newcomer {
                since: now,
                people: person.map(Person::mark).into_iter().collect(),
            }),
            (None, Some(_)) => None,
            (Some(before), Some(_)) => before.met(person, now),
        };
        let is_fresh = known.is_some_and(|known| known + DAY > until);
        (!is_fresh || newcomer != self.newcomer).then_some(Self {
            known_until: Some(until),
            newcomer,
        })
    }
}

impl Newcomer {
    /// `None` where it no longer is one.
    fn met(&self, person: Option<&Person<'_>>, now: UnixTime) -> Option<Self> {
        if now.since(self.since) >= FIRST_DAYS {
            return None;
        }
        let mut after = self.clone();
        match person {
            Some(person) if !self.people.iter().any(|mark| person.is(mark)) => {
                after.people.push(person.mark());
            }
            _ => {}
        }
        (after.people.len() < PEOPLE).then_some(after)
    }
}

/// A person, as one client's record may tell them from others: with another client, or without the server's keys, the
/// mark means nothing.
pub(super) struct Person<'a> {
    keys: &'a KeyRing,
    about: Vec<u8>,
}

impl<'a> Person<'a> {
    pub(super) fn new(subject: &str, client_id: &str, keys: &'a KeyRing) -> Self {
        // Invariant: no client id holds a zero byte.
        let about = [client_id.as_bytes(), subject.as_bytes()].join(&0);
        Self { keys, about }
    }

    fn mark(&self) -> Bytes {
        Bytes(
            self.keys
                .digest(Purpose::Acquaintance, &self.about)
                .to_vec(),
        )
    }

    /// Under any key that is listed, so that nobody counts twice after a rotation.
    fn is(&self, mark: &Bytes) -> bool {
        self.keys
            .digest_matches(Purpose::Acquaintance, &self.about, &mark.0)
    }
}
