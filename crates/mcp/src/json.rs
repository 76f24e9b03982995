//! Writes JSON by hand. There are few kinds of messages, and derived serializers for all of them would be more code.
//! Handlers use it too, for lists that are written once.

/// A JSON object that is being written to the end of a string.
#[derive(Debug)]
pub struct Object<'a> {
    out: &'a mut String,
    empty: bool,
}

impl<'a> Object<'a> {
    /// Writes the opening brace.
    pub fn begin(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, empty: true }
    }

    /// Adds a member whose value is already JSON. The name is ours and is not escaped.
    pub fn raw(&mut self, name: &str, json: &str) -> &mut Self {
        self.name(name).push_str(json);
        self
    }

    /// Adds a member that is a string.
    pub fn text(&mut self, name: &str, value: &str) -> &mut Self {
        text(self.name(name), value);
        self
    }

    /// Adds a member that is a string, unless the value is `None`.
    pub fn maybe(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value {
            self.text(name, value);
        }
        self
    }

    /// Adds a member that is a boolean.
    pub fn flag(&mut self, name: &str, value: bool) -> &mut Self {
        self.raw(name, if value { "true" } else { "false" })
    }

    /// Adds a member's name. The caller must append its complete value to the returned string before it adds another
    /// member.
    pub fn name(&mut self, name: &str) -> &mut String {
        if !self.empty {
            self.out.push(',');
        }
        self.empty = false;
        self.out.push('"');
        self.out.push_str(name);
        self.out.push_str("\":");
        self.out
    }

    /// Writes the closing brace.
    pub fn end(&mut self) {
        self.out.push('}');
    }
}

/// Writes an array; `write` is called once for each element.
pub fn array<T>(
    out: &mut String,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    out.push('[');
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

/// Writes a string, and escapes quotes, backslashes and control characters (RFC 8259 §7).
pub fn text(out: &mut String, value: &str) {
    out.push('"');
    let mut rest = value;
    while let Some(at) = rest
        .bytes()
        .position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\')
    {
        let (plain, escaped) = rest.split_at(at);
        out.push_str(plain);
        let byte = escaped.as_bytes().first().copied().unwrap_or_default();
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            _ => {
                out.push_str("\\u00");
                // Invariant: a digit is below 16.
                out.extend(
                    [byte >> 4, byte & 0xf]
                        .map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('0')),
                );
            }
        }
        // An escaped character is one byte long in UTF-8.
        rest = escaped.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn every_text_is_read_back() {
        let all: String = (0..=0x2ff).filter_map(char::from_u32).collect();
        for value in ["", "a", "\"", "\\\\\"x\n", "\u{0}\u{1f}é漢\u{1f600}", &all] {
            let mut out = String::new();
            text(&mut out, value);
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), value);
        }
    }

    #[test]
    fn an_object() {
        let mut out = String::new();
        let mut object = Object::begin(&mut out);
        object
            .text("a", "b\"")
            .maybe("no", None)
            .flag("c", true)
            .raw("d", "[1]");
        array(object.name("e"), ["x", "y"], text);
        object.end();
        assert_eq!(
            serde_json::from_str::<Value>(&out).unwrap(),
            json!({ "a": "b\"", "c": true, "d": [1], "e": ["x", "y"] })
        );
    }
}
