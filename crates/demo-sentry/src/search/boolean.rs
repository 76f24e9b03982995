//! Queries of the table of events, which take `AND`, `OR` and brackets; `AND` binds more closely.

use jiff::Timestamp;

use super::term::Term;
use super::{Query, QueryError, Searchable, lexer};

/// How deep brackets may be.
const DEEPEST: usize = 20;

/// Conditions on a row.
#[derive(Debug, PartialEq)]
pub(crate) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Term(Term),
}

/// A query of the table: what holds for rows, and what holds for groups of them (`count():>10`).
#[derive(Debug, PartialEq)]
pub(crate) struct TableQuery {
    pub(crate) rows: Filter,
    pub(crate) groups: Query,
}

impl TableQuery {
    pub(crate) fn parse(text: &str, now: Timestamp) -> Result<Self, QueryError> {
        let tokens = tokens(text)?;
        let mut parser = Parser {
            tokens: tokens.iter().map(String::as_str).peekable(),
            depth: 0,
            now,
        };
        let mut rows = parser.any()?;
        if parser.tokens.next().is_some() {
            return Err(QueryError::Brackets);
        }
        // Conditions on groups stand beside the others, not among alternatives.
        let groups = match &mut rows {
            Filter::All(parts) => {
                let is_of_groups =
                    |part: &mut Filter| matches!(part, Filter::Term(term) if term.is_of_groups());
                parts.extract_if(.., is_of_groups).collect()
            }
            _ => Vec::new(),
        };
        let groups = groups.into_iter().filter_map(|part| match part {
            Filter::Term(term) => Some(term),
            _ => None,
        });
        let query = Self {
            groups: Query(groups.collect()),
            rows,
        };
        let mut keys = query.rows.keys().into_iter();
        if keys.any(|key| key == "is") {
            return Err(QueryError::IssuesOnly);
        }
        if query.rows.keys().iter().any(|key| key.ends_with(')')) {
            return Err(QueryError::GroupsAmongAlternatives);
        }
        Ok(query)
    }

    /// Every key that is asked for.
    pub(crate) fn keys(&self) -> Vec<&str> {
        let mut keys = self.rows.keys();
        keys.extend(self.groups.0.iter().filter_map(Term::key));
        keys
    }
}

impl Filter {
    pub(crate) fn matches(&self, item: &impl Searchable) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(item)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(item)),
            Self::Term(term) => term.matches(item),
        }
    }

    fn keys(&self) -> Vec<&str> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::keys).collect(),
            Self::Term(term) => term.key().into_iter().collect(),
        }
    }
}

/// Terms, and every bracket around them for itself; a function keeps its own.
fn tokens(text: &str) -> Result<Vec<String>, QueryError> {
    let mut tokens = Vec::new();
    for term in lexer::split(text)? {
        let mut term = term.as_str();
        while let Some(inner) = term.strip_prefix('(') {
            tokens.push(String::from("("));
            term = inner;
        }
        let mut closed = 0;
        while term.matches(')').count() > term.matches('(').count()
            && let Some(inner) = term.strip_suffix(')')
        {
            closed += 1;
            term = inner;
        }
        if !term.is_empty() {
            tokens.push(term.to_owned());
        }
        tokens.extend(std::iter::repeat_n(String::from(")"), closed));
    }
    Ok(tokens)
}

struct Parser<'a, I: Iterator<Item = &'a str>> {
    tokens: std::iter::Peekable<I>,
    depth: usize,
    now: Timestamp,
}

impl<'a, I: Iterator<Item = &'a str>> Parser<'a, I> {
    fn any(&mut self) -> Result<Filter, QueryError> {
        let first = self.all()?;
        let mut parts = vec![first];
        while self.tokens.next_if_eq(&"OR").is_some() {
            let part = self.all()?;
            if part == Filter::All(Vec::new()) {
                return Err(QueryError::Brackets);
            }
            parts.push(part);
        }
        match parts.len() {
            1 => Ok(parts.remove(0)),
            _ => Ok(Filter::Any(parts)),
        }
    }

    fn all(&mut self) -> Result<Filter, QueryError> {
        let mut parts = Vec::new();
        while let Some(token) = self.tokens.next_if(|token| !["OR", ")"].contains(token)) {
            match token {
                "AND" if parts.is_empty() => return Err(QueryError::Brackets),
                "AND" => {}
                "(" if self.depth == DEEPEST => return Err(QueryError::Brackets),
                "(" => {
                    self.depth += 1;
                    parts.push(self.any()?);
                    self.depth -= 1;
                    self.tokens.next_if_eq(&")").ok_or(QueryError::Brackets)?;
                }
                term => parts.push(Filter::Term(Term::parse(term, self.now)?)),
            }
        }
        let alternatives = self.depth > 0 || self.tokens.peek() == Some(&"OR");
        if parts.is_empty() && alternatives {
            return Err(QueryError::Brackets);
        }
        Ok(Filter::All(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Words(&'static [(&'static str, &'static str)]);

    impl Searchable for Words {
        fn values(&self, key: &str) -> Vec<String> {
            let fitting = self.0.iter().filter(|(name, _)| *name == key);
            fitting.map(|(_, value)| (*value).to_owned()).collect()
        }

        fn text(&self) -> String {
            String::from("the gateway (eu) is down")
        }
    }

    fn parse(text: &str) -> Result<TableQuery, QueryError> {
        TableQuery::parse(text, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn alternatives_and_brackets() {
        let item = Words(&[("level", "error"), ("os", "linux")]);
        for (query, fits) in [
            ("", true),
            ("level:error os:linux", true),
            ("level:fatal OR os:linux", true),
            ("level:fatal OR os:mac", false),
            ("level:error AND os:mac OR os:linux", true),
            ("level:fatal AND (os:mac OR os:linux)", false),
            ("(level:fatal OR level:error) os:linux", true),
            ("((level:error)) AND !os:mac", true),
            ("gateway OR nothing", true),
            ("\"gateway (eu)\" level:error", true),
        ] {
            assert_eq!(parse(query).unwrap().rows.matches(&item), fits, "{query}");
        }
    }

    #[test]
    fn conditions_on_groups_are_apart() {
        let query = parse("level:error count():>10").unwrap();
        assert_eq!(query.groups.0.len(), 1);
        assert_eq!(query.keys(), ["level", "count()"]);
        assert_eq!(
            parse("level:error OR count():>10"),
            Err(QueryError::GroupsAmongAlternatives)
        );
    }

    #[test]
    fn what_is_no_query() {
        for query in ["(a", "a)", "()", "OR a", "a OR", "AND a", &"(".repeat(1000)] {
            assert_eq!(parse(query), Err(QueryError::Brackets), "{query}");
        }
        assert_eq!(parse("a OR is:unresolved"), Err(QueryError::IssuesOnly));
    }
}
