//! The list of all checks. Each module below has the checks of one area, and does not know this list.

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

use crate::check::Check;

pub(crate) use authorize::loopback_port;

/// The areas with their checks, in the order of a sign-in.
pub(crate) const AREAS: [(&str, &[Check]); 10] = [
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

/// All checks as Markdown tables.
pub(crate) fn reference() -> String {
    let mut text = String::new();
    for (area, checks) in AREAS {
        text.push_str(&format!(
            "### {area}\n\n| check | expected | section | a breach is a |\n|---|---|---|---|\n"
        ));
        for check in checks {
            let severity = check.severity.as_str();
            // Writing to a string cannot fail.
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
    use crate::severity::Severity;

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
