//! What a person wrote, from `contexts.feedback`. The words themselves stand at the top of the page.

use sentry_api::{Event, Value};

use crate::text::value::written;

use super::{Rows, member};

pub(super) fn rows(event: &Event, rows: &mut Rows) {
    let feedback = event.context("feedback");
    rows.known(&words(event).unwrap_or_default());
    for (name, words) in [
        ("name", "Name"),
        ("contact_email", "Contact"),
        ("url", "Page"),
        ("associated_event_id", "Belongs to event"),
        ("replay_id", "Replay"),
        ("source", "Sent by"),
    ] {
        rows.add(words, member(feedback, name));
    }
}

/// The words.
pub(crate) fn words(event: &Event) -> Option<String> {
    let message = member(event.context("feedback"), "message");
    let occurrence = event.occurrence();
    let message = Some(message).filter(|message| message.is_string());
    let message = message.or_else(|| {
        let message = occurrence.as_ref()?.data.get("message");
        (!message.is_null()).then_some(message)
    })?;
    Some(written(message, 100_000)).filter(|words| !words.is_empty())
}

/// The event that it belongs to, where it is an id.
pub(crate) fn event_of(event: &Event) -> Option<String> {
    let id = member(event.context("feedback"), "associated_event_id");
    let id = Value::as_str(id)?;
    let is_id = id.len() == 32 && id.chars().all(|char| char.is_ascii_hexdigit());
    is_id.then(|| id.to_owned())
}
