//! What a structured answer holds, as one line of text, from which come the answer, its JSON Schema and the list of members
//! that others wrote ([ADR 130](../../../../docs/adr/0130-tools-as-data.md)):
//!
//! ```text
//! slug! name~ checkins#=stats.checkIns isMuted? schedule*=config.schedule owner{type id} teams[slug! name~] tags~[] releases[.version~]
//! ```
//!
//! A member is its name, marks, `=` with the place where it is read (a path through objects; without one it is read under its
//! own name) and brackets, with no space between them. Of the marks `!` says that it is always there, `~` that somebody else wrote it, and one of `#`, `?` and `*`
//! that it is a number, a boolean or any JSON. Without these it is a text. `{…}` is an object, `[…]` a list of objects, `[]` a
//! list of texts and `[.name]` a list of the texts under that name in each element. What is not there, `null` or of another kind
//! is left out.

use mcp::json::{self, Object};
use sentry_api::Value;

use crate::text::{cut, visible};

/// Of a text, in characters. A title, a message and a URL are shorter; the tool for what is longer shows it as Markdown.
const LONGEST: usize = 1_000;

/// Of a list within a thing.
const MOST: usize = 100;

/// Of any JSON, in bytes.
const LARGEST: usize = 4_000;

/// Of any JSON: its objects and lists within each other.
const DEEPEST: usize = 12;

/// One member of a shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Member<'s> {
    pub(crate) name: &'s str,
    /// Where it is read, names between dots.
    pub(crate) path: &'s str,
    pub(crate) kind: Kind<'s>,
    pub(crate) is_always: bool,
    pub(crate) is_others: bool,
}

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind<'s> {
    Text,
    Number,
    Flag,
    Any,
    Object(&'s str),
    List(&'s str),
    /// Of texts, read at this path of each element; empty for the element itself.
    Texts(&'s str),
}

/// The members of a shape, in their order.
pub(crate) const fn members(shape: &str) -> Members<'_> {
    Members(shape)
}

/// See [`members`].
pub(crate) struct Members<'s>(&'s str);

impl<'s> Iterator for Members<'s> {
    type Item = Member<'s>;

    fn next(&mut self) -> Option<Member<'s>> {
        let rest = self.0.trim_start();
        let end = rest.find([' ', '{', '[']).unwrap_or(rest.len());
        let (head, rest) = rest.split_at(end);
        if head.is_empty() {
            return None;
        }
        let (marked, path) = head.split_once('=').unwrap_or((head, ""));
        let name = marked.trim_end_matches(['!', '~', '#', '?', '*']);
        let marks = marked.get(name.len()..).unwrap_or_default();
        let (kind, rest) = if rest.starts_with(['{', '[']) {
            let end = closing(rest);
            let inner = rest.get(1..end).unwrap_or_default();
            let behind = rest.get(end + 1..).unwrap_or_default();
            let kind = match inner.strip_prefix('.') {
                _ if rest.starts_with('{') => Kind::Object(inner),
                Some(path) => Kind::Texts(path),
                None if inner.is_empty() => Kind::Texts(""),
                None => Kind::List(inner),
            };
            (kind, behind)
        } else if marks.contains('#') {
            (Kind::Number, rest)
        } else if marks.contains('?') {
            (Kind::Flag, rest)
        } else if marks.contains('*') {
            (Kind::Any, rest)
        } else {
            (Kind::Text, rest)
        };
        self.0 = rest;
        Some(Member {
            name,
            path: if path.is_empty() { name } else { path },
            kind,
            is_always: marks.contains('!'),
            is_others: marks.contains('~'),
        })
    }
}

/// The place of the bracket that closes the first one.
fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return place,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// The value at a path.
pub(crate) fn at<'a>(value: Value<'a>, path: &str) -> Value<'a> {
    let steps = path.split('.').filter(|step| !step.is_empty());
    steps.fold(value, |value, step| value.get(step))
}

/// Writes a thing as an object of this shape. `None` where it misses what is always there: then it is not such a thing.
pub(crate) fn thing(out: &mut String, shape: &str, value: Value<'_>) -> Option<()> {
    let mut object = Object::begin(out);
    for member in members(shape) {
        self::member(&mut object, &member, at(value, member.path))?;
    }
    object.end();
    Some(())
}

/// Writes a list of things of this shape.
pub(crate) fn things<'a>(
    out: &mut String,
    shape: &str,
    values: &mut dyn Iterator<Item = Value<'a>>,
) -> Option<()> {
    let mut is_good = true;
    json::array(out, values, |out, value| {
        is_good &= thing(out, shape, value).is_some();
    });
    is_good.then_some(())
}

/// Writes a member, if it is there.
pub(crate) fn member(object: &mut Object<'_>, member: &Member<'_>, value: Value<'_>) -> Option<()> {
    let name = member.name;
    let mut written = String::new();
    match (member.kind, value) {
        (Kind::Object(shape), Value::Object(_)) => thing(&mut written, shape, value)?,
        (Kind::List(shape), Value::Array(list)) => {
            things(&mut written, shape, &mut list.iter().take(MOST))?;
        }
        (Kind::Texts(path), Value::Array(list)) => {
            let texts = list.iter().filter_map(|element| words(at(element, path)));
            json::array(&mut written, texts.take(MOST), |out, text| {
                json::text(out, &text)
            });
        }
        (Kind::Text, value) => {
            if let Some(text) = words(value) {
                json::text(&mut written, &text);
            }
        }
        (Kind::Number, Value::Number(number)) => written = number.to_string(),
        (Kind::Number, Value::String(text)) if sentry_api::float(text).is_some() => {
            text.trim().clone_into(&mut written);
        }
        (Kind::Flag, Value::Bool(flag)) => written = flag.to_string(),
        (Kind::Any, value) if !value.is_null() => {
            any(&mut written, value, 0);
            if written.len() > LARGEST {
                written.clear();
            }
        }
        _ => {}
    }
    if !written.is_empty() {
        object.raw(name, &written);
    } else if member.is_always {
        return None;
    }
    Some(())
}

/// A text as it is shown; a number or boolean in words.
fn words(value: Value<'_>) -> Option<String> {
    match value {
        Value::String(text) => Some(cut::head(&visible::only(text), LONGEST)),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Any JSON, as it came.
pub(crate) fn any(out: &mut String, value: Value<'_>, depth: usize) {
    match value {
        _ if depth > DEEPEST || out.len() > LARGEST => out.push_str("null"),
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if flag { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => json::text(out, &visible::only(text)),
        Value::Array(list) => {
            json::array(out, list.iter(), |out, value| any(out, value, depth + 1))
        }
        Value::Object(members) => {
            let mut first = true;
            out.push('{');
            for (name, value) in members.iter() {
                if !std::mem::take(&mut first) {
                    out.push(',');
                }
                json::text(out, &visible::only(name));
                out.push(':');
                any(out, value, depth + 1);
            }
            out.push('}');
        }
    }
}

/// The JSON Schema of a thing of this shape.
pub(crate) fn schema(out: &mut String, shape: &str) {
    let mut object = Object::begin(out);
    object.raw("type", "\"object\"");
    let mut properties = Object::begin(object.name("properties"));
    for member in members(shape) {
        let out = properties.name(member.name);
        let (kind, inner) = match member.kind {
            Kind::Object(shape) => {
                schema(out, shape);
                continue;
            }
            Kind::List(shape) => ("array", Some(shape)),
            Kind::Texts(_) => ("array", None),
            Kind::Text => ("string", None),
            Kind::Number => ("number", None),
            Kind::Flag => ("boolean", None),
            Kind::Any => {
                out.push_str("{}");
                continue;
            }
        };
        let mut property = Object::begin(out);
        property.text("type", kind);
        match inner {
            Some(shape) => schema(property.name("items"), shape),
            None if kind == "array" => property.name("items").push_str("{\"type\":\"string\"}"),
            None => {}
        }
        property.end();
    }
    properties.end();
    let always = members(shape).filter(|member| member.is_always);
    json::array(object.name("required"), always, |out, member| {
        json::text(out, member.name);
    });
    object.end();
}

/// JSON Pointers to the members that others wrote, with `*` for each element of a list.
pub(crate) fn others(shape: &str, prefix: &str, found: &mut Vec<String>) {
    for member in members(shape) {
        let mut pointer = [prefix, "/", member.name].concat();
        match member.kind {
            Kind::Object(shape) => others(shape, &pointer, found),
            Kind::List(shape) => others(shape, &(pointer + "/*"), found),
            _ if !member.is_others => {}
            Kind::Texts(_) => {
                pointer.push_str("/*");
                found.push(pointer);
            }
            // A text, or one in a list or a list of lists.
            Kind::Any => {
                found.extend(["", "/*", "/*/*"].map(|rest| [&pointer, rest].concat()));
            }
            _ => found.push(pointer),
        }
    }
}

#[cfg(test)]
mod tests;
