//! From a `client_id` to a [`Client`].

use std::time::Duration;

use fetch::Exchange;

use crate::settings::Settings;
use crate::stored::StoreError;
use crate::time::UnixTime;

use super::client_store::{ClientStore, KeptDocument};
use super::document::{
    ClientIdUrl, DocumentProblem, OwnBudget, check_document, fetch_document, own_client,
};
use super::id::{is_plain, is_url};
use super::problem::{ClientProblem, document_problem, document_url, shown};
use super::record::Client;
use super::registered::Registration;

/// A document is fetched again for a request that it does not fit, at most this often.
const REFETCH_AFTER: Duration = Duration::from_secs(60);
/// How long after its expiry a copy may stand in while the budget for fetches is spent: one day, the longest time for
/// which a publisher may have a document kept.
const STANDS_IN: Duration = Duration::from_secs(86_400);

/// A client, and whether a fresh look at its document could change the answer.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// Ready to use.
    pub client: Client,
    /// The copy of its document that was used; `None` where there is none or it is fresh from this request.
    kept: Option<KeptDocument>,
}

/// Resolves a client id, from the cache where a kept document is still good. At most one read of storage.
///
/// # Errors
/// Why there is no such client.
pub async fn resolve(
    client_id: &str,
    settings: &Settings,
    clients: &impl ClientStore,
    fetch: &(impl Exchange + ?Sized),
    now: UnixTime,
) -> Result<Resolved, ClientProblem> {
    if settings.denies_client(client_id) {
        return Err(ClientProblem::Denied {
            client_id: shown(client_id),
        });
    }
    if !is_url(client_id) {
        let found = registration(client_id, clients).await?;
        let client = found.and_then(|found| {
            let client = found.to_client()?;
            Some(found.acquaintance().told_of(client, now))
        });
        let client = client.ok_or_else(|| ClientProblem::Unknown {
            client_id: shown(client_id),
        })?;
        return Ok(Resolved { client, kept: None });
    }
    let url = document_url(client_id, settings)?;
    if let Some(client) = own_client(&url, settings) {
        return Ok(Resolved { client, kept: None });
    }
    let stored = clients.document(&url).await?;
    // A copy that broke, or a rule that came later, is no reason to refuse a client whose document is fine today.
    let good = stored.as_ref().filter(|kept| kept.expires_at > now);
    if let Some(resolved) = good.and_then(|kept| from_copy(&url, kept, settings, now)) {
        return Ok(resolved);
    }
    match fetch_and_keep(&url, stored.as_ref(), settings, clients, fetch, now).await {
        Err(problem) if problem.over_budget => stored
            .filter(|kept| may_stand_in(kept, now))
            .and_then(|kept| from_copy(&url, &kept, settings, now))
            .ok_or_else(|| document_problem(url, problem)),
        fetched => fetched.map_err(|problem| document_problem(url, problem)),
    }
}

/// The client of a kept copy, if that is fine by today's rules.
fn from_copy(
    url: &ClientIdUrl,
    kept: &KeptDocument,
    settings: &Settings,
    now: UnixTime,
) -> Option<Resolved> {
    let client = check_document(url, &kept.body, settings).ok()?;
    Some(Resolved {
        client: kept.acquaintance().told_of(client, now),
        kept: Some(kept.clone()),
    })
}

/// An expired copy stands in only if the document could not be fetched because others have used the budget up,
/// and only for a client that people use here. The next fetch that finds it gone, changed or not to be kept removes it.
fn may_stand_in(kept: &KeptDocument, now: UnixTime) -> bool {
    kept.acquaintance().known_until(now).is_some() && now.since(kept.expires_at) < STANDS_IN
}

/// Resolves anew past the cache, for a request whose redirect URI the kept copy lacks: the client may have added
/// it since. `None` where the copy is fresh already.
///
/// # Errors
/// Why the document is no longer good.
pub async fn resolve_again(
    resolved: &Resolved,
    settings: &Settings,
    clients: &impl ClientStore,
    fetch: &(impl Exchange + ?Sized),
    now: UnixTime,
) -> Result<Option<Resolved>, ClientProblem> {
    let Some(kept) = &resolved.kept else {
        return Ok(None);
    };
    if now.since(kept.fetched_at) < REFETCH_AFTER {
        return Ok(None);
    }
    let url = document_url(&resolved.client.id, settings)?;
    fetch_and_keep(&url, Some(kept), settings, clients, fetch, now)
        .await
        .map(Some)
        .map_err(|problem| document_problem(url, problem))
}

/// A client that needs no document: one that registered.
pub(super) async fn registered(
    client_id: &str,
    clients: &impl ClientStore,
) -> Result<Option<Client>, StoreError> {
    let found = registration(client_id, clients).await?;
    Ok(found.and_then(|registration| registration.to_client()))
}

async fn registration(
    client_id: &str,
    clients: &impl ClientStore,
) -> Result<Option<Registration>, StoreError> {
    // Anything else is not worth a read.
    if !is_plain(client_id) {
        return Ok(None);
    }
    clients.registration(client_id).await
}

/// Fetches, and keeps what may be kept. `before` is the entry that there is already.
async fn fetch_and_keep(
    url: &ClientIdUrl,
    before: Option<&KeptDocument>,
    settings: &Settings,
    clients: &impl ClientStore,
    fetch: &(impl Exchange + ?Sized),
    now: UnixTime,
) -> Result<Resolved, DocumentProblem> {
    let acquaintance = before.map(KeptDocument::acquaintance).unwrap_or_default();
    let is_known = acquaintance.known_until(now).is_some();
    let budget = OwnBudget::of_client(url.as_str(), is_known, fetch);
    let fetched = fetch_document(url, settings, &budget).await;
    let keep = match (&fetched, before) {
        (Ok(document), before) => match document.keep_for {
            Some(keep_for) => Some(KeptDocument {
                body: document.body.clone(),
                fetched_at: now,
                expires_at: now + keep_for,
                known_until: acquaintance.known_until,
                newcomer: acquaintance.newcomer.clone(),
            }),
            // Its successor may not be kept, and must not be hidden by it.
            None => before.and_then(|before| before.without_copy(now)),
        },
        (Err(problem), Some(before)) => after_failure(problem, before, now),
        (Err(_), None) => None,
    };
    if let Some(keep) = keep {
        // A cache that cannot be written costs the next request a fetch and this one nothing.
        let _ = clients.keep_document(url, &keep).await;
    }
    fetched.map(|document| Resolved {
        client: acquaintance.told_of(document.client, now),
        kept: None,
    })
}

/// What to write back after a failed fetch. The failure itself is not kept.
fn after_failure(
    problem: &DocumentProblem,
    before: &KeptDocument,
    now: UnixTime,
) -> Option<KeptDocument> {
    if problem.over_budget {
        // Nobody has looked.
        None
    } else if before.expires_at > now {
        // That somebody looked is, so that the next look waits its minute.
        Some(KeptDocument {
            fetched_at: now,
            ..before.clone()
        })
    } else if problem.is_gone() {
        before.without_copy(now)
    } else {
        None
    }
}

/// Whether there is a client of this id, as far as storage knows: a URL counts where its form is right, since its
/// document is not worth a fetch at this point.
///
/// # Errors
/// When storage does not answer.
pub async fn is_known(
    client_id: &str,
    settings: &Settings,
    clients: &impl ClientStore,
) -> Result<bool, StoreError> {
    if is_url(client_id) {
        return Ok(document_url(client_id, settings).is_ok());
    }
    is_registered(client_id, clients).await
}

/// The same where a URL counts whatever its form.
pub(super) async fn is_registered(
    client_id: &str,
    clients: &impl ClientStore,
) -> Result<bool, StoreError> {
    Ok(is_url(client_id) || registered(client_id, clients).await?.is_some())
}
