use std::borrow::Cow;

use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Filling};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step};
use crate::text::alerting;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Format, ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::alerting::{
    DELETED_RULE, DETECTORS, OPTIONAL_PROJECT, WORKFLOWS, ask_own, by_id, found, ids, one_rule,
    only_own,
};
use super::{MANAGE, WRITE_PROJECTS};

const ID: &Parameter = &Parameter::format("ruleId", "Of find_alert_rules.", Format::Digits)
    .required()
    .near(&["id", "rule", "alertruleid"]);

pub(crate) static TOOL: Tool = Tool {
    name: "delete_alert_rule",
    title: "Delete alert rule",
    description: "Deletes an alert rule for good, and repeats it. To silence it for a while, update_alert_rule with \
                  status disabled is enough.",
    skills: MANAGE,
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, ID, OPTIONAL_PROJECT, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Deletes,
    hidden: Hidden::Never,
    run,
};

static DELETION: Endpoint = one_rule(Method::Delete);

const PLAN: Plan = Plan {
    stages: &[
        &[by_id(&WORKFLOWS, &[(ID, "id")])],
        &[Step {
            label: "own",
            endpoint: &DETECTORS,
            project: Narrow::Query(PROJECT, "project"),
            fill: Some(|context, replies, filling| {
                Ok(ask_own(context, filling, &listened_to(context, replies)))
            }),
            ..READS
        }],
        &[Step {
            label: "after",
            endpoint: &DELETION,
            fill: Some(gone),
            ..READS
        }],
    ],
    answer: DELETED_RULE,
    finish: Some(finish),
};

fn listened_to(context: &Context<'_>, replies: &Replies) -> Vec<String> {
    ids(replies.thing(context, "before").get("detectorIds"))
}

fn gone(
    context: &Context<'_>,
    replies: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let id = found(context, replies)?.get("id").as_str();
    let id = id.ok_or(sentry_api::ApiError::NotFound)?;
    only_own(context, replies, &listened_to(context, replies))?;
    filling.names.push(Cow::Owned(id.to_owned()));
    Ok(true)
}

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let before = replies.thing(context, "before");
    made.add_text("name", before.get("name").as_str().unwrap_or_default());
    made.add_text("summary", &alerting::rule(before));
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
