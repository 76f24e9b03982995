//! From discovered metadata to tokens, with a person in between.

use super::{Authorizer, Outcome, Standing};
use crate::client::Error;
use crate::client::oauth::authorization::AuthorizationRequest;
use crate::client::oauth::discovery::Discovered;
use crate::client::oauth::scope;
use crate::client::oauth::store::registration_key;
use crate::client::oauth::token::{self, Refused};

impl Authorizer {
    pub(super) async fn sign_in(
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
        if self.settings.own {
            return self.sign_in_itself(&discovered, wanted).await;
        }
        let token_endpoint = server.token_endpoint()?;
        // Checked before anything is registered or opened.
        server.require_s256()?;
        server.authorization_endpoint()?;
        let wanted = wanted.map(|wanted| match server.has_scope("offline_access") {
            true => scope::union([wanted.as_str(), "offline_access"]),
            false => wanted,
        });
        let mut is_last = false;
        loop {
            let (identity, place, is_new) = self.identity(&discovered).await?;
            let asked = AuthorizationRequest::new(
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
                    (self.note)(if identity.with_id.get() {
                        "signed in; the server refuses client_secret_basic without client_id in the body, so both are sent (RFC 6749 §2.3.1 wants the header alone)"
                    } else {
                        "signed in"
                    });
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

    /// Gets tokens for the client itself, without a person (RFC 6749 §4.4).
    async fn sign_in_itself(
        &mut self,
        discovered: &Discovered,
        wanted: Option<String>,
    ) -> Result<Outcome, Error> {
        let token_endpoint = discovered.server.token_endpoint()?;
        let identity = self.known_identity(discovered)?;
        let tokens = token::own(
            &*self.fetch,
            &discovered.server,
            &identity,
            &discovered.resource,
            wanted.as_deref(),
            (self.clock)(),
        )
        .await
        .map_err(Refused::into_error)?;
        self.keep(tokens.clone(), Standing::SignedIn)?;
        Ok(Outcome {
            tokens,
            identity,
            way: None,
            token_endpoint,
        })
    }
}
