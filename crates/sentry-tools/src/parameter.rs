//! A tool's parameters: what `inputSchema` says about them. [`crate::arguments`] reads them.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

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
    Text {
        default: Option<&'static str>,
    },
    /// 32 hexadecimal digits.
    HexId,
    Url,
    Choice {
        options: &'static [&'static str],
        default: &'static str,
    },
    /// From 1.
    Limit {
        most: u8,
        default: u8,
    },
    Flag {
        default: bool,
    },
}

/// The organization, where a tool cannot do without.
pub(crate) const ORGANIZATION: Parameter = Parameter {
    presence: Presence::Required,
    ..OPTIONAL_ORGANIZATION
};

/// The organization, where an issue's URL may name it as well.
pub(crate) const OPTIONAL_ORGANIZATION: Parameter = Parameter {
    name: "organizationSlug",
    about: "",
    kind: Kind::Text { default: None },
    presence: Presence::Optional,
};

pub(crate) const REGION: Parameter = Parameter {
    name: "regionUrl",
    about: "From find_organizations, if it gave one.",
    kind: Kind::Text { default: None },
    presence: Presence::Nullable,
};

pub(crate) const ISSUE_ID: Parameter = Parameter {
    name: "issueId",
    about: "Short id (WEB-1A) or number.",
    kind: Kind::Text { default: None },
    presence: Presence::Optional,
};

pub(crate) const ISSUE_URL: Parameter = Parameter {
    name: "issueUrl",
    about: "The issue's Sentry URL, instead of organizationSlug and issueId.",
    kind: Kind::Url,
    presence: Presence::Optional,
};

pub(crate) const EVENT_ID: Parameter = Parameter {
    name: "eventId",
    about: "One event; without it the latest.",
    kind: Kind::HexId,
    presence: Presence::Optional,
};

/// The names under which a tool may take a project.
pub(crate) const PROJECT_NAMES: [&str; 2] = ["projectSlug", "projectSlugOrId"];

impl Parameter {
    /// Whether the session's URL says it already, so that clients do not.
    pub(crate) fn is_fixed(&self, constraint: &Constraint) -> bool {
        let by_organization = [ORGANIZATION.name, REGION.name].contains(&self.name);
        (by_organization && constraint.organization().is_some())
            || (PROJECT_NAMES.contains(&self.name) && constraint.project().is_some())
    }
}

/// The `inputSchema` of some parameters: a flat object, since model APIs refuse `anyOf`, `oneOf` and `allOf`.
pub(crate) struct InputSchema(pub(crate) Vec<Parameter>);

impl Serialize for InputSchema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Properties<'a>(&'a [Parameter]);
        impl Serialize for Properties<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.iter().map(|parameter| (parameter.name, parameter)))
            }
        }
        let required: Vec<_> = self
            .0
            .iter()
            .filter(|parameter| parameter.presence == Presence::Required)
            .map(|parameter| parameter.name)
            .collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", "object")?;
        map.serialize_entry("properties", &Properties(&self.0))?;
        if !required.is_empty() {
            map.serialize_entry("required", &required)?;
        }
        map.end()
    }
}

/// The parameter's own schema.
impl Serialize for Parameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = match self.kind {
            Kind::Text { .. } | Kind::HexId | Kind::Url | Kind::Choice { .. } => "string",
            Kind::Limit { .. } => "number",
            Kind::Flag { .. } => "boolean",
        };
        let mut map = serializer.serialize_map(None)?;
        if self.presence == Presence::Nullable {
            map.serialize_entry("type", &[kind, "null"])?;
        } else {
            map.serialize_entry("type", kind)?;
        }
        if !self.about.is_empty() {
            map.serialize_entry("description", self.about)?;
        }
        match self.kind {
            Kind::Text { default } => {
                if let Some(default) = default {
                    map.serialize_entry("default", default)?;
                }
            }
            Kind::HexId => map.serialize_entry("pattern", "^[0-9a-fA-F]{32}$")?,
            Kind::Url => map.serialize_entry("format", "uri")?,
            Kind::Choice { options, default } => {
                map.serialize_entry("enum", options)?;
                map.serialize_entry("default", default)?;
            }
            Kind::Limit { most, default } => {
                map.serialize_entry("minimum", &1)?;
                map.serialize_entry("maximum", &most)?;
                map.serialize_entry("default", &default)?;
            }
            Kind::Flag { default } => map.serialize_entry("default", &default)?,
        }
        map.end()
    }
}
