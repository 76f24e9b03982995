use std::cell::RefCell;
use std::rc::Rc;

use fetch::{Fetch, LocalFuture};
use sentry_api::{BaseUrl, Token, TokenError, TokenSource};
use tokio::sync::Mutex;

use super::device::{self, Refused};
use super::grant::Grant;
use crate::clock;
use crate::service::log;
use crate::store::Store;

/// The token of a stored sign-in. It is read when it is first needed, and refreshed when it is about to expire or
/// Sentry refuses it. Since a refresh replaces both tokens at once, only one caller does it, and only one process of
/// this person; all others use the result.
pub struct Kept {
    store: Store,
    base: BaseUrl,
    fetch: Rc<dyn Fetch>,
    grant: RefCell<Option<Grant>>,
    /// Held while a caller reads or refreshes the token.
    turn: Mutex<()>,
}

impl Kept {
    /// The token of the sign-in to `base`. Nothing is read yet.
    #[must_use]
    pub fn new(store: Store, base: BaseUrl, fetch: Rc<dyn Fetch>) -> Self {
        Self {
            store,
            base,
            fetch,
            grant: RefCell::new(None),
            turn: Mutex::new(()),
        }
    }

    fn known(&self) -> Option<Grant> {
        self.grant.borrow().clone()
    }

    fn know(&self, grant: &Grant) -> Token {
        *self.grant.borrow_mut() = Some(grant.clone());
        grant.token()
    }

    async fn read(&self) -> Result<Grant, TokenError> {
        match self.store.read(&self.base).await {
            Ok(Some(grant)) => Ok(grant),
            Ok(None) => Err(TokenError::Ended),
            Err(failure) => {
                log(&failure.to_string());
                Err(TokenError::Unavailable)
            }
        }
    }

    /// Returns a stored grant that does not use the token `failed` and does not expire soon, if another process has
    /// stored one; otherwise refreshes it.
    async fn fresh(&self, failed: Option<&Token>) -> Result<Grant, TokenError> {
        let lock = self.store.lock().await.map_err(|failure| {
            log(&failure.to_string());
            TokenError::Unavailable
        })?;
        let now = clock::now();
        let grant = self.read().await?;
        let is_failed = failed.is_some_and(|failed| *failed == grant.token());
        if !is_failed && !grant.ends_soon(now) {
            return Ok(grant);
        }
        let Some(refresh) = &grant.refresh_token else {
            // There is no refresh token, so this token is used until it expires, unless Sentry has refused it.
            return if is_failed {
                Err(TokenError::Ended)
            } else {
                Ok(grant)
            };
        };
        let renewed = device::renew(&*self.fetch, &self.base, &grant.client_id, refresh).await;
        let answer = match renewed {
            Ok(answer) => answer,
            Err(Refused::Unreachable(_))
                if !is_failed && grant.expires_at.is_some_and(|end| end > now) =>
            {
                return Ok(grant);
            }
            Err(Refused::Unreachable(why)) => {
                log(&format!("the token could not be renewed just now: {why}"));
                return Err(TokenError::Unavailable);
            }
            Err(refused) => {
                log(&format!("the token could not be renewed: {refused}"));
                return Err(TokenError::Ended);
            }
        };
        let renewed = Grant::read(&answer, &grant.client_id, now, Some(&grant));
        let renewed = renewed.ok_or(TokenError::Unavailable)?;
        // The old tokens no longer work. If the new one cannot be stored, at least this process can use it.
        if let Err(failure) = self.store.keep_again(&self.base, &renewed).await {
            log(&format!("the renewed token could not be kept: {failure}"));
        }
        drop(lock);
        Ok(renewed)
    }
}

impl TokenSource for Kept {
    fn current(&self) -> LocalFuture<'_, Result<Token, TokenError>> {
        Box::pin(async move {
            let of_use = |grant: &Grant| !grant.ends_soon(clock::now());
            if let Some(grant) = self.known().filter(of_use) {
                return Ok(grant.token());
            }
            let _turn = self.turn.lock().await;
            if let Some(grant) = self.known().filter(of_use) {
                return Ok(grant.token());
            }
            let grant = match self.known() {
                None => self.read().await?,
                Some(grant) => grant,
            };
            if of_use(&grant) {
                return Ok(self.know(&grant));
            }
            let fresh = self.fresh(None).await?;
            Ok(self.know(&fresh))
        })
    }

    fn renew<'a>(&'a self, failed: &'a Token) -> LocalFuture<'a, Result<Token, TokenError>> {
        Box::pin(async move {
            let _turn = self.turn.lock().await;
            if let Some(grant) = self.known().filter(|grant| grant.token() != *failed) {
                return Ok(grant.token());
            }
            let fresh = self.fresh(Some(failed)).await?;
            Ok(self.know(&fresh))
        })
    }
}
