//! Uses, refreshes, replays and revokes the tokens of a sign-in. They are sent only to the MCP endpoint and to the
//! authorization server that issued them.

use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::answer::{Answer, object};
use crate::ask::Asker;
use crate::evidence::Evidence;
use crate::made_up::FOREIGN_RESOURCE;
use crate::question::Question;
use crate::sign_in::{SignIn, SignedIn};

/// How long a revoked token may remain valid, in seconds, since machines of a cluster may cache it.
const PATIENCE: u64 = 35;
/// Seconds between two attempts to use a revoked token.
const PAUSE: u64 = 5;

const ALL: [Question; 12] = [
    Question::SignedInCall,
    Question::RefreshElsewhere,
    Question::Refresh,
    Question::RefreshedCall,
    Question::RefreshAgain,
    Question::OldRefresh,
    Question::CallAfterOldRefresh,
    Question::Replay,
    Question::CallAfterReplay,
    Question::Revocation,
    Question::RefreshAfterRevocation,
    Question::CallAfterRevocation,
];

const WITH_REFRESH: [Question; 6] = [
    Question::RefreshElsewhere,
    Question::Refresh,
    Question::RefreshedCall,
    Question::RefreshAgain,
    Question::OldRefresh,
    Question::RefreshAfterRevocation,
];
const NO_REFRESH: &str = "there is no refresh token";

pub async fn try_tokens(
    person: Option<&dyn SignIn>,
    signed_in: Option<SignedIn>,
    asker: &Asker<'_>,
    evidence: &mut Evidence,
) {
    let (Some(person), Some(signed_in)) = (person, signed_in) else {
        let why = match &evidence.sign_in_failed {
            Some(_) => "there was no sign-in",
            None => "needs --sign-in",
        };
        return evidence.skip(&ALL, why);
    };
    let mut visit = Visit {
        newest: Tokens::of(&signed_in),
        signed_in,
        asker,
        evidence,
    };
    visit.call(Question::SignedInCall).await;
    if let Err(why) = visit.may_send() {
        return visit.evidence.skip(&ALL, why);
    }
    visit.refresh().await;
    visit.replay().await;
    if let Err(why) = visit.revoke(person).await {
        visit.evidence.skip(&ALL, why);
    }
    visit.evidence.skip(&ALL, NO_REFRESH);
}

struct Tokens {
    access: String,
    refresh: Option<String>,
}

impl Tokens {
    fn of(signed_in: &SignedIn) -> Self {
        Self {
            access: signed_in.access_token.clone(),
            refresh: signed_in.refresh_token.clone(),
        }
    }
}

struct Visit<'a> {
    signed_in: SignedIn,
    newest: Tokens,
    asker: &'a Asker<'a>,
    evidence: &'a mut Evidence,
}

impl Visit<'_> {
    /// Allows tokens to be sent only if the metadata belong to the issuer, and their token endpoint is the one that
    /// issued the tokens.
    fn may_send(&self) -> Result<(), &'static str> {
        if !self.evidence.is_issuers_own() {
            return Err("the metadata are not the issuer's, so nothing of value is sent there");
        }
        match self.evidence.endpoint("token_endpoint") {
            Ok(endpoint) if endpoint == self.signed_in.token_endpoint => Ok(()),
            _ => Err("the sign-in used another token endpoint"),
        }
    }

    /// Sends a message with the newest access token.
    async fn call(&mut self, question: Question) {
        let server = self.evidence.server.clone();
        let answer = self
            .asker
            .call(&server, Some(&self.newest.access), false)
            .await;
        self.evidence.keep(question, answer);
    }

    async fn exchange(&self, form: &[(&str, &str)]) -> Answer {
        let endpoint = self.signed_in.token_endpoint.clone();
        let mut form = form.to_vec();
        form.push(("client_id", &self.signed_in.client_id));
        self.asker.form(endpoint, &form).await
    }

    async fn refresh_with(&self, token: &str, resource: &str) -> Answer {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("resource", resource),
        ];
        self.exchange(&form).await
    }

    /// Uses the newest refresh token, and keeps the tokens that it gets.
    async fn refresh_newest(&mut self, question: Question, resource: &str) {
        let Some(token) = self.newest.refresh.clone() else {
            return;
        };
        let answer = self.refresh_with(&token, resource).await;
        let body = answer.response().filter(|response| response.status == 200);
        if let Some(body) = body.and_then(object) {
            let text = |name| body.get(name).and_then(Value::as_str).map(str::to_owned);
            self.newest = Tokens {
                access: text("access_token").unwrap_or_default(),
                refresh: text("refresh_token").or(Some(token)),
            };
        }
        self.evidence.keep(question, answer);
    }

    async fn refresh(&mut self) {
        let Some(first) = self.signed_in.refresh_token.clone() else {
            return self.evidence.skip(&WITH_REFRESH, NO_REFRESH);
        };
        let resource = self.evidence.resource_identifier();
        self.refresh_newest(Question::RefreshElsewhere, FOREIGN_RESOURCE)
            .await;
        // If the server accepted that refresh, rotation is tested with the token it returned.
        self.evidence.refresh_token.clone_from(&self.newest.refresh);
        self.refresh_newest(Question::Refresh, &resource).await;
        self.call(Question::RefreshedCall).await;
        let rotated = self.newest.refresh != self.evidence.refresh_token;
        self.refresh_newest(Question::RefreshAgain, &resource).await;
        if !rotated {
            let why = "refresh tokens do not change";
            return self.evidence.skip(&[Question::OldRefresh], why);
        }
        let answer = self.refresh_with(&first, &resource).await;
        self.evidence.keep(Question::OldRefresh, answer);
        self.call(Question::CallAfterOldRefresh).await;
    }

    async fn replay(&mut self) {
        let resource = self.evidence.resource_identifier();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &self.signed_in.code),
            ("redirect_uri", &self.signed_in.redirect_uri),
            ("code_verifier", &self.signed_in.code_verifier),
            ("resource", &resource),
        ];
        let answer = self.exchange(&form).await;
        self.evidence.keep(Question::Replay, answer);
        self.call(Question::CallAfterReplay).await;
    }

    /// Revokes a grant that is still alive. A strict server has ended the first one because of the replay, so a second
    /// sign-in may be needed.
    async fn revoke(&mut self, person: &dyn SignIn) -> Result<(), &'static str> {
        let endpoint = self.evidence.endpoint("revocation_endpoint")?;
        if !same_origin(&endpoint, &self.signed_in.token_endpoint) {
            return Err("the revocation endpoint is on another host than the token endpoint");
        }
        let ended = self.evidence.answer(Question::CallAfterReplay).response();
        if ended.is_none_or(|response| response.status == 401) {
            let server = self.evidence.server.clone();
            let again = person.sign_in(&server).await;
            let again = again.map_err(|_| "there was no second sign-in")?;
            if again.token_endpoint != self.signed_in.token_endpoint {
                return Err("the second sign-in used another token endpoint");
            }
            self.newest = Tokens::of(&again);
            self.signed_in = again;
        }
        let (token, hint) = match &self.newest.refresh {
            Some(token) => (token.clone(), "refresh_token"),
            None => (self.newest.access.clone(), "access_token"),
        };
        let form = [
            ("token", token.as_str()),
            ("token_type_hint", hint),
            ("client_id", &self.signed_in.client_id),
        ];
        let answer = self.asker.form(endpoint, &form).await;
        self.evidence.keep(Question::Revocation, answer);
        if self.newest.refresh.is_some() {
            let resource = self.evidence.resource_identifier();
            let answer = self.refresh_with(&token, &resource).await;
            self.evidence.keep(Question::RefreshAfterRevocation, answer);
        }
        self.await_end().await;
        Ok(())
    }

    async fn await_end(&mut self) {
        loop {
            self.call(Question::CallAfterRevocation).await;
            let answer = self.evidence.answer(Question::CallAfterRevocation);
            let taken = answer
                .response()
                .is_some_and(|response| response.status != 401);
            if !taken || self.evidence.outlived >= PATIENCE {
                return;
            }
            self.asker.sleep(Duration::from_secs(PAUSE)).await;
            self.evidence.outlived += PAUSE;
        }
    }
}

fn same_origin(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
}
