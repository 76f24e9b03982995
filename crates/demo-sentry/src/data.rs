//! The sample data: read once from `data/*.json`, then kept in memory.
//!
//! To add an issue: one file in `data/issues/`, one line in [`load`]. Times in the files are written
//! `@-9d4h`: that long before the start.

mod ago;
pub(crate) mod event;
pub(crate) mod issue;
mod load;
pub(crate) mod organization;
pub(crate) mod project;
pub(crate) mod team;
pub(crate) mod user;

use event::Event;
use issue::Issue;
use organization::Organization;
use project::Project;
use team::Team;
use user::User;

pub use load::DataError;

/// All of it, in the order of every listing.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) users: Vec<User>,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) teams: Vec<Team>,
    pub(crate) projects: Vec<Project>,
    pub(crate) issues: Vec<Issue>,
}

impl Data {
    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// By slug or numeric id, as every path of Sentry's API takes either.
    pub(crate) fn organization(&self, slug_or_id: &str) -> Option<&Organization> {
        self.organizations
            .iter()
            .find(|org| org.slug == slug_or_id || org.id == slug_or_id)
    }

    /// By slug or numeric id, within one organization.
    pub(crate) fn project(&self, organization: &str, slug_or_id: &str) -> Option<&Project> {
        self.projects_of(organization)
            .find(|project| project.is(slug_or_id))
    }

    pub(crate) fn projects_of<'a>(
        &'a self,
        organization: &str,
    ) -> impl Iterator<Item = &'a Project> {
        self.projects
            .iter()
            .filter(move |project| project.organization == organization)
    }

    pub(crate) fn teams_of<'a>(&'a self, organization: &str) -> impl Iterator<Item = &'a Team> {
        self.teams
            .iter()
            .filter(move |team| team.organization == organization)
    }

    pub(crate) fn issues_of<'a>(&'a self, organization: &str) -> impl Iterator<Item = &'a Issue> {
        self.issues
            .iter()
            .filter(move |issue| self.project(organization, &issue.project).is_some())
    }

    /// By numeric id or short id, the latter in any case.
    pub(crate) fn issue<'a>(
        &'a self,
        organization: &'a str,
        id_or_short_id: &str,
    ) -> Option<&'a Issue> {
        self.issues_of(organization)
            .find(|issue| issue.is(id_or_short_id))
    }

    pub(crate) fn event<'a>(
        &'a self,
        organization: &'a str,
        id: &str,
    ) -> Option<(&'a Issue, &'a Event)> {
        self.issues_of(organization)
            .find_map(|issue| Some((issue, issue.event(id)?)))
    }
}
