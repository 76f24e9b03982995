//! Loads and stores tokens and registrations.

use super::{Authorizer, ClientChoice, Standing};
use crate::client::Error;
use crate::client::oauth::registration::Registration;
use crate::client::oauth::store::{Stored, registration_key, tokens_key};
use crate::client::oauth::token::Tokens;

impl Authorizer {
    pub(super) fn registration(&self, issuer: &str) -> Result<Option<Registration>, Error> {
        let now = (self.clock)();
        Ok(match self.store.load(&registration_key(issuer))? {
            Some(Stored::Registration(kept)) if kept.issuer == issuer && !kept.has_ended(now) => {
                Some(kept)
            }
            _ => None,
        })
    }

    pub(super) fn key(&self) -> String {
        let who = match &self.settings.client {
            ClientChoice::Register => "",
            ClientChoice::Document(url) => url,
            ClientChoice::Registered { id, .. } => id,
        };
        tokens_key(&self.settings.server, who)
    }

    pub(super) fn load(&mut self) -> Result<(), Error> {
        if self.is_loaded {
            return Ok(());
        }
        self.is_loaded = true;
        if let Some(Stored::Tokens(kept)) = self.store.load(&self.key())? {
            self.tokens = Some(kept);
        }
        Ok(())
    }

    pub(super) fn keep(&mut self, tokens: Tokens, standing: Standing) -> Result<(), Error> {
        self.store
            .keep(&self.key(), &Stored::Tokens(tokens.clone()))?;
        self.tokens = Some(tokens);
        self.standing = standing;
        Ok(())
    }

    pub(super) fn drop_tokens(&mut self) -> Result<(), Error> {
        self.tokens = None;
        self.store.forget(&self.key())
    }
}
