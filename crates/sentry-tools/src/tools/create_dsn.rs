use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Whose};

use crate::plan::{self, Narrow, Plan, READS, Step};
use crate::vocabulary::parameter::{ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::scope::{Scope, Scopes};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

const REQUIRED_PROJECT: &Parameter = &PROJECT.required();
/// Sentry takes a name of so many characters.
const NAME: &Parameter = &Parameter::text("name", "For people, such as Production.")
    .at_most(64)
    .required();

pub(crate) static TOOL: Tool = Tool {
    name: "create_dsn",
    title: "Create DSN",
    description: "Makes another client key for a project and answers its DSN. A project has one from the start: call \
                  find_dsns first, and make one only when asked to.",
    skills: Skills::of(&[Skill::ProjectManagement]),
    scopes: Scopes::of(&[Scope::OrgRead, Scope::ProjectWrite]),
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, REQUIRED_PROJECT, NAME, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Creates,
    hidden: Hidden::Never,
    run,
};

static KEYS: Endpoint = Endpoint {
    method: Method::Post,
    path: "projects/{org}/{project}/keys",
    whose: Whose::Project,
    what: "a client key",
};

const PLAN: Plan = Plan {
    stages: &[&[Step {
        label: "after",
        endpoint: &KEYS,
        project: Narrow::Path(REQUIRED_PROJECT),
        body: &[(NAME, "name")],
        ..READS
    }]],
    answer: "id!=after.id name~=after.name dsn!=after.dsn.public isActive?=after.isActive dateCreated=after.dateCreated",
    finish: None,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
