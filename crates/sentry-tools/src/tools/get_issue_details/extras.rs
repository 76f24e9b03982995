//! What is nice to know beside an issue and its event: asked for all at once, with little patience, and left out where
//! Sentry does not answer.

use std::cell::RefCell;
use std::time::Duration;

use fetch::LocalFuture;
use futures_util::future::join_all;
use sentry_api::{
    ApiError, AutofixRun, Client, EventId, ExternalIssue, Issue, IssueSearch, IssueSort,
    ProjectKey, SlugOrId, SuspectCommit, Trace,
};

use crate::text::stacktrace::{Traces, file};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::Context;

use super::found::Found;

const PATIENCE: Duration = Duration::from_secs(5);

/// What Sentry answered of it.
#[derive(Default)]
pub(super) struct Extras {
    pub(super) run: Option<AutofixRun>,
    pub(super) external: Vec<ExternalIssue>,
    pub(super) replays: Vec<String>,
    /// The culprit's line in the project's repository.
    pub(super) source: Option<String>,
    /// What else happened in its trace.
    pub(super) trace: Option<Trace>,
    /// For what is no error: the conversation with a model that it is part of.
    pub(super) conversation: Option<String>,
    /// The commits that Sentry suspects.
    pub(super) commits: Vec<SuspectCommit>,
    /// Issues of the same type of error in the project, the last seen first.
    pub(super) similar: Vec<Issue>,
    /// How many of these were asked for.
    pub(super) asked: u64,
    /// How many of them Sentry did not answer. What is not there is an answer.
    pub(super) failed: u64,
}

/// Counts an answer, and keeps what it brought.
fn kept<T: Default>(all: &RefCell<Extras>, answer: Result<T, ApiError>) -> T {
    let mut all = all.borrow_mut();
    all.asked += 1;
    match answer {
        Ok(found) => found,
        Err(ApiError::NotFound) => T::default(),
        Err(_) => {
            all.failed += 1;
            T::default()
        }
    }
}

pub(super) async fn gather(
    context: &Context<'_>,
    place: &Place,
    found: &Found,
    traces: Option<&Traces<'_>>,
) -> Extras {
    let Ok(issue) = found.issue.key() else {
        return Extras::default();
    };
    let client = &context.client.with_patience(PATIENCE);
    let (region, organization) = (&place.region, &place.organization);
    let is_of_errors = found.issue.is_of_errors();
    let trace = found.event.as_ref().and_then(|event| event.trace_id());
    let trace = trace.and_then(|id| EventId::parse(&id).ok());
    let event_id = found.event.as_ref().and_then(|event| event.event_id());
    let event_id = event_id.and_then(|id| EventId::parse(&id).ok());
    let project = project(context, found);
    let extras = RefCell::new(Extras::default());
    let (issue, all) = (&issue, &extras);
    let sight = context.sight;
    let own = sight.project_id();
    let mut requests: Vec<LocalFuture<'_, ()>> = vec![
        Box::pin(async move {
            let run = client.autofix(region, organization, issue).await;
            let run = kept(all, run);
            all.borrow_mut().run = run;
        }),
        Box::pin(async move {
            let external = client.external_issues(region, organization, issue).await;
            let external = kept(all, external);
            all.borrow_mut().external = external;
        }),
        Box::pin(async move {
            let replays = client
                .replays_of_issue(region, organization, issue, is_of_errors, own)
                .await;
            let replays = sight.of_all(kept(all, replays));
            all.borrow_mut().replays = replays;
        }),
        Box::pin(async move {
            let similar = similar(context, client, place, found).await;
            all.borrow_mut().similar = match similar {
                Some(answer) => kept(all, answer),
                None => Vec::new(),
            };
        }),
    ];
    if let (Some(project), Some(traces)) = (&project, traces)
        && let Some(query) = frame_query(found, traces)
    {
        requests.push(Box::pin(async move {
            let query = query
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            let answer = client
                .stacktrace_link(region, organization, project, query)
                .await;
            let source = kept(all, answer);
            all.borrow_mut().source = source;
        }));
    }
    if let (Some(project), Some(event)) = (&project, &event_id)
        && is_of_errors
    {
        requests.push(Box::pin(async move {
            let commits = client
                .suspect_commits(region, organization, project, event)
                .await;
            let commits = kept(all, commits);
            all.borrow_mut().commits = commits;
        }));
    }
    if let Some(id) = &trace {
        requests.push(Box::pin(async move {
            let limit = if is_of_errors { "1000" } else { "10000" };
            let trace = client.trace(region, organization, id, limit).await;
            let trace = kept(all, trace.map(Some));
            all.borrow_mut().trace = trace;
        }));
    }
    if let (Some(id), false) = (&trace, is_of_errors) {
        requests.push(Box::pin(async move {
            let conversation = conversation(context, client, place, id).await;
            all.borrow_mut().conversation = conversation;
        }));
    }
    join_all(requests).await;
    extras.take()
}

fn project(context: &Context<'_>, found: &Found) -> Option<ProjectKey> {
    let project = SlugOrId::parse(&found.issue.project.as_ref()?.slug).ok()?;
    context.sight.project(project)
}

/// What the culprit's frame says, where it has a file: without one there is nothing to look for.
fn frame_query(found: &Found, traces: &Traces<'_>) -> Option<Vec<(&'static str, String)>> {
    let event = found.event.as_ref()?;
    let frame = traces.culprit_frame().filter(|frame| frame.in_app)?;
    file(frame)?;
    let members = [
        ("groupId", Some(found.issue.id.clone())),
        (
            "file",
            frame.filename.clone().or_else(|| frame.abs_path.clone()),
        ),
        ("platform", event.text("platform")),
        ("lineNo", frame.line_no.map(|line| line.to_string())),
        ("absPath", frame.abs_path.clone()),
        ("module", frame.module.clone()),
        ("package", frame.package.clone()),
        ("commitId", event.last_commit()),
        ("sdkName", event.sdk()),
    ];
    let members = members.into_iter();
    Some(
        members
            .filter_map(|(name, value)| Some((name, value?)))
            .collect(),
    )
}

/// Issues of the same type of error, or of the same kind, in the issue's project. A search, since Sentry publishes no
/// other way.
async fn similar(
    context: &Context<'_>,
    client: &Client,
    place: &Place,
    found: &Found,
) -> Option<Result<Vec<Issue>, ApiError>> {
    const SHOWN: usize = 2;
    let issue = &found.issue;
    let project = issue.project.as_ref()?.id.as_deref();
    let of_session = context.sight.project_id();
    let kind = issue
        .metadata
        .kind
        .as_deref()
        .filter(|kind| !kind.is_empty());
    let query = match (kind, issue.issue_type.as_deref()) {
        (Some(kind), _) => {
            let kind: String = kind
                .chars()
                .filter(|char| !matches!(char, '"' | '\\'))
                .take(100)
                .collect();
            format!("error.type:\"{kind}\"")
        }
        (None, Some(kind)) if kind != "error" => format!("issue.type:{kind}"),
        _ => return None,
    };
    let search = IssueSearch {
        query: &query,
        project_id: of_session.or(project),
        sort: Some(IssueSort::Date),
        period: "14d",
        limit: 3,
    };
    let answer = client
        .issues(&place.region, &place.organization, search)
        .await;
    Some(answer.map(|page| {
        let mut found = context.sight.of_page(page).items;
        found.retain(|other| other.id != issue.id);
        found.truncate(SHOWN);
        found
    }))
}

/// A conversation may run through several projects, as its trace does.
async fn conversation(
    context: &Context<'_>,
    client: &Client,
    place: &Place,
    trace: &EventId,
) -> Option<String> {
    const FIELD: &str = "gen_ai.conversation.id";
    let query = ["trace:", trace.as_str(), " has:", FIELD].concat();
    let mut parameters = vec![
        ("dataset", "spans"),
        ("query", query.as_str()),
        ("per_page", "1"),
        ("statsPeriod", "14d"),
    ];
    parameters.extend(context.sight.project_id().map(|id| ("project", id)));
    let found = client
        .events(&place.region, &place.organization, parameters, &[FIELD])
        .await;
    let rows = context.sight.of_page(found.ok()?).items;
    rows.into_iter().next()?.into_iter().next()?
}
