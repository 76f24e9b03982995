//! Files that were sent with an event.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::picture;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attachment {
    pub(crate) id: String,
    /// The event's id.
    pub(crate) event: String,
    /// The project's slug.
    pub(crate) project: String,
    pub(crate) name: String,
    pub(crate) mimetype: String,
    #[serde(rename = "type")]
    kind: String,
    date: Timestamp,
    content: Content,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Content {
    Text(String),
    /// A line, so many times.
    Repeated(String, usize),
    /// One of [`picture`].
    Picture(String),
    Bytes(Vec<u8>),
}

impl Attachment {
    pub(crate) fn bytes(&self) -> Cow<'_, [u8]> {
        match &self.content {
            Content::Text(text) => text.as_bytes().into(),
            Content::Repeated(line, times) => line.repeat(*times).into_bytes().into(),
            Content::Picture(name) => picture::of(name).unwrap_or_default().into(),
            Content::Bytes(bytes) => bytes.as_slice().into(),
        }
    }

    pub(crate) fn wire(&self) -> Value {
        json!({
            "id": self.id,
            "event_id": self.event,
            "type": self.kind,
            "name": self.name,
            "mimetype": self.mimetype,
            "dateCreated": self.date,
            "size": self.bytes().len(),
            "headers": {"Content-Type": self.mimetype},
            "sha1": null,
        })
    }
}
