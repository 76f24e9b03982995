use std::borrow::Cow;

use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Filling, Value, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step, Without};
use crate::text::shape;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{ORGANIZATION, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::alerting::{
    DETECTORS, OPTIONAL_PROJECT, READ_RULE, WORKFLOWS, Which, add, choose, ids, is_number, list,
    part_of_name, splice_raw, whole_monitor, whole_rule,
};
use super::find_alert_rules::KIND;
use super::{INSPECT, READ};

pub(super) const NAMED: &Parameter = &Parameter::text(
    "ruleIdOrName",
    "Id of find_alert_rules, or a name that only one has.",
)
.required()
.near(&["ruleid", "rule", "id", "name", "alertruleid"]);

pub(crate) static TOOL: Tool = Tool {
    name: "get_alert_rule",
    title: "Get alert rule",
    description: "Shows one alert rule, or the monitor of a metric, in words and whole: triggers, filters and actions with the \
                  ids that update_alert_rule needs, and which monitors it listens to.",
    skills: INSPECT,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, NAMED, KIND, OPTIONAL_PROJECT, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

/// Which monitor came from a metric rule of earlier times. It tells numbers alone, and the monitor itself is looked at
/// afterwards.
static LEGACY: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/alert-rule-detector",
    whose: Whose::Everyone,
    what: "a monitor's number",
};

const OF_MONITOR: &str = "detector:";

const PLAN: Plan = Plan {
    stages: &[
        &[
            Step {
                label: "rules",
                endpoint: &WORKFLOWS,
                project: Narrow::Query(OPTIONAL_PROJECT, "project"),
                fill: Some(rules),
                ..READS
            },
            Step {
                label: "legacy",
                endpoint: &LEGACY,
                fill: Some(legacy),
                without: Without::GoesOn,
                ..READS
            },
            Step {
                label: "named",
                endpoint: &DETECTORS,
                project: Narrow::Query(OPTIONAL_PROJECT, "project"),
                fill: Some(monitors),
                ..READS
            },
        ],
        &[
            Step {
                label: "monitors",
                endpoint: &DETECTORS,
                project: Narrow::Query(OPTIONAL_PROJECT, "project"),
                always: &[("per_page", "100")],
                fill: Some(listened_to),
                without: Without::GoesOn,
                ..READS
            },
            Step {
                label: "monitor",
                endpoint: &DETECTORS,
                project: Narrow::Query(OPTIONAL_PROJECT, "project"),
                always: &[("query", "type:metric_issue")],
                fill: Some(monitor),
                ..READS
            },
        ],
    ],
    answer: READ_RULE,
    finish: Some(finish),
};

fn named<'a>(context: &'a Context<'_>) -> &'a str {
    context.arguments.text(NAMED).unwrap_or_default()
}

fn is_of(context: &Context<'_>, kind: &str) -> bool {
    let asked = context.arguments.text(KIND);
    asked == Some("all") || asked == Some(kind)
}

/// What a rule's id or name asks for.
pub(super) fn ask_by_id_or_name(filling: &mut Filling<'_>, named: &str) {
    if is_number(named) {
        add(filling, "id", named);
    } else {
        add(filling, "query", &part_of_name(named));
        add(filling, "per_page", "25");
    }
}

fn rules(context: &Context<'_>, _: &Replies, filling: &mut Filling<'_>) -> Result<bool, Failure> {
    let named = named(context);
    ask_by_id_or_name(filling, named);
    Ok(is_of(context, "issue") && !named.starts_with(OF_MONITOR))
}

fn legacy(context: &Context<'_>, _: &Replies, filling: &mut Filling<'_>) -> Result<bool, Failure> {
    let named = named(context);
    add(filling, "alert_rule_id", named);
    Ok(is_of(context, "metric") && is_number(named))
}

fn monitors(
    context: &Context<'_>,
    _: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let named = named(context);
    let number = named.strip_prefix(OF_MONITOR);
    match number {
        Some(number) => add(filling, "id", number),
        None => {
            let query = ["type:metric_issue ", &part_of_name(named)].concat();
            filling.query.push(("query", Cow::Owned(query)));
        }
    }
    let is_asked = number.map_or(is_of(context, "metric") && !is_number(named), is_number);
    Ok(is_asked)
}

/// The rule, if it was one that was named.
fn rule<'a>(context: &Context<'_>, replies: &'a Replies) -> Result<Value<'a>, Failure> {
    let found = replies.things(context, "rules")?;
    let named = named(context);
    if is_number(named) {
        return Ok(replies.thing(context, "rules"));
    }
    let monitors = replies.things(context, "named")?;
    if found.is_empty() && !monitors.is_empty() {
        return Ok(Value::Null);
    }
    if named.starts_with(OF_MONITOR) {
        return Ok(Value::Null);
    }
    let id = choose(&found, "name", named, Which::Unique)?;
    let one = found.iter().find(|one| one.get("id") == id);
    Ok(one.copied().unwrap_or_default())
}

fn listened_to(
    context: &Context<'_>,
    replies: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let ids = ids(rule(context, replies)?.get("detectorIds"));
    for id in ids.iter().take(100) {
        add(filling, "id", id);
    }
    Ok(!ids.is_empty())
}

fn monitor(
    context: &Context<'_>,
    replies: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    if !rule(context, replies)?.is_null() {
        return Ok(false);
    }
    let named = named(context);
    let found = replies.things(context, "named")?;
    let id = match replies.thing(context, "legacy").get("detectorId").as_str() {
        Some(id) => id,
        None if is_number(named) && is_of(context, "metric") => named,
        None if named.starts_with(OF_MONITOR) => {
            let found = found.first().copied().unwrap_or_default();
            found.get("id").as_str().unwrap_or_default()
        }
        None => choose(&found, "name", named, Which::Unique)?,
    };
    add(filling, "id", id);
    Ok(is_number(id))
}

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let rule = rule(context, replies)?;
    let guidance = if rule.is_null() {
        let found = replies.thing(context, "monitor");
        if found.is_null() {
            return Err(sentry_api::ApiError::NotFound.into());
        }
        made.add("monitor", whole_monitor(found)?);
        let id = found.get("id").as_str().unwrap_or_default();
        let arguments = [("monitorId", id)];
        made.suggest(
            context,
            "get_metric_monitor_details",
            &arguments,
            "reads it again, by its own id",
        );
        "A metric rule is a monitor: update_metric_monitor and delete_metric_monitor take its id."
    } else {
        let mut out = whole_rule(rule)?;
        let monitors = replies.things(context, "monitors")?;
        let monitors = list(&monitors, &|out, one| {
            shape::thing(out, "id! type projectId name~", one)
        })?;
        splice_raw(&mut out, "monitors", &monitors);
        made.add("rule", out);
        "update_alert_rule replaces `triggers` and `actionFilters` as a whole: send all that shall stay, with its ids. \
         get_alert_options has what else can be put there."
    };
    made.add_text("guidance", guidance);
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
