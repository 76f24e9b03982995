//! One grant and its mailbox. Every state goes through its JSON form and back, as in storage.

use std::rc::Rc;
use std::time::Duration;

use oauth_provider::crypto::{Bytes, KeyRing, Secret};
use oauth_provider::grant::{
    Audit, ClientBinding, Command, Dated, Effect, FlowId, GrantId, Inspect, Inspected, Issued,
    Lifecycle, Moment, News, Open, Policy, Redeem, Refresh, Refusal, Reply, Revoke, Step, Strength,
    acknowledge, apply, ring,
};
use oauth_provider::{Resource, Scope, UnixTime};
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};

use super::{NOW, OLD, SCOPES, challenge, keys, rng, verifier};

pub const PROPS: &[u8] = b"the upstream token that nobody may read in storage";
/// What the list of grants is told of each.
pub const LINE: &str = r#"{"name": "the editor"}"#;
pub const REDIRECT: &str = "http://127.0.0.1:5000/cb";
pub const CLIENT: &str = "the-client";

pub type RefreshToken = (Secret, Bytes);

/// What a grant says of an access token, read off its message: hosts read it through `UnboundToken` only.
#[derive(serde::Deserialize)]
pub struct Told {
    pub grant: GrantId,
    pub client_id: String,
    pub subject: String,
    pub resource: Resource,
    pub scope: Scope,
    pub expires_at: UnixTime,
    pub props: Bytes,
    #[serde(default)]
    pub withheld: Vec<String>,
    #[serde(default)]
    pub flow: Option<FlowId>,
}

impl Told {
    pub fn by(inspected: &Inspected) -> Self {
        serde_json::from_value(serde_json::to_value(inspected).unwrap()).unwrap()
    }
}

#[derive(Clone)]
pub struct Grant {
    pub id: GrantId,
    pub state: Option<Lifecycle>,
    pub now: UnixTime,
    pub keys: Rc<KeyRing>,
    pub policy: Policy,
    pub audit: Vec<Audit>,
    /// What its account was told.
    pub told: Vec<News>,
    /// Whether its account acknowledges at once what it is told.
    pub answers: bool,
    /// Of the last step.
    pub effects: Vec<Effect>,
    pub rng: ChaCha20Rng,
}

impl Grant {
    pub fn new() -> Self {
        let mut rng = rng();
        Self {
            id: GrantId::draw(&mut rng),
            state: None,
            now: NOW,
            keys: keys(OLD).into(),
            policy: Policy::default(),
            audit: Vec::new(),
            told: Vec::new(),
            answers: true,
            effects: Vec::new(),
            rng,
        }
    }

    /// Sends a command, and checks what every step promises: an unchanged state is the same state (but for time).
    pub fn send(&mut self, command: Command) -> Reply {
        let before = self.state.take();
        let expected = before.clone().and_then(|state| state.at(self.now));
        let moment = Moment {
            id: &self.id,
            now: self.now,
            keys: &self.keys,
            policy: &self.policy,
        };
        let step = apply(before, command, &moment, &mut self.rng);
        self.carry_out(expected, step)
    }

    /// As a host does. `before` is what time alone has made of the state.
    pub fn carry_out<R>(&mut self, before: Option<Lifecycle>, step: Step<R>) -> R {
        let state = json!(step.state);
        let stored = matches!(
            step.effects.first(),
            Some(Effect::Store { .. } | Effect::Keep | Effect::Delete)
        );
        if !stored {
            let now = step.state.clone().and_then(|state| state.at(self.now));
            assert_eq!(json!(now), json!(before), "said to be unchanged");
        }
        self.state = serde_json::from_value(state.clone()).unwrap();
        assert_eq!(json!(self.state), state, "lost something on its way");
        for effect in &step.effects {
            match effect {
                Effect::Audit(line) => self.audit.push(*line),
                Effect::TellAccount { news, .. } => self.told.push(news.clone()),
                Effect::Store { .. } | Effect::Keep | Effect::Delete | Effect::ForgetTokens => {}
            }
        }
        self.effects = step.effects;
        if self.answers {
            self.acknowledge();
        }
        step.reply
    }

    /// The account has all that it is to be told.
    pub fn acknowledge(&mut self) {
        let told = self.untold();
        if !told.is_empty() {
            let step = acknowledge(self.state.take(), &told, &self.moment());
            self.state = step.state;
        }
    }

    /// What its account is still to be told.
    pub fn untold(&self) -> Vec<Dated> {
        let told = self.state.as_ref().and_then(Lifecycle::untold);
        told.map(|(_, news)| news.to_vec()).unwrap_or_default()
    }

    /// The alarm rings.
    pub fn ring(&mut self) {
        let state = self.state.take();
        let before = state.clone().and_then(|state| state.at(self.now));
        let step = ring(state, &self.moment());
        self.carry_out(before, step);
    }

    /// The kind of state: `pending`, `active`, `closed`, or nothing.
    pub fn stands(&self) -> Option<String> {
        self.state_and_members().map(|(state, _)| state)
    }

    pub fn stored(&self) -> Value {
        self.state_and_members()
            .map(|(_, members)| members)
            .unwrap_or_default()
    }

    /// Stored as `{"<state>": {<members>}}`.
    fn state_and_members(&self) -> Option<(String, Value)> {
        match json!(self.state.clone().and_then(|state| state.at(self.now))) {
            Value::Object(stored) => stored.into_iter().next(),
            _ => None,
        }
    }

    pub fn wait(&mut self, seconds: u64) {
        self.now = self.now + Duration::from_secs(seconds);
    }

    pub fn open(&mut self, change: impl FnOnce(&mut Open)) -> Result<Secret, Refusal> {
        let mut open = opening(NOW);
        change(&mut open);
        match self.send(Command::Open(open)) {
            Reply::Opened { code, .. } => Ok(code),
            Reply::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    pub fn redeem(
        &mut self,
        code: &Secret,
        change: impl FnOnce(&mut Redeem),
    ) -> Result<Issued, Refusal> {
        let mut redeem = Redeem {
            secret: code.clone(),
            client_id: CLIENT.to_owned(),
            strength: Strength::None,
            key: None,
            redirect_uri: Some(REDIRECT.to_owned()),
            verifier: verifier(),
            resource: None,
        };
        change(&mut redeem);
        issued(self.send(Command::Redeem(redeem)))
    }

    /// The message, not yet sent.
    pub fn refresh_command(
        &self,
        token: &RefreshToken,
        change: impl FnOnce(&mut Refresh),
    ) -> Refresh {
        let mut refresh = Refresh {
            secret: token.0.clone(),
            tag: token.1.clone(),
            client_id: CLIENT.to_owned(),
            strength: Strength::None,
            key: None,
            scope: None,
            resource: None,
        };
        change(&mut refresh);
        refresh
    }

    pub fn moment(&self) -> Moment<'_> {
        Moment {
            id: &self.id,
            now: self.now,
            keys: &self.keys,
            policy: &self.policy,
        }
    }

    pub fn refresh(
        &mut self,
        token: &RefreshToken,
        change: impl FnOnce(&mut Refresh),
    ) -> Result<Issued, Refusal> {
        let refresh = self.refresh_command(token, change);
        issued(self.send(Command::Refresh(refresh)))
    }

    /// Refreshes, and gives the successor.
    pub fn rotate(&mut self, token: &RefreshToken) -> Result<RefreshToken, Refusal> {
        self.refresh(token, |_| ())
            .map(|issued| issued.refresh.unwrap())
    }

    pub fn inspect(&mut self, access: &Secret) -> Option<Told> {
        let secret = access.clone();
        match self.send(Command::Inspect(Inspect { secret })) {
            Reply::Valid(inspected) => Some(Told::by(&inspected)),
            Reply::Refused(Refusal::Unknown) => None,
            other => panic!("{other:?}"),
        }
    }

    pub fn revoke(
        &mut self,
        secret: &Secret,
        tag: Option<&Bytes>,
        change: impl FnOnce(&mut Revoke),
    ) {
        let reply = self.revocation(secret, tag, change);
        assert!(matches!(reply, Reply::Done), "{reply:?}");
    }

    pub fn revocation(
        &mut self,
        secret: &Secret,
        tag: Option<&Bytes>,
        change: impl FnOnce(&mut Revoke),
    ) -> Reply {
        let mut revoke = Revoke {
            secret: secret.clone(),
            tag: tag.cloned(),
            client_id: CLIENT.to_owned(),
            strength: Strength::None,
        };
        change(&mut revoke);
        self.send(Command::Revoke(revoke))
    }
}

fn issued(reply: Reply) -> Result<Issued, Refusal> {
    match reply {
        Reply::Issued(issued) => Ok(issued),
        Reply::Refused(refusal) => Err(refusal),
        other => panic!("{other:?}"),
    }
}

pub fn opening(now: UnixTime) -> Open {
    Open {
        client: ClientBinding {
            id: CLIENT.to_owned(),
            strength: Strength::None,
            refresh: true,
            keys: Vec::new(),
        },
        subject: "7".to_owned(),
        redirect_uri: REDIRECT.to_owned(),
        challenge: challenge(),
        resource: at("/mcp/acme"),
        scope: Scope::all(SCOPES),
        asked: Some(Scope::all(SCOPES)),
        props: Bytes(PROPS.to_vec()),
        props_expire_at: None,
        approval_ends_at: now + Duration::from_secs(600),
        flow: None,
        code: None,
        line: None,
    }
}

pub fn at(path: &str) -> Resource {
    Resource::from_path(path, "/mcp").unwrap()
}

pub fn scope(text: &str) -> Scope {
    Scope::parse(text, SCOPES).unwrap()
}

/// A grant whose code was redeemed.
pub fn active() -> (Grant, Issued) {
    active_with(|_| ())
}

pub fn active_with(change: impl FnOnce(&mut Open)) -> (Grant, Issued) {
    let mut grant = Grant::new();
    let code = grant.open(change).unwrap();
    let strength = match &grant.state {
        Some(Lifecycle::Pending(_)) => {
            grant
                .state
                .as_ref()
                .unwrap()
                .terms()
                .unwrap()
                .client
                .strength
        }
        other => panic!("{other:?}"),
    };
    let issued = grant
        .redeem(&code, |redeem| redeem.strength = strength)
        .unwrap();
    (grant, issued)
}

/// A grant and its first refresh token.
pub fn refreshing() -> (Grant, RefreshToken) {
    let (grant, issued) = active();
    (grant, issued.refresh.unwrap())
}

pub fn same(a: &RefreshToken, b: &RefreshToken) -> bool {
    a.0.expose() == b.0.expose() && a.1 == b.1
}
