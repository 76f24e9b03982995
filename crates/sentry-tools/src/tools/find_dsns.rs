use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Whose};

use crate::plan::{self, Narrow, Plan, READS, Step};
use crate::vocabulary::parameter::{ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;

const REQUIRED_PROJECT: &Parameter = &PROJECT.required();

pub(crate) static TOOL: Tool = Tool {
    name: "find_dsns",
    title: "Find DSNs",
    description: "Lists a project's client keys with their DSN, which a program needs to send events. Look here before \
                  making another with create_dsn.",
    skills: Skills::of(&[Skill::ProjectManagement]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, REQUIRED_PROJECT, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

static KEYS: Endpoint = Endpoint {
    method: Method::Get,
    path: "projects/{org}/{project}/keys",
    whose: Whose::Project,
    what: "client keys",
};

const PLAN: Plan = Plan {
    stages: &[&[Step {
        label: "keys",
        endpoint: &KEYS,
        project: Narrow::Path(REQUIRED_PROJECT),
        ..READS
    }]],
    answer: "dsns!=keys[id! name~ dsn!=dsn.public isActive? dateCreated]",
    finish: None,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
