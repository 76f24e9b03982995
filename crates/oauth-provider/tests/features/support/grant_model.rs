//! The rules of a grant once more, told of numbers: no cryptography, no bytes, nothing of the crate but a few names.
//! A token is the number under which the world first saw it; a server key is a number too.

use std::collections::BTreeMap;

use oauth_provider::grant::{Found, Refusal, Strength};

/// The number of a token.
pub type Id = usize;

pub const HOUR: u64 = 3600;

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
    /// The scope before that.
    pub granted: Width,
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
        if matches!(self.stage, Stage::Closed) && self.approval_ends <= now {
            self.stage = Stage::Nothing;
        }
    }

    pub fn open(&mut self, terms: Terms, code: Id, keys: Keys, now: u64) -> Answer {
        self.settle(now);
        if !matches!(self.stage, Stage::Nothing) || self.approval_ends <= now {
            return Answer::Refused(Refusal::AlreadyOpened);
        }
        self.granted = terms.scope;
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

    pub fn redeem(
        &mut self,
        presented: Option<Id>,
        asked: Asked,
        redirect_good: bool,
        verifier_good: bool,
        at: At,
    ) -> Answer {
        let At { keys, next, now } = at;
        self.settle(now);
        let (limits, terms) = (self.limits, &mut self.terms);
        match &mut self.stage {
            Stage::Pending {
                code, key, wrong, ..
            } if presented == Some(*code) => {
                let wrongs = [
                    (asked.client != terms.client, Refusal::Unknown),
                    (asked.strength < terms.strength, Refusal::Strength),
                    (!redirect_good, Refusal::RedirectUri),
                    (!verifier_good, Refusal::Verifier),
                    (
                        asked.resource.is_some_and(|r| r > terms.resource),
                        Refusal::Target,
                    ),
                ];
                if let Some((_, refusal)) = wrongs.into_iter().find(|(is, _)| *is) {
                    *wrong += 1;
                    if *wrong == limits.wrong_tries {
                        self.stage = Stage::Closed;
                    }
                    return Answer::Refused(refusal);
                }
                if !keys.open(*key) {
                    return UNKNOWN;
                }
                terms.strength = terms.strength.max(asked.strength);
                let family = terms.may_refresh.then(|| Family {
                    chain: vec![next + 1],
                    ends: terms.ends.min(now + limits.refresh),
                    key: keys.current,
                    previous: None,
                });
                let successor = match family {
                    Some(_) => Successor::New,
                    None => Successor::None,
                };
                let mut active = Active {
                    code: *code,
                    family,
                    accesses: Vec::new(),
                    marks: 0,
                    chores: 0,
                    looked: now,
                    gone_since: None,
                    gone: false,
                };
                let asked = Asked {
                    scope: None,
                    ..asked
                };
                let answer = active.issue(successor, asked, terms, limits, at);
                self.stage = Stage::Active(active);
                answer
            }
            Stage::Active(active) => {
                let again = presented == Some(active.code);
                if again && asked.client == terms.client && asked.strength >= terms.strength {
                    self.stage = Stage::Closed;
                }
                UNKNOWN
            }
            _ => UNKNOWN,
        }
    }

    /// `presented` is `None` where secret and tag do not belong together.
    pub fn refresh(&mut self, presented: Option<Id>, asked: Asked, at: At) -> Answer {
        let At { keys, next, now } = at;
        self.settle(now);
        let (limits, terms) = (self.limits, &mut self.terms);
        let Stage::Active(active) = &mut self.stage else {
            return UNKNOWN;
        };
        let Some(family) = &mut active.family else {
            return UNKNOWN;
        };
        let back = presented.and_then(|id| family.chain.iter().rev().position(|one| *one == id));
        let Some(back) = back.filter(|_| asked.client == terms.client) else {
            return UNKNOWN;
        };
        if asked.strength < terms.strength {
            return Answer::Refused(Refusal::Strength);
        }
        if active.gone {
            return Answer::Refused(Refusal::ClientGone);
        }
        let late = match (back, family.previous) {
            (0, _) => false,
            (1, Some(previous)) if previous.good(limits, now) => previous.age(now) > limits.grace,
            _ => {
                active.marks += 1;
                if limits.strict {
                    self.stage = Stage::Closed;
                }
                return UNKNOWN;
            }
        };
        if asked.resource.is_some_and(|r| r > terms.resource) {
            return Answer::Refused(Refusal::Target);
        }
        if asked.scope.is_some_and(|s| s > self.granted) {
            return Answer::Refused(Refusal::Scope);
        }
        let successor = match (back, &mut family.previous) {
            (1, Some(previous)) => {
                if !keys.open(previous.key) {
                    return UNKNOWN;
                }
                previous.late += u8::from(late);
                previous.key = keys.current;
                family.key = keys.current;
                family
                    .chain
                    .last()
                    .map_or(Successor::None, |id| Successor::Again(*id))
            }
            _ => {
                if !keys.open(family.key) {
                    return UNKNOWN;
                }
                family.previous = Some(Previous {
                    key: keys.current,
                    used: now,
                    late: 0,
                });
                family.key = keys.current;
                family.chain.push(next + 1);
                family.ends = terms.ends.min(now + limits.refresh);
                Successor::New
            }
        };
        terms.strength = terms.strength.max(asked.strength);
        active.issue(successor, asked, terms, limits, at)
    }

    pub fn inspect(&mut self, presented: Option<Id>, keys: Keys, now: u64) -> Answer {
        self.settle(now);
        let Stage::Active(active) = &self.stage else {
            return UNKNOWN;
        };
        match active.access(presented, now) {
            Some(access) if keys.open(access.key) => Answer::Valid {
                client: self.terms.client,
                resource: access.resource,
                scope: access.scope,
                ends: access.ends,
                props: self.props,
                withheld: self.withheld.clone(),
            },
            _ => UNKNOWN,
        }
    }

    /// `tagged` for a refresh token.
    pub fn introspect(
        &mut self,
        presented: Option<Id>,
        tagged: bool,
        asked: Asked,
        now: u64,
    ) -> Answer {
        self.settle(now);
        let (limits, terms) = (self.limits, &self.terms);
        let Stage::Active(active) = &self.stage else {
            return UNKNOWN;
        };
        if asked.client != terms.client || asked.strength < terms.strength {
            return UNKNOWN;
        }
        let (resource, scope, ends) = match (&active.family, tagged) {
            (Some(family), true) => {
                let back =
                    presented.and_then(|id| family.chain.iter().rev().position(|one| *one == id));
                match (back, family.previous) {
                    (Some(0), _) => {}
                    (Some(1), Some(previous)) if previous.good(limits, now) => {}
                    _ => return UNKNOWN,
                }
                (terms.resource, terms.scope, family.ends)
            }
            (None, true) => return UNKNOWN,
            (_, false) => match active.access(presented, now) {
                Some(access) => (access.resource, access.scope, access.ends),
                None => return UNKNOWN,
            },
        };
        Answer::Introspected {
            resource,
            scope,
            opened: terms.opened,
            ends,
        }
    }

    pub fn revoke(
        &mut self,
        presented: Option<Id>,
        tagged: bool,
        asked: Asked,
        now: u64,
    ) -> Answer {
        self.settle(now);
        let terms = &self.terms;
        let Stage::Active(active) = &mut self.stage else {
            return Answer::Done;
        };
        if asked.client != terms.client || asked.strength < terms.strength {
            return Answer::Done;
        }
        if !tagged {
            active
                .accesses
                .retain(|access| Some(access.id) != presented);
        } else if let (Some(family), Some(id)) = (&active.family, presented)
            && family.chain.contains(&id)
        {
            self.stage = Stage::Closed;
        }
        self.settle(now);
        Answer::Done
    }

    pub fn reseal(&mut self, presented: Option<Id>, keys: Keys, now: u64) -> Answer {
        self.settle(now);
        let Stage::Active(active) = &self.stage else {
            return UNKNOWN;
        };
        let listed = active.accesses.iter().find(|a| Some(a.id) == presented);
        let key = listed.map(|access| access.key).or_else(|| {
            let family = active.family.as_ref()?;
            match family
                .chain
                .iter()
                .rev()
                .position(|id| Some(*id) == presented)?
            {
                0 => Some(family.key),
                1 => family.previous.map(|previous| previous.key),
                _ => None,
            }
        });
        if !key.is_some_and(|key| keys.open(key)) {
            return UNKNOWN;
        }
        self.props += 1;
        Answer::Done
    }

    pub fn looked(&mut self, found: Found, now: u64) -> Answer {
        self.settle(now);
        if let Stage::Active(active) = &mut self.stage {
            match (found, active.gone_since) {
                (Found::Unclear, _) | (Found::Good, None) => {}
                (Found::Good, Some(_)) => {
                    (active.looked, active.gone_since, active.gone) = (now, None, false);
                }
                (Found::Gone, None) => active.gone_since = Some(now),
                (Found::Gone, Some(since)) => active.gone = now - since >= HOUR,
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

    /// One choice for each width, which needs as much.
    pub fn withhold(&mut self, its_person: bool, choice: Width, now: u64) -> Answer {
        self.settle(now);
        if !its_person || matches!(self.stage, Stage::Nothing | Stage::Closed) {
            return UNKNOWN;
        }
        if !self.withheld.contains(&choice) {
            self.withheld.push(choice);
        }
        let left = (0..3).filter(|width| !self.withheld.contains(width)).max();
        match left {
            None => self.stage = Stage::Closed,
            Some(most) => {
                self.terms.scope = self.terms.scope.min(most);
                if let Stage::Active(active) = &mut self.stage {
                    for access in &mut active.accesses {
                        access.scope = access.scope.min(most);
                    }
                }
            }
        }
        Answer::Left(left.map(|_| self.terms.scope))
    }

    pub fn recall(&mut self, its_person: bool, now: u64) -> Answer {
        self.settle(now);
        if !its_person || matches!(self.stage, Stage::Nothing | Stage::Closed) {
            return UNKNOWN;
        }
        self.stage = Stage::Closed;
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

    /// All that decides how it goes on, with times as distances from `now` and tokens renamed by `name`.
    pub fn outlook(
        &self,
        now: u64,
        keys: Keys,
        name: &impl Fn(Id) -> usize,
    ) -> BTreeMap<&'static str, Vec<u64>> {
        let mut seen = BTreeMap::new();
        let key = |key: u32| u64::from(keys.current + 1 - key.max(keys.oldest - 1));
        seen.insert("keys", vec![u64::from(keys.current - keys.oldest)]);
        let ahead = |time: u64| time.saturating_sub(now);
        // Beyond the last limit, all ages are one.
        let age = |time: u64, limit: u64| now.saturating_sub(time).min(limit + 1);
        seen.insert("approval", vec![ahead(self.approval_ends)]);
        match &self.stage {
            Stage::Nothing | Stage::Closed => {}
            Stage::Pending {
                key: of,
                ends,
                wrong,
                ..
            } => {
                seen.insert("pending", vec![key(*of), ahead(*ends), u64::from(*wrong)]);
            }
            Stage::Active(active) => {
                seen.insert(
                    "ends",
                    vec![ahead(self.terms.ends), self.terms.strength as u64],
                );
                seen.insert(
                    "gone",
                    vec![
                        u64::from(active.gone),
                        active.gone_since.map_or(u64::MAX, |since| age(since, HOUR)),
                    ],
                );
                if self.terms.described {
                    seen.insert("looked", vec![age(active.looked, HOUR)]);
                }
                seen.insert("chores", vec![age(active.chores, 24 * HOUR)]);
                for access in &active.accesses {
                    let of = [
                        ahead(access.ends),
                        key(access.key),
                        u64::from(access.resource),
                        u64::from(access.scope),
                    ];
                    seen.entry("access").or_default().extend(of);
                    seen.entry("access")
                        .or_default()
                        .push(name(access.id) as u64);
                }
                if let Some(family) = &active.family {
                    let previous = family
                        .previous
                        .map(|p| [key(p.key), age(p.used, self.limits.late), u64::from(p.late)]);
                    seen.insert(
                        "family",
                        vec![
                            ahead(family.ends),
                            key(family.key),
                            family.chain.len().min(3) as u64,
                        ],
                    );
                    seen.insert("previous", previous.into_iter().flatten().collect());
                }
            }
        }
        seen
    }
}

impl Previous {
    fn age(self, now: u64) -> u64 {
        now - self.used
    }

    fn good(self, limits: Limits, now: u64) -> bool {
        let lenient =
            !limits.strict && self.age(now) <= limits.late && self.late < limits.late_retries;
        self.age(now) <= limits.grace || lenient
    }
}

impl Active {
    fn ends(&self, terms: &Terms) -> u64 {
        let tokens = match &self.family {
            Some(family) => family.ends,
            None => self
                .accesses
                .iter()
                .map(|access| access.ends)
                .max()
                .unwrap_or(0),
        };
        tokens.min(terms.ends)
    }

    fn access(&self, presented: Option<Id>, now: u64) -> Option<&Access> {
        let live = |access: &&Access| Some(access.id) == presented && access.ends > now;
        self.accesses.iter().find(live)
    }

    fn issue(
        &mut self,
        refresh: Successor,
        asked: Asked,
        terms: &Terms,
        limits: Limits,
        at: At,
    ) -> Answer {
        let At { keys, next, now } = at;
        let grant_ends = self
            .family
            .as_ref()
            .map_or(terms.ends, |family| family.ends);
        let ends = grant_ends.min(now + limits.access);
        let scope = asked.scope.unwrap_or(terms.scope).min(terms.scope);
        self.accesses.retain(|access| access.ends > now);
        self.accesses.push(Access {
            id: next,
            ends,
            key: keys.current,
            resource: asked.resource.unwrap_or(terms.resource),
            scope,
        });
        if self.accesses.len() > limits.accesses {
            self.accesses.remove(0);
        }
        let daily = now - self.chores >= 24 * HOUR;
        if daily {
            self.chores = now;
        }
        let look = terms.described && now - self.looked >= HOUR;
        if look {
            self.looked = now;
        }
        Answer::Issued {
            expires_in: ends - now,
            refresh,
            scope,
            daily,
            look,
        }
    }
}
