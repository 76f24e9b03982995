//! The source of a grant's Sentry tokens.

use std::cell::RefCell;
use std::rc::Rc;

use fetch::LocalFuture;
use oauth_provider::crypto::Secret;
use oauth_provider::from_json;
use oauth_provider::grant::{GrantId, Renewed};
use sentry_api::{Token, TokenError, TokenSource};
use worker::Env;

use crate::memory::seen_tokens::forget;
use crate::runtime::facts::Facts;
use crate::runtime::hex::sha256_hex;
use crate::stores::grant_store::Grants;
use crate::upstream::sentry::Props;

/// The Sentry token of a grant: as the access token's props have it, and renewed by the grant's object.
pub struct GrantTokens {
    grants: Grants,
    grant: GrantId,
    access: Secret,
    current: RefCell<Token>,
}

impl GrantTokens {
    /// The tokens of `grant`. `access` is the secret of the access token that opens its props; `token` is Sentry's token as
    /// the props have it.
    pub const fn new(
        env: Env,
        grant: GrantId,
        access: Secret,
        token: Token,
        facts: Rc<Facts>,
    ) -> Self {
        Self {
            grants: Grants::new(env, facts),
            grant,
            access,
            current: RefCell::new(token),
        }
    }

    async fn renewed(&self, failed: &Token) -> Result<Token, TokenError> {
        forget(&self.grant);
        let current = self.current.borrow().clone();
        if current != *failed {
            // Another call of this request was first.
            return Ok(current);
        }
        let refused = sha256_hex(failed.expose());
        match self
            .grants
            .renew(&self.grant, self.access.clone(), refused)
            .await
        {
            Ok(Renewed::Props(props)) => {
                let props: Props = from_json(&props.0).map_err(|_| TokenError::Ended)?;
                let token = Token::new(props.access_token);
                self.current.replace(token.clone());
                Ok(token)
            }
            Ok(Renewed::Ended) => Err(TokenError::Ended),
            Ok(Renewed::Unavailable) | Err(_) => Err(TokenError::Unavailable),
        }
    }
}

impl TokenSource for GrantTokens {
    fn current(&self) -> LocalFuture<'_, Result<Token, TokenError>> {
        let token = self.current.borrow().clone();
        Box::pin(async move { Ok(token) })
    }

    fn renew<'a>(&'a self, failed: &'a Token) -> LocalFuture<'a, Result<Token, TokenError>> {
        Box::pin(self.renewed(failed))
    }
}
