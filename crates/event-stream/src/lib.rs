//! Server-sent events (HTML Living Standard §9.2), without I/O: bytes in, in any pieces, events out.
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

/// One event that has data, be it empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The field `event`; "message" if there is none or it is empty.
    pub name: String,
    /// The lines of `data`, with line feeds between them.
    pub data: String,
}

/// A line or an event is longer than it may be. What comes after it cannot be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

/// A stream being read.
#[derive(Debug)]
pub struct Parser {
    /// Bytes.
    most: usize,
    connection: Connection,
    last_id: Option<String>,
    retry: Option<Duration>,
}

/// What a new connection begins without.
#[derive(Debug, Default)]
struct Connection {
    line: Vec<u8>,
    name: String,
    data: String,
    /// Whether the event has data, be it empty.
    has_data: bool,
    /// The last byte was a carriage return: a line feed after it ends nothing.
    after_carriage: bool,
    /// A line was read, so that no byte order mark can come any more.
    is_begun: bool,
}

impl Parser {
    /// Reads lines of at most `most` bytes, and events whose name and data have at most as many.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            most,
            connection: Connection::default(),
            last_id: None,
            retry: None,
        }
    }

    /// The id to take the stream up from, in `Last-Event-ID`. Visible ASCII and spaces, never empty.
    #[must_use]
    pub fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// How long the server asks to wait before the stream is taken up.
    #[must_use]
    pub const fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Begins a new connection of the same stream: an incomplete event is dropped, id and waiting time stay.
    pub fn reconnect(&mut self) {
        self.connection = Connection::default();
    }

    /// Reads more, and answers the events that it completes. What the end of a stream leaves incomplete is no event.
    ///
    /// # Errors
    /// When a limit is passed; the connection is of no use then.
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
        // A line break is never part of another character, so that a line can be decoded by itself.
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
            // "If the field value does not contain U+0000 NULL"; nor what no header can carry back.
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
    /// The event that an empty line ends. Without data it is none, and its name is forgotten.
    fn dispatch(&mut self) -> Option<Event> {
        let mut name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        if name.is_empty() {
            "message".clone_into(&mut name);
        }
        std::mem::take(&mut self.has_data).then_some(Event { name, data })
    }
}
