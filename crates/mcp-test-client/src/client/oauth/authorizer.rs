//! Has a token for each request, and a new one when the server asks for it.

use std::rc::Rc;

use fetch::Fetch;
use url::Url;

use super::authorization::{Answer, Asked};
use super::browser::{Browser, Opened};
use super::challenge::Challenge;
use super::clock::Clock;
use super::discovery::{Discovered, discover};
use super::identity::{Identity, Secret};
use super::registration::{Registration, register};
use super::scope;
use super::store::{Store, Stored, registration_key, tokens_key};
use super::token::{self, Refused, Tokens};
use crate::client::Error;

/// Who this client is.
#[derive(Debug, Clone)]
pub enum Client {
    /// Registers where it signs in.
    Register,
    /// Is described by a document at this URL, which is its id everywhere; registers nothing.
    Document(String),
    /// Was registered by hand.
    Registered {
        /// Its id.
        id: String,
        /// With it, where there is one.
        secret: Option<Secret>,
        /// Where it was registered, if that was said.
        issuer: Option<String>,
    },
}

/// How to sign in.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The MCP endpoint.
    pub server: Url,
    /// Who asks.
    pub client: Client,
    /// Asks for this scope instead of what the server says.
    pub scope: Option<String>,
    /// Signs in at this one of the server's issuers.
    pub issuer: Option<String>,
    /// The loopback listener's port, where an authorization server compares it.
    pub port: Option<u16>,
    /// Asks for the client's own token (RFC 6749 §4.4), without a person.
    pub own: bool,
    /// Goes to `/authorize`, `/token` and `/register` where a server says nothing (2025-03-26).
    pub without_metadata: bool,
}

/// One sign-in, with what led to it.
pub struct Outcome {
    /// What it brought.
    pub tokens: Tokens,
    /// As whom.
    pub identity: Identity,
    /// The request and its answer; none for the client's own token.
    pub way: Option<(Asked, Answer)>,
    /// Where the tokens are from.
    pub token_endpoint: Url,
}

/// How far the present token has proved itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Was used, or comes from an earlier run.
    Used,
    /// A refresh gave it for this very request.
    Refreshed,
    /// A sign-in gave it for this very request.
    SignedIn,
}

/// Says what happens, for people who watch.
pub type Note = Rc<dyn Fn(&str)>;

/// Tokens for one server.
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
    /// Nothing is read or asked yet.
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

    /// The token for a request; refreshed if its time is over. None: ask without, and see what the server says.
    ///
    /// # Errors
    /// When the store cannot be read, or a refresh failed for a passing reason.
    pub async fn token(&mut self) -> Result<Option<Secret>, Error> {
        self.load()?;
        let clock = self.clock;
        let ended = move |tokens: &Tokens| tokens.has_ended(clock());
        if self.tokens.as_ref().is_some_and(ended) {
            // What another run has renewed meanwhile is as good.
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

    /// The server has answered with something else than a demand for another token.
    pub fn accepted(&mut self) {
        self.standing = Standing::Used;
    }

    /// What the present token is for.
    #[must_use]
    pub const fn tokens(&self) -> Option<&Tokens> {
        self.tokens.as_ref()
    }

    /// After a 401: a refreshed token, or a new sign-in. The authorization server is looked up again, since it may
    /// have changed.
    ///
    /// # Errors
    /// When there is no way in.
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

    /// After a 403 with `insufficient_scope`: a sign-in for what was granted before and what is asked for now. Where
    /// the token has all that already, another sign-in would change nothing.
    ///
    /// # Errors
    /// When the token cannot get more.
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

    /// A whole sign-in, whatever tokens there are.
    ///
    /// # Errors
    /// When it fails.
    pub async fn sign_in_anew(&mut self, challenge: Option<&Challenge>) -> Result<Outcome, Error> {
        let discovered = self.look(challenge).await?;
        let wanted = self.first_scope(&discovered, None);
        self.sign_in(discovered, wanted).await
    }

    /// Tells the authorization server to forget the tokens, and forgets them. Whether there were any.
    ///
    /// # Errors
    /// When the server could not be told; the tokens are forgotten here all the same.
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

    fn can_refresh(&self) -> bool {
        self.tokens
            .as_ref()
            .is_some_and(|tokens| tokens.refresh_token.is_some())
    }

    /// New tokens for the refresh token, or none where the grant is over: then they are forgotten. A refresh token is
    /// sent to the issuer that gave it, and to no other.
    async fn refresh(&mut self, discovered: &Discovered) -> Result<(), Error> {
        let Some(old) = self.tokens.clone() else {
            return Ok(());
        };
        let Some(secret) = old.refresh_token.clone() else {
            return Ok(());
        };
        if old.issuer != discovered.issuer {
            return self.moved(&old, discovered);
        }
        let identity = match self.known_identity(discovered) {
            Ok(identity) if identity.client_id == old.client_id => identity,
            _ => return self.drop_tokens(),
        };
        let now = (self.clock)();
        match token::refresh(
            &*self.fetch,
            &discovered.server,
            &identity,
            &old,
            &secret,
            now,
        )
        .await
        {
            Ok(tokens) => {
                (self.note)("the token was refreshed");
                self.keep(tokens, Standing::Refreshed)
            }
            Err(Refused::Grant(why)) => {
                (self.note)(&format!("the sign-in is over ({why})"));
                self.drop_tokens()
            }
            Err(Refused::Client(why)) => {
                (self.note)(&format!("the server no longer knows this client ({why})"));
                self.store.forget(&registration_key(&discovered.issuer))?;
                self.drop_tokens()
            }
            Err(Refused::Other(error)) => Err(error),
        }
    }

    /// The server trusts another issuer than before. What came from the old one is not shown to the new one.
    fn moved(&mut self, old: &Tokens, discovered: &Discovered) -> Result<(), Error> {
        if let Client::Registered {
            id, issuer: None, ..
        } = &self.settings.client
        {
            return Err(Error::sign_in(
                "MCP client registration, Authorization Server Binding",
                format!(
                    "the server's authorization server was {} and is {} now; the client {id} was used at the first, and its credentials are not sent to the second. \
                     If it is registered there too, say so with --issuer {}",
                    old.issuer, discovered.issuer, discovered.issuer
                ),
            ));
        }
        (self.note)(&format!(
            "the authorization server is {} now, no longer {}",
            discovered.issuer, old.issuer
        ));
        self.drop_tokens()
    }

    async fn sign_in(
        &mut self,
        discovered: Discovered,
        wanted: Option<String>,
    ) -> Result<Outcome, Error> {
        if let Some(old) = self
            .tokens
            .clone()
            .filter(|old| old.issuer != discovered.issuer)
        {
            self.moved(&old, &discovered)?;
        }
        let server = &discovered.server;
        let now = (self.clock)();
        let token_endpoint = server.token_endpoint()?;
        if self.settings.own {
            let identity = self.known_identity(&discovered)?;
            let tokens = token::own(
                &*self.fetch,
                server,
                &identity,
                &discovered.resource,
                wanted.as_deref(),
                now,
            )
            .await
            .map_err(Refused::into_error)?;
            self.keep(tokens.clone(), Standing::SignedIn)?;
            return Ok(Outcome {
                tokens,
                identity,
                way: None,
                token_endpoint,
            });
        }
        // Before anything is registered or opened.
        server.require_s256()?;
        server.authorization_endpoint()?;
        let wanted = wanted.map(|wanted| match server.has_scope("offline_access") {
            true => scope::union([wanted.as_str(), "offline_access"]),
            false => wanted,
        });
        let mut is_last = false;
        loop {
            let (identity, place, is_new) = self.identity(&discovered).await?;
            let asked = Asked::new(
                &discovered,
                &identity.client_id,
                place.redirect_uri(),
                wanted.clone(),
            )?;
            let query = place.visit(&asked.url).await?;
            let answer = asked.read(&query)?;
            let now = (self.clock)();
            match token::redeem(&*self.fetch, server, &identity, &asked, &answer, now).await {
                Ok(tokens) => {
                    (self.note)("signed in");
                    self.keep(tokens.clone(), Standing::SignedIn)?;
                    let way = Some((asked, answer));
                    return Ok(Outcome {
                        tokens,
                        identity,
                        way,
                        token_endpoint,
                    });
                }
                Err(Refused::Client(why)) if !is_new && !is_last => {
                    (self.note)(&format!("registering again ({why})"));
                    self.store.forget(&registration_key(&discovered.issuer))?;
                    is_last = true;
                }
                Err(refused) => return Err(refused.into_error()),
            }
        }
    }

    /// Who we are there, with a place to come back to, and whether that is news to the server.
    async fn identity(
        &self,
        discovered: &Discovered,
    ) -> Result<(Identity, Box<dyn Opened>, bool), Error> {
        let server = &discovered.server;
        if !matches!(self.settings.client, Client::Register) {
            let identity = self.known_identity(discovered)?;
            let place = self.browser.ready(self.settings.port).await?;
            return Ok((identity, place, true));
        }
        let kept = self.registration(&discovered.issuer)?;
        let port = self.settings.port.or_else(|| {
            let uri = kept.as_ref()?.redirect_uri.parse::<Url>().ok()?;
            uri.port()
        });
        let place = self.browser.ready(port).await?;
        if let Some(kept) = kept.filter(|kept| kept.redirect_uri == place.redirect_uri()) {
            return Ok((kept.identity(), place, false));
        }
        if server.registration_endpoint.is_none() {
            return Err(Error::sign_in(
                "MCP client registration",
                format!(
                    "{} does not register clients{}. Have one registered there and give --client-id",
                    server.issuer,
                    if server.client_id_metadata_document_supported {
                        "; it takes a client's metadata document: give --client-metadata-url"
                    } else {
                        ", nor does it take metadata documents"
                    }
                ),
            ));
        }
        let registration = register(&*self.fetch, server, place.redirect_uri()).await?;
        (self.note)(&format!(
            "registered at {} as {}",
            registration.issuer, registration.client_id
        ));
        self.store.keep(
            &registration_key(&discovered.issuer),
            &Stored::Registration(registration.clone()),
        )?;
        Ok((registration.identity(), place, true))
    }

    /// Who we are there, if that is known without asking.
    fn known_identity(&self, discovered: &Discovered) -> Result<Identity, Error> {
        let server = &discovered.server;
        match &self.settings.client {
            Client::Document(url) if server.client_id_metadata_document_supported => {
                Ok(Identity::public(url.clone()))
            }
            Client::Document(_) => Err(Error::sign_in(
                "Client ID Metadata Document §6",
                format!(
                    "{} takes no client metadata documents: client_id_metadata_document_supported is not true. Without --client-metadata-url this client registers instead",
                    server.issuer
                ),
            )),
            Client::Registered {
                issuer: Some(issuer),
                id,
                ..
            } if *issuer != discovered.issuer => Err(Error::sign_in(
                "MCP client registration, Authorization Server Binding",
                format!(
                    "the client {id} is registered at {issuer}, and the server's authorization server is {}; its credentials are not sent there",
                    discovered.issuer
                ),
            )),
            Client::Registered {
                id, secret: None, ..
            } => Ok(Identity::public(id.clone())),
            Client::Registered {
                id,
                secret: Some(secret),
                ..
            } => Identity::confidential(id.clone(), secret.clone(), server),
            Client::Register => self
                .registration(&discovered.issuer)?
                .map(|registration| registration.identity())
                .ok_or_else(|| {
                    Error::sign_in(
                        "MCP client registration",
                        format!("this client is not registered at {}", discovered.issuer),
                    )
                }),
        }
    }

    fn registration(&self, issuer: &str) -> Result<Option<Registration>, Error> {
        let now = (self.clock)();
        Ok(match self.store.load(&registration_key(issuer))? {
            Some(Stored::Registration(kept)) if kept.issuer == issuer && !kept.has_ended(now) => {
                Some(kept)
            }
            _ => None,
        })
    }

    fn key(&self) -> String {
        let who = match &self.settings.client {
            Client::Register => "",
            Client::Document(url) => url,
            Client::Registered { id, .. } => id,
        };
        tokens_key(&self.settings.server, who)
    }

    fn load(&mut self) -> Result<(), Error> {
        if self.is_loaded {
            return Ok(());
        }
        self.is_loaded = true;
        if let Some(Stored::Tokens(kept)) = self.store.load(&self.key())? {
            self.tokens = Some(kept);
        }
        Ok(())
    }

    fn keep(&mut self, tokens: Tokens, standing: Standing) -> Result<(), Error> {
        self.store
            .keep(&self.key(), &Stored::Tokens(tokens.clone()))?;
        self.tokens = Some(tokens);
        self.standing = standing;
        Ok(())
    }

    fn drop_tokens(&mut self) -> Result<(), Error> {
        self.tokens = None;
        self.store.forget(&self.key())
    }
}
