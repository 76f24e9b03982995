//! `--seed-scale`: copies the data under other names and ids.

use std::collections::BTreeMap;

use super::Data;
use super::chance::id;
use super::issue::Issue;

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
        self.teams
            .extend(originals.teams.iter().cloned().map(|mut team| {
                team.id = copy.number(&team.id, 100);
                team.slug = copy.slug(&team.slug);
                team.name = copy.name(&team.name);
                team
            }));
        self.projects
            .extend(originals.projects.iter().cloned().map(|mut project| {
                project.id = copy.number(&project.id, 100);
                project.slug = copy.slug(&project.slug);
                project.name = copy.name(&project.name);
                project
                    .teams
                    .iter_mut()
                    .for_each(|team| *team = copy.slug(team));
                project.latest_release = copy.version(&project.latest_release);
                project
            }));
        self.releases
            .extend(originals.releases.iter().cloned().map(|mut release| {
                release.id = copy.number(&release.id, 100);
                release.version = copy.version(&release.version);
                release
                    .projects
                    .iter_mut()
                    .for_each(|slug| *slug = copy.slug(slug));
                release
            }));
        self.keys
            .extend(originals.keys.iter().cloned().map(|mut key| {
                key.project = copy.slug(&key.project);
                key
            }));
        self.replays
            .extend(originals.replays.iter().cloned().map(|mut replay| {
                replay.id = copy.id(&replay.id, 32);
                replay.project = copy.slug(&replay.project);
                replay
                    .error_ids
                    .iter_mut()
                    .for_each(|event| *event = copy.id(event, 32));
                replay
            }));
        self.traces
            .extend(originals.traces.iter().cloned().map(|mut trace| {
                trace.id = copy.id(&trace.id, 32);
                trace
                    .spans
                    .iter_mut()
                    .for_each(|span| span.project = copy.slug(&span.project));
                trace
                    .errors
                    .iter_mut()
                    .for_each(|(event, _)| *event = copy.id(event, 32));
                trace
            }));
        for (rows, originals) in self
            .rows
            .all_mut()
            .into_iter()
            .zip(originals.rows.clone().all_mut())
        {
            rows.extend(originals.drain(..).map(|mut row| {
                let digits = row.id.len();
                row.id = copy.id(&row.id, digits);
                row.project = copy.slug(&row.project);
                if let Some(serde_json::Value::String(trace)) = row.fields.get_mut("trace") {
                    *trace = copy.id(trace, 32);
                }
                if let Some(serde_json::Value::String(release)) = row.fields.get_mut("release") {
                    *release = copy.version(release);
                }
                row
            }));
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
