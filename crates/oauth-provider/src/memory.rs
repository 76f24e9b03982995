//! A store in memory, for tests and for servers that need not survive a restart. What has ended goes when something
//! of its kind comes; [`MemoryStore::take_audit`] is to be called now and then.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use rand_core::CryptoRng;

use crate::authorize::TicketId;
use crate::client::{
    Claim, Claimant, ClientIdUrl, ClientStore, KeptDocument, OnceStore, Registration,
};
use crate::crypto::KeyRing;
use crate::grant::{
    Audit, Command, Effect, GrantId, GrantStore, Lifecycle, Moment, Policy, Reply, Step, apply,
};
use crate::par::{Pushed, PushedName, PushedRequests, Use};
use crate::stored::Stored;
use crate::time::UnixTime;

/// A pushed request, and when it may be forgotten.
type Kept = (Pushed, UnixTime);

/// A store that keeps everything in maps. Time and randomness are handed in.
pub struct MemoryStore<R> {
    /// The time of the next command.
    pub now: RefCell<UnixTime>,
    /// Of the grants.
    pub keys: KeyRing,
    /// Of the grants.
    pub policy: Policy,
    rng: RefCell<R>,
    grants: RefCell<HashMap<GrantId, Lifecycle>>,
    registrations: RefCell<HashMap<String, (Registration, UnixTime)>>,
    documents: RefCell<HashMap<String, KeptDocument>>,
    key_sets: RefCell<HashMap<String, KeptDocument>>,
    used: RefCell<HashMap<[u8; 32], UnixTime>>,
    pushed: RefCell<HashMap<PushedName, Kept>>,
    audit: RefCell<Vec<Audit>>,
}

impl<R: CryptoRng> MemoryStore<R> {
    /// An empty store.
    #[must_use]
    pub fn new(keys: KeyRing, policy: Policy, now: UnixTime, rng: R) -> Self {
        Self {
            now: RefCell::new(now),
            keys,
            policy,
            rng: RefCell::new(rng),
            grants: RefCell::default(),
            registrations: RefCell::default(),
            documents: RefCell::default(),
            key_sets: RefCell::default(),
            used: RefCell::default(),
            pushed: RefCell::default(),
            audit: RefCell::default(),
        }
    }

    /// What was worth a line in the log, since the last call.
    pub fn take_audit(&self) -> Vec<Audit> {
        self.audit.take()
    }

    fn command(&self, id: &GrantId, command: Command) -> Reply {
        let mut grants = self.grants.borrow_mut();
        if matches!(command, Command::Open(_)) {
            let now = *self.now.borrow();
            let all = std::mem::take(&mut *grants).into_iter();
            let lives = |(id, state): (GrantId, Lifecycle)| {
                let state = state.at(now)?;
                // Its end waits to be told, and there is nobody to tell.
                let is_over = state.is_closed() && state.ends_at() <= now;
                (!is_over).then_some((id, state))
            };
            *grants = all.filter_map(lives).collect();
        }
        let moment = Moment {
            id,
            now: *self.now.borrow(),
            keys: &self.keys,
            policy: &self.policy,
        };
        let state = grants.get(id).cloned();
        let step = apply(state, command, &moment, &mut *self.rng.borrow_mut());
        drop(grants);
        self.carry_out(id, step)
    }

    /// There are no alarms: what has ended goes when the next grant opens. There is no account, so nothing is to be
    /// told, and nothing remembers tokens.
    fn carry_out(&self, id: &GrantId, step: Step) -> Reply {
        for effect in step.effects {
            match effect {
                Effect::Store { .. } | Effect::Keep => {
                    let states = step.state.clone().map(|state| (id.clone(), state));
                    self.grants.borrow_mut().extend(states);
                }
                Effect::Delete => {
                    self.grants.borrow_mut().remove(id);
                }
                Effect::Audit(line) => self.audit.borrow_mut().push(line),
                Effect::ForgetTokens | Effect::TellAccount { .. } => {}
            }
        }
        step.reply
    }
}

impl<R: CryptoRng> GrantStore for MemoryStore<R> {
    async fn send(&self, id: &GrantId, command: Command) -> Stored<Reply> {
        Ok(self.command(id, command))
    }
}

impl<R> ClientStore for MemoryStore<R> {
    async fn registration(&self, client_id: &str) -> Stored<Option<Registration>> {
        let registrations = self.registrations.borrow();
        let found = registrations
            .get(client_id)
            .filter(|(_, expires_at)| *expires_at > *self.now.borrow());
        Ok(found.map(|(registration, _)| registration.clone()))
    }

    async fn keep_registration(
        &self,
        registration: &Registration,
        expires_at: UnixTime,
    ) -> Stored<()> {
        let entry = (registration.clone(), expires_at);
        let mut registrations = self.registrations.borrow_mut();
        registrations.retain(|_, (_, end)| *end > *self.now.borrow());
        registrations.insert(registration.client_id.clone(), entry);
        Ok(())
    }

    async fn document(&self, url: &ClientIdUrl) -> Stored<Option<KeptDocument>> {
        Ok(self.documents.borrow().get(url.as_str()).cloned())
    }

    async fn keep_document(&self, url: &ClientIdUrl, document: &KeptDocument) -> Stored<()> {
        let mut documents = self.documents.borrow_mut();
        documents.retain(|_, kept| kept.kept_until() > *self.now.borrow());
        documents.insert(url.as_str().to_owned(), document.clone());
        Ok(())
    }

    async fn key_set(&self, url: &ClientIdUrl) -> Stored<Option<KeptDocument>> {
        Ok(self.key_sets.borrow().get(url.as_str()).cloned())
    }

    async fn keep_key_set(&self, url: &ClientIdUrl, keys: &KeptDocument) -> Stored<()> {
        self.key_sets
            .borrow_mut()
            .insert(url.as_str().to_owned(), keys.clone());
        Ok(())
    }
}

impl<R> OnceStore for MemoryStore<R> {
    async fn claim(&self, _: Claimant<'_>, name: [u8; 32], lifetime: Duration) -> Stored<Claim> {
        let now = *self.now.borrow();
        let mut used = self.used.borrow_mut();
        used.retain(|_, ends_at| *ends_at > now);
        Ok(match used.insert(name, now + lifetime) {
            None => Claim::First,
            Some(_) => Claim::Again,
        })
    }
}

impl<R> PushedRequests for MemoryStore<R> {
    async fn keep_pushed(
        &self,
        name: &PushedName,
        query: &str,
        expires_at: UnixTime,
    ) -> Stored<()> {
        let now = *self.now.borrow();
        let mut kept = self.pushed.borrow_mut();
        kept.retain(|_, (_, ends_at)| now < *ends_at);
        let query = query.to_owned();
        let waiting = Pushed::Waiting { query, expires_at };
        kept.insert(name.clone(), (waiting, expires_at));
        Ok(())
    }

    async fn pushed(&self, name: &PushedName) -> Stored<Option<String>> {
        let kept = self.pushed.borrow();
        let found = kept.get(name);
        Ok(found.and_then(|(pushed, _)| pushed.query(*self.now.borrow()).map(str::to_owned)))
    }

    async fn use_pushed(&self, name: &PushedName, ticket: &TicketId) -> Stored<bool> {
        let now = *self.now.borrow();
        let mut kept = self.pushed.borrow_mut();
        let before = kept.get(name).filter(|(_, ends_at)| now < *ends_at);
        match Pushed::approve(before.map(|(pushed, _)| pushed), ticket, now) {
            Use::First(used) => {
                kept.insert(name.clone(), (used, now + Pushed::USED_FOR));
                Ok(true)
            }
            Use::Again => Ok(true),
            Use::Refused => Ok(false),
        }
    }
}
