// file rule: authorization/scopes: scopes: known ones, in any order; what OpenID defines is nothing, and never advertised
//    [RFC 6749 §3.3]
use std::fmt;

use serde::{Deserialize, Serialize};

/// A set of scope tokens (RFC 6749 §3.3); order does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Scope(
    /// In alphabetical order, each once. There are a handful, for which a set's code is not worth its size.
    Vec<String>,
);

/// What OpenID Connect Core §5.4 and §11 define. It means nothing to an authorization server that is no OpenID provider,
/// and many clients have it built in.
const OPENID: [&str; 6] = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "offline_access",
];

/// A scope token that this server does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown scope")]
pub struct UnknownScope;

impl Scope {
    /// All of `known`.
    #[must_use]
    pub fn all(known: &[&str]) -> Self {
        known.iter().map(|s| (*s).to_owned()).collect()
    }

    fn insert(&mut self, token: String) {
        if let Err(place) = self.0.binary_search(&token) {
            self.0.insert(place, token);
        }
    }

    /// Reads a space-separated list of `known` tokens. What OpenID defines is taken and dropped: some clients add it
    /// whatever the metadata says.
    ///
    /// # Errors
    /// When a token is not known.
    pub fn parse(text: &str, known: &[&str]) -> Result<Self, UnknownScope> {
        let is_taken = |token: &str| known.contains(&token) || OPENID.contains(&token);
        if text
            .split(' ')
            .all(|token| token.is_empty() || is_taken(token))
        {
            Ok(Self::effective(text, known))
        } else {
            Err(UnknownScope)
        }
    }

    /// What counts of a space-separated list: its `known` tokens.
    #[must_use]
    pub fn effective(text: &str, known: &[&str]) -> Self {
        text.split(' ')
            .filter(|token| known.contains(token))
            .map(str::to_owned)
            .collect()
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let both = self.0.iter().filter(|token| other.contains(token));
        Self(both.cloned().collect())
    }

    /// Whether every token of this is in `other`.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.iter().all(|token| other.contains(token))
    }

    /// Whether `token` is in it.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        self.0.iter().any(|known| known == token)
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
        let mut scope = Self::default();
        tokens.into_iter().for_each(|token| scope.insert(token));
        scope
    }
}

impl From<Vec<String>> for Scope {
    fn from(tokens: Vec<String>) -> Self {
        tokens.into_iter().collect()
    }
}

impl From<Scope> for Vec<String> {
    fn from(scope: Scope) -> Self {
        scope.0
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
    fn order_and_repetition_do_not_matter_and_what_openid_defines_is_dropped() {
        let text =
            "org:read  offline_access event:write org:read openid profile email address phone";
        let scope = Scope::parse(text, KNOWN).unwrap();
        assert_eq!(scope.to_string(), "event:write org:read");
        assert_eq!(scope, Scope::all(KNOWN));
    }

    #[test]
    fn a_server_may_have_a_scope_of_its_own_by_such_a_name() {
        let scope = Scope::parse("openid email", &["email"]).unwrap();
        assert_eq!(scope.to_string(), "email");
    }

    #[test]
    fn what_counts_of_a_list_is_what_is_known() {
        let scope = Scope::effective(" openid event:write  admin org:read", KNOWN);
        assert_eq!(scope, Scope::all(KNOWN));
        assert!(Scope::effective("admin", KNOWN).is_empty());
    }

    #[test]
    fn an_unknown_token_is_refused() {
        for text in [
            "org:read admin",
            "openid admin",
            "OpenID",
            "org:read\tevent:write",
        ] {
            assert_eq!(Scope::parse(text, KNOWN), Err(UnknownScope), "{text}");
        }
    }
}
