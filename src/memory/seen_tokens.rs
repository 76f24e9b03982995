//! Access tokens whose grant has said what they stand for, within the last half minute.

use std::cell::RefCell;

use oauth_provider::bearer::{BearerError, TokenInfo, ask, bearer};
use oauth_provider::discovery::AskedResource;
use oauth_provider::grant::GrantId;
use oauth_provider::store::GrantStore;
use oauth_provider::{TokenCache, UnixTime};

const MOST: usize = 1000;

thread_local! {
    static SEEN: RefCell<TokenCache> = RefCell::new(TokenCache::new(MOST));
}

/// Checks the bearer token of a request; its grant is asked only if that was not done within the last half minute.
///
/// # Errors
/// When there is no token that is good here.
pub async fn verify(
    header: Option<&str>,
    asked: &AskedResource,
    grants: &impl GrantStore,
    now: UnixTime,
) -> Result<TokenInfo, BearerError> {
    let token = bearer(header)?;
    let seen = SEEN.with_borrow_mut(|seen| seen.get(token, now));
    let known = match seen {
        Some(known) => known,
        None => {
            let known = ask(token, grants).await?;
            SEEN.with_borrow_mut(|seen| seen.put(token, known.clone(), now));
            known
        }
    };
    known.for_resource(&asked.resource)
}

/// Forgets the tokens of a grant that was closed or changed from here.
pub fn forget(grant: &GrantId) {
    SEEN.with_borrow_mut(|seen| seen.forget(grant));
}
