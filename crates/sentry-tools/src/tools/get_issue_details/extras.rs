//! What is nice to know beside an issue and its event: asked for all at once, with little patience, and left out where
//! Sentry does not answer.

use std::cell::RefCell;
use std::time::Duration;

use fetch::LocalFuture;
use futures_util::future::join_all;
use sentry_api::{
    ApiError, AutofixRun, Client, EventId, ExternalIssue, Issue, IssueKey, IssueSearch, IssueSort,
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
    /// Those that Sentry did not answer. What is not there is an answer.
    pub(super) failed: Vec<&'static str>,
}

/// Counts the answer about `what`, and keeps what it brought.
fn kept<T: Default>(all: &RefCell<Extras>, what: &'static str, answer: Result<T, ApiError>) -> T {
    let mut all = all.borrow_mut();
    all.asked += 1;
    match answer {
        Ok(found) => found,
        Err(ApiError::NotFound) => T::default(),
        Err(_) => {
            all.failed.push(what);
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
    let id = |id: Option<String>| id.and_then(|id| EventId::parse(&id).ok());
    let event = found.event.as_ref();
    let trace = id(event.and_then(|event| event.trace_id()));
    let event_id = id(event.and_then(|event| event.event_id()));
    let project = project(context, found);
    let ask = &Ask {
        context,
        client: context.client.with_patience(PATIENCE),
        place,
        found,
        issue,
        is_of_errors: found.issue.is_of_errors(),
        all: RefCell::new(Extras::default()),
    };
    let mut requests: Vec<LocalFuture<'_, ()>> = vec![
        Box::pin(ask.run()),
        Box::pin(ask.external()),
        Box::pin(ask.replays()),
        Box::pin(ask.similar()),
    ];
    if let (Some(project), Some(traces)) = (&project, traces)
        && let Some(query) = frame_query(found, traces)
    {
        requests.push(Box::pin(ask.source(project, query)));
    }
    if let (Some(project), Some(event)) = (&project, &event_id)
        && ask.is_of_errors
    {
        requests.push(Box::pin(ask.commits(project, event)));
    }
    if let Some(id) = &trace {
        requests.push(Box::pin(ask.trace(id)));
        if !ask.is_of_errors {
            requests.push(Box::pin(ask.conversation(id)));
        }
    }
    join_all(requests).await;
    ask.all.take()
}

/// What is asked about, and where the answers go.
struct Ask<'a> {
    context: &'a Context<'a>,
    client: Client,
    place: &'a Place,
    found: &'a Found,
    issue: IssueKey,
    is_of_errors: bool,
    all: RefCell<Extras>,
}

impl Ask<'_> {
    async fn run(&self) {
        let (region, organization) = (&self.place.region, &self.place.organization);
        let run = self.client.autofix(region, organization, &self.issue).await;
        let run = kept(&self.all, "Seer", run);
        self.all.borrow_mut().run = run;
    }

    async fn external(&self) {
        let (region, organization) = (&self.place.region, &self.place.organization);
        let external = self
            .client
            .external_issues(region, organization, &self.issue)
            .await;
        let external = kept(&self.all, "linked issues", external);
        self.all.borrow_mut().external = external;
    }

    async fn replays(&self) {
        let (region, organization) = (&self.place.region, &self.place.organization);
        let (issue, is_of_errors) = (&self.issue, self.is_of_errors);
        let sight = self.context.sight;
        let own = sight.project_id();
        let replays = self
            .client
            .replays_of_issue(region, organization, issue, is_of_errors, own)
            .await;
        let replays = sight.of_all(kept(&self.all, "replays", replays));
        self.all.borrow_mut().replays = replays;
    }

    async fn similar(&self) {
        let similar = similar(self.context, &self.client, self.place, self.found).await;
        let similar = similar.map(|answer| kept(&self.all, "similar issues", answer));
        self.all.borrow_mut().similar = similar.unwrap_or_default();
    }

    async fn source(&self, project: &ProjectKey, query: Vec<(&'static str, String)>) {
        let (region, organization) = (&self.place.region, &self.place.organization);
        let query = query.iter();
        let query = query.map(|(name, value)| (*name, value.as_str())).collect();
        let answer = self
            .client
            .stacktrace_link(region, organization, project, query)
            .await;
        let source = kept(&self.all, "the line in the repository", answer);
        self.all.borrow_mut().source = source;
    }

    async fn commits(&self, project: &ProjectKey, event: &EventId) {
        let (region, organization) = (&self.place.region, &self.place.organization);
        let commits = self
            .client
            .suspect_commits(region, organization, project, event)
            .await;
        let commits = kept(&self.all, "suspect commit", commits);
        self.all.borrow_mut().commits = commits;
    }

    async fn trace(&self, id: &EventId) {
        let (region, organization) = (&self.place.region, &self.place.organization);
        let limit = if self.is_of_errors { "1000" } else { "10000" };
        let trace = self.client.trace(region, organization, id, limit).await;
        let trace = kept(&self.all, "trace", trace.map(Some));
        self.all.borrow_mut().trace = trace;
    }

    async fn conversation(&self, trace: &EventId) {
        let conversation = conversation(self.context, &self.client, self.place, trace).await;
        self.all.borrow_mut().conversation = conversation;
    }
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
    let cell = rows.into_iter().next()?.into_iter().next()?;
    Some(cell?.text)
}
