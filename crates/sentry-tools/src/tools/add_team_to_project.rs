use fetch::{LocalFuture, Method};
use sentry_api::{ApiError, Endpoint, Filling, Value, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step};
use crate::text::shape;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Format, ORGANIZATION, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::update_project::REQUIRED_PROJECT;
use super::{MANAGES, WRITE_PROJECTS};

pub(super) const TEAM: &Parameter =
    &Parameter::format("teamSlug", "From find_teams.", Format::Slug)
        .required()
        .near(&["team", "teamid", "teamidorslug"]);

pub(crate) static TOOL: Tool = Tool {
    name: "add_team_to_project",
    title: "Add team to project",
    description: "Gives a team a project: its members see it and its issues can be assigned to it. Does nothing if the team has \
                  it already.",
    effect: Effect::Adds,
    run,
    ..OF_TEAMS
};

/// What both changes of a project's teams have in common.
pub(super) const OF_TEAMS: Tool = Tool {
    name: "",
    title: "",
    description: "",
    skills: MANAGES,
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, REQUIRED_PROJECT, TEAM, REGION],
    output_schema: Some(Schema::Shape(ANSWER)),
    effect: Effect::Adds,
    hidden: Hidden::Never,
    run,
};

static ADD: Endpoint = Endpoint {
    method: Method::Post,
    path: "projects/{org}/{project}/teams/{}",
    whose: Whose::Project,
    what: "a project",
};

static TEAMS: Endpoint = Endpoint {
    method: Method::Get,
    path: "projects/{org}/{project}/teams",
    whose: Whose::Project,
    what: "teams",
};

pub(super) const ANSWER: &str = "changed!?=@changed teams!=teams[slug! id! name~]";

/// The teams of the project, before and after.
pub(super) const READ_TEAMS: Step = Step {
    label: "had",
    endpoint: &TEAMS,
    project: Narrow::Path(REQUIRED_PROJECT),
    always: &[("per_page", "100")],
    ..READS
};

const PLAN: Plan = Plan {
    stages: &[
        &[READ_TEAMS],
        &[Step {
            label: "change",
            endpoint: &ADD,
            project: Narrow::Path(REQUIRED_PROJECT),
            names: &[TEAM],
            fill: Some(is_new),
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

/// Whether the project has the team.
pub(super) fn has(context: &Context<'_>, replies: &Replies) -> Result<bool, Failure> {
    let wanted = context.arguments.text(TEAM).unwrap_or_default();
    let Some(reply) = replies.get("had") else {
        return Ok(false);
    };
    let teams = reply.things("", context.sight)?;
    Ok(teams
        .iter()
        .any(|team| shape::at(*team, "slug").as_str() == Some(wanted)))
}

fn is_new(context: &Context<'_>, replies: &Replies, _: &mut Filling<'_>) -> Result<bool, Failure> {
    has(context, replies).map(|has| !has)
}

pub(super) fn changed(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let is_changed = match replies.get("change") {
        None => false,
        Some(reply) if reply.is_nothing() => true,
        // Sentry answers with the project; anything else says nothing of what was done.
        Some(_) => match replies.thing(context, "change") {
            Value::Object(_) => true,
            _ => return Err(ApiError::Unsure.into()),
        },
    };
    made.add("changed", is_changed.to_string());
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
