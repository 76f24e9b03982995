//! What the tools for uptime monitors share.

use fetch::Method;
use sentry_api::{Endpoint, Value, Whose};

use crate::plan::{Narrow, READS, Step};
use crate::vocabulary::parameter::{Kind, PROJECT, Parameter};

use super::create_monitor;

/// A monitor, as each of them shows it. Its headers may hold secrets, and stay where they are.
macro_rules! uptime {
    () => {
        "id! name~ url~ project~=projectSlug environment~ status method~ intervalSeconds# timeoutMs# body~ \
         owner{type id name~} traceSampling? responseCaptureEnabled? recoveryThreshold# downtimeThreshold#"
    };
}
pub(super) use uptime;

pub(super) const REQUIRED_PROJECT: &Parameter = &PROJECT.required();

/// The id of a monitor.
pub(super) const ID: &Parameter = &Parameter::text("uptimeMonitorId", "From find_uptime_monitors.")
    .required()
    .near(&["monitorid", "monitor", "id", "uptimemonitor"]);

pub(super) const NAME: &Parameter = &Parameter::text("name", "").at_most(128);
pub(super) const URL: &Parameter =
    &Parameter::text("url", "http or https.").near(&["link", "address"]);
pub(super) const INTERVAL: &Parameter = &Parameter::integer(
    "intervalSeconds",
    "60, 300, 600, 1200, 1800 or 3600.",
    Some(3600),
    None,
)
.near(&["interval"]);
pub(super) const METHOD: &Parameter = &Parameter::choice(
    "method",
    "",
    &["GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"],
    None,
);
pub(super) const HEADERS: &Parameter =
    &Parameter::new("headers", "Of name and value.", Kind::Pairs);
pub(super) const BODY: &Parameter = &Parameter::text("body", "");
pub(super) const OWNER: &Parameter = create_monitor::OWNER;
pub(super) const STATUS: &Parameter = create_monitor::STATUS;
pub(super) const ENVIRONMENT: &Parameter = &Parameter::text("environment", "")
    .at_most(64)
    .near(&["env"]);
pub(super) const SAMPLING: &Parameter =
    &Parameter::flag("traceSampling", "Let checks start traces.", false);
pub(super) const CAPTURE: &Parameter = &Parameter::flag(
    "responseCaptureEnabled",
    "Keep answers of failed checks.",
    false,
);
pub(super) const RECOVERIES: &Parameter = &Parameter::integer(
    "recoveryThreshold",
    "Successes in a row until it is up.",
    None,
    None,
);
pub(super) const FAILURES: &Parameter = &Parameter::integer(
    "downtimeThreshold",
    "Failures in a row until it is down.",
    None,
    None,
);

/// A monitor below its project.
pub(super) static MONITOR: Endpoint = Endpoint {
    method: Method::Get,
    path: "projects/{org}/{project}/uptime/{}",
    whose: Whose::Project,
    what: "an uptime monitor",
};

/// Reads the monitor that a call names.
pub(super) const OF_STEP: Step = Step {
    label: "before",
    endpoint: &MONITOR,
    project: Narrow::Path(REQUIRED_PROJECT),
    names: &[ID],
    ..READS
};

/// Whether Sentry counts it as down: `uptimeStatus` is 1 where it is up and 2 where it is not.
pub(super) fn is_down(monitor: Value<'_>) -> bool {
    sentry_api::count(monitor, "uptimeStatus") == Some(2)
}
