use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Whose};

use crate::plan::{self, Narrow, Plan, READS, Step, Without};
use crate::vocabulary::parameter::{CURSOR, ORGANIZATION, REGION};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;
use super::update_project::REQUIRED_PROJECT;

pub(crate) static TOOL: Tool = Tool {
    name: "find_custom_inbound_filters",
    title: "Find custom inbound filters",
    description: "Lists a project's own inbound filters: matching errors, logs, metrics or spans are dropped when they \
                  arrive and count against no quota.",
    skills: Skills::of(&[Skill::Inspect, Skill::ProjectManagement]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, REQUIRED_PROJECT, CURSOR, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

static FILTERS: Endpoint = Endpoint {
    method: Method::Get,
    path: "projects/{org}/{project}/custom-inbound-filters",
    whose: Whose::Project,
    what: "inbound filters",
};

const PLAN: Plan = Plan {
    stages: &[&[Step {
        label: "filters",
        endpoint: &FILTERS,
        project: Narrow::Path(REQUIRED_PROJECT),
        query: &[(CURSOR, "cursor")],
        without: Without::IsOptional("custom inbound filters"),
        ..READS
    }]],
    answer: "filters!=filters[id! name~ active? dataType~ conditions[type~ value~[]] dateCreated dateUpdated~] \
             hasMore!?=@more nextCursor=@next",
    finish: None,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
