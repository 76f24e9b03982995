//! What a client sent for a tool's parameters. It is checked as a whole before the tool runs, so that the tool reads
//! values and no errors.

use std::borrow::Cow;

use mcp::json::Object;
use sentry_api::{EventId, EventName, InvalidId, IssueId, Slug, SlugOrId, TagKey};
use serde_json::{Map, Value};

use crate::text::markdown;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::near::value;
use crate::vocabulary::parameter::{Format, Kind, Parameter, Presence};
use crate::vocabulary::session::Constraint;

/// The arguments of one call. What the session's URL fixes has replaced what the client sent.
#[derive(Debug)]
pub(crate) struct Arguments {
    parameters: &'static [&'static Parameter],
    values: Map<String, Value>,
}

/// The longest list of texts.
const MOST_TEXTS: usize = 50;

/// The longest text, in characters, where a parameter says nothing shorter: it goes into a URL, and back into the answer.
const LONGEST: u16 = 4_096;

impl Arguments {
    /// Of what [`crate::vocabulary::near::take`] left, or of what another tool hands on: under the tool's own names.
    pub(crate) fn new(
        parameters: &'static [&'static Parameter],
        mut sent: Map<String, Value>,
        constraint: &Constraint,
    ) -> Self {
        let mut values = Map::new();
        for parameter in parameters {
            let value = if parameter.is_fixed(constraint) {
                fixed(parameter, constraint)
            } else {
                sent.remove(parameter.name)
            };
            let Some(value) = value.and_then(|value| value::read(parameter, value)) else {
                continue;
            };
            values.insert(parameter.name.to_owned(), value);
        }
        Self { parameters, values }
    }

    /// The first rule that an argument breaks.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        for parameter in self.parameters {
            let broken = match self.values.get(parameter.name) {
                None if parameter.presence == Presence::Required => Some("is required".to_owned()),
                None => None,
                Some(value) => check(parameter, value),
            };
            if let Some(rule) = broken {
                return Err(wrong(parameter, &rule));
            }
        }
        Ok(())
    }

    /// A text, trimmed; its default, where it has one.
    pub(crate) fn text(&self, parameter: &Parameter) -> Option<&str> {
        match (self.values.get(parameter.name), parameter.kind) {
            (Some(value), _) => value.as_str(),
            (None, Kind::Text(text)) => text.default,
            (None, Kind::Choice { default, .. }) => default,
            _ => None,
        }
    }

    pub(crate) fn slug(&self, parameter: &Parameter) -> Option<Slug> {
        Slug::parse(self.text(parameter)?).ok()
    }

    pub(crate) fn project(&self, parameter: &Parameter) -> Option<SlugOrId> {
        SlugOrId::parse(self.text(parameter)?).ok()
    }

    pub(crate) fn issue(&self, parameter: &Parameter) -> Option<IssueId> {
        IssueId::parse(self.text(parameter)?).ok()
    }

    /// An event that was named; a default names none.
    pub(crate) fn event_name(&self, parameter: &Parameter) -> Option<EventName> {
        EventName::parse(self.values.get(parameter.name)?.as_str()?).ok()
    }

    /// An event or trace by its id.
    pub(crate) fn event(&self, parameter: &Parameter) -> Option<EventId> {
        EventId::parse(self.text(parameter)?).ok()
    }

    pub(crate) fn tag_key(&self, parameter: &Parameter) -> Option<TagKey> {
        TagKey::parse(self.text(parameter)?).ok()
    }

    /// What was sent, as it was read; `null` where a parameter may be cleared.
    pub(crate) fn value(&self, parameter: &Parameter) -> Option<&Value> {
        self.values.get(parameter.name)
    }

    /// All of them, to call the same tool with more.
    pub(crate) fn sent(&self) -> Map<String, Value> {
        self.values.clone()
    }

    /// A text, number or flag as it stands in a query, or its default.
    pub(crate) fn as_text(&self, parameter: &Parameter) -> Option<Cow<'_, str>> {
        match self.values.get(parameter.name) {
            Some(Value::String(text)) => Some(Cow::Borrowed(text)),
            Some(Value::Bool(flag)) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
            Some(Value::Number(_)) | None if matches!(parameter.kind, Kind::Number { .. }) => self
                .number(parameter)
                .map(|number| Cow::Owned(number.to_string())),
            None => self.text(parameter).map(Cow::Borrowed),
            _ => None,
        }
    }

    /// As [`Self::as_text`], of the parameter of that name.
    pub(crate) fn named(&self, name: &str) -> Option<Cow<'_, str>> {
        let parameter = self.parameters.iter().find(|own| own.name == name)?;
        self.as_text(parameter)
    }

    /// A [`Kind::Number`], or its default.
    pub(crate) fn number(&self, parameter: &Parameter) -> Option<u32> {
        let Kind::Number { default, .. } = parameter.kind else {
            return None;
        };
        match self.values.get(parameter.name) {
            Some(value) => whole(value),
            None => default,
        }
    }

    /// A [`Kind::Flag`].
    pub(crate) fn flag(&self, parameter: &Parameter) -> bool {
        let default = matches!(parameter.kind, Kind::Flag { default: true });
        let value = self.values.get(parameter.name);
        value.and_then(Value::as_bool).unwrap_or(default)
    }

    /// A [`Kind::Texts`].
    pub(crate) fn texts(&self, parameter: &Parameter) -> Vec<&str> {
        let values = self.values.get(parameter.name).and_then(Value::as_array);
        values
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// The arguments as JSON, in the order of the parameters. There is nothing else that the tool reads.
    pub(crate) fn json(&self) -> String {
        let mut out = String::new();
        let mut object = Object::begin(&mut out);
        for parameter in self.parameters {
            if let Some(value) = self.values.get(parameter.name) {
                object.raw(parameter.name, &value.to_string());
            }
        }
        object.end();
        out
    }

    /// The arguments in words, for an answer that says what was not found.
    pub(crate) fn in_words(&self) -> String {
        let mut words = String::new();
        for parameter in self.parameters {
            let Some(value) = self.values.get(parameter.name) else {
                continue;
            };
            if !words.is_empty() {
                words.push_str(", ");
            }
            words.push_str(parameter.name);
            words.push(' ');
            words.push_str(&match value {
                Value::String(text) => markdown::code(text, 100),
                value => markdown::code(&value.to_string(), 100),
            });
        }
        words
    }
}

/// What is wrong with a value.
fn check(parameter: &Parameter, value: &Value) -> Option<String> {
    if value.is_null() {
        // Only what may be cleared is read as `null`.
        return None;
    }
    match parameter.kind {
        Kind::Text(rules) => {
            let Some(text) = value.as_str() else {
                return Some("must be a string".to_owned());
            };
            let length = text.chars().count();
            let most = rules.most.unwrap_or(LONGEST);
            if length > usize::from(most) {
                return Some(format!(
                    "may have at most {most} characters, and has {length}"
                ));
            }
            check_format(rules.format, text)
        }
        Kind::Choice { options, .. } => (!options.iter().any(|option| value == option))
            .then(|| format!("must be one of {}", options.join(", "))),
        Kind::Number { least, most, .. } => {
            let most_of_all = most.unwrap_or(u32::MAX);
            let is_good =
                whole(value).is_some_and(|number| (least..=most_of_all).contains(&number));
            let limit = most.map_or_else(String::new, |most| format!(" to {most}"));
            (!is_good).then(|| format!("must be a whole number from {least}{limit}"))
        }
        Kind::Flag { .. } => (!value.is_boolean()).then(|| "must be true or false".to_owned()),
        Kind::Texts => {
            let is_short = |text: &str| text.len() <= usize::from(LONGEST);
            let is_good = value.as_array().is_some_and(|values| {
                values.len() <= MOST_TEXTS
                    && values
                        .iter()
                        .all(|value| value.as_str().is_some_and(is_short))
            });
            (!is_good).then(|| format!("must be a list of at most {MOST_TEXTS} strings"))
        }
        Kind::Pairs => {
            let is_pair = |pair: &Value| {
                let pair = pair.as_array();
                pair.is_some_and(|pair| pair.len() == 2 && pair.iter().all(Value::is_string))
            };
            let is_good = value
                .as_array()
                .is_some_and(|pairs| pairs.len() <= MOST_TEXTS && pairs.iter().all(is_pair));
            let rule = format!("must be a list of at most {MOST_TEXTS} pairs of strings");
            (!is_good).then_some(rule)
        }
        Kind::NumberOrText => {
            (!value.is_string()).then(|| "must be a number or a string".to_owned())
        }
        Kind::Object => (!value.is_object()).then(|| "must be an object".to_owned()),
        Kind::Objects => {
            let is_good = value.as_array().is_some_and(|values| {
                values.len() <= MOST_TEXTS && values.iter().all(Value::is_object)
            });
            (!is_good).then(|| format!("must be a list of at most {MOST_TEXTS} objects"))
        }
    }
}

fn check_format(format: Format, text: &str) -> Option<String> {
    let checked: Result<(), InvalidId> = match format {
        Format::Free | Format::Url => Ok(()),
        Format::Slug => Slug::parse(text).map(drop),
        Format::IssueId => IssueId::parse(text).map(drop),
        Format::HexId => EventId::parse(text).map(drop),
        Format::HexIdOrLatest => EventName::parse(text).map(drop),
        Format::TagKey => TagKey::parse(text).map(drop),
        Format::Digits => {
            let is_good = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            return (!is_good).then(|| "must be a number".to_owned());
        }
        Format::Owner => {
            let id = text
                .strip_prefix("user:")
                .or_else(|| text.strip_prefix("team:"));
            let is_good = id.is_some_and(|id| !id.is_empty());
            return (!is_good).then(|| "must be `user:ID` or `team:ID`".to_owned());
        }
        Format::Period => {
            let digits = text.strip_suffix(['m', 'h', 'd', 'w']).unwrap_or_default();
            let is_good =
                (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            let rule = "must be a number with `m`, `h`, `d` or `w`, such as `14d`";
            return (!is_good).then(|| rule.to_owned());
        }
    };
    checked.err().map(|error| error.to_string())
}

/// A whole number, also in a text or with `.0`.
fn whole(value: &Value) -> Option<u32> {
    let digits = value.to_string();
    let digits = digits.trim_matches('"');
    digits.strip_suffix(".0").unwrap_or(digits).parse().ok()
}

/// The value, or the failure that names the missing parameter.
pub(crate) fn required<T>(parameter: &Parameter, value: Option<T>) -> Result<T, Failure> {
    value.ok_or_else(|| wrong(parameter, "is required"))
}

/// The failure that names a parameter and the rule it breaks.
pub(crate) fn wrong(parameter: &Parameter, rule: &str) -> Failure {
    Failure::Invalid(format!("`{}` {rule}.", parameter.name))
}

/// Only organization and project are ever put in for the client; a fixed `regionUrl` is not read at all.
fn fixed(parameter: &Parameter, constraint: &Constraint) -> Option<Value> {
    let slug = match parameter.name {
        name if name == crate::vocabulary::parameter::ORGANIZATION.name => {
            constraint.organization()
        }
        name if name == crate::vocabulary::parameter::REGION.name => None,
        _ => constraint.project(),
    }?;
    Some(Value::String(slug.as_str().to_owned()))
}
