//! Renews tokens, and handles refusals.

use super::{Authorizer, ClientChoice, Standing};
use crate::client::Error;
use crate::client::oauth::discovery::Discovered;
use crate::client::oauth::store::registration_key;
use crate::client::oauth::token::{self, Refused, Tokens};

impl Authorizer {
    pub(super) fn can_refresh(&self) -> bool {
        self.tokens
            .as_ref()
            .is_some_and(|tokens| tokens.refresh_token.is_some())
    }

    /// Renews the tokens with the refresh token, and deletes them if the grant has ended. A refresh token is sent only
    /// to the issuer that issued it.
    pub(super) async fn refresh(&mut self, discovered: &Discovered) -> Result<(), Error> {
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

    /// Handles a server that now trusts another issuer. Credentials from the old one are not sent to the new one.
    pub(super) fn moved(&mut self, old: &Tokens, discovered: &Discovered) -> Result<(), Error> {
        if let ClientChoice::Registered {
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
}
