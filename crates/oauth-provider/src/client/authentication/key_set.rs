//! Key sets that a client publishes at its `jwks_uri`: fetched and kept as documents are, and larger.

use std::time::Duration;

use fetch::Exchange;
use serde_json::Value;

use crate::client::client_store::{ClientStore, KeptDocument};
use crate::client::document::{
    Breach, Checklist, ClientIdUrl, DocumentProblem, OwnBudget, Rule, fetch_json,
};
use crate::client::json::parse_object;
use crate::client::keys::{KeySet, private_member};
use crate::client::problem::{ClientProblem, document_problem, document_url};
use crate::client::record::Client;
use crate::settings::Settings;
use crate::time::UnixTime;

const MAX_BODY: usize = 64 * 1024;
/// A key set is fetched again for an assertion that none of its keys verifies, at most this often.
const REFETCH_AFTER: Duration = Duration::from_secs(60);
/// So long after its end a copy may stand in while the budget for fetches is spent. Shorter than for documents: a key
/// that was taken out may have been stolen.
const STANDS_IN: Duration = Duration::from_secs(3600);

/// A document on the internet does not aim a server in local work at the computer that it runs on.
const NEAR: Rule = Rule {
    check: "the host is public",
    expected: "a host on the public internet, as the document's own",
    section: "CIMD §8.6",
};

/// A client's keys, and the copy that they were read from; `None` where they are fresh from this request.
pub(super) struct FoundKeys {
    pub(super) keys: KeySet,
    url: ClientIdUrl,
    kept: Option<KeptDocument>,
}

/// The keys at a client's `jwks_uri`, from the cache where a kept set is still good.
pub(super) async fn keys_at(
    uri: &str,
    client: &Client,
    settings: &Settings,
    clients: &impl ClientStore,
    fetch: &(impl Exchange + ?Sized),
    now: UnixTime,
) -> Result<FoundKeys, ClientProblem> {
    let url = document_url(uri, settings)?;
    let of = document_url(&client.id, settings);
    if url.is_loopback() && of.is_ok_and(|document| !document.is_loopback()) {
        let found = Breach::found(url.host());
        return Err(document_problem(url, DocumentProblem::of(&NEAR, found)));
    }
    let stored = clients.key_set(&url).await?;
    let stored = stored.as_ref();
    let from_copy = |kept: &KeptDocument| {
        Some(FoundKeys {
            keys: read(&kept.body).ok()?,
            url: url.clone(),
            kept: Some(kept.clone()),
        })
    };
    let good = stored.filter(|kept| kept.expires_at > now);
    if let Some(found) = good.and_then(from_copy) {
        return Ok(found);
    }
    let fetch = &OwnBudget::of_named(uri, &client.id, client.is_known, fetch);
    match fetched(&url, stored, client, settings, clients, fetch, now).await {
        // Nobody could look, because others have used the budget up.
        Err(problem) if problem.over_budget => stored
            .filter(|kept| client.is_known && may_stand_in(kept, now))
            .and_then(from_copy)
            .ok_or_else(|| document_problem(url.clone(), problem)),
        result => result.map_err(|problem| document_problem(url.clone(), problem)),
    }
}

fn may_stand_in(kept: &KeptDocument, now: UnixTime) -> bool {
    now.since(kept.expires_at) < STANDS_IN
}

/// The same past the cache, since a key may have followed another. `None` where the copy is fresh already.
pub(super) async fn keys_at_again(
    found: &FoundKeys,
    client: &Client,
    settings: &Settings,
    clients: &impl ClientStore,
    fetch: &(impl Exchange + ?Sized),
    now: UnixTime,
) -> Result<Option<FoundKeys>, ClientProblem> {
    let Some(kept) = &found.kept else {
        return Ok(None);
    };
    if now.since(kept.fetched_at) < REFETCH_AFTER {
        return Ok(None);
    }
    let url = &found.url;
    let fetch = &OwnBudget::of_named(url.as_str(), &client.id, client.is_known, fetch);
    fetched(url, Some(kept), client, settings, clients, fetch, now)
        .await
        .map(Some)
        .map_err(|problem| document_problem(url.clone(), problem))
}

/// Fetches, and keeps what may be kept; longer than it is fresh for a client that people use here. If the fetch fails, a
/// fresh copy stays as it is: whether it lacks the key is not known, and the budget for fetches bounds the attempts. An
/// expired copy is removed once the key set is gone.
async fn fetched(
    url: &ClientIdUrl,
    before: Option<&KeptDocument>,
    client: &Client,
    settings: &Settings,
    clients: &impl ClientStore,
    fetch: &(impl Exchange + ?Sized),
    now: UnixTime,
) -> Result<FoundKeys, DocumentProblem> {
    let accept = "application/jwk-set+json, application/json";
    let list = &mut Checklist::until_broken();
    let result = match fetch_json(url, MAX_BODY, accept, settings, fetch, list).await {
        Ok((body, keep_for)) => read(&body).map(|keys| (keys, body, keep_for)),
        Err(problem) => Err(problem),
    };
    let keep = match &result {
        Ok((_, body, Some(keep_for))) => {
            let expires_at = now + *keep_for;
            let stands_in = client.is_known.then(|| expires_at + STANDS_IN);
            Some(KeptDocument {
                body: body.clone(),
                fetched_at: now,
                expires_at,
                // Strangers who name the same keys take nothing away.
                known_until: stands_in.max(before.and_then(|before| before.known_until)),
                newcomer: None,
            })
        }
        // One that may not be kept must not be hidden by its predecessor.
        Ok((_, _, None)) => before.and_then(|before| before.without_copy(now)),
        Err(problem) if problem.is_gone() => before
            .filter(|before| before.expires_at <= now)
            .and_then(|before| before.without_copy(now)),
        Err(_) => None,
    };
    if let Some(keep) = keep {
        // A cache that cannot be written costs the next request a fetch and this one nothing.
        let _ = clients.keep_key_set(url, &keep).await;
    }
    result.map(|(keys, ..)| FoundKeys {
        keys,
        url: url.clone(),
        kept: None,
    })
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
    if let Some(member) = private_member(&object) {
        let found = format!("a symmetric or private key: {member}");
        return problem("the key set holds no secret", &found, "public keys only");
    }
    match KeySet::read(&object) {
        Some(keys) => Ok(keys),
        None => problem("the key set has keys", "no array keys", "an array of keys"),
    }
}
