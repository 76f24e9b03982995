/// One page of a list, and where the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What this page holds.
    pub items: Vec<T>,
    /// The cursor of the next page, when there is one.
    pub next: Option<String>,
}

/// The next page's cursor in Sentry's `Link` header:
/// `<…>; rel="next"; results="true"; cursor="…"`. Without `results="true"` the next page is empty.
pub(crate) fn next_cursor(header: &str) -> Option<String> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        // The URL may hold commas and semicolons, so that it is stepped over whole.
        let (_, after) = after.split_once('>')?;
        let (parameters, _) = after.split_once('<').unwrap_or((after, ""));
        let find = |name: &str| {
            parameters.split([';', ',']).find_map(|parameter| {
                let (key, value) = parameter.split_once('=')?;
                (key.trim() == name).then(|| value.trim().trim_matches('"'))
            })
        };
        if find("rel") == Some("next") {
            return find("cursor")
                .filter(|_| find("results") == Some("true"))
                .map(str::to_owned);
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors() {
        let both = |results: &str| {
            format!(
                "<https://sentry.io/api/0/x/?a=1,2;3&cursor=0:0:1>; rel=\"previous\"; results=\"false\"; \
                 cursor=\"0:0:1\", <https://sentry.io/api/0/x/?cursor=0:100:0>; rel=\"next\"; \
                 results=\"{results}\"; cursor=\"0:100:0\""
            )
        };
        assert_eq!(next_cursor(&both("true")).as_deref(), Some("0:100:0"));
        assert_eq!(next_cursor(&both("false")), None);
        for odd in [
            "",
            "<",
            "<x>",
            "<x>; rel=next",
            "x; rel=\"next\"; results=\"true\"; cursor=\"1\"",
        ] {
            assert_eq!(next_cursor(odd), None, "{odd}");
        }
    }
}
