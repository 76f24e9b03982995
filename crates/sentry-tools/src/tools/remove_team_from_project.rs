use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Whose};

use crate::plan::{self, Narrow, Plan, READS, Step, Without};
use crate::vocabulary::tool::{Answer, Context, Effect, Tool};

use super::add_team_to_project::{ANSWER, OF_TEAMS, READ_TEAMS, TEAM, changed, has};
use super::update_project::REQUIRED_PROJECT;

pub(crate) static TOOL: Tool = Tool {
    name: "remove_team_from_project",
    title: "Remove team from project",
    description: "Takes a project away from a team, whose members may then no longer see it. Does nothing if the team does not \
                  have it.",
    effect: Effect::Removes,
    run,
    ..OF_TEAMS
};

static REMOVE: Endpoint = Endpoint {
    method: Method::Delete,
    path: "projects/{org}/{project}/teams/{}",
    whose: Whose::Project,
    what: "a project",
};

const PLAN: Plan = Plan {
    stages: &[
        &[READ_TEAMS],
        &[Step {
            label: "change",
            endpoint: &REMOVE,
            project: Narrow::Path(REQUIRED_PROJECT),
            names: &[TEAM],
            fill: Some(|context, replies, _| has(context, replies)),
            without: Without::IsGone,
            ..READS
        }],
        &[Step {
            label: "teams",
            ..READ_TEAMS
        }],
    ],
    answer: ANSWER,
    finish: Some(changed),
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
