use fetch::{LocalFuture, Method};
use sentry_api::{ApiError, Endpoint, Whose};

use crate::plan::{self, Narrow, Plan, READS, Step, Without};
use crate::vocabulary::parameter::{ORGANIZATION, REGION};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::update_custom_inbound_filter::{BEFORE, FILTER};
use super::update_project::REQUIRED_PROJECT;
use super::{MANAGES, WRITE_PROJECTS};

pub(crate) static TOOL: Tool = Tool {
    name: "delete_custom_inbound_filter",
    title: "Delete custom inbound filter",
    description: "Deletes an inbound filter of a project, so that what it dropped is kept and counted again; says what it was. To \
                  stop it for a while, update it to active false.",
    skills: MANAGES,
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, REQUIRED_PROJECT, FILTER, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Deletes,
    hidden: Hidden::Never,
    run,
};

static DELETE: Endpoint = Endpoint {
    method: Method::Delete,
    path: "projects/{org}/{project}/custom-inbound-filters/{}",
    whose: Whose::Project,
    what: "nothing",
};

const PLAN: Plan = Plan {
    stages: &[
        &[Step {
            without: Without::IsGone,
            ..BEFORE
        }],
        &[Step {
            label: "deleted",
            endpoint: &DELETE,
            project: Narrow::Path(REQUIRED_PROJECT),
            names: &[FILTER],
            fill: Some(|context, replies, _| match replies.get("before") {
                None => Ok(false),
                // Nothing is deleted that cannot be told.
                Some(_) if replies.thing(context, "before").get("id").is_null() => {
                    Err(ApiError::Malformed("an inbound filter").into())
                }
                Some(_) => Ok(true),
            }),
            without: Without::IsGone,
            ..READS
        }],
    ],
    answer: "success!?=@done filterId!=@filterId deleted=before{id! name~ active? dataType~ conditions[type~ value~[]]}",
    finish: None,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
