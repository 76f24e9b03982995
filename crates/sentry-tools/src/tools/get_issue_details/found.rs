//! An issue and one event of it, from Sentry.

use futures_util::future::join;
use sentry_api::{ApiError, Client, Event, EventName, EventRef, Issue, IssueKey, Owned, Region};

use crate::vocabulary::failure::Failure;
use crate::vocabulary::issue_target::{IssueTarget, seen};
use crate::vocabulary::tool::Context;

/// An issue, and one event of it where Sentry still has one.
pub(super) struct Found {
    pub(super) issue: Issue,
    pub(super) event: Option<Event>,
}

pub(super) async fn find(
    context: &Context<'_>,
    region: &Region,
    target: &IssueTarget,
) -> Result<Found, Failure> {
    let client = context.client;
    let wanted = target.which();
    let named = target.issue.as_ref();
    let unread = named.and_then(|id| Some((id, context.sight.unread_issue(id.clone())?)));
    if let Some((id, key)) = unread.filter(|_| target.is_sure()) {
        // Nothing has to be checked between the two, so that they run at once.
        let (issue, event) = join(
            client.issue(region, &target.organization, id),
            event_of(client, region, target, &key, wanted),
        )
        .await;
        return Ok(Found {
            issue: seen(context, issue?)?,
            event: event?.map(|event| seen(context, event)).transpose()?,
        });
    }
    let issue = match &target.issue {
        Some(id) => client.issue(region, &target.organization, id).await?,
        None => issue_of_event(context, region, target).await?,
    };
    let issue = seen(context, issue)?;
    target.check(&issue)?;
    let event = event_of(client, region, target, &issue.key()?, wanted).await?;
    let event = event.map(|event| seen(context, event)).transpose()?;
    Ok(Found { issue, event })
}

async fn issue_of_event(
    context: &Context<'_>,
    region: &Region,
    target: &IssueTarget,
) -> Result<Owned<Issue>, Failure> {
    let mut found = Vec::new();
    if let Some(EventName::Id(event)) = &target.event {
        let own = context.sight.project_id();
        found = context
            .client
            .issue_of_event(region, &target.organization, event, own)
            .await?;
    }
    // One that is seen, or else one that is refused.
    let seen = found
        .iter()
        .position(|issue| issue.seen_by(context.sight).is_some());
    let found = found.into_iter().nth(seen.unwrap_or_default());
    found.ok_or_else(|| ApiError::NotFound.into())
}

/// The event asked for, which must exist, or the latest, which may have been deleted by age.
async fn event_of(
    client: &Client,
    region: &Region,
    target: &IssueTarget,
    issue: &IssueKey,
    which: EventRef<'_>,
) -> Result<Option<Owned<Event>>, ApiError> {
    match client
        .issue_event(region, &target.organization, issue, which)
        .await
    {
        Ok(event) => Ok(Some(event)),
        Err(ApiError::NotFound) if !matches!(which, EventRef::Id(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
