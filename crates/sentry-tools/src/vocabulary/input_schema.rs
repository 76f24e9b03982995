//! What `inputSchema` says about a tool's parameters.

use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use crate::vocabulary::parameter::{Format, Kind, Parameter, Presence};
use crate::vocabulary::session::Constraint;

/// A flat object, since model APIs refuse `anyOf`, `oneOf` and `allOf`.
#[derive(Serialize)]
struct InputSchema {
    r#type: &'static str,
    properties: Properties,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    required: Vec<&'static str>,
}

/// Name and schema of each, in the order of importance.
struct Properties(Vec<(&'static str, Property)>);

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Property {
    r#type: Types,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_length: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_length: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    r#enum: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Items>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Value>,
}

/// One type is said alone, several as a list.
#[derive(Default)]
struct Types(Vec<&'static str>);

#[derive(Serialize)]
struct Items {
    r#type: &'static str,
}

impl Serialize for Properties {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, property)| (name, property)))
    }
}

impl Serialize for Types {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => to.serialize_str(one),
            several => to.collect_seq(several),
        }
    }
}

/// The `inputSchema` of some parameters, encoded, without those that the session's URL fixes.
pub(crate) fn input_schema(parameters: &[Parameter], constraint: &Constraint) -> Box<RawValue> {
    let taken = || {
        let parameters = parameters.iter();
        parameters.filter(|parameter| !parameter.is_fixed(constraint))
    };
    let required = taken().filter(|parameter| parameter.presence == Presence::Required);
    let schema = InputSchema {
        r#type: "object",
        properties: Properties(taken().map(|one| (one.name, property(one))).collect()),
        required: required.map(|parameter| parameter.name).collect(),
    };
    // Strings and numbers alone: it cannot fail, and a test reads every schema.
    to_raw_value(&schema).unwrap_or_default()
}

fn property(parameter: &Parameter) -> Property {
    let mut types = types(parameter.kind).to_vec();
    if parameter.presence == Presence::Nullable {
        types.push("null");
    }
    let property = Property {
        r#type: Types(types),
        description: parameter.about,
        ..Property::default()
    };
    match parameter.kind {
        Kind::Text(text) => Property {
            min_length: text.least,
            max_length: text.most,
            pattern: text.format.pattern(),
            format: (text.format == Format::Url).then_some("uri"),
            default: text.default.map(Value::from),
            ..property
        },
        Kind::Choice { options, default } => Property {
            r#enum: options,
            default: default.map(Value::from),
            ..property
        },
        Kind::Number { most, default, .. } => Property {
            minimum: Some(1),
            maximum: most,
            default: default.map(Value::from),
            ..property
        },
        Kind::Flag { default } => Property {
            default: Some(default.into()),
            ..property
        },
        Kind::Texts { .. } => Property {
            items: Some(Items { r#type: "string" }),
            ..property
        },
        Kind::NumberOrText => property,
        Kind::Object => Property {
            default: Some(json!({})),
            ..property
        },
    }
}

/// JSON Schema's names for what a value may be.
const fn types(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Text(_) | Kind::Choice { .. } => &["string"],
        Kind::Number {
            is_integer: true, ..
        } => &["integer"],
        Kind::Number { .. } => &["number"],
        Kind::Flag { .. } => &["boolean"],
        Kind::Texts { or_one: false } => &["array"],
        Kind::Texts { or_one: true } => &["string", "array"],
        Kind::NumberOrText => &["integer", "string"],
        Kind::Object => &["object"],
    }
}
