//! Uses, refreshes, replays and revokes the tokens of sign-ins. They are sent only to the MCP endpoint and to the
//! authorization server that issued them. What may end a grant gets a sign-in of its own, so that no answer depends on
//! what was asked before.

use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::grant::Grant;
use crate::answer::{Answer, is_refusal, object};
use crate::ask::Asker;
use crate::evidence::Evidence;
use crate::jwt;
use crate::made_up::FOREIGN_RESOURCE;
use crate::question::Question;
use crate::sign_in::{SignIn, SignedIn};

/// How long a revoked token may remain valid, in seconds, since machines of a cluster may cache it.
const PATIENCE: u64 = 35;
/// Seconds between two attempts to use a revoked token.
const PAUSE: u64 = 5;
/// Longer than servers usually accept a refresh token after its successor, for clients that lost the answer.
pub const GRACE: u64 = 61;

const ALL: [Question; 12] = [
    Question::SignedInCall,
    Question::RefreshElsewhere,
    Question::RefreshAfterRefusal,
    Question::Refresh,
    Question::RefreshedCall,
    Question::RefreshAgain,
    Question::OldRefresh,
    Question::Replay,
    Question::CallAfterReplay,
    Question::Revocation,
    Question::RefreshAfterRevocation,
    Question::CallAfterRevocation,
];
const OF_REFRESH: [Question; 4] = [
    Question::Refresh,
    Question::RefreshedCall,
    Question::RefreshAgain,
    Question::OldRefresh,
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
            None if person.is_some() => "there is no authorization server to sign in at",
            None => "needs --sign-in",
        };
        evidence.skip(&[Question::ForeignCall], why);
        return evidence.skip(&ALL, why);
    };
    let mut visit = Visit {
        person,
        grant: Grant::of(signed_in),
        is_spent: false,
        asker,
        evidence,
    };
    visit.call(Question::SignedInCall).await;
    if let Err(why) = visit.may_send() {
        visit.evidence.skip(&[Question::ForeignCall], why);
        return visit.evidence.skip(&ALL, why);
    }
    visit.refresh().await;
    if let Err(why) = visit.refresh_elsewhere().await {
        let questions = [Question::RefreshElsewhere, Question::RefreshAfterRefusal];
        visit.evidence.skip(&questions, why);
    }
    if let Err(why) = visit.replay().await {
        visit
            .evidence
            .skip(&[Question::Replay, Question::CallAfterReplay], why);
    }
    if let Err(why) = visit.revoke().await {
        visit.evidence.skip(&ALL, why);
    }
    visit.evidence.skip(&ALL, NO_REFRESH);
    if let Err(why) = visit.foreign().await {
        visit.evidence.skip(&[Question::ForeignCall], why);
    }
    visit.clean_up().await;
}

struct Visit<'a> {
    person: &'a dyn SignIn,
    grant: Grant,
    /// Whether something was done to the grant that may have ended it.
    is_spent: bool,
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
            Ok(endpoint) if endpoint == *self.grant.token_endpoint() => Ok(()),
            _ => Err("the sign-in used another token endpoint"),
        }
    }

    /// Makes sure that the grant is one to which nothing has happened.
    async fn fresh(&mut self) -> Result<(), &'static str> {
        if self.is_spent {
            self.clean_up().await;
            self.grant = self.another(None).await?;
            self.is_spent = false;
        }
        Ok(())
    }

    async fn another(&self, resource: Option<&str>) -> Result<Grant, &'static str> {
        let server = self.evidence.server.clone();
        let again = self.person.sign_in(&server, resource).await;
        let again = Grant::of(again.map_err(|_| "there was no further sign-in")?);
        if again.token_endpoint() != self.grant.token_endpoint() {
            return Err("a further sign-in used another token endpoint");
        }
        Ok(again)
    }

    /// Sends a message with the newest access token.
    async fn call(&mut self, question: Question) {
        let server = self.evidence.server.clone();
        let token = Some(self.grant.access.as_str());
        let answer = self.asker.call(&server, token, false).await;
        self.evidence.keep(question, answer);
    }

    async fn refresh_with(&self, token: &str, resource: &str) -> Answer {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("resource", resource),
        ];
        self.grant.exchange(self.asker, &form).await
    }

    /// Uses the newest refresh token, keeps the tokens that it gets, and returns whether it got any.
    async fn refresh_newest(&mut self, question: Question, resource: &str) -> bool {
        let Some(token) = self.grant.refresh.clone() else {
            return false;
        };
        let answer = self.refresh_with(&token, resource).await;
        let body = answer.response().filter(|response| response.status == 200);
        let body = body.and_then(object);
        if let Some(body) = &body {
            let text = |name| body.get(name).and_then(Value::as_str).map(str::to_owned);
            self.grant.access = text("access_token").unwrap_or_default();
            self.grant.refresh = text("refresh_token").or(Some(token));
        }
        self.evidence.keep(question, answer);
        body.is_some()
    }

    async fn refresh(&mut self) {
        let Some(first) = self.grant.refresh.clone() else {
            return self.evidence.skip(&OF_REFRESH, NO_REFRESH);
        };
        let resource = self.evidence.resource_identifier();
        if !self.refresh_newest(Question::Refresh, &resource).await {
            self.is_spent = true;
            return self.evidence.skip(&OF_REFRESH, "there was no refresh");
        }
        self.call(Question::RefreshedCall).await;
        let is_rotated = self.grant.refresh.as_ref() != Some(&first);
        if !self.refresh_newest(Question::RefreshAgain, &resource).await {
            self.is_spent = true;
            return self
                .evidence
                .skip(&OF_REFRESH, "there was no second refresh");
        }
        if !is_rotated {
            let why = "refresh tokens do not change";
            return self.evidence.skip(&[Question::OldRefresh], why);
        }
        self.is_spent = true;
        let mut answer = self.refresh_with(&first, &resource).await;
        if answer.response().is_some_and(|r| r.is_success()) {
            self.evidence.waited_for_grace = true;
            self.asker.sleep(Duration::from_secs(GRACE)).await;
            answer = self.refresh_with(&first, &resource).await;
        }
        self.evidence.keep(Question::OldRefresh, answer);
    }

    /// A refresh for another resource and, if it is refused, one that is right: a refusal must not use the token up.
    async fn refresh_elsewhere(&mut self) -> Result<(), &'static str> {
        if self.grant.refresh.is_none() {
            return Err(NO_REFRESH);
        }
        self.fresh().await?;
        self.is_spent = true;
        if self
            .refresh_newest(Question::RefreshElsewhere, FOREIGN_RESOURCE)
            .await
        {
            return Err("the first refresh was not refused");
        }
        let resource = self.evidence.resource_identifier();
        self.refresh_newest(Question::RefreshAfterRefusal, &resource)
            .await;
        Ok(())
    }

    async fn replay(&mut self) -> Result<(), &'static str> {
        self.fresh().await?;
        self.is_spent = true;
        let resource = self.evidence.resource_identifier();
        let answer = self.grant.replay(self.asker, &resource).await;
        self.evidence.keep(Question::Replay, answer);
        self.call(Question::CallAfterReplay).await;
        Ok(())
    }

    async fn revoke(&mut self) -> Result<(), &'static str> {
        let endpoint = self.revocation_endpoint()?;
        self.fresh().await?;
        self.is_spent = true;
        let answer = self.grant.revoke(self.asker, endpoint).await;
        self.evidence.keep(Question::Revocation, answer);
        if let Some(token) = self.grant.refresh.clone() {
            let resource = self.evidence.resource_identifier();
            let answer = self.refresh_with(&token, &resource).await;
            self.evidence.keep(Question::RefreshAfterRevocation, answer);
        }
        self.await_end().await;
        Ok(())
    }

    fn revocation_endpoint(&self) -> Result<Url, &'static str> {
        let endpoint = self.evidence.endpoint("revocation_endpoint")?;
        if endpoint.origin() == self.grant.token_endpoint().origin() {
            Ok(endpoint)
        } else {
            Err("the revocation endpoint is on another host than the token endpoint")
        }
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

    /// Asks for a token for another resource, unless such a request is refused, and shows it to the server.
    async fn foreign(&mut self) -> Result<(), &'static str> {
        let endpoint = self.evidence.endpoint("authorization_endpoint")?;
        match self.evidence.answer(Question::ForeignResource).response() {
            Some(answer) if is_refusal(answer, &endpoint) => {
                return Err("the authorization server issues no such token");
            }
            Some(_) => {}
            None => return Err("such a request was not answered"),
        }
        let other = self.another(Some(FOREIGN_RESOURCE)).await;
        let other = other.map_err(|_| "the authorization server issues no such token")?;
        self.clean_up().await;
        self.grant = other;
        self.evidence.foreign_audience = jwt::audience(&self.grant.access);
        self.call(Question::ForeignCall).await;
        Ok(())
    }

    /// Revokes what is left of a grant, if the server can do that. What it answers is not judged.
    async fn clean_up(&self) {
        if let Ok(endpoint) = self.revocation_endpoint() {
            self.grant.revoke(self.asker, endpoint).await;
        }
    }
}
