//! From a `client_id` to a [`Client`].

use std::time::Duration;

use fetch::Fetch;

use crate::settings::{OwnDocument, Settings};
use crate::store::{ClientStore, KeptDocument, StoreError};
use crate::time::UnixTime;

use super::{
    Client, ClientIdUrl, ClientIdUrlError, DocumentProblem, check_document, fetch_document,
    for_display,
};

/// A document is fetched again for a request that it does not fit, at most this often.
const REFETCH_AFTER: Duration = Duration::from_secs(60);

/// A client, and whether a fresh look at its document could change the answer.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// Ready to use.
    pub client: Client,
    /// The copy of its document that was used; `None` where there is none or it is fresh from this request.
    kept: Option<KeptDocument>,
}

/// Why there is no client. Shown on a page: nothing is known yet to which an error could be redirected.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ClientProblem {
    /// No client is registered under this id.
    #[error("no client is registered as {client_id}")]
    Unknown {
        /// What was asked for, as far as a person may see it.
        client_id: String,
    },
    /// The id looks like a URL and breaks a rule of its form.
    #[error("the client id {client_id} {error}")]
    Url {
        /// What was asked for, as far as a person may see it.
        client_id: String,
        /// The rule.
        error: ClientIdUrlError,
    },
    /// This server does not take URLs as client ids.
    #[error("this server does not take URLs as client ids")]
    DocumentsOff,
    /// The document could not be fetched, or breaks a rule.
    #[error("{url}: {problem}")]
    Document {
        /// Where it should be.
        url: ClientIdUrl,
        /// What is wrong.
        problem: Box<DocumentProblem>,
    },
    /// Our own trouble.
    #[error(transparent)]
    Storage(StoreError),
}

impl From<StoreError> for ClientProblem {
    fn from(error: StoreError) -> Self {
        Self::Storage(error)
    }
}

/// Resolves a client id, from the cache where a kept document is still good. At most one read of storage.
///
/// # Errors
/// Why there is no such client.
pub async fn resolve(
    client_id: &str,
    settings: &Settings,
    clients: &impl ClientStore,
    fetch: &dyn Fetch,
    now: UnixTime,
) -> Result<Resolved, ClientProblem> {
    if !is_url(client_id) {
        let client = registered(client_id, clients).await?;
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
    let known_until = stored.as_ref().and_then(|stored| stored.known_until);
    // A copy that broke, or a rule that came later, is no reason to refuse a client whose document is fine today.
    let kept = stored.filter(|kept| kept.expires_at > now);
    match kept.and_then(|kept| Some((check_document(&url, &kept.body, settings).ok()?, kept))) {
        Some((client, kept)) => Ok(Resolved {
            client: acquainted(client, known_until, now),
            kept: Some(kept),
        }),
        None => fetch_and_keep(url, None, known_until, settings, clients, fetch, now).await,
    }
}

/// Whether somebody signed in with it here before stands beside its document.
fn acquainted(client: Client, known_until: Option<UnixTime>, now: UnixTime) -> Client {
    Client {
        is_new: known_until.is_none_or(|until| until <= now),
        ..client
    }
}

/// A client of this server's own is not fetched over the network from itself.
fn own_client(url: &ClientIdUrl, settings: &Settings) -> Option<Client> {
    let own = own_document(url, settings)?;
    let client = check_document(url, &own.body, settings).ok()?;
    Some(Client {
        is_new: false,
        ..client
    })
}

/// The document of a client of this server's own.
pub(super) fn own_document<'a>(
    url: &ClientIdUrl,
    settings: &'a Settings,
) -> Option<&'a OwnDocument> {
    let own = settings.own_document.as_ref()?;
    let path = url.as_str().strip_prefix(settings.origin.as_str())?;
    (path == own.path).then_some(own)
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
    fetch: &dyn Fetch,
    now: UnixTime,
) -> Result<Option<Resolved>, ClientProblem> {
    let Some(kept) = &resolved.kept else {
        return Ok(None);
    };
    if now.since(kept.fetched_at) < REFETCH_AFTER {
        return Ok(None);
    }
    let url = document_url(&resolved.client.id, settings)?;
    let known_until = kept.known_until;
    fetch_and_keep(url, Some(kept), known_until, settings, clients, fetch, now)
        .await
        .map(Some)
}

/// A client that needs no document: one that registered.
pub(super) async fn registered(
    client_id: &str,
    clients: &impl ClientStore,
) -> Result<Option<Client>, StoreError> {
    // Anything else is not worth a read.
    if !is_plain(client_id) {
        return Ok(None);
    }
    Ok(clients
        .registration(client_id)
        .await?
        .and_then(|registration| registration.to_client()))
}

/// The form of the ids that we draw, and that an operator may give.
pub(super) fn is_plain(client_id: &str) -> bool {
    (1..=128).contains(&client_id.len())
        && client_id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

fn is_url(client_id: &str) -> bool {
    client_id.contains("://") || client_id.to_ascii_lowercase().starts_with("https:")
}

pub(super) fn document_url(
    client_id: &str,
    settings: &Settings,
) -> Result<ClientIdUrl, ClientProblem> {
    if !settings.metadata_documents {
        return Err(ClientProblem::DocumentsOff);
    }
    ClientIdUrl::parse(client_id, &settings.origin).map_err(|error| ClientProblem::Url {
        client_id: shown(client_id),
        error,
    })
}

fn shown(client_id: &str) -> String {
    for_display(client_id, 200).unwrap_or_default()
}

/// Fetches, and keeps what may be kept. `before` is the good copy that there is already.
async fn fetch_and_keep(
    url: ClientIdUrl,
    before: Option<&KeptDocument>,
    known_until: Option<UnixTime>,
    settings: &Settings,
    clients: &impl ClientStore,
    fetch: &dyn Fetch,
    now: UnixTime,
) -> Result<Resolved, ClientProblem> {
    let fetched = fetch_document(&url, settings, fetch).await;
    let keep = match (&fetched, before) {
        (Ok(document), before) => match (document.keep_for, before) {
            (Some(keep_for), _) => Some(KeptDocument {
                body: document.body.clone(),
                fetched_at: now,
                expires_at: now + keep_for,
                known_until,
            }),
            // Its successor may not be kept, and must not be hidden by it.
            (None, Some(before)) => Some(KeptDocument {
                expires_at: now,
                ..before.clone()
            }),
            (None, None) => None,
        },
        // A failure is not kept; that somebody looked is, so that the next look waits its minute.
        (Err(_), before) => before.map(|before| KeptDocument {
            fetched_at: now,
            ..before.clone()
        }),
    };
    if let Some(keep) = keep {
        // A cache that cannot be written costs the next request a fetch and this one nothing.
        let _ = clients.keep_document(&url, &keep).await;
    }
    match fetched {
        Ok(document) => Ok(Resolved {
            client: acquainted(document.client, known_until, now),
            kept: None,
        }),
        Err(problem) => Err(ClientProblem::Document {
            url,
            problem: Box::new(problem),
        }),
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
