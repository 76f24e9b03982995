//! Sessions of another organization or another project than the arguments name: nothing of what they name is told, and
//! nothing of it is changed.
// file rule: mcp/constraints

use std::sync::OnceLock;

use fetch::Request;
use sentry_tools::{Constraint, Session};

use super::rows::{ORGANIZATION, PROJECT, Row, rows};
use super::stage::{Local, place, wait, writes};
use super::{Came, nothing};
use crate::fixture::{session, slug};

/// Ada is a member of it, and nothing of the rows is in it.
const OTHER_ORGANIZATION: &str = "quiet-harbor";
/// Of the same organization.
const OTHER_PROJECT: &str = "lantern-app";

fn other_organization() -> Session {
    let constraint = Constraint::Organization(slug(OTHER_ORGANIZATION));
    Session {
        constraint,
        ..session()
    }
}

/// Tools whose rows are about something of another project than the others.
const NOT_OF_THE_PROJECT: &[&str] = &[
    "get_agent_conversation_details",
    "get_latest_base_snapshot",
    "get_replay_details",
    "get_snapshot",
    "get_snapshot_image",
    "get_span_details",
];

/// Tools that change something that no project has.
const OF_THE_ORGANIZATION: &[&str] = &["create_team", "onboarding_status_update"];

/// What is told of somewhere else, beside what the call itself names.
fn tells(row: &Row, came: &Came, mark: &str) -> bool {
    // A domain of addresses of persons.
    let mut words = came
        .words()
        .to_lowercase()
        .replace("@lighthouse-books.example", "");
    for (_, value) in row.arguments.as_object().unwrap() {
        if let Some(text) = value.as_str() {
            words = words.replace(&text.to_lowercase(), "");
        }
    }
    words.contains(mark)
}

fn project(name: &str) -> Session {
    let constraint = Constraint::Project {
        organization: slug(ORGANIZATION),
        project: slug(name),
    };
    Session {
        constraint,
        ..session()
    }
}

/// What a row does in sessions of elsewhere, and in one of its own project.
pub(crate) struct Elsewhere {
    /// Whether those of elsewhere refuse it.
    pub(crate) is_refused: bool,
    pub(crate) asked: Vec<Request>,
    pub(crate) problems: Vec<String>,
}

/// Of every row, in their order.
pub(crate) fn elsewhere() -> &'static [Elsewhere] {
    static ELSEWHERE: OnceLock<Vec<Elsewhere>> = OnceLock::new();
    ELSEWHERE.get_or_init(|| {
        wait(|| async {
            let local = Local::start().await;
            let mut found = vec![];
            for row in rows() {
                found.push(of_row(&local, &row).await);
            }
            found
        })
    })
}

/// Whether a request says that project, in its path or its body.
fn is_of(request: &Request, project: &str) -> bool {
    let body = request.body.as_deref().unwrap_or_default();
    let body = String::from_utf8_lossy(body);
    place(request).contains(&format!("/{project}/")) || body.contains(&format!("\"{project}\""))
}

async fn of_row(local: &Local, row: &Row) -> Elsewhere {
    let mut problems = vec![];
    local.reset();
    let came = local
        .call(other_organization(), row.tool, row.arguments.clone())
        .await;
    let asked = came.asked.iter().map(place);
    for place in asked.filter(|place| place.contains(ORGANIZATION)) {
        problems.push(format!(
            "{} in another organization asks {place}",
            row.name()
        ));
    }
    if came.result.is_err() || tells(row, &came, ORGANIZATION) {
        problems.push(format!(
            "{} in another organization: {}",
            row.name(),
            came.words()
        ));
    }
    let is_error = came.is_error();
    let mut all = came.asked;
    local.reset();
    let came = local
        .call(project(OTHER_PROJECT), row.tool, row.arguments.clone())
        .await;
    if came.result.is_err() || tells(row, &came, PROJECT) {
        problems.push(format!(
            "{} in another project: {}",
            row.name(),
            came.words()
        ));
    }
    let outside = came.asked.iter().filter(|request| writes(request));
    let mut outside = outside.filter(|request| !is_of(request, OTHER_PROJECT));
    if !OF_THE_ORGANIZATION.contains(&row.tool) && outside.next().is_some() {
        problems.push(format!(
            "{} in another project changes something",
            row.name()
        ));
    }
    let is_refused = is_error && came.is_error();
    all.extend(came.asked);
    local.reset();
    let came = local
        .call(project(PROJECT), row.tool, row.arguments.clone())
        .await;
    let has_nothing_to_do = came.words().contains("this connection is limited to");
    let is_elsewhere = NOT_OF_THE_PROJECT.contains(&row.tool)
        || row.arguments["issueId"] == "SHOP-WINDOW-1"
        || row.arguments["project"] == "shop-window";
    if came.is_error() != (has_nothing_to_do || is_elsewhere) {
        problems.push(format!("{} in its project: {}", row.name(), came.words()));
    }
    all.extend(came.asked);
    Elsewhere {
        is_refused,
        asked: all,
        problems,
    }
}

#[test]
fn nothing_is_told_or_changed_of_another_organization_or_project() {
    let problems = elsewhere().iter().flat_map(|row| row.problems.clone());
    nothing(&problems.collect::<Vec<_>>());
}
