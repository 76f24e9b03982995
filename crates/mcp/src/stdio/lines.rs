use super::id_of::IdOf;
use crate::message::Id;

/// Cuts a stream of bytes into lines. It keeps at most one line under way, and of one that is too long nothing but the
/// id of the request that it seems to be.
#[derive(Debug)]
pub struct Lines {
    most: usize,
    line: Vec<u8>,
    /// The line under way is too long, and this reads on.
    overlong: Option<IdOf>,
}

/// A line without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// As it came.
    Whole(Vec<u8>),
    /// Longer than it may be. Its `id`, where it has one, so that nobody waits for an answer for ever.
    TooLong(Option<Id>),
}

impl Lines {
    /// For lines of at most `most` bytes.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        Self {
            most,
            line: Vec::new(),
            overlong: None,
        }
    }

    /// Reads more, and adds what is complete.
    pub fn push(&mut self, mut bytes: &[u8], lines: &mut Vec<Line>) {
        while let Some(at) = bytes.iter().position(|byte| *byte == b'\n') {
            let (rest, after) = bytes.split_at(at);
            self.add(rest);
            lines.push(self.take());
            bytes = after.get(1..).unwrap_or_default();
        }
        self.add(bytes);
    }

    /// The stream has ended: what came last without a line break is a line too.
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
