//! A tool's parameters: what is said about them, as data. [`crate::vocabulary::input_schema`]
//! tells clients, [`crate::vocabulary::arguments`] reads what they send.

use crate::vocabulary::session::Constraint;

/// One parameter of a tool.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    /// For the model; empty where the name says it.
    pub(crate) about: &'static str,
    pub(crate) kind: Kind,
    pub(crate) presence: Presence,
    /// Other names that clients send for it, squeezed ([`crate::vocabulary::near`]). Its own, in any spelling, is one anyway.
    pub(crate) near: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    Optional,
    /// May be left out or `null`.
    Nullable,
    /// May be left out; `null` takes away what there was.
    Clearable,
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
    Number {
        least: u32,
        /// The schema says `integer` rather than `number`; a fraction is refused either way.
        is_integer: bool,
        most: Option<u32>,
        default: Option<u32>,
    },
    Flag {
        default: bool,
    },
    /// A list of texts.
    Texts,
    /// A list of lists of two texts: names with their values.
    Pairs,
    /// A number or a text.
    NumberOrText,
    /// Such as the arguments of another tool. What is in it the tool checks.
    Object,
    /// A list of objects. What is in them the tool checks.
    Objects,
}

/// What a text may be. The length is in characters.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Text {
    pub(crate) default: Option<&'static str>,
    pub(crate) most: Option<u16>,
    pub(crate) format: Format,
    /// The word that `null` and the empty text are, unless that other parameter is sent.
    pub(crate) nothing: Option<(&'static str, &'static str)>,
}

/// What a text stands for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Format {
    #[default]
    Free,
    Url,
    Slug,
    IssueId,
    /// 32 hexadecimal digits: an event or a trace.
    HexId,
    /// The same, or a word for an event of an issue: `latest`, `oldest`, `recommended`.
    HexIdOrLatest,
    TagKey,
    /// Such as `14d`.
    Period,
    /// A number in a text: the id of something.
    Digits,
    /// `user:ID` or `team:ID`.
    Owner,
}

const TEXT: Text = Text {
    default: None,
    most: None,
    format: Format::Free,
    nothing: None,
};

/// The organization, where a tool cannot do without.
pub(crate) const ORGANIZATION: &Parameter = &OPTIONAL_ORGANIZATION.required();

/// The organization, where an issue's URL may name it as well.
pub(crate) const OPTIONAL_ORGANIZATION: &Parameter =
    &Parameter::format("organizationSlug", "", Format::Slug).near(&[
        "organization",
        "org",
        "orgslug",
        "organizationid",
        "organizationidorslug",
        "organizationslugorid",
    ]);

pub(crate) const REGION: &Parameter =
    &Parameter::text("regionUrl", "From find_organizations, if it gave one.")
        .nullable()
        .near(&["region"]);

/// Other names for a project, under whichever of [`PROJECT_NAMES`] a tool takes it.
pub(crate) const NEAR_PROJECT: &[&str] = &[
    "project",
    "projectslug",
    "projectslugorid",
    "projectid",
    "projectidorslug",
    "projectname",
];

pub(crate) const PROJECT: &Parameter =
    &Parameter::format("projectSlug", "", Format::Slug).near(NEAR_PROJECT);

/// As [`PROJECT`], where clients know that a number does as well.
pub(crate) const PROJECT_OR_ID: &Parameter =
    &Parameter::format("projectSlugOrId", "", Format::Slug).near(NEAR_PROJECT);

pub(crate) const ISSUE_ID: &Parameter =
    &Parameter::format("issueId", "Short id (WEB-1A) or number.", Format::IssueId).near(&[
        "issue",
        "id",
        "shortid",
        "issueshortid",
        "issueidorshortid",
        "groupid",
    ]);

pub(crate) const ISSUE_URL: &Parameter = &Parameter::format(
    "issueUrl",
    "The issue's Sentry URL, instead of organizationSlug and issueId.",
    Format::Url,
)
.near(&["url", "link", "permalink", "sentryurl", "issuelink"]);

pub(crate) const EVENT_ID: &Parameter = &Parameter::format(
    "eventId",
    "32 hex digits, latest, oldest or recommended.",
    Format::HexIdOrLatest,
)
.near(NEAR_EVENT);

const NEAR_EVENT: &[&str] = &["event"];

pub(crate) const EVENT_OR_LATEST: &Parameter = &EVENT_ID.with_default("latest");

pub(crate) const TRACE_ID: &Parameter =
    &Parameter::format("traceId", "32 hex digits.", Format::HexId)
        .required()
        .near(&["trace"]);

pub(crate) const PERIOD: &Parameter =
    &Parameter::format("period", "Such as 30m, 24h, 14d, 2w.", Format::Period).near(NEAR_PERIOD);

/// Other names for a period.
pub(crate) const NEAR_PERIOD: &[&str] = &[
    "statsperiod",
    "timerange",
    "timeperiod",
    "timeframe",
    "range",
];

/// Other names for an order.
pub(crate) const NEAR_SORT: &[&str] = &["orderby", "sortby", "order", "sorting"];

/// Other names for how many are shown.
pub(crate) const NEAR_LIMIT: &[&str] = &[
    "perpage",
    "maxresults",
    "max",
    "pagesize",
    "count",
    "size",
    "first",
    "numresults",
    "maxitems",
];

pub(crate) const EXPLAIN: &Parameter = &Parameter::flag(
    "includeExplanation",
    "Say how the query was understood.",
    false,
);

/// A part of a name, for the `find_*` tools.
pub(crate) const NAME_QUERY: &Parameter = &Parameter::text("query", "Part of a name or slug.")
    .nullable()
    .near(&["q", "name", "search", "filter", "slug"]);

/// Where the page before ended.
pub(crate) const CURSOR: &Parameter =
    &Parameter::text("cursor", "nextCursor of the answer before.").nullable();

/// The names under which a tool may take a project.
pub(crate) const PROJECT_NAMES: [&str; 2] = ["projectSlug", "projectSlugOrId"];

impl Parameter {
    pub(crate) const fn new(name: &'static str, about: &'static str, kind: Kind) -> Self {
        Self {
            name,
            about,
            kind,
            presence: Presence::Optional,
            near: &[],
        }
    }

    /// With other names that clients send for it.
    pub(crate) const fn near(self, near: &'static [&'static str]) -> Self {
        Self { near, ..self }
    }

    pub(crate) const fn text(name: &'static str, about: &'static str) -> Self {
        Self::new(name, about, Kind::Text(TEXT))
    }

    pub(crate) const fn format(name: &'static str, about: &'static str, format: Format) -> Self {
        Self::new(name, about, Kind::Text(Text { format, ..TEXT }))
    }

    /// The same text with a default.
    pub(crate) const fn with_default(self, default: &'static str) -> Self {
        let text = match self.kind {
            Kind::Text(text) => text,
            _ => TEXT,
        };
        let default = Some(default);
        Self {
            kind: Kind::Text(Text { default, ..text }),
            ..self
        }
    }

    /// The same text of at most so many characters.
    pub(crate) const fn at_most(self, most: u16) -> Self {
        let text = match self.kind {
            Kind::Text(text) => text,
            _ => TEXT,
        };
        let most = Some(most);
        Self {
            kind: Kind::Text(Text { most, ..text }),
            ..self
        }
    }

    /// The same text, of which nothing is a word unless another parameter is sent.
    pub(crate) const fn nothing_is(self, word: &'static str, unless: &'static str) -> Self {
        let text = match self.kind {
            Kind::Text(text) => text,
            _ => TEXT,
        };
        let nothing = Some((word, unless));
        Self {
            kind: Kind::Text(Text { nothing, ..text }),
            ..self
        }
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
                least: 1,
                is_integer,
                most,
                default,
            },
        )
    }

    /// The same number from `least` on.
    pub(crate) const fn from(self, least: u32) -> Self {
        let kind = match self.kind {
            Kind::Number {
                is_integer,
                most,
                default,
                ..
            } => Kind::Number {
                least,
                is_integer,
                most,
                default,
            },
            kind => kind,
        };
        Self { kind, ..self }
    }

    /// As [`Self::integer`], where clients know the parameter as a `number`.
    pub(crate) const fn number(name: &'static str, most: u32, default: u32) -> Self {
        let is_integer = false;
        let (most, default) = (Some(most), Some(default));
        Self::new(
            name,
            "",
            Kind::Number {
                least: 1,
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

    pub(crate) const fn clearable(self) -> Self {
        Self {
            presence: Presence::Clearable,
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
        let (organization, project) = (constraint.organization(), constraint.project());
        self.is_fixed_by(organization.is_some(), project.is_some())
    }

    /// The same for a URL that says an organization, or a project.
    pub(crate) fn is_fixed_by(&self, organization: bool, project: bool) -> bool {
        let by_organization = [ORGANIZATION.name, REGION.name].contains(&self.name);
        (by_organization && organization) || (PROJECT_NAMES.contains(&self.name) && project)
    }

    /// Whether it may be anything that somebody writes.
    pub(crate) const fn is_free_text(&self) -> bool {
        match self.kind {
            Kind::Text(text) => matches!(text.format, Format::Free | Format::Url),
            Kind::Texts | Kind::NumberOrText => true,
            _ => false,
        }
    }

    /// Whether the empty text differs from none: it overrides a default.
    pub(crate) const fn has_empty_meaning(&self) -> bool {
        match self.kind {
            Kind::Text(text) => text.default.is_some() && matches!(text.format, Format::Free),
            _ => false,
        }
    }
}
