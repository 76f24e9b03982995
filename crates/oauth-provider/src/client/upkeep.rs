//! What is done for a client after its request was answered.

use fetch::Fetch;

use crate::grant::Found;
use crate::settings::Settings;
use crate::store::{ClientStore, StoreError};
use crate::time::UnixTime;

use super::fetch_document::fetch_document;
use super::resolve::document_url;
use super::text::for_display;

/// Renews the record of a registered client, so that one with a live grant never disappears. There is nothing to do
/// for a client that is described by a document.
///
/// # Errors
/// When storage does not answer.
pub async fn renew(
    client_id: &str,
    settings: &Settings,
    clients: &impl ClientStore,
    now: UnixTime,
) -> Result<(), StoreError> {
    if client_id.contains("://") {
        return Ok(());
    }
    match clients.registration(client_id).await? {
        Some(registration) => {
            clients
                .keep_registration(&registration, now + settings.registration)
                .await
        }
        None => Ok(()),
    }
}

/// Looks whether a client's document is still there, past the cache: 404 and 410, or a document that breaks a rule,
/// count as gone; trouble on the way says nothing.
pub async fn look(client_id: &str, settings: &Settings, fetch: &dyn Fetch) -> Found {
    let Ok(url) = document_url(client_id, settings) else {
        return Found::Unclear;
    };
    match fetch_document(&url, settings, fetch).await {
        Ok(_) => Found::Good,
        Err(problem) if problem.is_gone() => {
            Found::Gone(for_display(&problem.to_string(), 600).unwrap_or_default())
        }
        Err(_) => Found::Unclear,
    }
}
