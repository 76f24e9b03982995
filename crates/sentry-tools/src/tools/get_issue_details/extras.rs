//! What is nice to know beside an issue and its event: asked for all at once, with little patience, and left out where
//! Sentry does not answer.

use std::time::Duration;

use futures_util::future::join5;
use sentry_api::{
    AutofixRun, Client, EventId, ExternalIssue, Frame, IssueId, Region, Slug, SlugOrId, Trace,
};

use crate::stacktrace;
use crate::tool::Context;

use super::Found;

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

pub(super) async fn gather(
    context: &Context<'_>,
    region: &Region,
    organization: &Slug,
    found: &Found,
) -> Extras {
    let Ok(issue) = IssueId::parse(&found.issue.id) else {
        return Extras::default();
    };
    let client = &context.client.with_patience(PATIENCE);
    let is_of_errors = found.issue.is_of_errors();
    let (run, external, replays, source, (trace, conversation)) = join5(
        client.autofix(region, organization, &issue),
        client.external_issues(region, organization, &issue),
        client.replays_of_issue(region, organization, &issue, is_of_errors),
        source(client, region, organization, found),
        of_trace(client, region, organization, found),
    )
    .await;
    Extras {
        run: run.ok().flatten(),
        external: external.unwrap_or_default(),
        replays: replays.unwrap_or_default(),
        source,
        trace,
        conversation,
    }
}

async fn source(
    client: &Client,
    region: &Region,
    organization: &Slug,
    found: &Found,
) -> Option<String> {
    let event = found.event.as_ref()?;
    let project = SlugOrId::parse(&found.issue.project.as_ref()?.slug).ok()?;
    let traces = stacktrace::of(event);
    let frame: &Frame = stacktrace::culprit(&traces).filter(|frame| frame.in_app)?;
    let line = frame.line_no.map(|line| line.to_string());
    let platform = event.text("platform");
    let commit = event.last_commit();
    let sdk = event.sdk();
    // Without the file there is nothing to look for.
    frame.filename.as_ref()?;
    let members = [
        ("file", &frame.filename),
        ("platform", &platform),
        ("lineNo", &line),
        ("absPath", &frame.abs_path),
        ("module", &frame.module),
        ("package", &frame.package),
        ("commitId", &commit),
        ("sdkName", &sdk),
    ];
    let mut query = vec![("groupId", found.issue.id.as_str())];
    query.extend(
        members
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?))),
    );
    let answer = client
        .stacktrace_link(region, organization, &project, query)
        .await;
    answer.ok().flatten()
}

async fn of_trace(
    client: &Client,
    region: &Region,
    organization: &Slug,
    found: &Found,
) -> (Option<Trace>, Option<String>) {
    let trace = found.event.as_ref().and_then(|event| event.trace_id());
    let Some(id) = trace.and_then(|id| EventId::parse(&id).ok()) else {
        return (None, None);
    };
    if found.issue.is_of_errors() {
        return (None, None);
    }
    let field = "gen_ai.conversation.id".to_owned();
    let query = format!("trace:{} has:{field}", id.as_str());
    let parameters = vec![
        ("dataset", "spans"),
        ("query", query.as_str()),
        ("per_page", "1"),
        ("statsPeriod", "14d"),
    ];
    let fields = [field];
    let (trace, conversation) = futures_util::future::join(
        client.trace(region, organization, &id, "10000"),
        client.events(region, organization, parameters, &fields),
    )
    .await;
    let conversation = conversation
        .ok()
        .and_then(|page| page.items.into_iter().next()?.into_iter().next()?);
    (trace.ok(), conversation)
}
