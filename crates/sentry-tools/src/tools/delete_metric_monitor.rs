use std::borrow::Cow;

use fetch::{LocalFuture, Method};
use sentry_api::Endpoint;

use crate::plan::made::Made;
use crate::plan::{self, Plan, READS, Replies, Step, Without};
use crate::text::alerting;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{ORGANIZATION, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::alerting::{
    DELETED_MONITOR, DETECTORS, MONITOR_ID, OPTIONAL_PROJECT, by_id, found, metric, one_monitor,
};
use super::{MANAGE, WRITE_PROJECTS};

pub(crate) static TOOL: Tool = Tool {
    name: "delete_metric_monitor",
    title: "Delete metric monitor",
    description: "Deletes a metric monitor for good, and repeats it. One that is not there counts as deleted. To \
                  silence it, update_metric_monitor with status disabled is enough.",
    skills: MANAGE,
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, MONITOR_ID, OPTIONAL_PROJECT, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Deletes,
    hidden: Hidden::Never,
    run,
};

static DELETION: Endpoint = one_monitor(Method::Delete);

const PLAN: Plan = Plan {
    stages: &[
        &[by_id(&DETECTORS, &[(MONITOR_ID, "id")])],
        &[Step {
            label: "after",
            endpoint: &DELETION,
            fill: Some(|context, replies, filling| {
                if found(context, replies)?.is_null() {
                    return Ok(false);
                }
                let id = metric(context, replies)?.get("id").as_str();
                filling
                    .names
                    .push(Cow::Owned(id.unwrap_or_default().to_owned()));
                Ok(true)
            }),
            without: Without::IsGone,
            ..READS
        }],
    ],
    answer: DELETED_MONITOR,
    finish: Some(finish),
};

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let before = replies.thing(context, "before");
    let summary = match before.is_null() {
        true => "It was not there.".to_owned(),
        false => alerting::monitor(before),
    };
    made.add_text("summary", &summary);
    if let Some(name) = before.get("name").as_str() {
        made.add_text("name", name);
    }
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
