use std::fmt;

use super::{Json, Value};

/// The elements of a list.
#[derive(Clone, Copy)]
pub struct List<'a> {
    pub(super) json: &'a Json,
    /// Of the first.
    pub(super) at: u32,
    pub(super) len: u32,
}

/// The members of an object.
#[derive(Clone, Copy, Default)]
pub struct Members<'a>(pub(super) List<'a>);

static EMPTY: Json = Json::empty();

impl<'a> List<'a> {
    pub(super) const fn empty() -> Self {
        Self {
            json: &EMPTY,
            at: 0,
            len: 0,
        }
    }

    /// How many.
    #[must_use]
    pub const fn len(self) -> usize {
        self.len as usize
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The place of each in turn: [`Json::value`] has it.
    pub(crate) fn places(self) -> impl Iterator<Item = u32> {
        let List { json, at, len } = self;
        let mut next = at;
        (0..len).map(move |_| {
            let at = next;
            next = json.after(at);
            at
        })
    }

    /// Each in turn.
    #[must_use]
    pub const fn iter(self) -> Elements<'a> {
        Elements(self)
    }

    /// The one at this place, from 0.
    #[must_use]
    pub fn get(self, place: usize) -> Option<Value<'a>> {
        self.iter().nth(place)
    }

    /// The two, where there are two.
    #[must_use]
    pub fn pair(self) -> Option<(Value<'a>, Value<'a>)> {
        let mut elements = self.iter();
        (self.len == 2).then_some((elements.next()?, elements.next()?))
    }
}

/// Of no element.
impl Default for List<'_> {
    fn default() -> Self {
        Self::empty()
    }
}

/// The elements of a list, one after the other.
#[derive(Clone)]
pub struct Elements<'a>(List<'a>);

impl<'a> Iterator for Elements<'a> {
    type Item = Value<'a>;

    #[inline(never)]
    fn next(&mut self) -> Option<Value<'a>> {
        let List { json, at, len } = &mut self.0;
        *len = len.checked_sub(1)?;
        let value = json.value(*at);
        *at = json.after(*at);
        Some(value)
    }
}

impl<'a> IntoIterator for List<'a> {
    type Item = Value<'a>;
    type IntoIter = Elements<'a>;

    fn into_iter(self) -> Elements<'a> {
        self.iter()
    }
}

impl<'a> Members<'a> {
    /// How many.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The value of that name, the last one where several have it; `null` where none has.
    #[must_use]
    #[inline(never)]
    pub fn get(self, name: &str) -> Value<'a> {
        let List { json, mut at, len } = self.0;
        let mut found = Value::Null;
        for _ in 0..len {
            if json.string(at) == name {
                found = json.value(at + 1);
            }
            at = json.after(at + 1);
        }
        found
    }

    /// Names and values in the order of the names; of several of one name, the last.
    #[must_use]
    #[inline(never)]
    pub fn iter(self) -> Pairs<'a> {
        let List { json, mut at, len } = self.0;
        let mut places = Vec::with_capacity(len as usize);
        for _ in 0..len {
            places.push(at);
            at = json.after(at + 1);
        }
        places.sort_by(|one, other| json.string(*one).cmp(json.string(*other)));
        places.dedup_by(|later, kept| {
            let is_again = json.string(*later) == json.string(*kept);
            if is_again {
                *kept = *later;
            }
            is_again
        });
        Pairs {
            json,
            places: places.into_iter(),
        }
    }
}

/// The members of an object, one after the other.
pub struct Pairs<'a> {
    json: &'a Json,
    places: std::vec::IntoIter<u32>,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, Value<'a>);

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        let at = self.places.next()?;
        Some((self.json.string(at), self.json.value(at + 1)))
    }
}

impl<'a> IntoIterator for Members<'a> {
    type Item = (&'a str, Value<'a>);
    type IntoIter = Pairs<'a>;

    fn into_iter(self) -> Pairs<'a> {
        self.iter()
    }
}

impl PartialEq for List<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl PartialEq for Members<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

/// They do not show what somebody else wrote.
impl fmt::Debug for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} elements", self.len)
    }
}

impl fmt::Debug for Members<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} members", self.0.len)
    }
}
