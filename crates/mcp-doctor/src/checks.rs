//! The checks: each is data and one function.

mod authorize;
mod bearer;
mod browser;
mod challenge;
mod offers;
mod registration;
mod resource;
mod server;
mod sign_in;
mod token;

use std::fmt::Write as _;

use super::Severity;
use super::evidence::Evidence;

/// A rule, and how it is looked at.
pub struct Check {
    /// Short, for programs and people.
    pub name: &'static str,
    /// What a server should do.
    pub expected: &'static str,
    /// Where that stands.
    pub section: &'static str,
    /// How much a breach matters: a MUST is a failure.
    pub severity: Severity,
    pub(super) run: fn(&Evidence) -> Verdict,
}

/// What a check says where the rule holds is what it found.
pub(super) type Verdict = Result<String, Not>;

/// Where it does not.
pub(super) enum Not {
    /// And what was found.
    Broken(String),
    /// From outside it cannot be told, but a person should look.
    Doubtful(String),
    /// Nothing can be said.
    Skipped(&'static str),
}

/// In the order of a sign-in.
pub(super) const AREAS: [(&str, &[Check]); 10] = [
    ("Challenge", challenge::CHECKS),
    ("Protected resource metadata", resource::CHECKS),
    ("Authorization server metadata", server::CHECKS),
    ("What the authorization server offers", offers::CHECKS),
    ("Clients in browsers", browser::CHECKS),
    ("Registration", registration::CHECKS),
    ("Authorization endpoint", authorize::CHECKS),
    ("Token and revocation endpoints", token::CHECKS),
    ("Access tokens", bearer::CHECKS),
    ("With a sign-in", sign_in::CHECKS),
];

/// Holds where a condition does; `found` says what was there.
pub(super) fn holds(condition: bool, found: impl Into<String>) -> Verdict {
    if condition {
        Ok(found.into())
    } else {
        Err(Not::Broken(found.into()))
    }
}

/// All checks, for docs/DOCTOR.md.
#[must_use]
pub fn reference() -> String {
    let mut text = String::new();
    for (area, checks) in AREAS {
        text.push_str(&format!(
            "### {area}\n\n| check | expected | section | a breach is a |\n|---|---|---|---|\n"
        ));
        for check in checks {
            let severity = check.severity.as_str();
            // Writing to a string does not fail.
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {severity} |",
                check.name, check.expected, check.section
            );
        }
        text.push('\n');
    }
    text.trim_end().to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_every_breach_matters() {
        let all = AREAS.iter().flat_map(|(_, checks)| checks.iter());
        let names: BTreeSet<_> = all.clone().map(|check| check.name).collect();
        assert_eq!(names.len(), all.clone().count());
        for check in all {
            assert!(
                matches!(check.severity, Severity::Failure | Severity::Warning),
                "{}",
                check.name
            );
            assert!(!check.expected.is_empty() && !check.section.is_empty());
            assert!(
                !check.expected.contains('|') && check.name.len() <= 25,
                "{}",
                check.name
            );
        }
    }
}
