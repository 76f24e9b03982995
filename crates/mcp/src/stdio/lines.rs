use super::id_of::IdOf;
use crate::message::Id;

/// Splits a stream of bytes into lines. It holds at most one incomplete line; of a line that is too long it keeps only
/// the request's id.
#[derive(Debug)]
pub struct Lines {
    most: usize,
    line: Vec<u8>,
    /// Set while the current line is too long: it is read to its end only to find its id.
    overlong: Option<IdOf>,
}

/// A line without its line break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// The complete line, as received.
    Whole(Vec<u8>),
    /// The line exceeds the maximum length. Its `id`, if it has one, allows an error response, so that the client does
    /// not wait forever.
    TooLong(Option<Id>),
}

impl Lines {
    /// Accepts lines of at most `most` bytes.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        Self {
            most,
            line: Vec::new(),
            overlong: None,
        }
    }

    /// Reads more bytes, and appends the lines that they complete to `lines`.
    pub fn push(&mut self, mut bytes: &[u8], lines: &mut Vec<Line>) {
        while let Some(at) = bytes.iter().position(|byte| *byte == b'\n') {
            let (rest, after) = bytes.split_at(at);
            self.add(rest);
            lines.push(self.take());
            bytes = after.get(1..).unwrap_or_default();
        }
        self.add(bytes);
    }

    /// Ends the stream: a last line without a line break counts too.
    pub fn end(&mut self) -> Option<Line> {
        (!self.line.is_empty() || self.overlong.is_some()).then(|| self.take())
    }

    fn add(&mut self, bytes: &[u8]) {
        if let Some(reading) = &mut self.overlong {
            reading.push(bytes);
        } else if self.line.len() + bytes.len() > self.most {
            let mut reading = IdOf::default();
            reading.push(&std::mem::take(&mut self.line));
            reading.push(bytes);
            self.overlong = Some(reading);
        } else {
            self.line.extend_from_slice(bytes);
        }
    }

    fn take(&mut self) -> Line {
        match self.overlong.take() {
            Some(reading) => Line::TooLong(reading.end()),
            None => Line::Whole(std::mem::take(&mut self.line)),
        }
    }
}
