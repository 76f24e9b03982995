use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A set of scope tokens (RFC 6749 §3.3); order does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scope(BTreeSet<String>);

/// A scope token that this server does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown scope")]
pub struct UnknownScope;

impl Scope {
    /// All of `known`.
    #[must_use]
    pub fn all(known: &[&str]) -> Self {
        Self(known.iter().map(|s| (*s).to_owned()).collect())
    }

    /// Reads a space-separated list of `known` tokens. `offline_access` (OpenID Connect Core §11) is taken and
    /// dropped: some clients add it whatever the metadata says.
    ///
    /// # Errors
    /// When a token is not known.
    pub fn parse(text: &str, known: &[&str]) -> Result<Self, UnknownScope> {
        let mut tokens = BTreeSet::new();
        for token in text
            .split(' ')
            .filter(|token| !token.is_empty() && *token != "offline_access")
        {
            if !known.contains(&token) {
                return Err(UnknownScope);
            }
            tokens.insert(token.to_owned());
        }
        Ok(Self(tokens))
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }

    /// Whether every token of this is in `other`.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// Whether `token` is in it.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        self.0.contains(token)
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its tokens in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl FromIterator<String> for Scope {
    fn from_iter<I: IntoIterator<Item = String>>(tokens: I) -> Self {
        Self(tokens.into_iter().collect())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, token) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(token)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["org:read", "event:write"];

    #[test]
    fn order_and_repetition_do_not_matter_and_offline_access_is_dropped() {
        let scope = Scope::parse("org:read  offline_access event:write org:read", KNOWN).unwrap();
        assert_eq!(scope.to_string(), "event:write org:read");
        assert_eq!(scope, Scope::all(KNOWN));
    }

    #[test]
    fn an_unknown_token_is_refused() {
        assert_eq!(Scope::parse("org:read admin", KNOWN), Err(UnknownScope));
    }
}
