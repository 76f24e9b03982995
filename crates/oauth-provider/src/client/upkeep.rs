//! What is done for a client after its request was answered.

use std::time::Duration;

use fetch::Fetch;

use crate::grant::Found;
use crate::settings::Settings;
use crate::store::{ClientStore, KeptDocument, StoreError};
use crate::time::UnixTime;

use super::Registration;
use super::fetch_document::fetch_document;
use super::resolve::document_url;
use super::text::for_display;

/// What is known of a client is written again after this long at the earliest: a client may have thousands of grants,
/// and each comes by once a day and when it begins.
const DAY: Duration = Duration::from_secs(86_400);

/// Notes that somebody has signed in with a client, and renews its record, so that a registered one with a live grant
/// never disappears.
///
/// # Errors
/// When storage does not answer.
pub async fn renew(
    client_id: &str,
    settings: &Settings,
    clients: &impl ClientStore,
    now: UnixTime,
) -> Result<(), StoreError> {
    let until = now + settings.registration;
    if !client_id.contains("://") {
        let Some(registration) = clients.registration(client_id).await? else {
            return Ok(());
        };
        if is_fresh(registration.known_until, until) {
            return Ok(());
        }
        let registration = Registration {
            known_until: Some(until),
            ..registration
        };
        return clients.keep_registration(&registration, until).await;
    }
    let Ok(url) = document_url(client_id, settings) else {
        return Ok(());
    };
    let kept = clients.document(&url).await?;
    if is_fresh(kept.as_ref().and_then(|kept| kept.known_until), until) {
        return Ok(());
    }
    // Of a document that may not be kept there is only this.
    let nothing = || KeptDocument {
        body: String::new(),
        fetched_at: now,
        expires_at: now,
        known_until: None,
    };
    let kept = KeptDocument {
        known_until: Some(until),
        ..kept.unwrap_or_else(nothing)
    };
    clients.keep_document(&url, &kept).await
}

fn is_fresh(known_until: Option<UnixTime>, until: UnixTime) -> bool {
    known_until.is_some_and(|known| known + DAY > until)
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
