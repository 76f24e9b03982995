//! What a client sent for a tool's parameters, checked when it is read.

use sentry_api::{EventId, InvalidId, IssueId, Slug, SlugOrId, TagKey};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::markdown;
use crate::parameter::{Kind, Parameter};
use crate::session::Constraint;

/// The arguments of one call. What the session's URL fixes has replaced what the client sent.
#[derive(Debug)]
pub(crate) struct Arguments {
    parameters: &'static [Parameter],
    values: Map<String, Value>,
}

impl Arguments {
    /// Unknown arguments are left out: clients that know an unconstrained session send more than a constrained one has.
    pub(crate) fn new(
        parameters: &'static [Parameter],
        mut sent: Map<String, Value>,
        constraint: &Constraint,
    ) -> Self {
        let values = parameters
            .iter()
            .filter_map(|parameter| {
                let value = if parameter.is_fixed(constraint) {
                    fixed(parameter, constraint)
                } else {
                    sent.remove(parameter.name)
                };
                Some((parameter.name.to_owned(), value?))
            })
            .filter(|(_, value)| !value.is_null())
            .collect();
        Self { parameters, values }
    }

    /// A text, trimmed. An empty one counts as absent; a number as its digits.
    pub(crate) fn text(&self, parameter: &Parameter) -> Result<Option<String>, Failure> {
        Ok(self.raw_text(parameter)?.filter(|text| !text.is_empty()))
    }

    /// A text, trimmed, or its default; for a parameter where the empty text means something.
    pub(crate) fn raw_text(&self, parameter: &Parameter) -> Result<Option<String>, Failure> {
        let rules = match parameter.kind {
            Kind::Text(rules) => rules,
            _ => Default::default(),
        };
        let text = match self.values.get(parameter.name) {
            None => return Ok(rules.default.map(str::to_owned)),
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err(wrong(parameter, "must be a string")),
        };
        let length = text.chars().count();
        if rules.least.is_some_and(|least| length < usize::from(least)) {
            return Err(wrong(parameter, "may not be empty"));
        }
        if let Some(most) = rules.most.filter(|most| length > usize::from(*most)) {
            let rule = format!("may have at most {most} characters, and has {length}");
            return Err(wrong(parameter, &rule));
        }
        Ok(Some(text))
    }

    pub(crate) fn slug(&self, parameter: &Parameter) -> Result<Option<Slug>, Failure> {
        self.id(parameter, Slug::parse)
    }

    pub(crate) fn project(&self, parameter: &Parameter) -> Result<Option<SlugOrId>, Failure> {
        self.id(parameter, SlugOrId::parse)
    }

    pub(crate) fn issue(&self, parameter: &Parameter) -> Result<Option<IssueId>, Failure> {
        self.id(parameter, IssueId::parse)
    }

    pub(crate) fn event(&self, parameter: &Parameter) -> Result<Option<EventId>, Failure> {
        self.id(parameter, EventId::parse)
    }

    /// An event, or `None` for the latest, which is `latest` or nothing.
    pub(crate) fn event_or_latest(
        &self,
        parameter: &Parameter,
    ) -> Result<Option<EventId>, Failure> {
        match self.text(parameter)?.as_deref() {
            None | Some("latest") => Ok(None),
            Some(text) => EventId::parse(text)
                .map(Some)
                .map_err(|error| wrong(parameter, &format!("{error}, or `latest`"))),
        }
    }

    pub(crate) fn tag_key(&self, parameter: &Parameter) -> Result<Option<TagKey>, Failure> {
        self.id(parameter, TagKey::parse)
    }

    /// A span of time such as `14d`.
    pub(crate) fn period(&self, parameter: &Parameter) -> Result<Option<String>, Failure> {
        let Some(text) = self.text(parameter)? else {
            return Ok(None);
        };
        let digits = text.strip_suffix(['h', 'd', 'w']).unwrap_or_default();
        if (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Some(text))
        } else {
            Err(wrong(
                parameter,
                "must be a number with `h`, `d` or `w`, such as `14d`",
            ))
        }
    }

    /// One of a [`Kind::Choice`]'s options.
    pub(crate) fn choice(&self, parameter: &Parameter) -> Result<Option<&'static str>, Failure> {
        let Kind::Choice { options, default } = parameter.kind else {
            return Ok(None);
        };
        let Some(text) = self.text(parameter)? else {
            return Ok(default);
        };
        let mut options_left = options.iter().copied();
        match options_left.find(|option| *option == text) {
            Some(option) => Ok(Some(option)),
            None => Err(wrong(
                parameter,
                &format!("must be one of {}", options.join(", ")),
            )),
        }
    }

    /// A [`Kind::Number`]. Models send numbers as text now and then.
    pub(crate) fn number(&self, parameter: &Parameter) -> Result<Option<u32>, Failure> {
        let Kind::Number { most, default, .. } = parameter.kind else {
            return Ok(None);
        };
        let Some(text) = self.text(parameter)? else {
            return Ok(default);
        };
        let whole = text.strip_suffix(".0").unwrap_or(&text);
        let most_of_all = most.unwrap_or(u32::MAX);
        match whole
            .parse()
            .ok()
            .filter(|number| (1..=most_of_all).contains(number))
        {
            Some(number) => Ok(Some(number)),
            None => Err(wrong(
                parameter,
                &match most {
                    Some(most) => format!("must be a whole number from 1 to {most}"),
                    None => "must be a whole number from 1".to_owned(),
                },
            )),
        }
    }

    /// A [`Kind::Number`] with a default.
    pub(crate) fn limit(&self, parameter: &Parameter) -> Result<u32, Failure> {
        Ok(self.number(parameter)?.unwrap_or(1))
    }

    /// A [`Kind::Flag`].
    pub(crate) fn flag(&self, parameter: &Parameter) -> Result<bool, Failure> {
        match (self.values.get(parameter.name), parameter.kind) {
            (None, Kind::Flag { default }) => Ok(default),
            (Some(Value::Bool(flag)), _) => Ok(*flag),
            _ => Err(wrong(parameter, "must be true or false")),
        }
    }

    /// A [`Kind::Texts`]: what is empty is left out.
    pub(crate) fn texts(&self, parameter: &Parameter) -> Result<Vec<String>, Failure> {
        const MOST: usize = 50;
        let Some(Value::Array(values)) = self.values.get(parameter.name) else {
            return Ok(self.text(parameter)?.into_iter().collect());
        };
        if values.len() > MOST {
            return Err(wrong(parameter, "is too long a list"));
        }
        let mut texts = Vec::new();
        for value in values {
            let text = value.as_str().map(str::trim);
            let text = text.ok_or_else(|| wrong(parameter, "must be a list of strings"))?;
            texts.extend(Some(text.to_owned()).filter(|text| !text.is_empty()));
        }
        Ok(texts)
    }

    /// The arguments in words, for an answer that says what was not found.
    pub(crate) fn in_words(&self) -> String {
        let named: Vec<_> = self
            .parameters
            .iter()
            .filter_map(|parameter| {
                let value = match self.values.get(parameter.name)? {
                    Value::String(text) => markdown::code(text, 100),
                    value => markdown::code(&value.to_string(), 100),
                };
                Some(format!("{} {value}", parameter.name))
            })
            .collect();
        named.join(", ")
    }

    fn id<T>(
        &self,
        parameter: &Parameter,
        parse: fn(&str) -> Result<T, InvalidId>,
    ) -> Result<Option<T>, Failure> {
        self.text(parameter)?
            .map(|text| parse(&text).map_err(|error| wrong(parameter, &error.to_string())))
            .transpose()
    }
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
        name if name == crate::parameter::ORGANIZATION.name => constraint.organization(),
        name if name == crate::parameter::REGION.name => None,
        _ => constraint.project(),
    }?;
    Some(Value::String(slug.as_str().to_owned()))
}
