use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Whose};

use crate::plan::{self, Narrow, Plan, READS, Step};
use crate::vocabulary::parameter::{NAME_QUERY, ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;
use super::cron::{ENVIRONMENT, LIMIT, environment, monitor};

const OPTIONAL_PROJECT: &Parameter = &PROJECT.nullable();
const OPTIONAL_ENVIRONMENT: &Parameter = &ENVIRONMENT.nullable();
/// Of a cron or an uptime monitor.
pub(super) const OWNER: &Parameter =
    &Parameter::text("owner", "user:ID, team:ID, myteams or unassigned.").nullable();

pub(crate) static TOOL: Tool = Tool {
    name: "find_monitors",
    title: "Find cron monitors",
    description: "Lists cron monitors: slug, schedule, state and next run in each environment.",
    skills: Skills::of(&[Skill::Inspect]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        OPTIONAL_PROJECT,
        OPTIONAL_ENVIRONMENT,
        OWNER,
        NAME_QUERY,
        LIMIT,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

static MONITORS: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/monitors",
    whose: Whose::Project,
    what: "cron monitors",
};

const PLAN: Plan = Plan {
    stages: &[&[Step {
        label: "monitors",
        endpoint: &MONITORS,
        project: Narrow::Query(OPTIONAL_PROJECT, "project"),
        query: &[
            (OPTIONAL_ENVIRONMENT, "environment"),
            (OWNER, "owner"),
            (NAME_QUERY, "query"),
            (LIMIT, "per_page"),
        ],
        ..READS
    }]],
    answer: concat!(
        "monitors!=monitors[",
        monitor!(),
        " environments[",
        environment!(),
        "]] hasMore!?=@more"
    ),
    finish: None,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
