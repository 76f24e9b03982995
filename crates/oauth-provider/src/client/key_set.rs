//! Key sets that a client publishes at its `jwks_uri`: fetched and kept as documents are, and larger.

use std::time::Duration;

use fetch::Fetch;
use serde_json::Value;

use crate::settings::Settings;
use crate::store::{ClientStore, KeptDocument};
use crate::time::UnixTime;

use super::check::{Breach, Checklist, Rule};
use super::document::holds_private_key;
use super::fetch_document::fetch_json;
use super::json::parse_object;
use super::keys::KeySet;
use super::resolve::document_url;
use super::{ClientIdUrl, ClientProblem, DocumentProblem};

const MAX_BODY: usize = 64 * 1024;
/// A key set is fetched again for an assertion that none of its keys verifies, at most this often.
const REFETCH_AFTER: Duration = Duration::from_secs(60);

/// A client's keys, and the copy that they were read from; `None` where they are fresh from this request.
pub(super) struct FoundKeys {
    pub(super) keys: KeySet,
    url: ClientIdUrl,
    kept: Option<KeptDocument>,
}

/// The keys at a `jwks_uri`, from the cache where a kept set is still good.
pub(super) async fn keys_at(
    uri: &str,
    settings: &Settings,
    clients: &impl ClientStore,
    fetch: &dyn Fetch,
    now: UnixTime,
) -> Result<FoundKeys, ClientProblem> {
    let url = document_url(uri, settings)?;
    let kept = clients
        .key_set(&url)
        .await?
        .filter(|kept| kept.expires_at > now);
    match kept.and_then(|kept| Some((read(&kept.body).ok()?, kept))) {
        Some((keys, kept)) => Ok(FoundKeys {
            keys,
            url,
            kept: Some(kept),
        }),
        None => fetched(url, false, settings, clients, fetch, now).await,
    }
}

/// The same past the cache, since a key may have followed another. `None` where the copy is fresh already.
pub(super) async fn keys_at_again(
    found: &FoundKeys,
    settings: &Settings,
    clients: &impl ClientStore,
    fetch: &dyn Fetch,
    now: UnixTime,
) -> Result<Option<FoundKeys>, ClientProblem> {
    match &found.kept {
        Some(kept) if now.since(kept.fetched_at) >= REFETCH_AFTER => {
            fetched(found.url.clone(), true, settings, clients, fetch, now)
                .await
                .map(Some)
        }
        _ => Ok(None),
    }
}

/// Fetches, and keeps what may be kept. Where that fails, a copy stays as it is: whether it lacks the key is not
/// known, and the budget for fetches bounds how often somebody looks.
async fn fetched(
    url: ClientIdUrl,
    has_copy: bool,
    settings: &Settings,
    clients: &impl ClientStore,
    fetch: &dyn Fetch,
    now: UnixTime,
) -> Result<FoundKeys, ClientProblem> {
    let accept = "application/jwk-set+json, application/json";
    let list = &mut Checklist::until_broken();
    let result = match fetch_json(&url, MAX_BODY, accept, settings, fetch, list).await {
        Ok((body, keep_for)) => read(&body).map(|keys| (keys, body, keep_for)),
        Err(problem) => Err(problem),
    };
    match result {
        Ok((keys, body, keep_for)) => {
            let keep = KeptDocument {
                body,
                fetched_at: now,
                // One that may not be kept must not be hidden by its predecessor.
                expires_at: keep_for.map_or(now, |keep_for| now + keep_for),
                known_until: None,
            };
            if keep_for.is_some() || has_copy {
                // A cache that cannot be written costs the next request a fetch and this one nothing.
                let _ = clients.keep_key_set(&url, &keep).await;
            }
            Ok(FoundKeys {
                keys,
                url,
                kept: None,
            })
        }
        Err(problem) => Err(ClientProblem::Document {
            url,
            problem: Box::new(problem),
        }),
    }
}

fn read(text: &str) -> Result<KeySet, DocumentProblem> {
    const SECTION: &str = "RFC 7517 §5";
    let problem = |check, found: &str, expected| {
        let rule = Rule {
            check,
            expected,
            section: SECTION,
        };
        Err(DocumentProblem::of(&rule, Breach::found(found)))
    };
    let object = match parse_object(text) {
        Ok(object) => Value::Object(object),
        Err(error) => {
            let expected = "one JSON object without repeated keys";
            return problem("the key set is JSON", &error, expected);
        }
    };
    if holds_private_key(&object) {
        let found = "a symmetric or private key";
        return problem("the key set holds no secret", found, "public keys only");
    }
    match KeySet::read(&object) {
        Some(keys) => Ok(keys),
        None => problem("the key set has keys", "no array keys", "an array of keys"),
    }
}
