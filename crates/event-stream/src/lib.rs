//! Server-sent events (HTML Living Standard §9.2): bytes in, in any pieces, events out. `id` and `retry` are for
//! connections that are made anew, which ours are not.

/// One event that has data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The field `event`; "message" where there is none.
    pub name: String,
    /// The lines of `data`, with line feeds between them.
    pub data: String,
}

/// A line or an event is longer than it may be. What comes after it cannot be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

/// A stream under way.
#[derive(Debug)]
pub struct Parser {
    most: usize,
    line: Vec<u8>,
    name: String,
    data: String,
    /// Whether the event has data, be it empty.
    any: bool,
    /// The last byte was a carriage return: a line feed after it ends nothing.
    carriage: bool,
    /// Nothing was read yet: a byte order mark may come.
    first: bool,
}

impl Parser {
    /// For lines and events of at most `most` bytes.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        Self {
            most,
            line: Vec::new(),
            name: String::new(),
            data: String::new(),
            any: false,
            carriage: false,
            first: true,
        }
    }

    /// Reads more, and adds what is complete. What an end of the stream leaves incomplete is no event.
    ///
    /// # Errors
    /// When a limit is passed; the parser is of no use then.
    pub fn push(&mut self, bytes: &[u8], events: &mut Vec<Event>) -> Result<(), TooLong> {
        for &byte in bytes {
            let after_carriage = std::mem::replace(&mut self.carriage, byte == b'\r');
            match byte {
                b'\n' if after_carriage => {}
                b'\n' | b'\r' => self.end_line(events)?,
                _ if self.line.len() >= self.most => return Err(TooLong),
                _ => self.line.push(byte),
            }
        }
        Ok(())
    }

    fn end_line(&mut self, events: &mut Vec<Event>) -> Result<(), TooLong> {
        let line = std::mem::take(&mut self.line);
        // A line break is never part of another character, so that a line can be decoded by itself.
        let line = String::from_utf8_lossy(&line);
        let marked = std::mem::replace(&mut self.first, false);
        let line = match line.strip_prefix('\u{feff}') {
            Some(rest) if marked => rest,
            _ => &line,
        };
        if line.is_empty() {
            self.dispatch(events);
            return Ok(());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if self.any {
                    self.data.push('\n');
                }
                self.any = true;
                self.data.push_str(value);
            }
            "event" => value.clone_into(&mut self.name),
            _ => {}
        }
        if self.data.len() + self.name.len() > self.most {
            return Err(TooLong);
        }
        Ok(())
    }

    fn dispatch(&mut self, events: &mut Vec<Event>) {
        let name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        if std::mem::take(&mut self.any) {
            let name = if name.is_empty() {
                "message".to_owned()
            } else {
                name
            };
            events.push(Event { name, data });
        }
    }
}
