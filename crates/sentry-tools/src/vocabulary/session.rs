use std::cell::RefCell;

use sentry_api::{Region, Sight, Slug};

use crate::vocabulary::limits::Limits;
use crate::vocabulary::scope::Scopes;
use crate::vocabulary::skill::Skills;

/// Who calls, and what they may do. Made anew for every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Chosen on the consent page.
    pub skills: Skills,
    /// Of the access token. [`Scopes::ALL`] where there is no OAuth token: `Sentry-Bearer`, stdio.
    pub scopes: Scopes,
    /// From the path: `/mcp/{org}/{project}`.
    pub constraint: Constraint,
    /// Shown where we or Sentry failed, so that a person can ask about it.
    pub request_id: String,
    /// Chosen by the operator, or more strictly by whoever made the connection.
    pub untrusted: Untrusted,
    /// What the connection leaves out of all that.
    pub limits: Limits,
    /// Whether `tools/list` has the whole catalogue, for clients that call only what is listed.
    pub lists_all: bool,
}

/// What becomes of text that an event's sender, a member or another service wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Untrusted {
    /// It is quoted, and marked as data.
    #[default]
    Quote,
    /// Free text is left out; names, paths and numbers stay.
    Omit,
}

impl Untrusted {
    /// `quote` or `omit`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "quote" => Some(Self::Quote),
            "omit" => Some(Self::Omit),
            _ => None,
        }
    }

    /// This, or what the connection asks for where that is stricter. A word that means nothing is the strictest: whoever
    /// misspells `omit` gets what they wanted.
    #[must_use]
    pub fn or_stricter(self, asked: Option<&str>) -> Self {
        match asked {
            None | Some("quote") => self,
            Some(_) => Self::Omit,
        }
    }
}

impl Session {
    /// What it may see.
    pub(crate) fn sight(&self, verified: Option<&Verified>) -> Sight {
        self.constraint.sight(verified)
    }
}

impl Constraint {
    /// What may be seen under it. Decided here and nowhere else: tools pass it on.
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub(crate) fn sight(&self, verified: Option<&Verified>) -> Sight {
        match self {
            Self::None => Sight::everything(),
            Self::Organization(organization) => Sight::of_organization(organization.clone()),
            Self::Project {
                organization,
                project,
            } => {
                let known = verified.and_then(|verified| verified.project.as_ref());
                let slug = known.map_or(project, |known| &known.slug).clone();
                let id = known.map(|known| known.id.clone());
                Sight::of_project(organization.clone(), slug, id)
            }
        }
    }
}

/// What a session is limited to, as its URL says; not yet known to exist.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Constraint {
    /// Everything that the token reaches.
    None,
    /// One organization.
    Organization(Slug),
    /// One project.
    Project {
        /// Its organization.
        organization: Slug,
        /// By slug; a number works as well.
        project: Slug,
    },
}

impl Constraint {
    /// The organization, when it is fixed.
    #[must_use]
    pub const fn organization(&self) -> Option<&Slug> {
        match self {
            Self::None => None,
            Self::Organization(organization) | Self::Project { organization, .. } => {
                Some(organization)
            }
        }
    }

    /// The project, when it is fixed.
    #[must_use]
    pub const fn project(&self) -> Option<&Slug> {
        match self {
            Self::Project { project, .. } => Some(project),
            _ => None,
        }
    }
}

/// What Sentry said about a constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The server that holds the organization.
    pub region: Region,
    /// The organization's number, if Sentry says it.
    pub organization: Option<String>,
    /// The project, when it is fixed.
    pub project: Option<VerifiedProject>,
}

/// A project that Sentry knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedProject {
    /// Its number.
    pub id: String,
    /// Its slug as Sentry writes it.
    pub slug: Slug,
}

/// Remembers which constraints Sentry has confirmed for whoever holds the session, so that it is asked at the first
/// tool call only. The worker keeps an answer for 15 minutes per isolate **and grant**: another person may see another
/// Sentry.
pub trait VerifiedConstraints {
    /// What is still remembered.
    fn recall(&self, constraint: &Constraint) -> Option<Verified>;

    /// What was confirmed at some time, however long ago: by its numbers it is found again under another name.
    fn before(&self, constraint: &Constraint) -> Option<Verified> {
        self.recall(constraint)
    }

    /// Remembers an answer.
    fn remember(&self, constraint: &Constraint, verified: &Verified);
}

/// Remembers one constraint as long as it lives: for a process that serves one session.
#[derive(Debug, Default)]
pub struct Remembered(RefCell<Option<(Constraint, Verified)>>);

impl VerifiedConstraints for Remembered {
    fn recall(&self, constraint: &Constraint) -> Option<Verified> {
        let remembered = self.0.borrow();
        let (of, verified) = remembered.as_ref()?;
        (of == constraint).then(|| verified.clone())
    }

    fn remember(&self, constraint: &Constraint, verified: &Verified) {
        *self.0.borrow_mut() = Some((constraint.clone(), verified.clone()));
    }
}
