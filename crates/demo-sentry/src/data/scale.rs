//! `--seed-scale`: copies the data under other names and ids.

use std::collections::BTreeMap;

use super::Data;
use super::chance::id;
use super::issue::Issue;
use super::project::Project;
use super::release::Release;
use super::replay::Replay;
use super::row::Row;
use super::team::Team;
use super::trace::Trace;

/// The number of a copy. The original data is 1, so copies count from 2.
#[derive(Clone, Copy)]
struct Copy(u32);

impl Data {
    /// Adds `scale - 1` copies of everything in an organization.
    pub(super) fn scale(&mut self, scale: u32) {
        let originals = self.clone();
        for number in 2..=scale {
            self.add(&originals, Copy(number));
        }
        self.rows.sort();
    }

    fn add(&mut self, originals: &Self, copy: Copy) {
        let teams = originals.teams.iter().cloned();
        self.teams.extend(teams.map(|team| copy.team(team)));
        let projects = originals.projects.iter().cloned();
        self.projects
            .extend(projects.map(|project| copy.project(project)));
        let releases = originals.releases.iter().cloned();
        self.releases
            .extend(releases.map(|release| copy.release(release)));
        self.keys
            .extend(originals.keys.iter().cloned().map(|mut key| {
                key.project = copy.slug(&key.project);
                key
            }));
        let monitors = originals.monitors.iter().cloned();
        self.monitors.extend(monitors.map(|mut monitor| {
            monitor.id = super::monitor::uuid(&[&monitor.id, &copy.0.to_string()]);
            monitor.slug = copy.slug(&monitor.slug);
            monitor.project = copy.slug(&monitor.project);
            monitor
        }));
        let uptime = originals.uptime.iter().cloned();
        self.uptime.extend(uptime.map(|mut monitor| {
            monitor.id = copy.number(&monitor.id, 100);
            monitor.project = copy.slug(&monitor.project);
            monitor
        }));
        let replays = originals.replays.iter().cloned();
        self.replays
            .extend(replays.map(|replay| copy.replay(replay)));
        let traces = originals.traces.iter().cloned();
        self.traces.extend(traces.map(|trace| copy.trace(trace)));
        for (rows, originals) in self
            .rows
            .all_mut()
            .into_iter()
            .zip(originals.rows.clone().all_mut())
        {
            rows.extend(originals.drain(..).map(|row| copy.row(row)));
        }
        for issue in &originals.issues {
            let issue = copy.issue(issue.clone());
            let of = copy.original(&issue.id);
            if let Some(activity) = originals.activity.get(&of) {
                self.activity.insert(issue.id.clone(), activity.clone());
            }
            if let Some(analysis) = originals.analyses.get(&of) {
                self.analyses.insert(issue.id.clone(), analysis.clone());
            }
            self.issues.push(issue);
        }
    }
}

impl Copy {
    fn number(self, number: &str, step: u64) -> String {
        let number: u64 = number.parse().unwrap_or_default();
        (number + step * u64::from(self.0 - 1)).to_string()
    }

    /// The number that [`Copy::number`] turned into this one, which is in steps of 100.
    fn original(self, number: &str) -> String {
        let number: u64 = number.parse().unwrap_or_default();
        number
            .saturating_sub(100 * u64::from(self.0 - 1))
            .to_string()
    }

    fn slug(self, slug: &str) -> String {
        format!("{slug}-{}", self.0)
    }

    fn name(self, name: &str) -> String {
        format!("{name} {}", self.0)
    }

    fn version(self, version: &str) -> String {
        match version.split_once('@') {
            Some((package, version)) => format!("{package}-{}@{version}", self.0),
            None => version.to_owned(),
        }
    }

    fn id(self, original: &str, digits: usize) -> String {
        id(&[original, &self.0.to_string()], digits)
    }

    fn team(self, mut team: Team) -> Team {
        team.id = self.number(&team.id, 100);
        team.slug = self.slug(&team.slug);
        team.name = self.name(&team.name);
        team
    }

    fn project(self, mut project: Project) -> Project {
        project.id = self.number(&project.id, 100);
        project.slug = self.slug(&project.slug);
        project.name = self.name(&project.name);
        project
            .teams
            .iter_mut()
            .for_each(|team| *team = self.slug(team));
        project.latest_release = self.version(&project.latest_release);
        project
    }

    fn release(self, mut release: Release) -> Release {
        release.id = self.number(&release.id, 100);
        release.version = self.version(&release.version);
        release
            .projects
            .iter_mut()
            .for_each(|slug| *slug = self.slug(slug));
        release
    }

    fn replay(self, mut replay: Replay) -> Replay {
        replay.id = self.id(&replay.id, 32);
        replay.project = self.slug(&replay.project);
        replay
            .error_ids
            .iter_mut()
            .for_each(|event| *event = self.id(event, 32));
        replay
    }

    fn trace(self, mut trace: Trace) -> Trace {
        trace.id = self.id(&trace.id, 32);
        trace
            .spans
            .iter_mut()
            .for_each(|span| span.project = self.slug(&span.project));
        trace
            .errors
            .iter_mut()
            .for_each(|(event, _)| *event = self.id(event, 32));
        trace
    }

    fn row(self, mut row: Row) -> Row {
        let digits = row.id.len();
        row.id = self.id(&row.id, digits);
        row.project = self.slug(&row.project);
        if let Some(serde_json::Value::String(trace)) = row.fields.get_mut("trace") {
            *trace = self.id(trace, 32);
        }
        if let Some(serde_json::Value::String(release)) = row.fields.get_mut("release") {
            *release = self.version(release);
        }
        row
    }

    /// Renames an issue: `CHECKOUT-1` is `CHECKOUT-2-1` in the second copy.
    fn issue(self, mut issue: Issue) -> Issue {
        issue.id = self.number(&issue.id, 100);
        if let Some((project, number)) = issue.short_id.rsplit_once('-') {
            issue.short_id = format!("{project}-{}-{number}", self.0);
        }
        issue.project = self.slug(&issue.project);
        if let Some(releases) = issue.tags.get_mut("release") {
            let renamed = releases
                .iter()
                .map(|(release, count)| (self.version(release), *count));
            *releases = renamed.collect::<BTreeMap<_, _>>();
        }
        for event in &mut issue.events {
            event.id = self.id(&event.id, 32);
            if let Some(release) = event.tags.get_mut("release") {
                *release = self.version(release);
            }
        }
        issue
    }
}
