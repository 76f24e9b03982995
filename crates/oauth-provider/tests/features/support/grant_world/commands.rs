//! Each command of a grant, sent to both.

use oauth_provider::crypto::Bytes;
use oauth_provider::grant::{
    Choice, ClientBinding, Command, Found, Inspect, Introspect, Looked, Open, Recall, Redeem,
    Refresh, Reseal, Revoke, TokenKind, Withhold,
};
use oauth_provider::{CodeVerifier, UnixTime};

use super::super::grant::{LINE, REDIRECT};
use super::super::grant_model::{Answer, Asked, Successor, Terms, Width};
use super::super::{challenge, verifier};
use super::words::{granted, person, props, resource};
use super::{CLIENTS, Sent, Session, World};

impl World {
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
                    keys: Vec::new(),
                },
                subject: "7".to_owned(),
                redirect_uri: REDIRECT.to_owned(),
                challenge: challenge(),
                resource: resource(approved.resource),
                scope: granted(approved.scope),
                asked: approved.asked.map(granted),
                props: Bytes(props(0)),
                props_expire_at: None,
                approval_ends_at: UnixTime(mailbox.model.approval_ends),
                flow: None,
                code: None,
                line: Some(LINE.to_owned()),
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
                key: None,
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
                key: None,
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
        let reply = self.send(grant, Command::Inspect(Inspect { secret }));
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
        let reply = self.send(grant, Command::Looked(Looked(found.clone())));
        self.grants[grant].disturbed |= matches!(found, Found::Gone(_));
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
        let reply = self.send(grant, Command::Recall(Recall { subject }));
        self.grants[grant].disturbed |= its_person;
        let expected = self.grants[grant].model.recall(its_person, self.now);
        self.compare(grant, reply, expected);
    }
}
