//! What the tools for cron monitors share.

use fetch::Method;
use sentry_api::{Endpoint, Filling, Whose};

use crate::plan::Replies;
use crate::vocabulary::arguments::wrong;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{NEAR_LIMIT, PERIOD, Parameter};
use crate::vocabulary::tool::Context;

/// A monitor, as each of them shows it.
macro_rules! monitor {
    () => {
        "id slug! name~ status isMuted? project=project.slug owner{type id name~} scheduleType~=config.schedule_type \
         schedule*~=config.schedule timezone~=config.timezone checkInMarginMinutes#=config.checkin_margin \
         maxRuntimeMinutes#=config.max_runtime failureIssueThreshold#=config.failure_issue_threshold \
         recoveryThreshold#=config.recovery_threshold dateCreated"
    };
}
pub(super) use monitor;

/// One of its environments.
macro_rules! environment {
    () => {
        "name~ status isMuted? lastCheckIn~ nextCheckIn~ nextCheckInLatest~ \
         failingSince~=activeIncident.startingTimestamp"
    };
}
pub(super) use environment;

/// The slug of a monitor.
pub(super) const SLUG: &Parameter = &Parameter::text("monitorSlug", "From find_monitors.")
    .required()
    .near(&["monitor", "slug", "monitorid", "monitoridorslug"]);

pub(super) const ENVIRONMENT: &Parameter = &Parameter::text("environment", "").near(&["env"]);

/// Where a time begins and ends, for lists of runs.
pub(super) const SINCE: &Parameter = &Parameter::text(
    "start",
    "With end, instead of period: 2026-11-30T12:00:00Z.",
)
.nullable();
pub(super) const UNTIL: &Parameter = &Parameter::text("end", "").nullable();
pub(super) const OPTIONAL_PERIOD: &Parameter = &PERIOD.nullable();

/// How many a list of monitors shows.
pub(super) const LIMIT: &Parameter =
    &Parameter::integer("limit", "", Some(99), Some(10)).near(NEAR_LIMIT);

/// A monitor below its project.
pub(super) static MONITOR: Endpoint = Endpoint {
    method: Method::Get,
    path: "projects/{org}/{project}/monitors/{}",
    whose: Whose::Project,
    what: "a cron monitor",
};

/// A time has both of its ends, or none.
pub(super) fn with_both_ends(
    context: &Context<'_>,
    _: &Replies,
    _: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let sent = |parameter| context.arguments.text(parameter).is_some();
    match (sent(SINCE), sent(UNTIL)) {
        (true, false) => Err(wrong(SINCE, "needs `end` as well")),
        (false, true) => Err(wrong(UNTIL, "needs `start` as well")),
        _ => Ok(true),
    }
}
