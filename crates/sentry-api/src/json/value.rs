use std::fmt;

use super::build::{Node, halves, place, whole};
use super::{Json, List, Members};

/// A value of a parsed answer, or one that was made beside it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Value<'a> {
    /// `null`, or nothing.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number.
    Number(Number),
    /// Without its quotes and escapes.
    String(&'a str),
    /// A list.
    Array(List<'a>),
    /// Names and values.
    Object(Members<'a>),
}

/// A number as JSON has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// Whole, from 0.
    Unsigned(u64),
    /// Whole, below 0.
    Signed(i64),
    /// Finite.
    Float(f64),
}

impl Json {
    /// The value at this place.
    #[inline(never)]
    pub(crate) fn value(&self, at: u32) -> Value<'_> {
        let list = |len| List {
            json: self,
            at: at + 1,
            len,
        };
        match self.node(at) {
            Node::Null => Value::Null,
            Node::Bool(value) => Value::Bool(value),
            Node::Unsigned(bits) => Value::Number(Number::Unsigned(whole(bits))),
            Node::Signed(bits) => Value::Number(Number::Signed(whole(bits).cast_signed())),
            Node::Float(bits) => Value::Number(Number::Float(f64::from_bits(whole(bits)))),
            Node::Text { .. } | Node::Unescaped { .. } => Value::String(self.string(at)),
            Node::Array { len, .. } => Value::Array(list(len)),
            Node::Object { len, .. } => Value::Object(Members(list(len))),
        }
    }

    fn node(&self, at: u32) -> Node {
        self.nodes.get(at as usize).copied().unwrap_or(Node::Null)
    }

    #[inline(never)]
    pub(super) fn string(&self, at: u32) -> &str {
        let (text, at, len) = match self.node(at) {
            Node::Text { at, len } => (&self.text, at as usize, len as usize),
            Node::Unescaped { at, len } => (&self.unescaped, at as usize, len as usize),
            _ => return "",
        };
        text.get(at..at + len).unwrap_or_default()
    }

    /// The place behind a value and all that is in it.
    pub(super) fn after(&self, at: u32) -> u32 {
        match self.node(at) {
            Node::Array { end, .. } | Node::Object { end, .. } => end,
            _ => at + 1,
        }
    }

    fn add(&mut self, value: Value<'_>) {
        let at = self.nodes.len();
        let node = match value {
            Value::Null => Node::Null,
            Value::Bool(value) => Node::Bool(value),
            Value::Number(number) => number.node(),
            Value::String(text) => return self.add_text(text),
            Value::Array(_) | Value::Object(_) => Node::Null,
        };
        self.nodes.push(node);
        let end = |json: &Self| place(json.nodes.len());
        match value {
            Value::Array(values) => {
                values.iter().for_each(|value| self.add(value));
                let (len, end) = (values.len, end(self));
                self.set(at, Node::Array { len, end });
            }
            Value::Object(members) => {
                let mut len = 0;
                for (name, value) in members {
                    self.add_text(name);
                    self.add(value);
                    len += 1;
                }
                let end = end(self);
                self.set(at, Node::Object { len, end });
            }
            _ => {}
        }
    }

    fn add_text(&mut self, text: &str) {
        let (at, len) = (place(self.text.len()), place(text.len()));
        self.text.push_str(text);
        self.nodes.push(Node::Text { at, len });
    }

    fn set(&mut self, at: usize, node: Node) {
        if let Some(old) = self.nodes.get_mut(at) {
            *old = node;
        }
    }
}

/// The part that a value is, for itself.
impl From<Value<'_>> for Json {
    fn from(value: Value<'_>) -> Self {
        let mut json = Self::default();
        json.add(value);
        let bytes = json.text.len() + json.nodes.len() * size_of::<Node>();
        json.room.becomes(bytes);
        json
    }
}

impl<'a> Value<'a> {
    /// The member of that name, of an object that has it; else `null`.
    #[must_use]
    pub fn get(self, name: &str) -> Self {
        self.members().get(name)
    }

    /// A string.
    #[must_use]
    pub const fn as_str(self) -> Option<&'a str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number from 0.
    #[must_use]
    pub const fn as_u64(self) -> Option<u64> {
        match self {
            Self::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    /// Any number.
    #[must_use]
    pub const fn as_f64(self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number.as_f64()),
            _ => None,
        }
    }

    /// The elements of a list; none of anything else.
    #[must_use]
    pub const fn elements(self) -> List<'a> {
        match self {
            Self::Array(list) => list,
            _ => List::empty(),
        }
    }

    /// The members of an object; none of anything else.
    #[must_use]
    pub const fn members(self) -> Members<'a> {
        match self {
            Self::Object(members) => members,
            _ => Members(List::empty()),
        }
    }

    /// Whether it is this one of `true` and `false`.
    #[must_use]
    pub const fn is(self, flag: bool) -> bool {
        match self {
            Self::Bool(value) => value == flag,
            _ => false,
        }
    }

    /// Whether it is `null`.
    #[must_use]
    pub const fn is_null(self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is a string.
    #[must_use]
    pub const fn is_string(self) -> bool {
        matches!(self, Self::String(_))
    }

    /// Whether it is a list.
    #[must_use]
    pub const fn is_array(self) -> bool {
        matches!(self, Self::Array(_))
    }

    /// Whether it is an object.
    #[must_use]
    pub const fn is_object(self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// Whether it says nothing: `null`, or an empty string, list or object.
    #[must_use]
    pub const fn is_nothing(self) -> bool {
        match self {
            Self::Null => true,
            Self::String(text) => text.is_empty(),
            Self::Array(list) => list.is_empty(),
            Self::Object(members) => members.is_empty(),
            _ => false,
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::String(text)
    }
}

impl PartialEq<str> for Value<'_> {
    fn eq(&self, text: &str) -> bool {
        self.as_str() == Some(text)
    }
}

impl PartialEq<&str> for Value<'_> {
    fn eq(&self, text: &&str) -> bool {
        self.as_str() == Some(*text)
    }
}

impl Number {
    /// Where it is whole and not below 0.
    #[must_use]
    pub const fn as_u64(self) -> Option<u64> {
        match self {
            Self::Unsigned(number) => Some(number),
            _ => None,
        }
    }

    /// As near as a float comes.
    #[must_use]
    pub const fn as_f64(self) -> f64 {
        match self {
            Self::Unsigned(number) => number as f64,
            Self::Signed(number) => number as f64,
            Self::Float(number) => number,
        }
    }

    const fn node(self) -> Node {
        match self {
            Self::Unsigned(number) => Node::Unsigned(halves(number)),
            Self::Signed(number) => Node::Signed(halves(number.cast_unsigned())),
            Self::Float(number) => Node::Float(halves(number.to_bits())),
        }
    }
}

/// As JSON writes it.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = match *self {
            Self::Unsigned(number) => number.into(),
            Self::Signed(number) => number.into(),
            Self::Float(number) => match serde_json::Number::from_f64(number) {
                Some(number) => number,
                None => return Ok(()),
            },
        };
        number.fmt(f)
    }
}
