//! Grants and their reference model side by side: every command goes to both, and what they say is compared. Beside
//! that, what must hold whatever the model says: one winner for each code, no session of an undisturbed client lost,
//! none alive after its end, and nothing readable in storage.

mod commands;
mod comparison;
mod effects;
mod words;

use oauth_provider::UnixTime;
use oauth_provider::crypto::{Bytes, Secret};
use oauth_provider::grant::{
    Command, Effect, GrantId, Lifecycle, Moment, Policy, Reply, Strength, TokenKind, apply,
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::NOW;
use super::grant_model::effects::Kind;
use super::grant_model::{Asked, At, Id, Keys, Limits, Model, Stage, Terms, Width};
use words::{policy, ring};

/// The second one is described by a document.
pub const CLIENTS: [&str; 3] = ["client-a", "https://b.example/client", "client-c"];

/// How long an approval can be replayed.
const APPROVAL: u64 = 600;

/// A token that was once handed out, to whomever.
#[derive(Clone)]
pub struct Known {
    pub kind: TokenKind,
    pub grant: usize,
    pub secret: Secret,
    tag: Option<Bytes>,
    /// As it would be readable.
    text: String,
    /// As it may be stored.
    hash: String,
}

/// What somebody sends as a token.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub id: Id,
    pub forged: Forged,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Forged {
    No,
    /// Another secret behind the same tag.
    Secret,
    /// A made-up tag: whoever read the hashes, or guesses.
    Tag,
}

impl From<Id> for Sent {
    fn from(id: Id) -> Self {
        Self {
            id,
            forged: Forged::No,
        }
    }
}

/// What a well-behaved client knows of its session.
#[derive(Clone, Debug)]
pub struct Session {
    /// The newest refresh token that reached it.
    pub held: Id,
    /// When it first sent that one in vain.
    pub tried: Option<u64>,
    /// How often after the grace.
    pub late: u8,
    /// When the newest token was made.
    made: u64,
    /// The server's key at the last answer.
    key: u32,
}

impl Session {
    /// As [`Model::outlook`]: how much longer it may expect to live.
    pub fn outlook(&self, now: u64, keys: Keys) -> (u64, bool, bool) {
        (
            now - self.made,
            keys.open(self.key),
            self.key == keys.current,
        )
    }
}

#[derive(Clone)]
pub struct Mailbox {
    id: GrantId,
    state: Option<Lifecycle>,
    /// What an eviction leaves.
    stored: Option<Lifecycle>,
    /// When it rings next.
    alarm: Option<u64>,
    told_of_end: bool,
    /// As [`Model::again`], of what is stored.
    again_stored: Option<u64>,
    /// The last command, what it led to, and how the model stood before it.
    kind: Kind,
    effects: Vec<Effect>,
    before: Model,
    /// Whether it may have become another since somebody set this to `false`.
    pub changed: bool,
    pub model: Model,
    /// As agreed; the model's may differ where it is wrong.
    pub approved: Terms,
    redeemed: usize,
    ended: bool,
    pub session: Option<Session>,
    /// Somebody else used what is its client's, or it was revoked or closed.
    pub disturbed: bool,
}

#[derive(Clone)]
pub struct World {
    pub now: u64,
    pub keys: Keys,
    pub limits: Limits,
    policy: Policy,
    pub grants: Vec<Mailbox>,
    pub tokens: Vec<Known>,
    rng: ChaCha20Rng,
}

pub fn limits(strict: bool) -> Limits {
    Limits {
        strict,
        code: 60,
        access: 3600,
        refresh: 30 * 86_400,
        absolute: 90 * 86_400,
        grace: 60,
        late: 14 * 86_400,
        late_retries: 8,
        wrong_tries: 5,
        accesses: 64,
    }
}

impl World {
    pub fn new(limits: Limits) -> Self {
        // Checked here, so that the numbers of the model are those of the product.
        let (ours, theirs) = (policy(self::limits(false)), Policy::default());
        assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
        Self {
            now: NOW.0,
            keys: Keys {
                current: 1,
                oldest: 1,
            },
            limits,
            policy: policy(limits),
            grants: Vec::new(),
            tokens: Vec::new(),
            rng: ChaCha20Rng::seed_from_u64(11),
        }
    }

    /// A person approves: there is an id, and a signed state that names it, and no grant yet.
    pub fn approve(
        &mut self,
        client: usize,
        strength: Strength,
        may_refresh: bool,
        widths: (Width, Width),
        asked: Option<Width>,
    ) -> usize {
        let approved = Terms {
            client,
            strength,
            may_refresh,
            described: CLIENTS[client].starts_with("https:"),
            resource: widths.0,
            scope: widths.1,
            asked: asked.map(|asked| asked.max(widths.1)),
            opened: self.now,
            ends: self.now,
        };
        let model = Model {
            limits: self.limits,
            terms: approved.clone(),
            stage: Stage::Nothing,
            approval_ends: self.now + APPROVAL,
            props: 0,
            withheld: Vec::new(),
            again: None,
            told: false,
        };
        self.grants.push(Mailbox {
            id: GrantId::draw(&mut self.rng),
            state: None,
            stored: None,
            alarm: None,
            told_of_end: false,
            again_stored: None,
            kind: Kind::Other,
            effects: Vec::new(),
            before: model.clone(),
            changed: false,
            model,
            approved,
            redeemed: 0,
            ended: false,
            session: None,
            disturbed: false,
        });
        self.grants.len() - 1
    }

    /// The request of the grant's own client, as it should be.
    pub fn own(&self, grant: usize) -> Asked {
        let terms = &self.grants[grant].approved;
        Asked {
            client: terms.client,
            strength: terms.strength,
            resource: None,
            scope: None,
        }
    }

    /// From one key to two, and from two to the newer.
    pub fn change_keys(&mut self) {
        if self.keys.oldest == self.keys.current {
            self.keys.current += 1;
        } else {
            self.keys.oldest = self.keys.current;
        }
    }

    /// The object forgets what it has in memory, and reads what was written when the state last changed.
    pub fn evict(&mut self, grant: usize) {
        let mailbox = &mut self.grants[grant];
        mailbox.model.again = mailbox.again_stored;
        mailbox.state = mailbox.stored.as_ref().map(|state| {
            let text = serde_json::to_string(state).unwrap();
            serde_json::from_str(&text).unwrap()
        });
    }

    /// Every access token there is, at every grant, is worth exactly what the model says.
    pub fn inspect_all(&mut self) {
        for grant in 0..self.grants.len() {
            self.settled(grant);
            for id in 0..self.tokens.len() {
                if self.tokens[id].kind == TokenKind::Access {
                    self.inspect(grant, id.into());
                }
            }
        }
    }

    pub(super) fn at(&self) -> At {
        At {
            keys: self.keys,
            next: self.tokens.len(),
            now: self.now,
        }
    }

    pub(super) fn disturb(&mut self, grant: usize, real: bool, asked: Asked) {
        let mailbox = &mut self.grants[grant];
        // Nobody else than who shows the client can do anything to it.
        let theirs = real
            && asked.client == mailbox.approved.client
            && asked.strength >= mailbox.approved.strength;
        mailbox.changed |= theirs && !mailbox.disturbed;
        mailbox.disturbed |= theirs;
    }

    pub(super) fn secret(&self, sent: Sent) -> (Secret, Bytes) {
        let known = &self.tokens[sent.id];
        let tag = known.tag.clone().filter(|_| sent.forged != Forged::Tag);
        let secret = match sent.forged {
            Forged::Secret => Secret::from_bytes([9; 32]),
            _ => known.secret.clone(),
        };
        (secret, tag.unwrap_or(Bytes(vec![9; 16])))
    }

    /// The number under which this grant may know what is sent, where secret and tag must belong together.
    pub(super) fn whose(&self, grant: usize, sent: Sent) -> Option<Id> {
        let tagged = self.tokens[sent.id].kind == TokenKind::Refresh;
        let together = !(tagged && sent.forged == Forged::Tag);
        self.whose_secret(grant, sent).filter(|_| together)
    }

    /// The same, where nothing but the secret is read.
    pub(super) fn whose_secret(&self, grant: usize, sent: Sent) -> Option<Id> {
        let known = self.tokens[sent.id].grant == grant;
        (known && sent.forged != Forged::Secret).then_some(sent.id)
    }

    pub(super) fn send(&mut self, grant: usize, command: Command) -> Reply {
        let mailbox = &mut self.grants[grant];
        let moment = Moment {
            id: &mailbox.id.clone(),
            now: UnixTime(self.now),
            keys: &ring(self.keys),
            policy: &self.policy,
        };
        mailbox.kind = Kind::of(&command);
        mailbox.before = mailbox.model.clone();
        let step = apply(mailbox.state.take(), command, &moment, &mut self.rng);
        mailbox.carry_out(step)
    }
}
