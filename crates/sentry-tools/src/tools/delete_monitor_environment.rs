use fetch::{LocalFuture, Method};
use sentry_api::{ApiError, Endpoint, Filling, Value};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step, Without, elements};
use crate::text::shape;
use crate::vocabulary::arguments::required;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::WRITE_PROJECTS;
use super::cron::{self, MONITOR, SLUG, environment};

const REQUIRED_PROJECT: &Parameter = &PROJECT.required();
const ENVIRONMENT: &Parameter = &cron::ENVIRONMENT.required();

pub(crate) static TOOL: Tool = Tool {
    name: "delete_monitor_environment",
    title: "Delete cron monitor environment",
    description: "Deletes one environment of a cron monitor with its check-ins, for good; the monitor and its other \
                  environments stay.",
    skills: Skills::of(&[Skill::ProjectManagement]),
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, REQUIRED_PROJECT, SLUG, ENVIRONMENT, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Deletes,
    hidden: Hidden::Never,
    run,
};

static OF_MONITOR: Endpoint = Endpoint {
    method: Method::Delete,
    path: "projects/{org}/{project}/monitors/{}/environments/{}",
    whose: sentry_api::Whose::Everyone,
    what: "an environment",
};

const PLAN: Plan = Plan {
    stages: &[
        &[Step {
            label: "before",
            endpoint: &MONITOR,
            project: Narrow::Path(REQUIRED_PROJECT),
            names: &[SLUG],
            ..READS
        }],
        &[Step {
            label: "gone",
            endpoint: &OF_MONITOR,
            project: Narrow::Path(REQUIRED_PROJECT),
            names: &[SLUG, ENVIRONMENT],
            fill: Some(if_there),
            without: Without::IsGone,
            ..READS
        }],
    ],
    answer: concat!(
        "success!?=@done monitorSlug!=@monitorSlug projectSlug!=@projectSlug environment!=@environment deleted=@deleted{",
        environment!(),
        "}"
    ),
    finish: Some(finish),
};

/// Only what is there is deleted: a name is not guessed.
fn if_there(
    context: &Context<'_>,
    replies: &Replies,
    _: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let name = required(ENVIRONMENT, context.arguments.text(ENVIRONMENT))?;
    let before = replies.thing(context, "before");
    if !before.is_object() {
        return Err(ApiError::Malformed(MONITOR.what).into());
    }
    let environments = elements(before.get("environments"));
    // Where a server does not say which there are, the deletion itself does.
    let is_said = environments
        .iter()
        .all(|one| one.get("name").as_str().is_some());
    if environments.is_empty() || !is_said || named(&environments, name).is_some() {
        return Ok(true);
    }
    let words = "The monitor has no such environment, so that nothing was deleted. get_monitor_details lists them.";
    Err(Failure::Invalid(words.to_owned()))
}

fn named<'a>(environments: &[Value<'a>], name: &str) -> Option<Value<'a>> {
    let mut environments = environments.iter().copied();
    environments.find(|one| one.get("name").as_str() == Some(name))
}

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let environments = elements(replies.thing(context, "before").get("environments"));
    let name = context.arguments.text(ENVIRONMENT).unwrap_or_default();
    let mut out = String::new();
    if let Some(deleted) = named(&environments, name)
        && shape::thing(&mut out, environment!(), deleted).is_some()
    {
        made.add("deleted", out);
    }
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
