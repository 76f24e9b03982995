use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A name or a value. Numbers are halves of 64 bits, so that a node takes twelve bytes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Unsigned([u32; 2]),
    Signed([u32; 2]),
    Float([u32; 2]),
    /// In the answer's text.
    Text {
        at: u32,
        len: u32,
    },
    /// Among the unescaped strings.
    Unescaped {
        at: u32,
        len: u32,
    },
    /// `end` is the place after its last node.
    Array {
        len: u32,
        end: u32,
    },
    /// `len` counts pairs.
    Object {
        len: u32,
        end: u32,
    },
}

/// The halves of a number.
pub(super) const fn halves(bits: u64) -> [u32; 2] {
    [(bits >> 32) as u32, bits as u32]
}

/// The number of two halves.
pub(super) const fn whole([high, low]: [u32; 2]) -> u64 {
    ((high as u64) << 32) | low as u64
}

/// A place or a length. Invariant: texts and lists are far shorter than 4 GiB.
pub(super) const fn place(at: usize) -> u32 {
    at as u32
}

/// Writes down what a parser finds.
pub(super) struct Build<'b> {
    pub(super) nodes: &'b mut Vec<Node>,
    pub(super) unescaped: &'b mut String,
    /// The address of the text's first byte.
    pub(super) start: usize,
    /// So many nodes.
    pub(super) most: usize,
    /// There are more.
    pub(super) is_full: bool,
}

impl Build<'_> {
    fn push<E: Error>(&mut self, node: Node) -> Result<usize, E> {
        let at = self.nodes.len();
        if at >= self.most {
            self.is_full = true;
            return Err(E::custom("too much"));
        }
        self.nodes.push(node);
        Ok(at)
    }

    fn one<E: Error>(&mut self, node: Node) -> Result<(), E> {
        self.push(node).map(drop)
    }

    /// `node` makes a container of its length and the place after it.
    fn close(&mut self, at: usize, len: u32, node: fn(u32, u32) -> Node) {
        let end = place(self.nodes.len());
        if let Some(container) = self.nodes.get_mut(at) {
            *container = node(len, end);
        }
    }
}

impl<'de> DeserializeSeed<'de> for &mut Build<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Build<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.one(Node::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.one(Node::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.one(Node::Unsigned(halves(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.one(Node::Signed(halves(value.cast_unsigned())))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.one(Node::Float(halves(value.to_bits())))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        let at = text.as_ptr().addr().wrapping_sub(self.start);
        self.one(Node::Text {
            at: place(at),
            len: place(text.len()),
        })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let at = self.unescaped.len();
        self.unescaped.push_str(text);
        self.one(Node::Unescaped {
            at: place(at),
            len: place(text.len()),
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let at = self.push(Node::Null)?;
        let mut len = 0;
        while elements.next_element_seed(&mut *self)?.is_some() {
            len += 1;
        }
        self.close(at, len, |len, end| Node::Array { len, end });
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let at = self.push(Node::Null)?;
        let mut len = 0;
        while members.next_key_seed(&mut *self)?.is_some() {
            members.next_value_seed(&mut *self)?;
            len += 1;
        }
        self.close(at, len, |len, end| Node::Object { len, end });
        Ok(())
    }
}
