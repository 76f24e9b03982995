// file rule: stdio/garbage-and-long-lines
use serde_json::Value;

use crate::message::{Id, read_id};

/// The longest id, in bytes with its quotes, that is kept from a message that is too long to be read.
const LONGEST: usize = 256;

/// Finds the `id` of an object that is too long to be kept. It follows strings and nesting depth, and holds the text of
/// one member's name or value at a time. If the text is not JSON, it may find any id or none; the only consequence is
/// the id in the error response.
#[derive(Debug, Default)]
pub(super) struct IdOf {
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// The text at the top level since the last `{`, `:` or `,`.
    text: String,
    /// Whether `text` is the value of the member `id`.
    of_id: bool,
    found: Option<Id>,
}

impl IdOf {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.take(byte);
        }
    }

    pub(super) fn end(self) -> Option<Id> {
        self.found
    }

    fn take(&mut self, byte: u8) {
        if self.in_string {
            self.in_string = self.escaped || byte != b'"';
            self.escaped = !self.escaped && byte == b'\\';
            self.keep(byte);
            return;
        }
        match byte {
            b'{' | b'[' => {
                self.depth += 1;
                // A top-level value that contains other values is not an id.
                self.of_id = false;
                self.text.clear();
            }
            b'}' | b']' => {
                self.end_member();
                self.depth = self.depth.saturating_sub(1);
            }
            b',' => self.end_member(),
            b':' if self.depth == 1 => {
                self.of_id = self.text == "\"id\"";
                self.text.clear();
            }
            byte if byte.is_ascii_whitespace() => {}
            byte => {
                self.in_string = byte == b'"';
                self.keep(byte);
            }
        }
    }

    fn end_member(&mut self) {
        if self.depth == 1 && std::mem::take(&mut self.of_id) {
            let value: Option<Value> = serde_json::from_str(&self.text).ok();
            self.found = value.and_then(read_id);
        }
        self.text.clear();
    }

    fn keep(&mut self, byte: u8) {
        if self.depth != 1 {
            return;
        }
        if self.text.len() < LONGEST && byte.is_ascii() {
            self.text.push(char::from(byte));
        } else {
            // This value is too long to be an id, so it is not read to its end.
            self.of_id = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_of(text: &str) -> Option<String> {
        let mut whole = IdOf::default();
        whole.push(text.as_bytes());
        let mut bytewise = IdOf::default();
        for byte in text.as_bytes() {
            bytewise.push(&[*byte]);
        }
        let whole = whole.end();
        assert_eq!(whole, bytewise.end());
        whole.map(|id| match id {
            Id::Text(text) => text,
            Id::Integer(number) => number.to_string(),
        })
    }

    #[test]
    fn finds_the_id_of_the_message_itself() {
        for (text, id) in [
            (r#"{"id":7,"method":"a"}"#, Some("7")),
            (
                r#"{"method":"a","params":{"id":1,"b":[{"id":2}]},"id" : 7 }"#,
                Some("7"),
            ),
            (
                r#"{"method":"a","params":{"a":"\"id\":1,\\"},"id":"x\"y"}"#,
                Some("x\"y"),
            ),
            (r#"{"x":"id","id":-3,"y":"{"}"#, Some("-3")),
            (r#"{"params":{"id":7}}"#, None),
            (r#"{"id":{"id":7}}"#, None),
            (r#"{"id":[7]}"#, None),
            (r#"{"id":null}"#, None),
            (r#"{"id":1.5}"#, None),
            (r#"{"id":truefalse}"#, None),
            (r#"[{"id":7}]"#, None),
            (r#""id":7"#, None),
            ("}}}}]]]{\"", None),
            ("", None),
        ] {
            assert_eq!(id_of(text).as_deref(), id, "{text}");
        }
        let long = format!(r#"{{"id":"{}"}}"#, "x".repeat(300));
        assert_eq!(id_of(&long), None);
        let name = format!(r#"{{"{}":1,"id":2}}"#, "x".repeat(300));
        assert_eq!(id_of(&name).as_deref(), Some("2"));
    }
}
