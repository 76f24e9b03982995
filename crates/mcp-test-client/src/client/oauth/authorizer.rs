//! Provides the token for each request, and gets a new one when the server asks for it.

mod identification;
mod records;
mod renewal;
mod settings;
mod sign_in;

use std::rc::Rc;

use fetch::Fetch;
use url::Url;

use super::authorization::{AuthorizationRequest, AuthorizationResponse};
use super::browser::Browser;
use super::challenge::Challenge;
use super::clock::Clock;
use super::discovery::{Discovered, discover};
use super::identity::{Identity, Secret};
use super::scope;
use super::store::Store;
use super::token::{self, Tokens};
use crate::client::Error;

pub use settings::{ClientChoice, Settings};

/// The result of a sign-in, and how it came about.
pub struct Outcome {
    /// The tokens.
    pub tokens: Tokens,
    /// The client that signed in.
    pub identity: Identity,
    /// The authorization request and its response; `None` for the client credentials grant.
    pub way: Option<(AuthorizationRequest, AuthorizationResponse)>,
    /// The endpoint that issued the tokens.
    pub token_endpoint: Url,
}

/// How far the current token has proved itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// The token has been used, or comes from an earlier run.
    Used,
    /// A refresh returned it for the current request.
    Refreshed,
    /// A sign-in returned it for the current request.
    SignedIn,
}

/// Reports progress to the person.
pub type Note = Rc<dyn Fn(&str)>;

/// Manages the tokens for one server.
pub struct Authorizer {
    settings: Settings,
    fetch: Rc<dyn Fetch>,
    browser: Rc<dyn Browser>,
    store: Rc<dyn Store>,
    clock: Clock,
    note: Note,
    tokens: Option<Tokens>,
    standing: Standing,
    is_loaded: bool,
    discovered: Option<Discovered>,
}

impl Authorizer {
    /// Creates an authorizer. Nothing is read or requested yet.
    pub fn new(
        settings: Settings,
        fetch: Rc<dyn Fetch>,
        browser: Rc<dyn Browser>,
        store: Rc<dyn Store>,
        clock: Clock,
        note: Note,
    ) -> Self {
        Self {
            settings,
            fetch,
            browser,
            store,
            clock,
            note,
            tokens: None,
            standing: Standing::Used,
            is_loaded: false,
            discovered: None,
        }
    }

    /// The token for a request, refreshed if it has expired. `None` means: send the request without a token, and see
    /// what the server answers.
    ///
    /// # Errors
    /// If the store cannot be read, or a refresh failed for a temporary reason.
    pub async fn token(&mut self) -> Result<Option<Secret>, Error> {
        self.load()?;
        let clock = self.clock;
        let ended = move |tokens: &Tokens| tokens.has_ended(clock());
        if self.tokens.as_ref().is_some_and(ended) {
            // Another run may have renewed the tokens in the meantime.
            self.is_loaded = false;
            self.load()?;
        }
        if self.tokens.as_ref().is_some_and(ended) && self.can_refresh() {
            let discovered = self.look(None).await?;
            self.refresh(&discovered).await?;
        }
        Ok(self
            .tokens
            .as_ref()
            .map(|tokens| tokens.access_token.clone()))
    }

    /// Reports that the server has answered without demanding another token.
    pub fn accepted(&mut self) {
        self.standing = Standing::Used;
    }

    /// The current tokens, with the resource that they are for.
    #[must_use]
    pub const fn tokens(&self) -> Option<&Tokens> {
        self.tokens.as_ref()
    }

    /// Handles a 401: refreshes the token, or signs in anew. The authorization server is discovered again, since it may
    /// have changed.
    ///
    /// # Errors
    /// If no new token can be obtained.
    pub async fn unauthorized(&mut self, challenge: Option<&Challenge>) -> Result<(), Error> {
        self.load()?;
        if self.standing == Standing::SignedIn {
            let why = challenge
                .and_then(|challenge| {
                    challenge
                        .error_description
                        .clone()
                        .or(challenge.error.clone())
                })
                .map(|why| format!(": {why}"))
                .unwrap_or_default();
            return Err(Error::sign_in(
                "RFC 6750 §3.1",
                format!("the server refuses the token that it has just been given{why}"),
            ));
        }
        let discovered = self.look(challenge).await?;
        if self.standing == Standing::Used && self.can_refresh() {
            self.refresh(&discovered).await?;
            if self.tokens.is_some() {
                return Ok(());
            }
        }
        let before = self.tokens.as_ref().and_then(|tokens| tokens.scope.clone());
        let wanted = self.first_scope(&discovered, before.as_deref());
        self.sign_in(discovered, wanted).await.map(drop)
    }

    /// Handles a 403 with `insufficient_scope`: signs in for the scope granted so far together with the one asked for
    /// now. If the token already has all of that, another sign-in would change nothing.
    ///
    /// # Errors
    /// If no token with more scope can be obtained.
    pub async fn insufficient(&mut self, challenge: &Challenge) -> Result<(), Error> {
        let granted = self
            .tokens
            .as_ref()
            .and_then(|tokens| tokens.scope.clone())
            .unwrap_or_default();
        let needed = challenge.scope.clone().unwrap_or_default();
        if scope::covers(&granted, &needed) {
            return Err(Error::sign_in(
                "MCP authorization, Step-Up Authorization Flow",
                format!(
                    "the server asks for the scope `{needed}`, which the token has (`{granted}`): signing in again would change nothing"
                ),
            ));
        }
        (self.note)(&format!("more is needed: {needed}"));
        let discovered = self.look(Some(challenge)).await?;
        self.sign_in(discovered, Some(scope::union([granted.as_str(), &needed])))
            .await
            .map(drop)
    }

    /// Performs a complete sign-in, even if there are tokens.
    ///
    /// # Errors
    /// If the sign-in fails.
    pub async fn sign_in_anew(&mut self, challenge: Option<&Challenge>) -> Result<Outcome, Error> {
        let mut discovered = self.look(challenge).await?;
        if let Some(resource) = &self.settings.resource {
            discovered.resource.clone_from(resource);
        }
        let wanted = self.first_scope(&discovered, None);
        self.sign_in(discovered, wanted).await
    }

    /// Has the authorization server revoke the tokens, and deletes them. Returns whether there were any.
    ///
    /// # Errors
    /// If the server could not be told; the tokens are deleted here all the same.
    pub async fn sign_out(&mut self) -> Result<bool, Error> {
        self.load()?;
        let Some(tokens) = self.tokens.clone() else {
            return Ok(false);
        };
        let told = self.revoke(&tokens).await;
        self.drop_tokens()?;
        told.map(|()| true)
    }

    async fn revoke(&mut self, tokens: &Tokens) -> Result<(), Error> {
        let discovered = self.look(None).await?;
        if discovered.issuer != tokens.issuer {
            return Ok(());
        }
        let server = &discovered.server;
        let Some(endpoint) = server.revocation_endpoint.as_deref() else {
            (self.note)("the server has no revocation endpoint: its token lives on until it ends");
            return Ok(());
        };
        let endpoint = server.endpoint("revocation_endpoint", Some(endpoint))?;
        let identity = self.known_identity(&discovered)?;
        let secret = tokens
            .refresh_token
            .as_ref()
            .unwrap_or(&tokens.access_token);
        token::revoke(&*self.fetch, endpoint, &identity, secret).await
    }

    async fn look(&mut self, challenge: Option<&Challenge>) -> Result<Discovered, Error> {
        let settings = &self.settings;
        let found = discover(
            &*self.fetch,
            &settings.server,
            challenge,
            settings.issuer.as_deref(),
            settings.without_metadata,
        )
        .await?;
        for note in &found.notes {
            (self.note)(note);
        }
        self.discovered = Some(found.clone());
        Ok(found)
    }

    fn first_scope(&self, discovered: &Discovered, before: Option<&str>) -> Option<String> {
        if let Some(scope) = &self.settings.scope {
            return Some(scope.clone());
        }
        let asked = discovered.scope.as_deref()?;
        Some(scope::union([asked, before.unwrap_or_default()]))
    }
}
