use crate::vocabulary::scope::{Scope, Scopes};

/// What a person lets an agent do, chosen on the consent page. A tool is on when any of its skills is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Skill {
    /// Read issues, events, traces, releases.
    Inspect,
    /// Root-cause analysis by Sentry's own service.
    Seer,
    /// Change issues.
    Triage,
    /// Create and change teams, projects, keys.
    ProjectManagement,
    /// Search the documentation. Deprecated: not offered to new grants.
    Docs,
}

impl Skill {
    /// All, in the order of the consent page.
    pub const ALL: [Self; 5] = [
        Self::Inspect,
        Self::Seer,
        Self::Triage,
        Self::ProjectManagement,
        Self::Docs,
    ];

    /// The id: the form's value, and what a grant stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inspect => "inspect",
            Self::Seer => "seer",
            Self::Triage => "triage",
            Self::ProjectManagement => "project-management",
            Self::Docs => "docs",
        }
    }

    /// The skill of that id.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|skill| skill.as_str() == text)
    }

    /// A heading for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Inspect => "Inspect",
            Self::Seer => "Seer",
            Self::Triage => "Triage",
            Self::ProjectManagement => "Project management",
            Self::Docs => "Documentation",
        }
    }

    /// What it allows, for people.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Inspect => "Read issues, events, traces, releases and projects.",
            Self::Seer => {
                "Have Sentry's Seer look for the cause of an issue. It starts an analysis; it cannot resolve, assign \
                 or comment."
            }
            Self::Triage => "Resolve, assign and comment on issues.",
            Self::ProjectManagement => {
                "Create and change projects, teams and the keys (DSNs) that events are sent with."
            }
            Self::Docs => "Search Sentry's documentation.",
        }
    }

    /// Whether the consent page ticks it without being asked.
    #[must_use]
    pub const fn is_on_by_default(self) -> bool {
        matches!(self, Self::Inspect | Self::Seer)
    }

    /// Whether new grants may have it.
    #[must_use]
    pub const fn is_offered(self) -> bool {
        !matches!(self, Self::Docs)
    }

    /// The scopes that it needs; each implies `org:read`. Sentry asks `event:write` for starting a Seer run.
    #[must_use]
    pub const fn scopes(self) -> Scopes {
        match self {
            Self::Inspect | Self::Docs => Scopes::of(&[Scope::OrgRead]),
            Self::Triage | Self::Seer => Scopes::of(&[Scope::OrgRead, Scope::EventWrite]),
            Self::ProjectManagement => {
                Scopes::of(&[Scope::OrgRead, Scope::ProjectWrite, Scope::TeamWrite])
            }
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of skills.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Skills(u8);

impl Skills {
    /// No skill: no tools.
    pub const NONE: Self = Self(0);

    /// Every skill: a `Sentry-Bearer` or stdio session, unless told otherwise.
    pub const ALL: Self = Self::of(&Skill::ALL);

    /// The set of these.
    #[must_use]
    pub const fn of(skills: &[Skill]) -> Self {
        let mut set = 0;
        let mut rest = skills;
        while let [first, others @ ..] = rest {
            set |= first.bit();
            rest = others;
        }
        Self(set)
    }

    /// Whether any skill is in both sets.
    #[must_use]
    pub const fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What is in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The members, in the order of [`Skill::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Skill> {
        Skill::ALL
            .into_iter()
            .filter(move |skill| self.0 & skill.bit() != 0)
    }

    /// The scopes that these skills need.
    #[must_use]
    pub fn scopes(self) -> Scopes {
        self.iter()
            .fold(Scopes::NONE, |set, skill| set.union(skill.scopes()))
    }
}

impl FromIterator<Skill> for Skills {
    fn from_iter<I: IntoIterator<Item = Skill>>(skills: I) -> Self {
        skills
            .into_iter()
            .fold(Self::NONE, |set, skill| Self(set.0 | skill.bit()))
    }
}
