//! What a client sent for a tool's parameters, checked when it is read.

use sentry_api::{EventId, InvalidId, IssueId, Slug, SlugOrId};
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
        match self.values.get(parameter.name) {
            None => Ok(match parameter.kind {
                Kind::Text { default } => default.map(str::to_owned),
                _ => None,
            }),
            Some(Value::String(text)) => Ok(Some(text.trim().to_owned())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(wrong(parameter, "must be a string")),
        }
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

    /// One of a [`Kind::Choice`]'s options.
    pub(crate) fn choice(&self, parameter: &Parameter) -> Result<&'static str, Failure> {
        let Kind::Choice { options, default } = parameter.kind else {
            return Ok("");
        };
        let Some(text) = self.text(parameter)? else {
            return Ok(default);
        };
        options
            .iter()
            .find(|option| **option == text)
            .copied()
            .ok_or_else(|| wrong(parameter, &format!("must be one of {}", options.join(", "))))
    }

    /// A [`Kind::Limit`]. Models send numbers as text now and then.
    pub(crate) fn limit(&self, parameter: &Parameter) -> Result<u8, Failure> {
        let Kind::Limit { most, default } = parameter.kind else {
            return Ok(0);
        };
        let Some(text) = self.text(parameter)? else {
            return Ok(default);
        };
        let whole = text.strip_suffix(".0").unwrap_or(&text);
        whole
            .parse()
            .ok()
            .filter(|limit| (1..=most).contains(limit))
            .ok_or_else(|| {
                wrong(
                    parameter,
                    &format!("must be a whole number from 1 to {most}"),
                )
            })
    }

    /// A [`Kind::Flag`].
    pub(crate) fn flag(&self, parameter: &Parameter) -> Result<bool, Failure> {
        match (self.values.get(parameter.name), parameter.kind) {
            (None, Kind::Flag { default }) => Ok(default),
            (Some(Value::Bool(flag)), _) => Ok(*flag),
            _ => Err(wrong(parameter, "must be true or false")),
        }
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

fn wrong(parameter: &Parameter, rule: &str) -> Failure {
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
