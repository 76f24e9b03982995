//! What `inputSchema` says about a tool's parameters, in the words that every model API takes: `type` (one), `description`,
//! `enum`, `properties`, `required`, `items`. What has no such word (a default, a length, a range, a form) is said in the
//! description, and checked by us ([ADR 98](../../../../docs/adr/0098-what-is-taken-for-what.md)).

use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::text::markdown::push;
use crate::vocabulary::parameter::{Kind, ORGANIZATION, Parameter, Presence};
use crate::vocabulary::session::Constraint;

/// A flat object.
#[derive(Serialize)]
struct InputSchema {
    r#type: &'static str,
    properties: Properties,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    required: Vec<&'static str>,
}

/// Name and schema of each, in the order of importance.
struct Properties(Vec<(&'static str, Property)>);

#[derive(Serialize)]
struct Property {
    r#type: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    r#enum: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<&'static Items>,
}

#[derive(Serialize)]
struct Items {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<&'static Items>,
}

impl Items {
    const TEXTS: Self = Self::of("string");
    const OBJECTS: Self = Self::of("object");
    const LISTS: Self = Self {
        items: Some(&Self::TEXTS),
        ..Self::of("array")
    };

    const fn of(r#type: &'static str) -> Self {
        let items = None;
        Self { r#type, items }
    }
}

impl Serialize for Properties {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, property)| (name, property)))
    }
}

/// The `inputSchema` of some parameters, encoded, without those that the session's URL fixes.
pub(crate) fn input_schema(parameters: &[&Parameter], constraint: &Constraint) -> Box<RawValue> {
    let taken = || {
        let parameters = parameters.iter();
        parameters.filter(|parameter| !parameter.is_fixed(constraint))
    };
    let required = taken().filter(|parameter| is_required(parameter));
    let schema = InputSchema {
        r#type: "object",
        properties: Properties(taken().map(|one| (one.name, property(one))).collect()),
        required: required.map(|parameter| parameter.name).collect(),
    };
    // Strings alone: it cannot fail, and a test reads every schema.
    to_raw_value(&schema).unwrap_or_default()
}

/// Whether a caller has to send it. An organization can be left out of any call: where there is one, that is meant, and where
/// there are several, the answer names them.
pub(crate) fn is_required(parameter: &Parameter) -> bool {
    parameter.presence == Presence::Required && parameter.name != ORGANIZATION.name
}

fn property(parameter: &Parameter) -> Property {
    let (r#type, r#enum, items): (_, &[_], _) = match parameter.kind {
        Kind::Text(_) | Kind::NumberOrText => ("string", &[], None),
        Kind::Choice { options, .. } => ("string", options, None),
        Kind::Number {
            is_integer: true, ..
        } => ("integer", &[], None),
        Kind::Number { .. } => ("number", &[], None),
        Kind::Flag { .. } => ("boolean", &[], None),
        Kind::Texts => ("array", &[], Some(&Items::TEXTS)),
        Kind::Pairs => ("array", &[], Some(&Items::LISTS)),
        Kind::Object => ("object", &[], None),
        Kind::Objects => ("array", &[], Some(&Items::OBJECTS)),
    };
    Property {
        r#type,
        description: describe(parameter),
        r#enum,
        items,
    }
}

/// What a model is told of a parameter: what it is, its most and its default.
pub(crate) fn describe(parameter: &Parameter) -> String {
    let (most, unit, default) = match parameter.kind {
        Kind::Text(text) => (
            text.most.map(u32::from),
            " characters",
            text.default.map(str::to_owned),
        ),
        Kind::Choice { default, .. } => (None, "", default.map(str::to_owned)),
        Kind::Number { most, default, .. } => (most, "", default.map(|number| number.to_string())),
        Kind::Flag { default: true } => (None, "", Some("true".to_owned())),
        _ => (None, "", None),
    };
    let mut text = parameter.about.to_owned();
    let mut add = |words: &[&str]| {
        if !text.is_empty() {
            text.push(' ');
        }
        push(&mut text, words);
    };
    if let Some(most) = most {
        add(&["At most ", &most.to_string(), unit, "."]);
    }
    if let Some(default) = default {
        add(&["Default ", &default, "."]);
    }
    text
}
