//! Scopes: what a token allows.

use std::collections::BTreeSet;

/// The scopes of the local Sentry, with descriptions for people.
pub(crate) const KNOWN: &[(&str, &str)] = &[
    ("org:read", "See your organizations and their members"),
    ("org:write", "Change organization settings"),
    ("org:admin", "Administer organizations"),
    ("project:read", "See projects"),
    (
        "project:write",
        "Create and change projects and their client keys",
    ),
    ("project:admin", "Administer projects"),
    ("project:releases", "See and create releases"),
    ("team:read", "See teams"),
    ("team:write", "Create and change teams"),
    ("team:admin", "Administer teams"),
    ("member:read", "See members"),
    ("event:read", "See issues and events"),
    (
        "event:write",
        "Change issues: resolve, ignore, assign, comment, start an analysis",
    ),
    ("event:admin", "Change and delete issues"),
    ("alerts:read", "See alert rules"),
    ("alerts:write", "Change alert rules"),
];

/// A sorted set of known scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scopes(BTreeSet<&'static str>);

/// A scope that is not known, as sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UnknownScope(pub(crate) String);

impl Scopes {
    pub(crate) fn all() -> Self {
        Self(KNOWN.iter().map(|(name, _)| *name).collect())
    }

    /// Reads scopes separated by spaces (RFC 6749 §3.3).
    pub(crate) fn parse(text: &str) -> Result<Self, UnknownScope> {
        text.split_ascii_whitespace()
            .map(|name| {
                let known = KNOWN.iter().find(|(known, _)| *known == name);
                known
                    .map(|(known, _)| *known)
                    .ok_or_else(|| UnknownScope(name.to_owned()))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether the set contains `needed` or a stronger scope of the same resource: `write` and `admin` include `read`.
    pub(crate) fn allow(&self, needed: &str) -> bool {
        let Some((subject, level)) = needed.split_once(':') else {
            return false;
        };
        let stronger: &[&str] = match level {
            "read" => &["read", "write", "admin"],
            "write" => &["write", "admin"],
            _ => &[level],
        };
        stronger
            .iter()
            .any(|level| self.0.contains(format!("{subject}:{level}").as_str()))
    }

    /// The scopes and their descriptions, in the order of [`KNOWN`].
    pub(crate) fn explained(&self) -> Vec<(&'static str, &'static str)> {
        KNOWN
            .iter()
            .filter(|(name, _)| self.0.contains(name))
            .copied()
            .collect()
    }
}

impl std::fmt::Display for Scopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.iter().copied().collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stronger_scopes_include_weaker_ones() {
        let scopes = Scopes::parse("event:write  org:read").unwrap();
        assert!(
            scopes.allow("event:read") && scopes.allow("event:write") && scopes.allow("org:read")
        );
        assert!(
            !scopes.allow("event:admin")
                && !scopes.allow("org:write")
                && !scopes.allow("team:read")
        );
        assert_eq!(scopes.to_string(), "event:write org:read");
    }

    #[test]
    fn unknown_scopes_are_named() {
        assert_eq!(
            Scopes::parse("org:read org:fly"),
            Err(UnknownScope("org:fly".into()))
        );
    }
}
