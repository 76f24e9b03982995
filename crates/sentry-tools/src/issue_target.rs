//! Which issue a call is about: the rules that all issue tools share.

use sentry_api::{EventId, Issue, IssueId, Slug};

use crate::arguments::required;
use crate::failure::Failure;
use crate::issue_url::{self, IssueUrl};
use crate::parameter::{EVENT_ID, ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION};
use crate::tool::Context;

/// What the arguments name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IssueTarget {
    pub(crate) organization: Slug,
    /// `None`: only an event is named.
    pub(crate) issue: Option<IssueId>,
    pub(crate) event: Option<EventId>,
}

impl IssueTarget {
    /// Reads `issueUrl`, or `organizationSlug` with `issueId` or `eventId`. A URL must agree with what else is said,
    /// the session's constraint included.
    pub(crate) fn read(context: &Context<'_>) -> Result<Self, Failure> {
        let arguments = context.arguments;
        let organization = arguments.slug(&OPTIONAL_ORGANIZATION)?;
        let issue = arguments.issue(&ISSUE_ID)?;
        let event = arguments.event(&EVENT_ID)?;
        let Some(text) = arguments.text(&ISSUE_URL)? else {
            if issue.is_none() && event.is_none() {
                return Err(Failure::Invalid(
                    "Name the issue: `issueUrl`, or `organizationSlug` with `issueId`.".to_owned(),
                ));
            }
            return Ok(Self {
                organization: required(&OPTIONAL_ORGANIZATION, organization)?,
                issue,
                event,
            });
        };
        let url = issue_url::parse(&text, context.base()).ok_or_else(|| {
            Failure::Invalid(
                "`issueUrl` is not a Sentry issue URL such as https://acme.sentry.io/issues/WEB-1A.".to_owned(),
            )
        })?;
        agrees(context, &url, organization.as_ref(), issue.as_ref())?;
        Ok(Self {
            organization: url.organization,
            issue: Some(url.issue),
            event: event.or(url.event),
        })
    }
}

fn agrees(
    context: &Context<'_>,
    url: &IssueUrl,
    organization: Option<&Slug>,
    issue: Option<&IssueId>,
) -> Result<(), Failure> {
    let constraint = &context.session.constraint;
    if constraint
        .organization()
        .is_some_and(|fixed| *fixed != url.organization)
    {
        return Err(outside("organization"));
    }
    if let (Some(project), Some(verified)) = (&url.project, context.verified)
        && verified
            .project
            .as_ref()
            .is_some_and(|fixed| fixed.slug != *project)
    {
        return Err(outside("project"));
    }
    if organization.is_some_and(|named| *named != url.organization) {
        return Err(Failure::Invalid(
            "`issueUrl` and `organizationSlug` name different organizations: send one of them."
                .to_owned(),
        ));
    }
    if issue.is_some_and(|named| *named != url.issue) {
        return Err(Failure::Invalid(
            "`issueUrl` and `issueId` name different issues: send one of them.".to_owned(),
        ));
    }
    Ok(())
}

/// In a session of one project, an issue of another project is refused before anything of it is shown.
pub(crate) fn check_project(context: &Context<'_>, issue: &Issue) -> Result<(), Failure> {
    let Some(fixed) = context
        .verified
        .and_then(|verified| verified.project.as_ref())
    else {
        return Ok(());
    };
    let slug = issue.project.as_ref().map(|project| project.slug.as_str());
    if slug == Some(fixed.slug.as_str()) {
        Ok(())
    } else {
        Err(outside("project"))
    }
}

fn outside(what: &str) -> Failure {
    Failure::Invalid(format!(
        "That issue is in another {what} than the one this connection is limited to."
    ))
}
