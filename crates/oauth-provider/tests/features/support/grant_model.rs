//! The rules of a grant once more, told of numbers: no cryptography, no bytes, nothing of the crate but a few names.
//! A token is the number under which the world first saw it; a server key is a number too.

mod active;
pub mod effects;
mod outlook;
mod redeem;
mod refresh;
mod tokens;
mod withheld;

use oauth_provider::grant::{Found, Refusal, Strength};

/// The number of a token.
pub type Id = usize;

pub const HOUR: u64 = 3600;

/// What every look that finds a document gone says.
pub const WHY: &str = "the status is 200: found 404";

/// Lifetimes in seconds, and limits.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub strict: bool,
    pub code: u64,
    pub access: u64,
    pub refresh: u64,
    pub absolute: u64,
    pub grace: u64,
    pub late: u64,
    pub late_retries: u8,
    pub wrong_tries: u8,
    pub accesses: usize,
}

/// How wide something is: a greater number covers the smaller ones.
pub type Width = u8;

/// What was approved.
#[derive(Clone, Debug)]
pub struct Terms {
    pub client: usize,
    pub strength: Strength,
    pub may_refresh: bool,
    pub described: bool,
    pub resource: Width,
    pub scope: Width,
    /// What the client asked for; not kept by an earlier version.
    pub asked: Option<Width>,
    pub opened: u64,
    pub ends: u64,
}

/// What a request says of its sender and of what it wants.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub client: usize,
    pub strength: Strength,
    pub resource: Option<Width>,
    pub scope: Option<Width>,
}

/// The server's keys: the one that wraps, and every one that unwraps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Keys {
    pub current: u32,
    pub oldest: u32,
}

/// The circumstances of a command.
#[derive(Clone, Copy, Debug)]
pub struct At {
    pub keys: Keys,
    /// The number that the next new token gets: the access token's, and the refresh token's after it.
    pub next: Id,
    pub now: u64,
}

impl Keys {
    pub fn open(self, key: u32) -> bool {
        (self.oldest..=self.current).contains(&key)
    }
}

#[derive(Clone, Debug)]
pub enum Stage {
    Nothing,
    Pending {
        code: Id,
        key: u32,
        ends: u64,
        wrong: u8,
    },
    Active(Active),
    Closed,
}

#[derive(Clone, Debug)]
pub struct Active {
    pub code: Id,
    pub family: Option<Family>,
    /// Oldest first.
    pub accesses: Vec<Access>,
    pub marks: u32,
    /// Retries after the grace, over the whole life.
    late: u32,
    chores: u64,
    looked: u64,
    gone_since: Option<u64>,
    gone: bool,
}

#[derive(Clone, Debug)]
pub struct Family {
    /// All refresh tokens that ever were, the newest last.
    pub chain: Vec<Id>,
    pub ends: u64,
    key: u32,
    previous: Option<Previous>,
}

#[derive(Clone, Copy, Debug)]
struct Previous {
    key: u32,
    used: u64,
    late: u8,
}

#[derive(Clone, Debug)]
pub struct Access {
    pub id: Id,
    pub ends: u64,
    key: u32,
    resource: Width,
    scope: Width,
}

/// One grant.
#[derive(Clone, Debug)]
pub struct Model {
    pub limits: Limits,
    pub terms: Terms,
    pub stage: Stage,
    /// Of the approval behind it.
    pub approval_ends: u64,
    /// How often the props were replaced.
    pub props: u32,
    /// Choices that were taken back, by what they need.
    pub withheld: Vec<Width>,
    /// When news that were not acknowledged are told again.
    pub again: Option<u64>,
    /// Whether the account has acknowledged the end.
    pub told: bool,
}

/// What a command must answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Opened,
    Issued {
        expires_in: u64,
        refresh: Successor,
        scope: Width,
        daily: bool,
        look: bool,
    },
    Valid {
        client: usize,
        resource: Width,
        scope: Width,
        ends: u64,
        props: u32,
        withheld: Vec<Width>,
    },
    Introspected {
        resource: Width,
        scope: Width,
        opened: u64,
        ends: u64,
    },
    Done,
    Left(Option<Width>),
    Refused(Refusal),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Successor {
    None,
    /// One that was never seen before.
    New,
    /// That one again.
    Again(Id),
}

const UNKNOWN: Answer = Answer::Refused(Refusal::Unknown);

impl Model {
    /// What time alone does.
    pub fn settle(&mut self, now: u64) {
        let ended = match &self.stage {
            Stage::Pending { ends, .. } => *ends <= now,
            Stage::Active(active) => active.ends(&self.terms) <= now,
            Stage::Nothing | Stage::Closed => false,
        };
        if ended {
            self.stage = Stage::Closed;
        }
        if matches!(self.stage, Stage::Closed) && self.approval_ends <= now && self.told {
            self.stage = Stage::Nothing;
        }
    }

    pub fn open(&mut self, terms: Terms, code: Id, keys: Keys, now: u64) -> Answer {
        self.settle(now);
        if !matches!(self.stage, Stage::Nothing) || self.approval_ends <= now {
            return Answer::Refused(Refusal::AlreadyOpened);
        }
        self.terms = terms;
        self.props = 0;
        self.withheld.clear();
        self.stage = Stage::Pending {
            code,
            key: keys.current,
            ends: now + self.limits.code,
            wrong: 0,
        };
        Answer::Opened
    }

    pub fn looked(&mut self, found: Found, now: u64) -> Answer {
        self.settle(now);
        if let Stage::Active(active) = &mut self.stage {
            match (found, active.gone_since) {
                (Found::Unclear, _) | (Found::Good, None) => {}
                (Found::Good, Some(_)) => {
                    (active.looked, active.gone_since, active.gone) = (now, None, false);
                }
                (Found::Gone(_), None) => active.gone_since = Some(now),
                (Found::Gone(_), Some(since)) => active.gone = now - since >= HOUR,
            }
        }
        Answer::Done
    }

    pub fn close(&mut self, now: u64) -> Answer {
        self.settle(now);
        if !matches!(self.stage, Stage::Nothing) {
            self.stage = Stage::Closed;
        }
        Answer::Done
    }

    pub fn stands(&self) -> Option<&'static str> {
        match self.stage {
            Stage::Nothing => None,
            Stage::Pending { .. } => Some("pending"),
            Stage::Active(_) => Some("active"),
            Stage::Closed => Some("closed"),
        }
    }

    /// The newest refresh token, where there is one.
    pub fn newest(&self) -> Option<Id> {
        match &self.stage {
            Stage::Active(active) => active.family.as_ref()?.chain.last().copied(),
            _ => None,
        }
    }
}
