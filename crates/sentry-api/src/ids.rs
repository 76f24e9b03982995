//! The identifiers that callers bring along, each checked once.

use std::fmt;

/// A value that is not the identifier it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// See [`Slug`].
    #[error(
        "must begin with a letter or digit and hold only letters, digits, `.`, `_` and `-`, at most 100"
    )]
    Slug,
    /// See [`IssueId`].
    #[error("must be an issue's number, or its short id such as `PROJECT-1A2`")]
    Issue,
    /// See [`EventId`].
    #[error("must have 32 hexadecimal digits, with or without dashes")]
    Event,
    /// See [`TagKey`].
    #[error("must begin with a letter or digit and hold only letters, digits, `.`, `_` and `-`")]
    Tag,
}

/// The name of an organization or project in URLs: `^[a-zA-Z0-9][a-zA-Z0-9._-]*$`, up to 100 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slug(String);

/// A project, by its slug or its number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SlugOrId {
    /// By slug.
    Slug(Slug),
    /// By number: decimal digits.
    Id(String),
}

/// An issue, by number (`4501`) or by short id, upper-cased (`CHECKOUT-1A`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IssueId(String);

/// The key of a tag: `^[a-zA-Z0-9][a-zA-Z0-9._-]*$`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TagKey(String);

/// An event, or a trace: 32 hexadecimal digits, lower-cased. Sentry prints some as a UUID; its API takes digits alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventId(String);

/// An event of an issue, by its id or by one of the words that Sentry's API takes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EventName {
    /// The newest.
    Latest,
    /// The first that is kept.
    Oldest,
    /// The one that Sentry thinks says most.
    Recommended,
    /// This one.
    Id(EventId),
}

impl EventName {
    /// Reads a word, in any case, or an id.
    ///
    /// # Errors
    /// [`InvalidId::Event`]
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        Ok(match text.to_ascii_lowercase().as_str() {
            "latest" => Self::Latest,
            "oldest" => Self::Oldest,
            "recommended" => Self::Recommended,
            id => Self::Id(EventId::parse(id)?),
        })
    }
}

impl Slug {
    /// Checks a slug; its case is kept.
    ///
    /// # Errors
    /// [`InvalidId::Slug`]
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        if is_name(text, 100) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId::Slug)
        }
    }

    /// As it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SlugOrId {
    /// Digits alone are a number: Sentry gives no project such a slug.
    ///
    /// # Errors
    /// [`InvalidId::Slug`]
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let slug = Slug::parse(text)?;
        Ok(if text.bytes().all(|byte| byte.is_ascii_digit()) {
            Self::Id(slug.0)
        } else {
            Self::Slug(slug)
        })
    }

    /// As it stands in a path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Slug(slug) => slug.as_str(),
            Self::Id(id) => id,
        }
    }
}

impl IssueId {
    /// Checks an issue's number or short id.
    ///
    /// # Errors
    /// [`InvalidId::Issue`]
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let number = text.bytes().all(|byte| byte.is_ascii_digit());
        // A short id is the project's slug and a suffix, and the slug may be 100 long.
        if is_name(text, 120) && (number || text.contains('-')) {
            Ok(Self(text.to_ascii_uppercase()))
        } else {
            Err(InvalidId::Issue)
        }
    }

    /// The number or the upper-case short id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TagKey {
    /// Checks a tag's key.
    ///
    /// # Errors
    /// [`InvalidId::Tag`]
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        if is_name(text, 200) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId::Tag)
        }
    }

    /// As it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl EventId {
    /// Checks an event's id.
    ///
    /// # Errors
    /// [`InvalidId::Event`]
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let is_uuid = text.len() == 36
            && [8, 13, 18, 23].map(|place| text.as_bytes().get(place)) == [Some(&b'-'); 4];
        let digits = if is_uuid {
            text.replace('-', "")
        } else {
            text.to_owned()
        };
        if digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(digits.to_ascii_lowercase()))
        } else {
            Err(InvalidId::Event)
        }
    }

    /// In lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_name(text: &str, most: usize) -> bool {
    text.len() <= most
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for IssueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for good in ["acme", "Acme-Web_2.0", "9lives", &"a".repeat(100)] {
            assert_eq!(Slug::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            ".",
            "..",
            "-a",
            "a/b",
            "a b",
            "é",
            "a%2f",
            &"a".repeat(101),
        ] {
            assert_eq!(Slug::parse(bad), Err(InvalidId::Slug), "{bad}");
        }
    }

    #[test]
    fn issues_and_events() {
        assert_eq!(
            IssueId::parse("web-shop-1a").unwrap().as_str(),
            "WEB-SHOP-1A"
        );
        assert_eq!(IssueId::parse("4501").unwrap().as_str(), "4501");
        for bad in ["", "WEB", "../1", "-1", "1/2", "WEB-1?x"] {
            assert_eq!(IssueId::parse(bad), Err(InvalidId::Issue), "{bad}");
        }
        assert!(EventId::parse(&"Ab".repeat(16)).is_ok());
        let dashed = EventId::parse("4BE71C0D-9b52-f7c4-1e0d-9b52f1a2b3c4").unwrap();
        assert_eq!(dashed.as_str(), "4be71c0d9b52f7c41e0d9b52f1a2b3c4");
        for bad in [
            "",
            "4be71c",
            "4be71c0d9b52f7c4-1e0d-9b52-f1a2-b3c4",
            "----------------------------------------",
            "4be71c0d-9b52-f7c4-1e0d-9b52f1a2b3c-",
            "ääääääääääääääää",
        ] {
            assert_eq!(EventId::parse(bad), Err(InvalidId::Event), "{bad}");
        }
        assert_eq!(EventId::parse("latest"), Err(InvalidId::Event));
    }
}
