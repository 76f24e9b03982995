//! An answer of Sentry, parsed: its text as it came, and one flat list that says what is where in it.
//!
//! A tree of maps takes up to 25 times the room of its text, and the room that a Worker once had is never given back.
//! Here a value is twelve bytes beside the text, and strings are read where they stand. An answer is bounded in bytes
//! and in values, and all that are read or held at once in this isolate share one room.

use std::cell::Cell;
use std::fmt;

use serde::de::DeserializeSeed;

use crate::error::ApiError;
use crate::mend;

mod build;
mod list;
mod value;

use build::{Build, Node};
pub use list::{Elements, List, Members, Pairs};
pub use value::{Number, Value};

/// Of an answer, in bytes.
pub(crate) const MOST_TEXT: usize = 4 << 20;

/// Of an answer: names and values, 8 MiB of them. Sentry's own answers have one in 15 to 25 bytes of text.
const MOST_NODES: usize = (8 << 20) / size_of::<Node>();

/// Of a list of things, of which a page has 100 at most.
pub(crate) const MOST_THINGS: usize = 2_000;

/// For the texts and nodes of all answers at once, in bytes: one of the largest kind, or two with as much text.
const ROOM: usize = 12 << 20;

thread_local! {
    static TAKEN: Cell<usize> = const { Cell::new(0) };
}

/// A parsed answer, or a part of one that is kept for itself.
pub struct Json {
    text: String,
    /// Strings that stand in the text with escapes.
    unescaped: String,
    /// A container before what is in it; in an object a name before its value.
    nodes: Vec<Node>,
    room: Room,
}

/// A part of [`ROOM`], until it is dropped.
struct Room(usize);

impl Room {
    fn take(bytes: usize) -> Option<Self> {
        let taken = TAKEN.get().checked_add(bytes);
        let taken = taken.filter(|taken| *taken <= ROOM)?;
        TAKEN.set(taken);
        Some(Self(bytes))
    }

    /// What was taken by estimate, as it turned out.
    fn becomes(&mut self, bytes: usize) {
        TAKEN.set(TAKEN.get().saturating_sub(self.0).saturating_add(bytes));
        self.0 = bytes;
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.becomes(0);
    }
}

impl Json {
    /// Reads an answer; `what` names what it should be, in logs.
    pub(crate) fn read(body: Vec<u8>, what: &'static str) -> Result<Self, ApiError> {
        if body.len() > MOST_TEXT {
            return Err(ApiError::TooMuch);
        }
        let nodes = at_most(&body).min(MOST_NODES);
        let room = body.len() + nodes * size_of::<Node>();
        let mut json = Self::empty();
        json.room = Room::take(room).ok_or(ApiError::NoRoom)?;
        json.nodes.reserve_exact(nodes);
        json.text = match String::from_utf8(body) {
            Ok(text) => text,
            Err(error) => mend::utf8(error.as_bytes(), MOST_TEXT).ok_or(ApiError::TooMuch)?,
        };
        if !json.index()? {
            json.text = mend::text(std::mem::take(&mut json.text));
            if !json.index()? {
                return Err(ApiError::Malformed(what));
            }
        }
        json.nodes.shrink_to_fit();
        json.unescaped.shrink_to_fit();
        json.room
            .becomes(json.text.len() + json.unescaped.len() + json.nodes.len() * size_of::<Node>());
        Ok(json)
    }

    /// Whether the text is JSON, and then what is where in it.
    fn index(&mut self) -> Result<bool, ApiError> {
        self.nodes.clear();
        self.unescaped.clear();
        let mut build = Build {
            nodes: &mut self.nodes,
            unescaped: &mut self.unescaped,
            start: self.text.as_ptr().addr(),
            most: MOST_NODES,
            is_full: false,
        };
        // As everything else in the worker is read: another kind of reader is several kilobytes more.
        let mut reader = serde_json::Deserializer::from_slice(self.text.as_bytes());
        let read = build.deserialize(&mut reader).and_then(|()| reader.end());
        if build.is_full {
            return Err(ApiError::TooMuch);
        }
        Ok(read.is_ok())
    }

    const fn empty() -> Self {
        Self {
            text: String::new(),
            unescaped: String::new(),
            nodes: Vec::new(),
            room: Room(0),
        }
    }

    /// The whole.
    #[must_use]
    pub fn root(&self) -> Value<'_> {
        self.value(0)
    }

    /// The elements of an answer that is a list, or of its member of this name.
    pub(crate) fn things(
        &self,
        name: Option<&str>,
        what: &'static str,
    ) -> Result<List<'_>, ApiError> {
        let things = match name {
            Some(name) => self.root().get(name),
            None => self.root(),
        };
        match things {
            Value::Array(things) if things.len() <= MOST_THINGS => Ok(things),
            Value::Array(_) => Err(ApiError::TooMuch),
            _ => Err(ApiError::Malformed(what)),
        }
    }
}

/// So many nodes at most: each comma, colon and bracket stands for one, and so does the whole.
fn at_most(json: &[u8]) -> usize {
    let marks = json.iter();
    1 + marks
        .filter(|byte| matches!(byte, b',' | b':' | b'[' | b'{'))
        .count()
}

/// `null`.
impl Default for Json {
    fn default() -> Self {
        Self::empty()
    }
}

/// It does not show what somebody else wrote.
impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Json").finish_non_exhaustive()
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.root() == other.root()
    }
}

/// A number of JSON is equal to itself.
impl Eq for Json {}

impl Clone for Json {
    fn clone(&self) -> Self {
        self.root().into()
    }
}

/// For what was made here, such as a test's event.
impl From<&serde_json::Value> for Json {
    fn from(value: &serde_json::Value) -> Self {
        Self::read(value.to_string().into_bytes(), "a value").unwrap_or_default()
    }
}
