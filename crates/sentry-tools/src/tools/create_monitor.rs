use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Filling, ProjectKey, Whose};
use serde_json::Value;

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step, put};
use crate::vocabulary::arguments::wrong;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{
    Format, Kind, ORGANIZATION, PROJECT, Parameter, Presence, REGION,
};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::WRITE_PROJECTS;
use super::cron::monitor;

const REQUIRED_PROJECT: &Parameter = &PROJECT.required();
const NAME: &Parameter = &Parameter::text("name", "").at_most(128).required();
const SLUG: &Parameter =
    &Parameter::text("slug", "Lower case; made of the name without it.").at_most(50);
const SCHEDULE: &Parameter = &Parameter {
    presence: Presence::Required,
    ..Parameter::new(
        "schedule",
        "{type: crontab, crontab: \"0 3 * * *\"} or {type: interval, value: 1, unit: minute, hour, day, week, month or year}.",
        Kind::Object,
    )
};
const TIMEZONE: &Parameter = &Parameter::text("timezone", "Such as Europe/Oslo. Default UTC.");
const MARGIN: &Parameter = &Parameter::integer(
    "checkInMargin",
    "Minutes that it may be late.",
    Some(40_320),
    None,
)
.from(0);
const RUNTIME: &Parameter = &Parameter::integer(
    "maxRuntime",
    "Minutes that it may take.",
    Some(10_080),
    None,
);
const FAILURES: &Parameter = &Parameter::integer(
    "failureIssueThreshold",
    "Failures in a row that open an issue.",
    Some(720),
    None,
);
const RECOVERIES: &Parameter = &Parameter::integer(
    "recoveryThreshold",
    "Successes in a row that resolve it.",
    Some(720),
    None,
);
/// Of a cron or an uptime monitor.
pub(super) const STATUS: &Parameter =
    &Parameter::choice("status", "", &["active", "disabled"], None);
/// Of a cron or an uptime monitor.
pub(super) const OWNER: &Parameter =
    &Parameter::format("owner", "user:ID or team:ID.", Format::Owner);
const WORKFLOWS: &Parameter = &Parameter::new("workflowIds", "", Kind::Texts);

pub(crate) static TOOL: Tool = Tool {
    name: "create_monitor",
    title: "Create cron monitor",
    description: "Makes a cron monitor, which opens an issue when a scheduled job is late, fails or takes too long. The job \
                  must report check-ins (search_docs says how).",
    skills: Skills::of(&[Skill::ProjectManagement]),
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        REQUIRED_PROJECT,
        NAME,
        SCHEDULE,
        SLUG,
        TIMEZONE,
        MARGIN,
        RUNTIME,
        FAILURES,
        RECOVERIES,
        STATUS,
        OWNER,
        WORKFLOWS,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Creates,
    hidden: Hidden::Never,
    run,
};

static MONITORS: Endpoint = Endpoint {
    method: Method::Post,
    path: "organizations/{org}/monitors",
    whose: Whose::Project,
    what: "a cron monitor",
};

const PLAN: Plan = Plan {
    stages: &[&[Step {
        label: "after",
        endpoint: &MONITORS,
        project: Narrow::Path(REQUIRED_PROJECT),
        body: &[
            (NAME, "name"),
            (SLUG, "slug"),
            (STATUS, "status"),
            (OWNER, "owner"),
            (TIMEZONE, "config.timezone"),
            (MARGIN, "config.checkin_margin"),
            (RUNTIME, "config.max_runtime"),
            (FAILURES, "config.failure_issue_threshold"),
            (RECOVERIES, "config.recovery_threshold"),
        ],
        fill: Some(fill),
        ..READS
    }]],
    answer: concat!("monitor!=after{", monitor!(), "} note=@note"),
    finish: Some(finish),
};

fn fill(context: &Context<'_>, _: &Replies, filling: &mut Filling<'_>) -> Result<bool, Failure> {
    let project = filling
        .project
        .as_ref()
        .map_or("", ProjectKey::as_str)
        .to_owned();
    let (kind, schedule) = schedule(context.arguments.value(SCHEDULE)).ok_or_else(|| {
        let rule = "must be `{type: crontab, crontab: \"0 3 * * *\"}` or `{type: interval, value: 1, unit: hour}`";
        wrong(SCHEDULE, rule)
    })?;
    let body = filling.body.get_or_insert_default();
    put(body, "project", project.into());
    put(body, "config.schedule_type", kind.into());
    put(body, "config.schedule", schedule);
    Ok(true)
}

/// Sentry's two words for a schedule. What it makes of them, it says itself.
fn schedule(sent: Option<&Value>) -> Option<(&'static str, Value)> {
    let sent = sent?.as_object()?;
    match (sent.get("type").and_then(Value::as_str)?, sent) {
        ("crontab", sent) => Some(("crontab", sent.get("crontab")?.as_str()?.into())),
        ("interval", sent) => {
            let value = sent.get("value")?.as_u64().filter(|value| *value > 0)?;
            let unit = sent.get("unit")?.as_str()?;
            Some(("interval", Value::Array(vec![value.into(), unit.into()])))
        }
        _ => None,
    }
}

/// Sentry publishes no way to connect alert rules with a monitor when it is made.
fn finish(context: &Context<'_>, _: &Place, _: &Replies, made: &mut Made) -> Result<(), Failure> {
    if context.arguments.value(WORKFLOWS).is_some() {
        made.add_text(
            "note",
            "workflowIds were not connected: Sentry's API takes none when a cron monitor is made. Use update_alert_rule \
             with addDetectorIds.",
        );
    }
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
