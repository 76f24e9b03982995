use fetch::{LocalFuture, Method};
use sentry_api::{ApiError, Endpoint, Filling, Value};

use crate::plan::made::Made;
use crate::plan::{self, Plan, Replies, Step, Without};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{ORGANIZATION, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::WRITE_PROJECTS;
use super::uptime::{ID, MONITOR, OF_STEP, REQUIRED_PROJECT};

pub(crate) static TOOL: Tool = Tool {
    name: "delete_uptime_monitor",
    title: "Delete uptime monitor",
    description: "Deletes an uptime monitor with its checks, for good. To pause it, update_uptime_monitor with status \
                  disabled.",
    skills: Skills::of(&[Skill::ProjectManagement]),
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, REQUIRED_PROJECT, ID, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Deletes,
    hidden: Hidden::Never,
    run,
};

static GONE: Endpoint = Endpoint {
    method: Method::Delete,
    ..MONITOR
};

const PLAN: Plan = Plan {
    stages: &[
        &[Step {
            without: Without::IsGone,
            ..OF_STEP
        }],
        &[Step {
            label: "gone",
            endpoint: &GONE,
            fill: Some(if_there),
            without: Without::IsGone,
            ..OF_STEP
        }],
    ],
    answer: "success!?=@done uptimeMonitorId!=@uptimeMonitorId projectSlug!=@projectSlug \
             deleted=before{name~ url~ environment~ status} note=@note",
    finish: Some(finish),
};

/// Nothing is deleted that was not read before.
fn if_there(
    context: &Context<'_>,
    replies: &Replies,
    _: &mut Filling<'_>,
) -> Result<bool, Failure> {
    if replies.get("before").is_none() {
        return Ok(false);
    }
    match replies.thing(context, "before") {
        Value::Object(_) => Ok(true),
        _ => Err(ApiError::Malformed("an uptime monitor").into()),
    }
}

fn finish(_: &Context<'_>, _: &Place, replies: &Replies, made: &mut Made) -> Result<(), Failure> {
    if replies.get("before").is_none() {
        made.add_text(
            "note",
            "The project has no uptime monitor of that id, or not any more.",
        );
    }
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
