use fetch::LocalFuture;
use sentry_api::Filling;

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{CURSOR, ORGANIZATION, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::alerting::{DETECTORS, LIMIT, OPTIONAL_PROJECT, add, list, write_monitor};
use super::{INSPECT, READ};

const QUERY: &Parameter = &Parameter::text("query", "Part of a name, or assignee:USER.")
    .nullable()
    .near(&["q", "name", "search"]);

pub(crate) static TOOL: Tool = Tool {
    name: "find_metric_monitors",
    title: "Find metric monitors",
    description: "Lists monitors that watch a number (errors, latency, users) against a threshold, the change in percent or an \
                  anomaly: each in words with id, state and latest issue. Not crons or uptime.",
    skills: INSPECT,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, OPTIONAL_PROJECT, QUERY, CURSOR, LIMIT, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

const PLAN: Plan = Plan {
    stages: &[&[Step {
        label: "all",
        endpoint: &DETECTORS,
        project: Narrow::Query(OPTIONAL_PROJECT, "project"),
        query: &[(LIMIT, "per_page"), (CURSOR, "cursor")],
        always: &[("sortBy", "-id")],
        fill: Some(of_metrics),
        ..READS
    }]],
    answer: "monitors!=@monitors[id! projectId name~ status summary~ detectionType owner{type id name~} workflowIds[] \
             lastIssue{shortId title~ status} dateUpdated] nextCursor=@next",
    finish: Some(finish),
};

fn of_metrics(
    context: &Context<'_>,
    _: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let asked = context.arguments.text(QUERY).unwrap_or_default();
    add(
        filling,
        "query",
        ["type:metric_issue ", asked].concat().trim_end(),
    );
    Ok(true)
}

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let all = replies.things(context, "all")?;
    let all = list(&all, &|out, monitor| {
        let shape = "id! projectId name~ detectionType=config.detectionType owner{type id name~} workflowIds[] \
                     lastIssue=latestGroup{shortId title~ status} dateUpdated";
        write_monitor(out, shape, monitor)
    })?;
    made.add("monitors", all);
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
