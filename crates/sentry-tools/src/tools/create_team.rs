use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Whose};

use crate::plan::{self, Plan, READS, Step};
use crate::vocabulary::parameter::{ORGANIZATION, Parameter, REGION};
use crate::vocabulary::scope::{Scope, Scopes};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::MANAGES;

const NAME: &Parameter = &Parameter::text("name", "For people; its slug is made of it.")
    .at_most(64)
    .required()
    .near(&["team", "teamname"]);

pub(crate) static TOOL: Tool = Tool {
    name: "create_team",
    title: "Create team",
    description: "Makes a team in an organization, which projects and members can then belong to. find_teams shows those \
                  that there are.",
    skills: MANAGES,
    scopes: Scopes::of(&[Scope::OrgRead, Scope::TeamWrite]),
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, NAME, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Creates,
    hidden: Hidden::Never,
    run,
};

static TEAMS: Endpoint = Endpoint {
    method: Method::Post,
    path: "organizations/{org}/teams",
    // A team is the organization's.
    whose: Whose::Everyone,
    what: "a team",
};

const PLAN: Plan = Plan {
    stages: &[&[Step {
        label: "team",
        endpoint: &TEAMS,
        body: &[(NAME, "name")],
        ..READS
    }]],
    answer: "team!=team{slug! id! name~}",
    finish: None,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
