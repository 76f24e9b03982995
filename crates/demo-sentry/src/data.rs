//! The sample data: read once from `data/*.json`, then kept in memory.
//!
//! To add an issue: one file in `data/issues/`, one line in [`load`], and in the newer projects a row in
//! `tests/features/kinds.rs`. Times in the files are written `@-9d4h`: that long before the start. What is many
//! and alike comes from [`generate`].

pub(crate) mod activity;
mod ago;
pub(crate) mod analysis;
pub(crate) mod chance;
pub(crate) mod code_mapping;
pub(crate) mod event;
mod generate;
pub(crate) mod issue;
pub(crate) mod key;
mod load;
pub(crate) mod organization;
pub(crate) mod project;
pub(crate) mod release;
pub(crate) mod replay;
pub(crate) mod row;
mod scale;
pub(crate) mod team;
pub(crate) mod trace;
pub(crate) mod user;

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use serde_json::Value;

use activity::Activity;
use analysis::Analysis;
use code_mapping::CodeMapping;
use event::Event;
use issue::Issue;
use key::ClientKey;
use organization::Organization;
use project::Project;
use release::Release;
use replay::Replay;
use row::Rows;
use team::Team;
use trace::Trace;
use user::User;

pub use load::DataError;

/// Activity that is added counts from here.
const FIRST_RECORDED: u64 = 970_000_000;

/// All of it, in the order of every listing.
#[derive(Clone, Debug)]
pub(crate) struct Data {
    pub(crate) users: Vec<User>,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) teams: Vec<Team>,
    pub(crate) projects: Vec<Project>,
    pub(crate) issues: Vec<Issue>,
    pub(crate) releases: Vec<Release>,
    pub(crate) keys: Vec<ClientKey>,
    pub(crate) traces: Vec<Trace>,
    pub(crate) replays: Vec<Replay>,
    pub(crate) rows: Rows,
    pub(crate) code_mappings: Vec<CodeMapping>,
    /// By id of the issue, newest first.
    pub(crate) activity: BTreeMap<String, Vec<Activity>>,
    /// By id of the issue.
    pub(crate) analyses: BTreeMap<String, Analysis>,
    /// How many analyses and entries of activity were added while it ran: their ids count on.
    pub(crate) started: u64,
    pub(crate) recorded: u64,
    /// By short id of the issue, as they go out.
    pub(crate) external_issues: BTreeMap<String, Vec<Value>>,
    /// Whose commits an issue is suspected to come from: by its short id, as they go out.
    pub(crate) committers: BTreeMap<String, Vec<Value>>,
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
        let slugs: HashSet<&str> = self
            .projects_of(organization)
            .map(|project| project.slug.as_str())
            .collect();
        self.issues
            .iter()
            .filter(move |issue| slugs.contains(issue.project.as_str()))
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

    /// Writes down what happened to an issue, as its newest activity.
    pub(crate) fn record(
        &mut self,
        issue: &str,
        kind: &str,
        user: Value,
        data: Value,
        at: Timestamp,
    ) -> Activity {
        self.recorded += 1;
        let activity = Activity {
            id: (FIRST_RECORDED + self.recorded).to_string(),
            kind: kind.to_owned(),
            user,
            at,
            data,
        };
        let list = self.activity.entry(issue.to_owned()).or_default();
        list.insert(0, activity.clone());
        activity
    }
}
