//! What is nice to know beside an issue and its event: asked for all at once, with little patience, and left out where
//! Sentry does not answer.

use std::cell::RefCell;
use std::time::Duration;

use fetch::LocalFuture;
use futures_util::future::join_all;
use sentry_api::{AutofixRun, Client, EventId, ExternalIssue, SlugOrId, Trace};

use crate::text::stacktrace;
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
    /// For what is no error: what else happened in its trace.
    pub(super) trace: Option<Trace>,
    /// For what is no error: the conversation with a model that it is part of.
    pub(super) conversation: Option<String>,
}

pub(super) async fn gather(context: &Context<'_>, place: &Place, found: &Found) -> Extras {
    let Ok(issue) = found.issue.key() else {
        return Extras::default();
    };
    let client = &context.client.with_patience(PATIENCE);
    let (region, organization) = (&place.region, &place.organization);
    let is_of_errors = found.issue.is_of_errors();
    let trace = found.event.as_ref().and_then(|event| event.trace_id());
    let trace = trace.and_then(|id| EventId::parse(&id).ok());
    let extras = RefCell::new(Extras::default());
    let (issue, all) = (&issue, &extras);
    let sight = context.sight;
    let own = sight.project_id();
    let mut requests: Vec<LocalFuture<'_, ()>> = vec![
        Box::pin(async move {
            let run = client.autofix(region, organization, issue).await;
            all.borrow_mut().run = run.ok().flatten();
        }),
        Box::pin(async move {
            let external = client.external_issues(region, organization, issue).await;
            all.borrow_mut().external = external.unwrap_or_default();
        }),
        Box::pin(async move {
            let replays = client
                .replays_of_issue(region, organization, issue, is_of_errors, own)
                .await;
            all.borrow_mut().replays = sight.of_all(replays.unwrap_or_default());
        }),
        Box::pin(async move {
            let source = source(context, client, place, found).await;
            all.borrow_mut().source = source;
        }),
    ];
    if let (Some(id), false) = (&trace, is_of_errors) {
        requests.push(Box::pin(async move {
            let trace = client.trace(region, organization, id, "10000").await;
            all.borrow_mut().trace = trace.ok();
        }));
        requests.push(Box::pin(async move {
            let conversation = conversation(context, client, place, id).await;
            all.borrow_mut().conversation = conversation;
        }));
    }
    join_all(requests).await;
    extras.take()
}

async fn source(
    context: &Context<'_>,
    client: &Client,
    place: &Place,
    found: &Found,
) -> Option<String> {
    let event = found.event.as_ref()?;
    let project = SlugOrId::parse(&found.issue.project.as_ref()?.slug).ok()?;
    let project = context.sight.project(project)?;
    let traces = stacktrace::of(event);
    let frame = stacktrace::culprit(&traces).filter(|frame| frame.in_app)?;
    // Without the file there is nothing to look for.
    frame.filename.as_ref()?;
    let members = [
        ("file", frame.filename.clone()),
        ("platform", event.text("platform")),
        ("lineNo", frame.line_no.map(|line| line.to_string())),
        ("absPath", frame.abs_path.clone()),
        ("module", frame.module.clone()),
        ("package", frame.package.clone()),
        ("commitId", event.last_commit()),
        ("sdkName", event.sdk()),
    ];
    let mut query = vec![("groupId", found.issue.id.as_str())];
    for (name, value) in &members {
        if let Some(value) = value {
            query.push((name, value));
        }
    }
    let answer = client
        .stacktrace_link(&place.region, &place.organization, &project, query)
        .await;
    answer.ok().flatten()
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
