//! Parses server-sent events (HTML Living Standard §9.2) without I/O: it takes bytes in pieces of any size, and returns
//! events.
//!
//! ```
//! let mut parser = event_stream::Parser::new(1024);
//! assert!(parser.push(b"id: 7\ndata: he").unwrap().is_empty());
//! let events = parser.push(b"llo\n\n").unwrap();
//! assert_eq!((events[0].name.as_str(), events[0].data.as_str()), ("message", "hello"));
//! assert_eq!(parser.last_id(), Some("7"));
//! ```

#![deny(missing_docs)]

use std::time::Duration;

/// One event. It has data, which may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The field `event`, or "message" if that is missing or empty.
    pub name: String,
    /// The `data` lines, joined with line feeds.
    pub data: String,
}

/// A line or an event exceeds the limit. The rest of the stream cannot be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

/// A parser with the state of one stream.
#[derive(Debug)]
pub struct Parser {
    /// Maximum length of a line and of an event, in bytes.
    most: usize,
    connection: Connection,
    last_id: Option<String>,
    retry: Option<Duration>,
}

/// The state that does not survive a reconnect.
#[derive(Debug, Default)]
struct Connection {
    line: Vec<u8>,
    name: String,
    data: String,
    /// Whether the event has data, even if it is empty.
    has_data: bool,
    /// The last byte was a carriage return, so a line feed that follows belongs to the same line break.
    after_carriage: bool,
    /// A line has been read, so a byte order mark can no longer occur.
    is_begun: bool,
}

impl Parser {
    /// Accepts lines of at most `most` bytes, and events whose name and data are at most that long.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            most,
            connection: Connection::default(),
            last_id: None,
            retry: None,
        }
    }

    /// The last event id, to send in `Last-Event-ID` when reconnecting. Visible ASCII and spaces, never empty.
    #[must_use]
    pub fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// How long the server asks clients to wait before they reconnect.
    #[must_use]
    pub const fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Begins a new connection of the same stream: drops an incomplete event, and keeps the last id and the waiting
    /// time.
    pub fn reconnect(&mut self) {
        self.connection = Connection::default();
    }

    /// Reads more bytes, and returns the events that they complete. An event that is incomplete when the stream ends is
    /// dropped.
    ///
    /// # Errors
    /// If a limit is exceeded; the connection cannot be used after that.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLong> {
        let mut events = Vec::new();
        for &byte in bytes {
            let read = &mut self.connection;
            let after_carriage = std::mem::replace(&mut read.after_carriage, byte == b'\r');
            match byte {
                b'\n' if after_carriage => {}
                b'\n' | b'\r' => events.extend(self.end_line()?),
                _ if read.line.len() >= self.most => return Err(TooLong),
                _ => read.line.push(byte),
            }
        }
        Ok(events)
    }

    fn end_line(&mut self) -> Result<Option<Event>, TooLong> {
        let read = &mut self.connection;
        let line = std::mem::take(&mut read.line);
        // A line break is never part of a multi-byte character, so each line can be decoded by itself.
        let line = String::from_utf8_lossy(&line);
        let is_begun = std::mem::replace(&mut read.is_begun, true);
        let line = match line.strip_prefix('\u{feff}') {
            Some(rest) if !is_begun => rest,
            _ => &line,
        };
        if line.is_empty() {
            return Ok(read.dispatch());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if std::mem::replace(&mut read.has_data, true) {
                    read.data.push('\n');
                }
                read.data.push_str(value);
            }
            "event" => value.clone_into(&mut read.name),
            // "If the field value does not contain U+0000 NULL". We also ignore ids that no header could send back.
            "id" if value.bytes().all(|byte| (0x20..0x7f).contains(&byte)) => {
                self.last_id = Some(value.to_owned()).filter(|id| !id.is_empty());
            }
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().map(Duration::from_millis);
            }
            _ => {}
        }
        if read.data.len() + read.name.len() > self.most {
            return Err(TooLong);
        }
        Ok(None)
    }
}

impl Connection {
    /// The event that an empty line completes. Without data there is no event, and the name is dropped.
    fn dispatch(&mut self) -> Option<Event> {
        let mut name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        if name.is_empty() {
            "message".clone_into(&mut name);
        }
        std::mem::take(&mut self.has_data).then_some(Event { name, data })
    }
}
