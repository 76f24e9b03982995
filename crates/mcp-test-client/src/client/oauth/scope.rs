//! Sets of scopes, separated by spaces (RFC 6749 §3.3).

/// All scopes of the parts without repetition, in order of first appearance.
pub(super) fn union<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut scopes: Vec<&str> = Vec::new();
    for scope in parts.into_iter().flat_map(str::split_ascii_whitespace) {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    scopes.join(" ")
}

/// Whether `wide` contains every scope of `narrow`.
pub(super) fn covers(wide: &str, narrow: &str) -> bool {
    narrow
        .split_ascii_whitespace()
        .all(|scope| wide.split_ascii_whitespace().any(|other| other == scope))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets() {
        assert_eq!(union(["b a", "a  c", ""]), "b a c");
        assert!(covers("a b", "b"));
        assert!(covers("a", ""));
        assert!(!covers("ab", "a"));
    }
}
