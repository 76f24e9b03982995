//! Request parameters of OAuth: `application/x-www-form-urlencoded`, no parameter twice.

use std::fmt;

use oauth_types::ErrorCode;
use serde_json::Value;
use url::form_urlencoded;

use crate::http::{Error, MAX_BODY, Request};

/// The parameters of a request. Those without a value count as absent (RFC 6749 §3.1).
#[derive(Clone)]
pub struct Params(Vec<(String, String)>);

/// The names alone: values are codes, tokens and secrets.
impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

/// A parameter was given twice, which "MUST NOT" be (RFC 6749 §3.1, §3.2).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the parameter {0} was given more than once")]
pub struct Duplicate(pub String);

impl Params {
    /// Reads a query or form.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(
            form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        )
    }

    /// Reads the body of a POST to an endpoint for forms.
    ///
    /// # Errors
    /// In the order of the checks: method, content type, size, UTF-8.
    pub fn from_form(request: &Request<'_>) -> Result<Self, Error> {
        let body = body_of(request, "application/x-www-form-urlencoded")?;
        let text = std::str::from_utf8(body)
            .map_err(|_| Error::new(ErrorCode::InvalidRequest, "the body must be UTF-8"))?;
        let params = Self::parse(text);
        if !params.are_utf8() {
            return Err(Error::new(
                ErrorCode::InvalidRequest,
                "parameters must be UTF-8",
            ));
        }
        Ok(params)
    }

    /// Whether everything was UTF-8 once decoded. A byte that was not is U+FFFD by now, and two different values
    /// may be one.
    #[must_use]
    pub fn are_utf8(&self) -> bool {
        self.0.iter().all(|(name, value)| {
            !name.contains(char::REPLACEMENT_CHARACTER)
                && !value.contains(char::REPLACEMENT_CHARACTER)
        })
    }

    /// The value of a parameter that may be given once.
    ///
    /// # Errors
    /// When it was given more often.
    pub fn one(&self, name: &'static str) -> Result<Option<&str>, Duplicate> {
        let mut values = self.all(name);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            _ => Err(Duplicate(name.to_owned())),
        }
    }

    /// The value of a parameter whose repetition with the same value counts once: clients add `resource` to an
    /// endpoint URL that has it already.
    ///
    /// # Errors
    /// When it was given with different values.
    pub fn same(&self, name: &'static str) -> Result<Option<&str>, Duplicate> {
        let mut values = self.all(name);
        let first = values.next();
        if values.all(|value| Some(value) == first) {
            Ok(first)
        } else {
            Err(Duplicate(name.to_owned()))
        }
    }

    /// Every value of a parameter.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// The same without these parameters.
    #[must_use]
    pub fn without(mut self, names: &[&str]) -> Self {
        self.0.retain(|(name, _)| !names.contains(&name.as_str()));
        self
    }

    /// The same with this value of a parameter, in place of any that it had.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        let mut params = self.without(&[name]);
        params.0.push((name.to_owned(), value.to_owned()));
        params
    }

    /// The same; where it lacks this parameter, with another's values of it.
    #[must_use]
    pub fn or_from(mut self, other: &Self, name: &str) -> Self {
        if self.all(name).next().is_none() {
            let values = other.all(name);
            self.0
                .extend(values.map(|value| (name.to_owned(), value.to_owned())));
        }
        self
    }

    /// As a query, to be read again.
    #[must_use]
    pub fn to_query(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.0)
            .finish()
    }

    /// Whether no parameter was given more than once. `collapsing` may be, with the same value.
    ///
    /// # Errors
    /// When one was.
    pub fn no_duplicates_but(&self, collapsing: &'static str) -> Result<(), Duplicate> {
        self.same(collapsing)?;
        // A set, of the one kind whose code is there anyway: there may be thousands.
        let mut seen = serde_json::Map::new();
        let mut is_known = |name: &String| seen.insert(name.clone(), Value::Null).is_some();
        let twice = self
            .0
            .iter()
            .find(|(name, _)| name != collapsing && is_known(name));
        twice.map_or(Ok(()), |(name, _)| {
            Err(Duplicate(name.chars().take(40).collect()))
        })
    }
}

/// The body of a POST of the given type, within the limit.
pub(crate) fn body_of<'a>(request: &Request<'a>, content_type: &str) -> Result<&'a [u8], Error> {
    if request.method != "POST" {
        return Err(Error::new(ErrorCode::InvalidRequest, "this endpoint takes POST").status(405));
    }
    let given = request
        .content_type
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim();
    if !given.eq_ignore_ascii_case(content_type) {
        let description = format!("the content type must be {content_type}");
        return Err(Error::new(ErrorCode::InvalidRequest, description).status(415));
    }
    request.body.ok_or_else(|| {
        let description = format!("the body must not exceed {} KiB", MAX_BODY / 1024);
        Error::new(ErrorCode::InvalidRequest, description).status(413)
    })
}

impl From<Duplicate> for Error {
    fn from(duplicate: Duplicate) -> Self {
        Self::new(ErrorCode::InvalidRequest, duplicate.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: authorization/empty-and-unknown-parameters: parameters without a value are absent,
    //    unknown ones ignored [RFC 6749 §3.1]
    #[test]
    fn parameters_without_a_value_are_absent() {
        let params = Params::parse("a=&b&c=1&a=2&c=1&=x");
        assert_eq!(params.one("a"), Ok(Some("2")));
        assert_eq!(params.one("b"), Ok(None));
        assert_eq!(params.one("c"), Err(Duplicate("c".to_owned())));
        assert_eq!(params.same("c"), Ok(Some("1")));
        assert_eq!(format!("{params:?}"), r#"{"c", "a", "c", ""}"#);
    }

    // rule: authorization/repeated-parameters
    #[test]
    fn duplicates() {
        let check = |text| {
            Params::parse(text)
                .no_duplicates_but("resource")
                .map_err(|d| d.0)
        };
        assert_eq!(check("a=1&b=1&resource=x&resource=x"), Ok(()));
        assert_eq!(check("a=1&a=&a="), Ok(()));
        assert_eq!(check("a=1&b=1&a=1"), Err("a".to_owned()));
        assert_eq!(
            check("resource=x&resource=y"),
            Err("resource".to_owned()),
            "two resources"
        );
        let long = "n".repeat(100);
        assert_eq!(
            check(&format!("{long}=1&{long}=2")),
            Err("n".repeat(40)),
            "named, not echoed whole"
        );
    }

    #[test]
    fn text_that_was_no_utf8_is_told_apart() {
        assert!(Params::parse("a=%C3%A9").are_utf8());
        assert!(!Params::parse("a=%E9").are_utf8());
        assert!(!Params::parse("%E9=a").are_utf8());
    }
}
