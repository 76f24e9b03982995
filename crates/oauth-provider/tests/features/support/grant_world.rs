//! Grants and their reference model side by side: every command goes to both, and what they say is compared. Beside
//! that, what must hold whatever the model says: one winner for each code, no session of an undisturbed client lost,
//! none alive after its end, and nothing readable in storage.

use std::time::Duration;

use oauth_provider::crypto::{Bytes, KeyRing, Secret, sha256};
use oauth_provider::grant::{
    Choice, ClientBinding, Command, Found, GrantId, Introspect, Lifecycle, Moment, Open, Policy,
    Redeem, Refresh, Reply, Reseal, Reuse, Revoke, Strength, TokenKind, Withhold, apply,
};
use oauth_provider::{CodeVerifier, Resource, Scope, UnixTime};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_json::Value;

use super::grant::{REDIRECT, at, scope};
use super::grant_model::{
    Answer, Asked, At, Id, Keys, Limits, Model, Stage, Successor, Terms, Width,
};
use super::{NOW, challenge, verifier};

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

fn policy(limits: Limits) -> Policy {
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

fn ring(keys: Keys) -> KeyRing {
    let values: Vec<_> = (keys.oldest..=keys.current)
        .rev()
        .map(|key| format!("a server key of more than thirty-two bytes {key}"))
        .collect();
    KeyRing::parse(&values.join(","), 32).unwrap()
}

fn props(version: u32) -> Vec<u8> {
    format!("the upstream token {version} that nobody may read in storage").into_bytes()
}

fn resource(width: Width) -> Resource {
    at(["/mcp/acme/web", "/mcp/acme", "/mcp"][usize::from(width)])
}

fn scopes(width: Width) -> Scope {
    scope(["org:read", "org:read event:write", ""][usize::from(width)])
}

/// The empty request asks for all.
fn granted(width: Width) -> Scope {
    if width == 2 {
        Scope::all(super::SCOPES)
    } else {
        scopes(width)
    }
}

fn person(its: bool) -> String {
    if its { "7" } else { "8" }.to_owned()
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
    ) -> usize {
        let approved = Terms {
            client,
            strength,
            may_refresh,
            described: CLIENTS[client].starts_with("https:"),
            resource: widths.0,
            scope: widths.1,
            opened: self.now,
            ends: self.now,
        };
        self.grants.push(Mailbox {
            id: GrantId::draw(&mut self.rng),
            state: None,
            stored: None,
            changed: false,
            model: Model {
                limits: self.limits,
                terms: approved.clone(),
                stage: Stage::Nothing,
                approval_ends: self.now + APPROVAL,
                props: 0,
                withheld: Vec::new(),
                granted: approved.scope,
            },
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

    pub fn open(&mut self, grant: usize) {
        let mailbox = &self.grants[grant];
        let approved = mailbox.approved.clone();
        let reply = self.send(
            grant,
            Command::Open(Open {
                client: ClientBinding {
                    id: CLIENTS[approved.client].to_owned(),
                    strength: approved.strength,
                    refresh: approved.may_refresh,
                },
                subject: "7".to_owned(),
                redirect_uri: REDIRECT.to_owned(),
                challenge: challenge(),
                resource: resource(approved.resource),
                scope: granted(approved.scope),
                props: Bytes(props(0)),
                props_expire_at: None,
                approval_ends_at: UnixTime(mailbox.model.approval_ends),
            }),
        );
        let (id, now) = (self.tokens.len(), self.now);
        let terms = Terms {
            opened: now,
            ends: now + self.limits.absolute,
            ..approved
        };
        let expected = self.grants[grant]
            .model
            .open(terms.clone(), id, self.keys, now);
        if expected == Answer::Opened {
            self.grants[grant].approved = terms;
        }
        self.compare(grant, reply, expected);
    }

    pub fn redeem(
        &mut self,
        grant: usize,
        sent: Sent,
        asked: Asked,
        redirect: Option<bool>,
        verifier_good: bool,
        kept: bool,
    ) -> bool {
        let (secret, _) = self.secret(sent);
        let reply = self.send(
            grant,
            Command::Redeem(Redeem {
                secret,
                client_id: CLIENTS[asked.client].to_owned(),
                strength: asked.strength,
                redirect_uri: redirect.map(|good| {
                    if good {
                        REDIRECT
                    } else {
                        "https://evil.example/cb"
                    }
                    .to_owned()
                }),
                verifier: if verifier_good {
                    verifier()
                } else {
                    CodeVerifier::parse(&"x".repeat(43)).unwrap()
                },
                resource: asked.resource.map(resource),
            }),
        );
        let presented = self.whose_secret(grant, sent);
        let at = self.at();
        let mailbox = &mut self.grants[grant];
        let expected =
            mailbox
                .model
                .redeem(presented, asked, redirect != Some(false), verifier_good, at);
        if let Answer::Issued { refresh, .. } = &expected {
            mailbox.redeemed += 1;
            assert_eq!(mailbox.redeemed, 1, "two winners for one code");
            let made = Session {
                held: at.next + 1,
                tried: None,
                late: 0,
                made: at.now,
                key: at.keys.current,
            };
            mailbox.session = (kept && *refresh == Successor::New).then_some(made);
            mailbox.disturbed = false;
            mailbox.approved.strength = mailbox.approved.strength.max(asked.strength);
        } else {
            self.disturb(grant, presented.is_some(), asked);
        }
        self.compare(grant, reply, expected)
    }

    /// The client itself: with what it holds, as often as it must. It must be served while nobody interfered.
    pub fn owner_refreshes(&mut self, grant: usize, kept: bool) {
        let (now, limits, keys) = (self.now, self.limits, self.keys);
        let mailbox = &self.grants[grant];
        let Some(session) = mailbox.session.clone() else {
            return;
        };
        let age = session.tried.map(|first| now - first);
        let may_retry = age.is_none_or(|age| {
            age <= limits.grace
                || (!limits.strict && age <= limits.late && session.late < limits.late_retries)
        });
        let lives = now < mailbox.approved.ends && now < session.made + limits.refresh;
        let served = lives && may_retry && keys.open(session.key) && !mailbox.disturbed;
        let asked = self.own(grant);
        let found = self.refresh(grant, session.held.into(), asked, true);
        assert!(
            found || !served,
            "a session was lost without theft, revocation or expiry"
        );
        if !found {
            return;
        }
        let newest = self.grants[grant].model.newest().unwrap();
        let first = session.tried.is_none();
        self.grants[grant].session = Some(Session {
            held: if kept { newest } else { session.held },
            tried: if kept {
                None
            } else {
                session.tried.or(Some(now))
            },
            late: if kept {
                0
            } else {
                session.late + u8::from(age.is_some_and(|age| age > limits.grace))
            },
            made: if first { now } else { session.made },
            key: keys.current,
        });
    }

    /// Whether it was answered with tokens.
    pub fn refresh(&mut self, grant: usize, sent: Sent, asked: Asked, by_owner: bool) -> bool {
        let (secret, tag) = self.secret(sent);
        let reply = self.send(
            grant,
            Command::Refresh(Refresh {
                secret,
                tag,
                client_id: CLIENTS[asked.client].to_owned(),
                strength: asked.strength,
                scope: asked.scope.map(granted),
                resource: asked.resource.map(resource),
            }),
        );
        let presented = self
            .whose(grant, sent)
            .filter(|id| self.tokens[*id].kind == TokenKind::Refresh);
        let at = self.at();
        self.disturb(grant, presented.is_some() && !by_owner, asked);
        let expected = self.grants[grant].model.refresh(presented, asked, at);
        self.compare(grant, reply, expected)
    }

    pub fn inspect(&mut self, grant: usize, sent: Sent) -> bool {
        let (secret, _) = self.secret(sent);
        let reply = self.send(grant, Command::Inspect { secret });
        let presented = self.whose_secret(grant, sent);
        let expected = self.grants[grant]
            .model
            .inspect(presented, self.keys, self.now);
        self.compare(grant, reply, expected)
    }

    pub fn introspect(&mut self, grant: usize, sent: Sent, asked: Asked) -> bool {
        let (secret, tag) = self.secret(sent);
        let tagged = self.tokens[sent.id].kind == TokenKind::Refresh;
        let reply = self.send(
            grant,
            Command::Introspect(Introspect {
                secret,
                tag: tagged.then_some(tag),
                client_id: CLIENTS[asked.client].to_owned(),
                strength: asked.strength,
            }),
        );
        let presented = self.whose(grant, sent);
        let expected = self.grants[grant]
            .model
            .introspect(presented, tagged, asked, self.now);
        self.compare(grant, reply, expected)
    }

    pub fn revoke(&mut self, grant: usize, sent: Sent, asked: Asked) {
        let (secret, tag) = self.secret(sent);
        let tagged = self.tokens[sent.id].kind == TokenKind::Refresh;
        let reply = self.send(
            grant,
            Command::Revoke(Revoke {
                secret,
                tag: tagged.then_some(tag),
                client_id: CLIENTS[asked.client].to_owned(),
                strength: asked.strength,
            }),
        );
        let presented = self.whose(grant, sent);
        self.disturb(grant, presented.is_some(), asked);
        let expected = self.grants[grant]
            .model
            .revoke(presented, tagged, asked, self.now);
        self.compare(grant, reply, expected);
    }

    pub fn reseal(&mut self, grant: usize, sent: Sent) {
        let (secret, _) = self.secret(sent);
        let version = self.grants[grant].model.props + 1;
        let reply = self.send(
            grant,
            Command::Reseal(Reseal {
                secret,
                props: Bytes(props(version)),
                props_expire_at: None,
            }),
        );
        let presented = self.whose_secret(grant, sent);
        let expected = self.grants[grant]
            .model
            .reseal(presented, self.keys, self.now);
        self.compare(grant, reply, expected);
    }

    pub fn looked(&mut self, grant: usize, found: Found) {
        let reply = self.send(grant, Command::Looked(found));
        self.grants[grant].disturbed |= found == Found::Gone;
        let expected = self.grants[grant].model.looked(found, self.now);
        self.compare(grant, reply, expected);
    }

    pub fn close(&mut self, grant: usize) {
        let reply = self.send(grant, Command::Close);
        self.grants[grant].disturbed = true;
        let expected = self.grants[grant].model.close(self.now);
        self.compare(grant, reply, expected);
    }

    /// The grant's person, or somebody else; of choices that need as much as there are widths.
    pub fn withhold(&mut self, grant: usize, its_person: bool, choice: Width) {
        let choices = (0..3).map(|width| Choice {
            name: format!("choice {width}"),
            scope: granted(width),
        });
        let command = Withhold {
            subject: person(its_person),
            choice: format!("choice {choice}"),
            choices: choices.collect(),
        };
        let reply = self.send(grant, Command::Withhold(command));
        let expected = self.grants[grant]
            .model
            .withhold(its_person, choice, self.now);
        self.grants[grant].disturbed |= expected == Answer::Left(None);
        self.compare(grant, reply, expected);
    }

    pub fn recall(&mut self, grant: usize, its_person: bool) {
        let subject = person(its_person);
        let reply = self.send(grant, Command::Recall { subject });
        self.grants[grant].disturbed |= its_person;
        let expected = self.grants[grant].model.recall(its_person, self.now);
        self.compare(grant, reply, expected);
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

    fn at(&self) -> At {
        At {
            keys: self.keys,
            next: self.tokens.len(),
            now: self.now,
        }
    }

    fn disturb(&mut self, grant: usize, real: bool, asked: Asked) {
        let mailbox = &mut self.grants[grant];
        // Nobody else than who shows the client can do anything to it.
        let theirs = real
            && asked.client == mailbox.approved.client
            && asked.strength >= mailbox.approved.strength;
        mailbox.changed |= theirs && !mailbox.disturbed;
        mailbox.disturbed |= theirs;
    }

    fn secret(&self, sent: Sent) -> (Secret, Bytes) {
        let known = &self.tokens[sent.id];
        let tag = known.tag.clone().filter(|_| sent.forged != Forged::Tag);
        let secret = match sent.forged {
            Forged::Secret => Secret::from_bytes([9; 32]),
            _ => known.secret.clone(),
        };
        (secret, tag.unwrap_or(Bytes(vec![9; 16])))
    }

    /// The number under which this grant may know what is sent, where secret and tag must belong together.
    fn whose(&self, grant: usize, sent: Sent) -> Option<Id> {
        let tagged = self.tokens[sent.id].kind == TokenKind::Refresh;
        let together = !(tagged && sent.forged == Forged::Tag);
        self.whose_secret(grant, sent).filter(|_| together)
    }

    /// The same, where nothing but the secret is read.
    fn whose_secret(&self, grant: usize, sent: Sent) -> Option<Id> {
        let known = self.tokens[sent.id].grant == grant;
        (known && sent.forged != Forged::Secret).then_some(sent.id)
    }

    fn send(&mut self, grant: usize, command: Command) -> Reply {
        let mailbox = &mut self.grants[grant];
        let moment = Moment {
            id: &mailbox.id,
            now: UnixTime(self.now),
            keys: &ring(self.keys),
            policy: &self.policy,
        };
        let step = apply(mailbox.state.take(), command, &moment, &mut self.rng);
        if step.changed {
            mailbox.stored = step.state.clone();
        }
        mailbox.state = step.state;
        mailbox.changed |= step.changed;
        step.reply
    }

    /// Whether both say that there is something to have.
    fn compare(&mut self, grant: usize, reply: Reply, expected: Answer) -> bool {
        let ended = self.grants[grant].ended;
        let gives = matches!(
            reply,
            Reply::Issued(_) | Reply::Valid(_) | Reply::Introspected(_) | Reply::Opened { .. }
        );
        assert!(!(ended && gives), "alive after its end: {reply:?}");
        let found = self.abstracted(grant, reply);
        assert_eq!(found, expected, "grant {grant}");
        self.settled(grant);
        gives
    }

    /// The reply in the words of the model. New tokens are written down.
    fn abstracted(&mut self, grant: usize, reply: Reply) -> Answer {
        let width = |found: &Resource| (0..3).find(|w| resource(*w) == *found).unwrap();
        let breadth = |found: &Scope| (0..3).find(|w| granted(*w) == *found).unwrap();
        match reply {
            Reply::Opened { code } => {
                self.learn(TokenKind::Code, grant, code, None);
                Answer::Opened
            }
            Reply::Issued(issued) => {
                self.learn(TokenKind::Access, grant, issued.access, None);
                let refresh = match issued.refresh {
                    None => Successor::None,
                    Some((secret, tag)) => {
                        let text = secret.expose_text();
                        match self.tokens.iter().position(|known| known.text == text) {
                            Some(id) => {
                                assert_eq!(self.tokens[id].tag, Some(tag));
                                Successor::Again(id)
                            }
                            None => {
                                self.learn(TokenKind::Refresh, grant, secret, Some(tag));
                                Successor::New
                            }
                        }
                    }
                };
                Answer::Issued {
                    expires_in: issued.expires_in,
                    refresh,
                    scope: breadth(&issued.scope),
                    daily: issued.chores.daily,
                    look: issued.chores.look,
                }
            }
            Reply::Valid(info) => {
                let mailbox = &self.grants[grant];
                assert_eq!(
                    (info.grant, info.subject.as_str()),
                    (mailbox.id.clone(), "7")
                );
                Answer::Valid {
                    client: CLIENTS.iter().position(|id| *id == info.client_id).unwrap(),
                    resource: width(&info.resource),
                    scope: breadth(&info.scope),
                    ends: info.expires_at.0,
                    props: (0..=mailbox.model.props)
                        .find(|n| props(*n) == info.props.0)
                        .unwrap(),
                    withheld: (info.withheld.iter())
                        .map(|name| name.strip_prefix("choice ").unwrap().parse().unwrap())
                        .collect(),
                }
            }
            Reply::Introspected(found) => Answer::Introspected {
                resource: width(&found.resource),
                scope: breadth(&found.scope),
                opened: found.opened_at.0,
                ends: found.expires_at.0,
            },
            Reply::Done => Answer::Done,
            Reply::Left(left) => Answer::Left((!left.is_empty()).then(|| breadth(&left))),
            Reply::Refused(refusal) => Answer::Refused(refusal),
        }
    }

    fn learn(&mut self, kind: TokenKind, grant: usize, secret: Secret, tag: Option<Bytes>) {
        let text = secret.expose_text();
        let hash = encoded(sha256(secret.expose()).to_vec());
        self.tokens.push(Known {
            kind,
            grant,
            secret,
            tag,
            text,
            hash,
        });
    }

    /// Both stand alike, within the limits, and what has ended stays so.
    fn settled(&mut self, grant: usize) {
        let mailbox = &mut self.grants[grant];
        mailbox.model.settle(self.now);
        let expected = mailbox.model.stands();
        let now = mailbox
            .state
            .clone()
            .and_then(|state| state.at(UnixTime(self.now)));
        let found = now.as_ref().map(|state| match state {
            Lifecycle::Pending(_) => "pending",
            Lifecycle::Active(_) => "active",
            Lifecycle::Closed(_) => "closed",
        });
        assert_eq!(found, expected, "grant {grant}");
        let gave = self.tokens.iter().any(|known| known.grant == grant);
        // Once a code was given, there is no way back.
        mailbox.ended |= gave && !matches!(found, Some("pending" | "active"));
    }

    /// Storage says nothing.
    pub fn unreadable(&self, grant: usize) {
        let Some(state) = &self.grants[grant].stored else {
            return;
        };
        let text = serde_json::to_string(state).unwrap();
        for known in self.tokens.iter().filter(|known| known.grant == grant) {
            assert!(!text.contains(&known.text), "a secret is in storage");
        }
        let plain = encoded(props(self.grants[grant].model.props));
        let readable = text.contains("the upstream token") || text.contains(&plain);
        assert!(!readable, "props are in storage");
        if let Stage::Active(active) = &self.grants[grant].model.stage {
            let stored: Value = serde_json::from_str(&text).unwrap();
            let stored = &stored["active"];
            let accesses = stored["accesses"].as_array().unwrap().len();
            assert!(accesses <= self.limits.accesses, "{accesses} access tokens");
            assert_eq!(stored["reuse_seen"], active.marks);
        }
    }

    /// The stored state with random bytes renamed or left out, and without times: these the model tells by distance.
    pub fn skeleton(&self, grant: usize) -> Value {
        let mut value = serde_json::to_value(&self.grants[grant].stored).unwrap();
        rename(&mut value, &|text| {
            let id = self.tokens.iter().position(|known| known.hash == text)?;
            Some(self.name(id) as u64)
        });
        value
    }

    /// A token's place among its kind, from the newest.
    pub fn name(&self, id: Id) -> usize {
        self.tokens
            .iter()
            .skip(id)
            .filter(|known| known.kind == self.tokens[id].kind)
            .count()
    }
}

/// As bytes are stored.
fn encoded(bytes: Vec<u8>) -> String {
    match serde_json::to_value(Bytes(bytes)) {
        Ok(Value::String(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn rename(value: &mut Value, name: &impl Fn(&str) -> Option<u64>) {
    match value {
        Value::String(text) => *value = name(text).map_or(Value::Null, Value::from),
        Value::Number(number) if number.as_u64().is_some_and(|n| n >= NOW.0) => {
            *value = Value::Null
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, name)),
        Value::Object(members) => {
            members.remove("generation");
            members.values_mut().for_each(|member| rename(member, name));
        }
        _ => {}
    }
}
