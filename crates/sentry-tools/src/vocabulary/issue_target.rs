//! Which issue a call is about: the rules that all issue tools share.

use fetch::LocalFuture;
use sentry_api::{EventId, EventRef, Issue, IssueId, IssueKey, Owned, Slug, SlugOrId};

use crate::text::issue_url::{self, IssueUrl};
use crate::vocabulary::arguments::required;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{EVENT_OR_LATEST, ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::Context;

/// What the arguments name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IssueTarget {
    pub(crate) organization: Slug,
    /// `None`: only an event is named.
    pub(crate) issue: Option<IssueId>,
    /// `None`: the latest.
    pub(crate) event: Option<EventId>,
}

/// An issue that may be asked about: in a session of one project, it is known to be of that project.
pub(crate) struct Located {
    pub(crate) place: Place,
    pub(crate) key: IssueKey,
    pub(crate) event: Option<EventId>,
    /// Where it had to be read to know.
    pub(crate) issue: Option<Issue>,
}

impl IssueTarget {
    /// Reads `issueUrl`, or `organizationSlug` with `issueId` or `eventId`. A URL must agree with what else is said,
    /// the session's constraint included.
    pub(crate) fn read(context: &Context<'_>) -> Result<Self, Failure> {
        let arguments = context.arguments;
        let organization = arguments.slug(&OPTIONAL_ORGANIZATION);
        let issue = arguments.issue(&ISSUE_ID);
        let event = arguments.event(&EVENT_OR_LATEST);
        let Some(text) = arguments.text(&ISSUE_URL) else {
            if issue.is_none() && event.is_none() {
                return Err(unnamed());
            }
            return Ok(Self {
                organization: required(&OPTIONAL_ORGANIZATION, organization)?,
                issue,
                event,
            });
        };
        let url = issue_url::parse(text, context.base()).ok_or_else(|| {
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

impl Located {
    /// Reads the arguments; in a session of one project, Sentry is asked whose the issue is before anything else of it
    /// is.
    pub(crate) async fn find(context: &Context<'_>) -> Result<Self, Failure> {
        Self::read(context, false).await
    }

    /// As [`Self::find`], and reads the issue in any session.
    pub(crate) async fn find_and_read(context: &Context<'_>) -> Result<Self, Failure> {
        Self::read(context, true).await
    }

    fn read<'a>(
        context: &'a Context<'_>,
        is_needed: bool,
    ) -> LocalFuture<'a, Result<Self, Failure>> {
        Box::pin(async move {
            let target = IssueTarget::read(context)?;
            let id = target.issue.ok_or_else(unnamed)?;
            let place = Place {
                region: context.region()?,
                organization: target.organization,
            };
            let unread = context.sight.unread_issue(id.clone());
            let (key, issue) = match unread.filter(|_| !is_needed) {
                Some(key) => (key, None),
                None => {
                    let client = context.client;
                    let found = client.issue(&place.region, &place.organization, &id);
                    let issue = seen(context, found.await?)?;
                    (issue.key()?, Some(issue))
                }
            };
            Ok(Self {
                place,
                key,
                event: target.event,
                issue,
            })
        })
    }

    /// Which event is asked for.
    pub(crate) fn which(&self) -> EventRef<'_> {
        self.event.as_ref().map_or(EventRef::Latest, EventRef::Id)
    }

    /// As people say it: the short id where it is known.
    pub(crate) fn name(&self) -> &str {
        let issue = self.issue.as_ref();
        let short_id = issue.and_then(|issue| issue.short_id.as_deref());
        short_id.unwrap_or(self.key.as_str())
    }

    /// The issue in Sentry's web interface.
    pub(crate) fn link(&self, context: &Context<'_>) -> String {
        let path = format!("/issues/{}/", self.key.id());
        context.base().web_url(&self.place.organization, &path)
    }
}

fn unnamed() -> Failure {
    Failure::Invalid("Name the issue: `issueUrl`, or `organizationSlug` with `issueId`.".to_owned())
}

fn agrees(
    context: &Context<'_>,
    url: &IssueUrl,
    organization: Option<&Slug>,
    issue: Option<&IssueId>,
) -> Result<(), Failure> {
    check_organization(context, &url.organization)?;
    if let Some(project) = &url.project
        && context
            .sight
            .project(SlugOrId::Slug(project.clone()))
            .is_none()
    {
        return Err(Failure::outside("project"));
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

/// A pasted URL must lie inside the session's constraint.
pub(crate) fn check_organization(context: &Context<'_>, named: &Slug) -> Result<(), Failure> {
    match context.session.constraint.organization() {
        Some(fixed) if fixed != named => Err(Failure::outside("organization")),
        _ => Ok(()),
    }
}

/// In a session of one project, an issue or event of another project is refused before anything of it is shown.
pub(crate) fn seen<T>(context: &Context<'_>, found: Owned<T>) -> Result<T, Failure> {
    found
        .into_seen(context.sight)
        .ok_or_else(|| Failure::outside("project"))
}
