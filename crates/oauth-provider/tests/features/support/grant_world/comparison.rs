//! What both say and keep, compared.

use oauth_provider::crypto::{Bytes, Secret, sha256};
use oauth_provider::grant::{Lifecycle, Reply, TokenKind};
use oauth_provider::{Resource, Scope, UnixTime};
use serde_json::Value;

use super::super::NOW;
use super::super::grant::Told;
use super::super::grant_model::{Answer, Id, Stage, Successor};
use super::words::{granted, props, resource};
use super::{CLIENTS, Known, World};

impl World {
    /// Whether both say that there is something to have.
    pub(super) fn compare(&mut self, grant: usize, reply: Reply, expected: Answer) -> bool {
        let ended = self.grants[grant].ended;
        let gives = matches!(
            reply,
            Reply::Issued(_) | Reply::Valid(_) | Reply::Introspected(_) | Reply::Opened { .. }
        );
        assert!(!(ended && gives), "alive after its end: {reply:?}");
        let found = self.abstracted(grant, reply);
        assert_eq!(found, expected, "grant {grant}");
        self.expected_effects(grant);
        self.post(grant);
        self.settled(grant);
        gives
    }

    /// The reply in the words of the model. New tokens are written down.
    fn abstracted(&mut self, grant: usize, reply: Reply) -> Answer {
        let width = |found: &Resource| (0..3).find(|w| resource(*w) == *found).unwrap();
        let breadth = |found: &Scope| (0..3).find(|w| granted(*w) == *found).unwrap();
        match reply {
            Reply::Opened { code, .. } => {
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
            Reply::Valid(inspected) => {
                let info = Told::by(&inspected);
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
    pub(super) fn settled(&mut self, grant: usize) {
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
            // Whatever waits to be told changes no answer.
            members.remove("outbox");
            members.values_mut().for_each(|member| rename(member, name));
        }
        _ => {}
    }
}
