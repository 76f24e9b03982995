//! A tool's parameters: what `inputSchema` says about them, as data. [`crate::arguments`] reads them.

use serde_json::Value;

use crate::json::object;
use crate::session::Constraint;

/// One parameter of a tool.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    /// For the model; empty where the name says it.
    pub(crate) about: &'static str,
    pub(crate) kind: Kind,
    pub(crate) presence: Presence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    Optional,
    /// May be left out or `null`.
    Nullable,
}

/// What a parameter's value may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Text(Text),
    /// Of these.
    Choice {
        options: &'static [&'static str],
        default: Option<&'static str>,
    },
    /// From 1.
    Number {
        /// The schema says `integer` rather than `number`; a fraction is refused either way.
        is_integer: bool,
        most: Option<u32>,
        default: Option<u32>,
    },
    Flag {
        default: bool,
    },
    /// A list of texts; with `or_one`, one alone as well.
    Texts {
        or_one: bool,
    },
    /// A number or a text.
    NumberOrText,
    /// The arguments of another tool.
    Object,
}

/// What a text may be. Lengths are in characters.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Text {
    pub(crate) default: Option<&'static str>,
    pub(crate) least: Option<u16>,
    pub(crate) most: Option<u16>,
    /// A regular expression for the schema; whoever reads the argument checks it by parsing.
    pub(crate) pattern: Option<&'static str>,
    pub(crate) is_url: bool,
}

const TEXT: Text = Text {
    default: None,
    least: None,
    most: None,
    pattern: None,
    is_url: false,
};

/// The organization, where a tool cannot do without.
pub(crate) const ORGANIZATION: Parameter = OPTIONAL_ORGANIZATION.required();

/// The organization, where an issue's URL may name it as well.
pub(crate) const OPTIONAL_ORGANIZATION: Parameter = Parameter::text("organizationSlug", "");

pub(crate) const REGION: Parameter =
    Parameter::text("regionUrl", "From find_organizations, if it gave one.").nullable();

pub(crate) const PROJECT: Parameter = Parameter::text("projectSlug", "");

pub(crate) const ISSUE_ID: Parameter = Parameter::text("issueId", "Short id (WEB-1A) or number.");

pub(crate) const ISSUE_URL: Parameter = Parameter::url(
    "issueUrl",
    "The issue's Sentry URL, instead of organizationSlug and issueId.",
);

pub(crate) const EVENT_ID: Parameter =
    Parameter::pattern("eventId", "One event; without it the latest.", HEX_ID, None);

pub(crate) const EVENT_OR_LATEST: Parameter =
    Parameter::pattern("eventId", "", "^(latest|[0-9a-fA-F]{32})$", Some("latest"));

pub(crate) const TRACE_ID: Parameter = Parameter::pattern("traceId", "", HEX_ID, None).required();

pub(crate) const PERIOD: Parameter =
    Parameter::pattern("period", "Such as 24h, 14d, 2w.", "^\\d+[hdw]$", None);

pub(crate) const EXPLAIN: Parameter = Parameter::flag(
    "includeExplanation",
    "Say how the query was understood.",
    false,
);

/// A part of a name, for the `find_*` tools.
pub(crate) const NAME_QUERY: Parameter =
    Parameter::text("query", "Part of a name or slug.").nullable();

const HEX_ID: &str = "^[0-9a-fA-F]{32}$";

/// The names under which a tool may take a project.
pub(crate) const PROJECT_NAMES: [&str; 2] = ["projectSlug", "projectSlugOrId"];

impl Parameter {
    pub(crate) const fn new(name: &'static str, about: &'static str, kind: Kind) -> Self {
        Self {
            name,
            about,
            kind,
            presence: Presence::Optional,
        }
    }

    pub(crate) const fn text(name: &'static str, about: &'static str) -> Self {
        Self::new(name, about, Kind::Text(TEXT))
    }

    pub(crate) const fn with_default(
        name: &'static str,
        about: &'static str,
        default: &'static str,
    ) -> Self {
        let default = Some(default);
        Self::new(name, about, Kind::Text(Text { default, ..TEXT }))
    }

    /// A text of so many characters.
    pub(crate) const fn sized(
        name: &'static str,
        about: &'static str,
        least: u16,
        most: Option<u16>,
    ) -> Self {
        let least = Some(least);
        Self::new(
            name,
            about,
            Kind::Text(Text {
                least,
                most,
                ..TEXT
            }),
        )
    }

    pub(crate) const fn pattern(
        name: &'static str,
        about: &'static str,
        pattern: &'static str,
        default: Option<&'static str>,
    ) -> Self {
        let pattern = Some(pattern);
        Self::new(
            name,
            about,
            Kind::Text(Text {
                pattern,
                default,
                ..TEXT
            }),
        )
    }

    pub(crate) const fn url(name: &'static str, about: &'static str) -> Self {
        Self::new(
            name,
            about,
            Kind::Text(Text {
                is_url: true,
                ..TEXT
            }),
        )
    }

    pub(crate) const fn choice(
        name: &'static str,
        about: &'static str,
        options: &'static [&'static str],
        default: Option<&'static str>,
    ) -> Self {
        Self::new(name, about, Kind::Choice { options, default })
    }

    /// A whole number from 1, in JSON Schema's words.
    pub(crate) const fn integer(
        name: &'static str,
        about: &'static str,
        most: Option<u32>,
        default: Option<u32>,
    ) -> Self {
        let is_integer = true;
        Self::new(
            name,
            about,
            Kind::Number {
                is_integer,
                most,
                default,
            },
        )
    }

    /// As [`Self::integer`], where clients know the parameter as a `number`.
    pub(crate) const fn number(name: &'static str, most: u32, default: u32) -> Self {
        let is_integer = false;
        let (most, default) = (Some(most), Some(default));
        Self::new(
            name,
            "",
            Kind::Number {
                is_integer,
                most,
                default,
            },
        )
    }

    pub(crate) const fn flag(name: &'static str, about: &'static str, default: bool) -> Self {
        Self::new(name, about, Kind::Flag { default })
    }

    pub(crate) const fn required(self) -> Self {
        Self {
            presence: Presence::Required,
            ..self
        }
    }

    pub(crate) const fn nullable(self) -> Self {
        Self {
            presence: Presence::Nullable,
            ..self
        }
    }

    /// Whether the session's URL says it already, so that clients do not.
    pub(crate) fn is_fixed(&self, constraint: &Constraint) -> bool {
        let by_organization = [ORGANIZATION.name, REGION.name].contains(&self.name);
        (by_organization && constraint.organization().is_some())
            || (PROJECT_NAMES.contains(&self.name) && constraint.project().is_some())
    }

    /// The parameter's own schema.
    fn schema(&self) -> Value {
        let types: &[&str] = match self.kind {
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
        };
        let mut types: Vec<Value> = types.iter().map(|name| Value::from(*name)).collect();
        if self.presence == Presence::Nullable {
            types.push("null".into());
        }
        let mut members = vec![];
        let mut add = |name: &'static str, value: Option<Value>| {
            members.extend(value.map(|value| (name, value)));
        };
        add(
            "type",
            if types.len() == 1 {
                types.pop()
            } else {
                Some(types.into())
            },
        );
        add(
            "description",
            Some(self.about)
                .filter(|about| !about.is_empty())
                .map(Value::from),
        );
        match self.kind {
            Kind::Text(text) => {
                add("default", text.default.map(Value::from));
                add("minLength", text.least.map(Value::from));
                add("maxLength", text.most.map(Value::from));
                add("pattern", text.pattern.map(Value::from));
                add("format", text.is_url.then(|| "uri".into()));
            }
            Kind::Choice { options, default } => {
                add("enum", Some(options.to_vec().into()));
                add("default", default.map(Value::from));
            }
            Kind::Number { most, default, .. } => {
                add("minimum", Some(1.into()));
                add("maximum", most.map(Value::from));
                add("default", default.map(Value::from));
            }
            Kind::Flag { default } => add("default", Some(default.into())),
            Kind::Texts { .. } => {
                add("items", Some(object(vec![("type", "string".into())])));
            }
            Kind::NumberOrText => {}
            Kind::Object => add("default", Some(object(vec![]))),
        }
        object(members)
    }
}

/// The `inputSchema` of some parameters: a flat object, since model APIs refuse `anyOf`, `oneOf` and `allOf`.
pub(crate) fn input_schema(parameters: &[Parameter], constraint: &Constraint) -> Value {
    let left: Vec<_> = parameters
        .iter()
        .filter(|parameter| !parameter.is_fixed(constraint))
        .collect();
    let required: Vec<_> = left
        .iter()
        .filter(|parameter| parameter.presence == Presence::Required)
        .map(|parameter| Value::from(parameter.name))
        .collect();
    let properties = left
        .iter()
        .map(|parameter| (parameter.name, parameter.schema()));
    let mut members = vec![
        ("type", "object".into()),
        ("properties", object(properties.collect())),
    ];
    if !required.is_empty() {
        members.push(("required", required.into()));
    }
    object(members)
}
