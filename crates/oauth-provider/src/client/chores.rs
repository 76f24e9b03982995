//! What is done for a client after its request was answered.

use fetch::Exchange;

use crate::crypto::KeyRing;
use crate::grant::Found;
use crate::settings::Settings;
use crate::stored::StoreError;
use crate::time::UnixTime;

use super::acquaintance::Person;
use super::client_store::{ClientStore, KeptDocument};
use super::document::fetch_document;
use super::problem::document_url;
use super::registered::Registration;
use super::text::for_display;

/// Notes that somebody has signed in with a client, and renews its record, so that a registered one with a live grant
/// never disappears. `subject` is that person; without it, somebody did who was counted before.
///
/// # Errors
/// When storage does not answer.
pub async fn renew(
    client_id: &str,
    subject: Option<&str>,
    keys: &KeyRing,
    settings: &Settings,
    clients: &impl ClientStore,
    now: UnixTime,
) -> Result<(), StoreError> {
    let until = now + settings.registration;
    let person = subject.map(|subject| Person::new(subject, client_id, keys));
    if !client_id.contains("://") {
        let Some(registration) = clients.registration(client_id).await? else {
            return Ok(());
        };
        let before = registration.acquaintance();
        let Some(after) = before.met(person.as_ref(), until, now) else {
            return Ok(());
        };
        let registration = Registration {
            known_until: after.known_until,
            newcomer: after.newcomer,
            ..registration
        };
        return clients.keep_registration(&registration, until).await;
    }
    let Ok(url) = document_url(client_id, settings) else {
        return Ok(());
    };
    // Of a document that may not be kept there is only this.
    let kept = clients.document(&url).await?.unwrap_or(KeptDocument {
        body: String::new(),
        fetched_at: now,
        expires_at: now,
        known_until: None,
        newcomer: None,
    });
    let Some(after) = kept.acquaintance().met(person.as_ref(), until, now) else {
        return Ok(());
    };
    let kept = KeptDocument {
        known_until: after.known_until,
        newcomer: after.newcomer,
        ..kept
    };
    clients.keep_document(&url, &kept).await
}

/// Looks whether a client's document is still there, past the cache: 404 and 410, or a document that breaks a rule,
/// count as gone; trouble on the way says nothing.
pub async fn look(client_id: &str, settings: &Settings, fetch: &(impl Exchange + ?Sized)) -> Found {
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
