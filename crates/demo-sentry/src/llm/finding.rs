//! What the script extracts from texts: issue ids, organizations, headings.

use serde_json::Value;

/// The first thing that looks like an issue's short id, such as `CHECKOUT-1`, in any case.
pub(super) fn short_id(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words.map(str::to_ascii_uppercase).find(|word| {
        let Some((project, number)) = word.rsplit_once('-') else {
            return false;
        };
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let named = project
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_uppercase());
        // `UTF-8` and dates are not issues.
        digits && named && project.len() > 3
    })
}

/// The first organization in the answer of `find_organizations`.
pub(super) fn organization(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    let list = answer.get("organizations")?.as_array()?;
    list.first()?.get("slug")?.as_str().map(String::from)
}

/// The organization named in a text: `organization lighthouse-books`, `organizationSlug: lighthouse-books`.
pub(super) fn named_organization(text: &str) -> Option<String> {
    let mut words =
        text.split(|c: char| c.is_whitespace() || matches!(c, ':' | '=' | '"' | '`' | ','));
    while let Some(word) = words.next() {
        if ["organization", "organizationSlug", "organisation"].contains(&word) {
            let slug = words.by_ref().find(|word| !word.is_empty())?;
            let slug = slug.trim_end_matches(['.', ';', '!', '?']);
            let plausible = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if slug.contains('-') && slug.chars().all(plausible) {
                return Some(slug.to_owned());
            }
        }
    }
    None
}

/// What an answer says that broke (`**What:** …`); else its first heading, or its first line, without the id at its start.
pub(super) fn headline(text: &str, id: &str) -> String {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    if let Some(what) = lines().find_map(|line| line.strip_prefix("**What:**")) {
        return what.trim().to_owned();
    }
    let line = lines()
        .find(|line| line.starts_with('#'))
        .or_else(|| lines().next());
    let line = line.unwrap_or_default().trim_start_matches('#').trim();
    let rest = line
        .strip_prefix(id)
        .and_then(|rest| rest.strip_prefix(':'));
    rest.unwrap_or(line).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        assert_eq!(
            short_id("please resolve checkout-4, it is UTF-8"),
            Some("CHECKOUT-4".into())
        );
        assert_eq!(
            short_id("## SHOP-WINDOW-1: TypeError"),
            Some("SHOP-WINDOW-1".into())
        );
        assert_eq!(short_id("on 2026-03-10 in UTF-8"), None);
    }

    #[test]
    fn organizations() {
        let answer = r#"{"organizations": [{"slug": "lighthouse-books"}], "hasMore": false}"#;
        assert_eq!(organization(answer), Some("lighthouse-books".into()));
        assert_eq!(organization("none"), None);
        let text = "Answer about organization \"lighthouse-books\".";
        assert_eq!(named_organization(text), Some("lighthouse-books".into()));
        assert_eq!(named_organization("which organization is it?"), None);
    }

    #[test]
    fn headlines() {
        assert_eq!(
            headline("Found:\n\n# CHECKOUT-1: it broke\ntext", "CHECKOUT-1"),
            "it broke"
        );
        assert_eq!(headline("# CHECKOUT-12: x", "CHECKOUT-1"), "CHECKOUT-12: x");
        assert_eq!(headline("\nonly text", "CHECKOUT-1"), "only text");
        assert_eq!(headline("", "CHECKOUT-1"), "");
        assert_eq!(
            headline("# CHECKOUT-1\n\n**What:** `it broke`\n", "CHECKOUT-1"),
            "`it broke`"
        );
    }
}
