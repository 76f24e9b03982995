//! Values with `*` for anything.

/// Compares without regard to case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(String);

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_lowercase())
    }

    pub(super) fn matches(&self, value: &str) -> bool {
        let value = value.to_lowercase();
        let Some((head, rest)) = self.0.split_once('*') else {
            return self.0 == value;
        };
        let Some(mut remaining) = value.strip_prefix(head) else {
            return false;
        };
        let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
        for part in middle.split('*') {
            match remaining.split_once(part) {
                Some((_, after)) => remaining = after,
                None => return false,
            }
        }
        remaining.ends_with(tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, value) in [
            ("Firefox", "firefox"),
            ("fire*", "Firefox 138"),
            ("*fox*", "Firefox 138"),
            ("*138", "Firefox 138"),
            ("f*x*8", "Firefox 138"),
            ("*", ""),
        ] {
            assert!(Pattern::new(pattern).matches(value), "{pattern} {value}");
        }
        for (pattern, value) in [
            ("fire", "firefox"),
            ("ab*ba", "aba"),
            ("*chrome*", "firefox"),
            ("f*z*8", "fox8"),
        ] {
            assert!(!Pattern::new(pattern).matches(value), "{pattern} {value}");
        }
    }
}
