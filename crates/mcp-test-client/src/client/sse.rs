//! Server-sent events (HTML Living Standard §9.2) as MCP's older revisions need them: with `id` and `retry`, by which
//! a stream that broke off is taken up again. The `agent` crate reads the simpler ones of models.

/// One event. `data` may be empty: such a one only carries an id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: String,
}

/// A line or event that is longer than is read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Bytes in, in any pieces, events out.
#[derive(Debug)]
pub(crate) struct Parser {
    most: usize,
    line: Vec<u8>,
    event: Event,
    has_data: bool,
    after_carriage: bool,
    is_begun: bool,
    /// The last id: where to go on from.
    pub(crate) last_id: Option<String>,
    /// How long to wait before that, in milliseconds.
    pub(crate) retry: Option<u64>,
}

impl Parser {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            line: Vec::new(),
            event: Event::default(),
            has_data: false,
            after_carriage: false,
            is_begun: false,
            last_id: None,
            retry: None,
        }
    }

    /// A new connection of the same stream: what was incomplete is gone, id and waiting time stay.
    pub(crate) fn reconnect(&mut self) {
        let (last_id, retry) = (self.last_id.take(), self.retry);
        *self = Self::new(self.most);
        self.last_id = last_id;
        self.retry = retry;
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLong> {
        let mut events = Vec::new();
        for &byte in bytes {
            let after_carriage = std::mem::replace(&mut self.after_carriage, byte == b'\r');
            match byte {
                b'\n' if after_carriage => {}
                b'\n' | b'\r' => {
                    let line = std::mem::take(&mut self.line);
                    events.extend(self.line(&String::from_utf8_lossy(&line))?);
                }
                _ if self.line.len() >= self.most => return Err(TooLong),
                _ => self.line.push(byte),
            }
        }
        Ok(events)
    }

    fn line(&mut self, line: &str) -> Result<Option<Event>, TooLong> {
        let line = match line.strip_prefix('\u{feff}') {
            Some(rest) if !self.is_begun => rest,
            _ => line,
        };
        self.is_begun = true;
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return Ok(std::mem::take(&mut self.has_data).then_some(event));
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
                if self.event.data.len() > self.most {
                    return Err(TooLong);
                }
            }
            // "If the field value does not contain U+0000 NULL"; nor what no header can carry back.
            "id" if value.bytes().all(|b| (0x20..0x7f).contains(&b)) => {
                self.last_id = Some(value.to_owned()).filter(|id| !id.is_empty());
            }
            "retry" if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) => {
                self.retry = value.parse().ok();
            }
            _ => {}
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(parser: &mut Parser, text: &str) -> Vec<(String, String)> {
        let all: Result<Vec<_>, _> = text
            .as_bytes()
            .chunks(1)
            .map(|byte| parser.push(byte))
            .collect();
        all.unwrap()
            .into_iter()
            .flatten()
            .map(|event| (event.name, event.data))
            .collect()
    }

    #[test]
    fn events_ids_and_waiting_times() {
        let mut parser = Parser::new(100);
        let text = "\u{feff}: hello\r\nid: 7\r\nretry: 500\r\ndata: \r\n\r\nevent: message\ndata: {\ndata:}\n\nid\nevent: lost\n\ndata: open";
        assert_eq!(
            events(&mut parser, text),
            [
                (String::new(), String::new()),
                ("message".to_owned(), "{\n}".to_owned())
            ]
        );
        assert_eq!(parser.retry, Some(500));
        assert_eq!(parser.last_id, None, "an empty id takes the last one back");
        events(&mut parser, "\n\nid: 8\nid: \u{1}\nretry: soon\n\n");
        assert_eq!(parser.last_id.as_deref(), Some("8"));
        parser.reconnect();
        assert_eq!(
            (parser.last_id.as_deref(), parser.retry),
            (Some("8"), Some(500))
        );
    }

    #[test]
    fn limits() {
        assert_eq!(Parser::new(3).push(b"data: 1\n"), Err(TooLong));
        assert_eq!(
            Parser::new(9).push(b"data: 12345\ndata: 12345\n"),
            Err(TooLong)
        );
    }
}
