use fetch::LocalFuture;
use mcp::json::Object;
use sentry_api::Filling;

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step};
use crate::text::shape;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{CURSOR, NAME_QUERY, ORGANIZATION, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::alerting::{
    DETECTORS, LIMIT, OPTIONAL_PROJECT, WORKFLOWS, add, list, part_of_name, splice, write_monitor,
    write_rule,
};
use super::{INSPECT, READ};

pub(super) const KIND: &Parameter = &Parameter::choice(
    "kind",
    "Rules on issues, or monitors of a metric.",
    &["all", "issue", "metric"],
    Some("all"),
);

pub(crate) static TOOL: Tool = Tool {
    name: "find_alert_rules",
    title: "Find alert rules",
    description: "Lists alert rules: those on issues, and monitors of a metric, each in words with its id, state and owner. The \
                  whole of one is in get_alert_rule.",
    skills: INSPECT,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        KIND,
        OPTIONAL_PROJECT,
        NAME_QUERY,
        CURSOR,
        LIMIT,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

const PLAN: Plan = Plan {
    stages: &[&[
        Step {
            label: "issue",
            endpoint: &WORKFLOWS,
            project: Narrow::Query(OPTIONAL_PROJECT, "project"),
            query: &[(LIMIT, "per_page"), (CURSOR, "cursor")],
            always: &[("sortBy", "-id")],
            fill: Some(rules),
            ..READS
        },
        Step {
            label: "metric",
            endpoint: &DETECTORS,
            project: Narrow::Query(OPTIONAL_PROJECT, "project"),
            query: &[(LIMIT, "per_page"), (CURSOR, "cursor")],
            always: &[("sortBy", "-id")],
            fill: Some(monitors),
            ..READS
        },
    ]],
    answer: "issueRules!=@rules[id! name~ status summary~ environment~ owner detectorIds[] lastTriggered] \
             metricRules!=@monitors[id! monitorId! projectId name~ status summary~ detectionType] \
             pagination!=@pages{issue metric} metricMonitorHint=@hint",
    finish: Some(finish),
};

fn rules(context: &Context<'_>, _: &Replies, filling: &mut Filling<'_>) -> Result<bool, Failure> {
    let kind = context.arguments.text(KIND);
    if kind == Some("all") && context.arguments.text(CURSOR).is_some() {
        let words = "`cursor` continues one of the two lists: say `kind` issue or metric with it.";
        return Err(Failure::Invalid(words.to_owned()));
    }
    if let Some(part) = context.arguments.text(NAME_QUERY) {
        add(filling, "query", &part_of_name(part));
    }
    Ok(kind != Some("metric"))
}

fn monitors(
    context: &Context<'_>,
    _: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let part = context.arguments.text(NAME_QUERY);
    let part = part.map(part_of_name).unwrap_or_default();
    add(
        filling,
        "query",
        ["type:metric_issue ", &part].concat().trim_end(),
    );
    Ok(context.arguments.text(KIND) != Some("issue"))
}

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let rules = replies.things(context, "issue")?;
    let monitors = replies.things(context, "metric")?;
    let rules = list(&rules, &|out, rule| {
        let shape = "id! name~ environment~ owner detectorIds[] lastTriggered";
        write_rule(out, shape, rule)
    })?;
    let hint = "A metric rule is a monitor: get_metric_monitor_details and update_metric_monitor take its monitorId.";
    if !monitors.is_empty() {
        made.add_text("hint", hint);
    }
    let monitors = list(&monitors, &|out, monitor| {
        let shape = "monitorId!=id projectId name~ detectionType=config.detectionType";
        write_monitor(out, shape, monitor)?;
        let id = monitor.get("id").as_str()?;
        match shape::at(monitor, "alertRuleId").as_str() {
            Some(legacy) => splice(out, "id", legacy),
            None => splice(out, "id", &["detector:", id].concat()),
        }
        Some(())
    })?;
    made.add("rules", rules);
    made.add("monitors", monitors);
    let mut pages = String::new();
    let mut object = Object::begin(&mut pages);
    for label in ["issue", "metric"] {
        object.maybe(label, replies.get(label).and_then(|reply| reply.next()));
    }
    object.end();
    made.add("pages", pages);
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
