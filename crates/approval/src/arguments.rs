//! JSON as a person reads it before they agree to it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use crate::hidden::is_hidden;

/// Spaces in a row that stand as they are. More would push what follows out of sight.
const SPACES: usize = 16;

/// Deeper lines are not indented further, so that what is shown stays about as long as what was sent.
const DEEPEST: usize = 12;

/// Why something cannot be shown to a person, so that nobody can agree to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unshowable {
    /// It is no JSON.
    Malformed,
    /// A name stands twice in one object: one reader takes the first, another the last.
    Repeated,
    /// It would be longer than that.
    TooLong,
}

/// The whole of a JSON text, a member a line, in the order in which it was sent. It is JSON of the same content: hidden
/// signs are escapes, numbers are as they are read. `most` is in bytes.
///
/// # Errors
/// It cannot be shown so.
pub fn json(text: &str, most: usize) -> Result<String, Unshowable> {
    written(text, most, false)
}

/// The same on one line.
///
/// # Errors
/// As [`json`].
pub fn line(text: &str, most: usize) -> Result<String, Unshowable> {
    written(text, most, true)
}

fn written(text: &str, most: usize, in_line: bool) -> Result<String, Unshowable> {
    let mut page = Page {
        out: String::with_capacity(text.len().min(most)),
        most,
        in_line,
        depth: 0,
        why: Unshowable::Malformed,
    };
    let mut reader = serde_json::Deserializer::from_slice(text.as_bytes());
    let read = Element(&mut page).deserialize(&mut reader);
    match read.and_then(|()| reader.end()) {
        Ok(()) => Ok(page.out),
        Err(_) => Err(page.why),
    }
}

/// What is written so far.
struct Page {
    out: String,
    most: usize,
    in_line: bool,
    depth: usize,
    /// Why it ends early, if it does.
    why: Unshowable,
}

impl Page {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn fail<E: Error>(&mut self, why: Unshowable) -> E {
        self.why = why;
        E::custom("not shown")
    }

    /// Looked at after each element, so that a short text cannot become an endless page.
    fn check<E: Error>(&mut self) -> Result<(), E> {
        if self.out.len() > self.most {
            return Err(self.fail(Unshowable::TooLong));
        }
        Ok(())
    }

    /// Before an element of a list or an object.
    fn begin(&mut self, is_first: bool) {
        if !is_first {
            self.push(",");
        }
        if self.in_line {
            self.push(if is_first { "" } else { " " });
        } else {
            self.new_line();
        }
    }

    fn close(&mut self, is_empty: bool, bracket: &str) {
        self.depth -= 1;
        if !is_empty && !self.in_line {
            self.new_line();
        }
        self.push(bracket);
    }

    fn new_line(&mut self) {
        self.push("\n");
        for _ in 0..self.depth.min(DEEPEST) {
            self.push("  ");
        }
    }

    /// A string of JSON (RFC 8259 §7).
    fn string<E: Error>(&mut self, text: &str) -> Result<(), E> {
        self.push("\"");
        let mut spaces = 0;
        for sign in text.chars() {
            spaces = if sign == ' ' { spaces + 1 } else { 0 };
            match sign {
                '"' => self.push("\\\""),
                '\\' => self.push("\\\\"),
                '\n' => self.push("\\n"),
                '\t' => self.push("\\t"),
                '\r' => self.push("\\r"),
                _ if spaces > SPACES || is_hidden(sign) => {
                    for unit in sign.encode_utf16(&mut [0; 2]) {
                        // Writing into a string does not fail.
                        let _ = write!(self.out, "\\u{unit:04x}");
                    }
                }
                _ => self.out.push(sign),
            }
        }
        self.push("\"");
        self.check()
    }
}

/// An element that is read and written at once.
struct Element<'a>(&'a mut Page);

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.push("null");
        self.0.check()
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.0.push(if value { "true" } else { "false" });
        self.0.check()
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.0.push(&value.to_string());
        self.0.check()
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.0.push(&value.to_string());
        self.0.check()
    }

    /// As the tool will read it: of a number that is longer than one can be, what is left.
    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        match Number::from_f64(value) {
            Some(number) => self.0.push(&number.to_string()),
            None => return Err(self.0.fail(Unshowable::Malformed)),
        }
        self.0.check()
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.string(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let page = self.0;
        page.push("[");
        page.depth += 1;
        let mut is_empty = true;
        loop {
            let before = page.out.len();
            page.begin(is_empty);
            if list.next_element_seed(Element(page))?.is_none() {
                page.out.truncate(before);
                break;
            }
            is_empty = false;
        }
        page.close(is_empty, "]");
        page.check()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let page = self.0;
        page.push("{");
        page.depth += 1;
        let mut names = BTreeSet::new();
        while let Some(name) = object.next_key::<String>()? {
            page.begin(names.is_empty());
            page.string(&name)?;
            page.push(": ");
            if !names.insert(name) {
                return Err(page.fail(Unshowable::Repeated));
            }
            object.next_value_seed(Element(page))?;
        }
        page.close(names.is_empty(), "}");
        page.check()
    }
}
