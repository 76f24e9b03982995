//! One condition of a query.

use jiff::Timestamp;

use super::pattern::Pattern;
use super::period::{parse_instant, parse_period};
use super::{QueryError, Searchable, issues, lexer};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Term {
    negated: bool,
    condition: Condition,
}

#[derive(Clone, Debug, PartialEq)]
enum Condition {
    /// Free text, in lower case.
    Contains(String),
    /// `has:key`
    Has(String),
    /// `key:value`, `key:[a, b]`: one pattern fits one value.
    Is(String, Vec<Pattern>),
    /// `message:words`: the text is somewhere in the value.
    Mentions(String, String),
    /// `timesSeen:>100`
    Number(String, Comparison, f64),
    /// `firstSeen:-24h`, `lastSeen:>2026-03-01`
    Time(String, Comparison, Timestamp),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Less,
    AtMost,
    More,
    AtLeast,
}

/// Keys whose values are instants.
const TIMES: &[&str] = &[
    "age",
    "firstSeen",
    "first_seen",
    "lastSeen",
    "last_seen",
    "timestamp",
];
/// Keys that are searched for a part, not for the whole.
const PROSE: &[&str] = &["message", "title", "error.value"];

impl Term {
    pub(super) fn parse(term: &str, now: Timestamp) -> Result<Self, QueryError> {
        let (negated, positive) = match term.strip_prefix('!') {
            Some(rest) if !rest.is_empty() => (true, rest),
            _ => (false, term),
        };
        let condition = match split_key(positive) {
            Some((key, value)) => Condition::parse(key, value, now)?,
            None => Condition::Contains(lexer::unquote(positive).to_lowercase()),
        };
        Ok(Self { negated, condition })
    }

    pub(super) fn matches(&self, item: &impl Searchable) -> bool {
        self.condition.holds(item) != self.negated
    }

    /// `count():>10`: asked of groups of rows, not of rows.
    pub(super) fn is_of_groups(&self) -> bool {
        self.key().is_some_and(|key| key.ends_with(')'))
    }

    /// The key that is asked for, where there is one.
    pub(super) fn key(&self) -> Option<&str> {
        match &self.condition {
            Condition::Contains(_) => None,
            Condition::Has(key)
            | Condition::Is(key, _)
            | Condition::Mentions(key, _)
            | Condition::Number(key, ..)
            | Condition::Time(key, ..) => Some(key),
        }
    }

    /// The text of a term that is plain text.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.condition {
            Condition::Contains(text) if !self.negated => Some(text),
            _ => None,
        }
    }
}

impl Condition {
    fn parse(key: &str, value: &str, now: Timestamp) -> Result<Self, QueryError> {
        let name = key.to_owned();
        if value.is_empty() {
            return Err(QueryError::NoValue(name));
        }
        if key == "has" {
            return Ok(Self::Has(tag_name(value).to_owned()));
        }
        if key == "is" {
            issues::check_is(value)?;
        }
        if TIMES.contains(&key) {
            let (comparison, time) =
                parse_time(value, now).ok_or_else(|| QueryError::InvalidValue {
                    key: name.clone(),
                    value: value.to_owned(),
                })?;
            return Ok(Self::Time(name, comparison, time));
        }
        if let (Some(comparison), rest) = Comparison::strip(value)
            && let Some(number) = parse_number(rest)
        {
            return Ok(Self::Number(name, comparison, number));
        }
        if let Some(members) = lexer::list(value) {
            return Ok(Self::Is(
                name,
                members.iter().map(|member| Pattern::new(member)).collect(),
            ));
        }
        let value = lexer::unquote(value);
        if PROSE.contains(&key) && !value.contains('*') {
            return Ok(Self::Mentions(name, value.to_lowercase()));
        }
        Ok(Self::Is(name, vec![Pattern::new(&value)]))
    }

    fn holds(&self, item: &impl Searchable) -> bool {
        match self {
            Self::Contains(text) => item.text().to_lowercase().contains(text),
            Self::Has(key) => item.values(key).iter().any(|value| value != "none"),
            Self::Is(key, patterns) => {
                let values = item.values(key);
                // `key:""` asks for the absence of a value.
                if values.is_empty() {
                    return patterns.contains(&Pattern::new(""));
                }
                values
                    .iter()
                    .any(|value| patterns.iter().any(|pattern| pattern.matches(value)))
            }
            Self::Mentions(key, text) => item
                .values(key)
                .iter()
                .any(|value| value.to_lowercase().contains(text)),
            Self::Number(key, comparison, bound) => item
                .values(key)
                .iter()
                .filter_map(|value| value.parse().ok())
                .any(|value: f64| comparison.holds(&value, bound)),
            Self::Time(key, comparison, bound) => item
                .values(key)
                .iter()
                .filter_map(|value| value.parse().ok())
                .any(|value: Timestamp| comparison.holds(&value, bound)),
        }
    }
}

impl Comparison {
    fn strip(value: &str) -> (Option<Self>, &str) {
        for (sign, comparison) in [
            (">=", Self::AtLeast),
            ("<=", Self::AtMost),
            (">", Self::More),
            ("<", Self::Less),
        ] {
            if let Some(rest) = value.strip_prefix(sign) {
                return (Some(comparison), rest);
            }
        }
        (None, value)
    }

    fn holds<T: PartialOrd>(self, value: &T, bound: &T) -> bool {
        match self {
            Self::Less => value < bound,
            Self::AtMost => value <= bound,
            Self::More => value > bound,
            Self::AtLeast => value >= bound,
        }
    }
}

/// The key is what comes before the first colon, if it looks like one; `tags[name]` is `name`.
fn split_key(term: &str) -> Option<(&str, &str)> {
    let (key, value) = term.split_once(':')?;
    let key = tag_name(key);
    let plausible = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name = match key.split_once('(') {
        Some((function, arguments)) => {
            let inner = arguments.strip_suffix(')')?;
            let listed = |c| plausible(c) || c == ',';
            inner.chars().all(listed).then_some(function)?
        }
        None => key,
    };
    (!name.is_empty() && name.chars().all(plausible)).then_some((key, value))
}

/// `100`, or a duration in milliseconds: `250ms`, `1.5s`, `2min`, `1h`.
fn parse_number(text: &str) -> Option<f64> {
    let plain: Option<f64> = text.parse().ok();
    let units = [
        ("ms", 1.0),
        ("min", 60_000.0),
        ("s", 1000.0),
        ("m", 60_000.0),
        ("h", 3_600_000.0),
    ];
    plain.filter(|number| number.is_finite()).or_else(|| {
        let (unit, factor) = units.iter().find(|(unit, _)| text.ends_with(unit))?;
        let number: f64 = text.strip_suffix(unit)?.parse().ok()?;
        number.is_finite().then_some(number * factor)
    })
}

fn tag_name(key: &str) -> &str {
    key.strip_prefix("tags[")
        .and_then(|key| key.strip_suffix(']'))
        .unwrap_or(key)
}

/// `-24h` is within the last 24 hours, `+24h` before that; or a comparison with an instant.
fn parse_time(value: &str, now: Timestamp) -> Option<(Comparison, Timestamp)> {
    let back = |period: &str| now.checked_sub(parse_period(period)?).ok();
    if let Some(period) = value.strip_prefix('-') {
        return Some((Comparison::AtLeast, back(period)?));
    }
    if let Some(period) = value.strip_prefix('+') {
        return Some((Comparison::AtMost, back(period)?));
    }
    let (comparison, instant) = Comparison::strip(value);
    Some((comparison?, parse_instant(instant)?))
}
