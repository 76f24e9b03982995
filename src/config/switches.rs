//! What an operator switches while something is wrong. Each holds from the first request of the deployment that has it; none ends
//! anything, so that taking it back brings everybody back. docs/OPERATIONS.md has a runbook for each.

use crate::runtime::networks::Networks;

use super::{ConfigError, invalid, words};

/// The switches, all off by default.
#[derive(Debug, Default)]
pub struct Switches {
    /// Client ids that are not served, as they are: they are compared byte for byte.
    pub clients_denied: Vec<String>,
    /// Senders that are not served.
    pub addresses_denied: Networks,
    /// Whether no new client may register.
    pub registration_closed: bool,
    /// Whether nothing is changed at Sentry and nobody signs in anew; whoever is signed in stays so.
    pub read_only: bool,
}

impl Switches {
    pub(super) fn read(get: &dyn Fn(&'static str) -> Option<String>) -> Result<Self, ConfigError> {
        Ok(Self {
            clients_denied: words(get("CLIENTS_DENIED")),
            addresses_denied: Networks::read(&words(get("ADDRESSES_DENIED")))
                .map_err(|reason| invalid("ADDRESSES_DENIED", reason))?,
            registration_closed: either("REGISTRATION", ["open", "closed"], get)?,
            read_only: either("MAINTENANCE", ["off", "readonly"], get)?,
        })
    }
}

/// Whether a variable has the second of two words; without it, it has the first.
fn either(
    name: &'static str,
    [off, on]: [&str; 2],
    get: &dyn Fn(&'static str) -> Option<String>,
) -> Result<bool, ConfigError> {
    match get(name) {
        None => Ok(false),
        Some(word) if word == off => Ok(false),
        Some(word) if word == on => Ok(true),
        Some(_) => Err(invalid(name, format!("it must be {off} or {on}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &'static str, value: &str) -> Result<Switches, ConfigError> {
        Switches::read(&|asked| (asked == name).then(|| value.to_owned()))
    }

    // rule: clients/operator-shuts-out
    #[test]
    fn ids_are_taken_as_they_are_written() {
        let read = read("CLIENTS_DENIED", "AbC-9, https://a.example/C.json\nx").unwrap();
        assert_eq!(
            read.clients_denied,
            ["AbC-9", "https://a.example/C.json", "x"]
        );
    }

    #[test]
    fn a_word_that_means_nothing_is_refused() {
        for (name, off, on) in [
            ("REGISTRATION", "open", "closed"),
            ("MAINTENANCE", "off", "readonly"),
        ] {
            let is_on = |word| read(name, word).map(|s| s.registration_closed || s.read_only);
            assert_eq!(is_on(off), Ok(false));
            assert_eq!(is_on(on), Ok(true));
            for word in ["on", "true", "read-only", "Closed"] {
                let error = is_on(word).unwrap_err();
                assert!(
                    matches!(error, ConfigError::Invalid { name: n, .. } if n == name),
                    "{error}"
                );
            }
        }
        assert!(read("ADDRESSES_DENIED", "203.0.113.0/40").is_err());
    }
}
