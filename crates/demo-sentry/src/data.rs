//! The sample data: read once from `data/*.json`, then kept in memory.
//!
//! To add an issue, add a file in `data/issues/`, a line in [`load`], and for the newer projects a row in
//! `tests/features/kinds.rs`. A time in a file is written like `@-9d4h`,
//! which is that long before the start. Large numbers of similar rows come from [`generate`].

pub(crate) mod activity;
mod ago;
pub(crate) mod alerting;
pub(crate) mod analysis;
pub(crate) mod attachment;
pub(crate) mod chance;
pub(crate) mod code_mapping;
pub(crate) mod conversation;
pub(crate) mod event;
mod generate;
pub(crate) mod inspected;
pub(crate) mod issue;
pub(crate) mod key;
mod load;
pub(crate) mod monitor;
pub(crate) mod organization;
pub(crate) mod page;
pub(crate) mod picture;
pub(crate) mod profile;
pub(crate) mod project;
pub(crate) mod recording;
pub(crate) mod release;
pub(crate) mod replay;
pub(crate) mod row;
mod scale;
pub(crate) mod setup;
pub(crate) mod snapshot;
pub(crate) mod team;
pub(crate) mod trace;
pub(crate) mod uptime;
pub(crate) mod user;

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use serde_json::Value;

use activity::Activity;
use alerting::Alerting;
use analysis::Analysis;
use code_mapping::CodeMapping;
use conversation::Conversation;
use event::Event;
use inspected::Inspected;
use issue::Issue;
use key::ClientKey;
use monitor::Monitor;
use organization::Organization;
use project::Project;
use release::Release;
use replay::Replay;
use row::Rows;
use setup::Setup;
use team::Team;
use trace::Trace;
use uptime::UptimeMonitor;
use user::User;

pub use load::DataError;

/// The id of the first activity that is added at run time.
const FIRST_RECORDED: u64 = 970_000_000;

/// All data. The order is that of every list.
#[derive(Clone, Debug)]
pub(crate) struct Data {
    pub(crate) users: Vec<User>,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) teams: Vec<Team>,
    pub(crate) projects: Vec<Project>,
    pub(crate) issues: Vec<Issue>,
    pub(crate) releases: Vec<Release>,
    pub(crate) keys: Vec<ClientKey>,
    pub(crate) monitors: Vec<Monitor>,
    pub(crate) uptime: Vec<UptimeMonitor>,
    pub(crate) traces: Vec<Trace>,
    pub(crate) replays: Vec<Replay>,
    pub(crate) rows: Rows,
    pub(crate) code_mappings: Vec<CodeMapping>,
    /// Dashboards, alert rules and monitors.
    pub(crate) alerting: Alerting,
    pub(crate) conversations: Vec<Conversation>,
    pub(crate) setup: Setup,
    /// Activities by issue id, newest first.
    pub(crate) activity: BTreeMap<String, Vec<Activity>>,
    /// Analyses by issue id.
    pub(crate) analyses: BTreeMap<String, Analysis>,
    /// How many analyses and activities were added at run time, from which their ids are derived.
    pub(crate) started: u64,
    pub(crate) recorded: u64,
    /// External issues by the issue's short id, as they are sent.
    pub(crate) external_issues: BTreeMap<String, Vec<Value>>,
    /// Whose commits an issue is suspected to come from: by its short id, as they go out.
    pub(crate) committers: BTreeMap<String, Vec<Value>>,
    pub(crate) inspected: Inspected,
}

impl Data {
    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// Finds an organization by slug or numeric id, since every path of Sentry's API accepts either.
    pub(crate) fn organization(&self, slug_or_id: &str) -> Option<&Organization> {
        self.organizations
            .iter()
            .find(|org| org.slug == slug_or_id || org.id == slug_or_id)
    }

    /// Finds a project of an organization by slug or numeric id.
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

    /// Finds an issue by its numeric id or its short id; the latter in any case.
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

    /// Gives a project another slug, wherever the old one stands.
    pub(crate) fn rename_project(&mut self, old: &str, new: &str) {
        let rename = |slug: &mut String| {
            if slug == old {
                new.clone_into(slug);
            }
        };
        for key in self.keys.iter_mut().filter(|key| key.project == old) {
            key.made_for.get_or_insert_with(|| old.to_owned());
        }
        let spans = self.traces.iter_mut().flat_map(|trace| &mut trace.spans);
        let rows = self.rows.all_mut().into_iter().flatten();
        let releases = self.releases.iter_mut();
        self.projects
            .iter_mut()
            .map(|one| &mut one.slug)
            .chain(self.issues.iter_mut().map(|one| &mut one.project))
            .chain(releases.flat_map(|one| &mut one.projects))
            .chain(self.keys.iter_mut().map(|one| &mut one.project))
            .chain(self.replays.iter_mut().map(|one| &mut one.project))
            .chain(spans.map(|one| &mut one.project))
            .chain(rows.map(|one| &mut one.project))
            .chain(self.code_mappings.iter_mut().map(|one| &mut one.project))
            .chain(self.conversations.iter_mut().map(|one| &mut one.project))
            .chain(self.setup.filters.iter_mut().map(|one| &mut one.project))
            .chain(self.setup.dropped.iter_mut().map(|one| &mut one.project))
            .for_each(rename);
    }

    /// Adds an activity to an issue, as its newest.
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
