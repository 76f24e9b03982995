//! Which issue a call is about: the rules that all issue tools share.

use fetch::LocalFuture;
use sentry_api::{EventName, EventRef, Issue, IssueId, IssueKey, Owned, Slug};

use crate::text::url::{Advice, Call, Page};
use crate::vocabulary::advice::{self, Named, Others};
use crate::vocabulary::arguments::required;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{EVENT_ID, ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::Context;

/// What the arguments name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IssueTarget {
    pub(crate) organization: Slug,
    /// `None`: only an event is named.
    pub(crate) issue: Option<IssueId>,
    /// What it must be called as well: one says its number, the other its short id.
    also: Option<IssueId>,
    /// `None`: the latest.
    pub(crate) event: Option<EventName>,
}

/// An issue that may be asked about: in a session of one project, it is known to be of that project.
pub(crate) struct Located {
    pub(crate) place: Place,
    pub(crate) key: IssueKey,
    pub(crate) event: Option<EventName>,
    /// Where it had to be read to know.
    pub(crate) issue: Option<Issue>,
}

impl IssueTarget {
    /// Reads `issueUrl`, or `organizationSlug` with `issueId` or `eventId`. A URL must agree with what else is said,
    /// the session's constraint included.
    pub(crate) fn read(context: &Context<'_>) -> Result<Self, Failure> {
        let arguments = context.arguments;
        let issue = arguments.issue(ISSUE_ID);
        let event = arguments.event_name(EVENT_ID);
        let Some(text) = arguments.text(ISSUE_URL) else {
            let has_event = matches!(event, Some(EventName::Id(_)));
            if issue.is_none() && !has_event {
                return Err(unnamed());
            }
            let organization = arguments.slug(OPTIONAL_ORGANIZATION);
            return Ok(Self {
                organization: required(OPTIONAL_ORGANIZATION, organization)?,
                issue,
                also: None,
                event,
            });
        };
        let Named { organization, page } =
            advice::address(context, ISSUE_URL, text, Others::Refused)?;
        let (of_url, named) = match page {
            Page::Issue { issue, event } => (Some(issue), event),
            Page::Event(event) => (None, Some(EventName::Id(event))),
            Page::Trace { trace, .. } => {
                let advice = of_trace(trace.as_str());
                return Err(advice::failure(
                    context,
                    ISSUE_URL,
                    Some(&organization),
                    &advice,
                ));
            }
            // Invariant: an address that no tool reads is refused before.
            Page::Other(_) => return Err(unnamed()),
        };
        let (issue, also) = match (of_url, issue) {
            (Some(of_url), Some(issue)) if of_url == issue => (Some(issue), None),
            (Some(of_url), Some(issue)) if is_number(&of_url) == is_number(&issue) => {
                return Err(differ("issues", "issueId"));
            }
            // Which of them Sentry is asked for makes no difference: the answer must have both.
            (Some(of_url), also) => (Some(of_url), also),
            (None, issue) => (issue, None),
        };
        let event = match (named, event) {
            (Some(named), Some(event)) if named != event && event != EventName::Latest => {
                return Err(differ("events", "eventId"));
            }
            (named, event) => named.or(event),
        };
        Ok(Self {
            organization,
            issue,
            also,
            event,
        })
    }

    /// Which event is asked for.
    pub(crate) fn which(&self) -> EventRef<'_> {
        self.event.as_ref().map_or(EventRef::Latest, EventRef::from)
    }

    /// Whether all that the caller said has to be compared with the issue before anything else is asked.
    pub(crate) const fn is_sure(&self) -> bool {
        self.also.is_none()
    }

    /// What Sentry has under one name must be called by the other as well.
    pub(crate) fn check(&self, issue: &Issue) -> Result<(), Failure> {
        let Some(also) = &self.also else {
            return Ok(());
        };
        let names = [Some(issue.id.as_str()), issue.short_id.as_deref()];
        let mut names = names.into_iter().flatten();
        if names.any(|name| name.eq_ignore_ascii_case(also.as_str())) {
            Ok(())
        } else {
            Err(differ("issues", "issueId"))
        }
    }
}

fn is_number(issue: &IssueId) -> bool {
    issue.as_str().bytes().all(|byte| byte.is_ascii_digit())
}

fn differ(what: &str, beside: &str) -> Failure {
    Failure::Invalid(format!(
        "`issueUrl` and `{beside}` name different {what}: send one of them."
    ))
}

fn of_trace(trace: &str) -> Advice {
    Advice {
        what: "a trace",
        calls: vec![Call {
            tool: "get_trace_details",
            arguments: vec![("traceId", trace.to_owned())],
        }],
        also: "",
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
            let region = context.region()?;
            let id = target.issue.clone().ok_or_else(unnamed)?;
            let is_needed = is_needed || !target.is_sure();
            let place = Place {
                region,
                organization: target.organization.clone(),
            };
            let unread = context.sight.unread_issue(id.clone());
            let (key, issue) = match unread.filter(|_| !is_needed) {
                Some(key) => (key, None),
                None => {
                    let client = context.client;
                    let found = client.issue(&place.region, &place.organization, &id);
                    let issue = seen(context, found.await?)?;
                    target.check(&issue)?;
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
        self.event.as_ref().map_or(EventRef::Latest, EventRef::from)
    }

    /// As people say it: the short id where it is known.
    pub(crate) fn name(&self) -> &str {
        let issue = self.issue.as_ref();
        let short_id = issue.and_then(|issue| issue.short_id.as_deref());
        short_id.unwrap_or(self.key.as_str())
    }

    /// The same, with its organization.
    pub(crate) fn full_name(&self) -> String {
        [self.place.organization.as_str(), "/", self.name()].concat()
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

/// A pasted URL must lie inside the session's constraint.
pub(crate) fn check_organization(context: &Context<'_>, named: &Slug) -> Result<(), Failure> {
    match context.session.constraint.organization() {
        Some(fixed) if !fixed.as_str().eq_ignore_ascii_case(named.as_str()) => {
            Err(Failure::outside("organization"))
        }
        _ => Ok(()),
    }
}

/// In a session of one project, an issue or event of another project is refused before anything of it is shown.
pub(crate) fn seen<T>(context: &Context<'_>, found: Owned<T>) -> Result<T, Failure> {
    found
        .into_seen(context.sight)
        .ok_or_else(|| Failure::outside("project"))
}
