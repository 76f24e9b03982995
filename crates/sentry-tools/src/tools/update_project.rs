use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Filling, Whose};

use crate::plan::{self, Narrow, Plan, READS, Replies, Step};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Format, ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::{MANAGES, WRITE_PROJECTS};

pub(super) const REQUIRED_PROJECT: &Parameter = &PROJECT.required();
const NAME: &Parameter = &Parameter::text("name", "The new name.")
    .at_most(200)
    .nullable();
pub(super) const SLUG: &Parameter = &Parameter::format(
    "slug",
    "Lower-case letters, digits, - and _; links and searches use it.",
    Format::Slug,
)
.nullable();
pub(super) const PLATFORM: &Parameter =
    &Parameter::text("platform", "Such as python-django, javascript-react, go.")
        .at_most(64)
        .nullable();

pub(crate) static TOOL: Tool = Tool {
    name: "update_project",
    title: "Update project",
    description: "Renames a project, or changes its slug or platform; what is not named stays. Answers with the old and new values.",
    skills: MANAGES,
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, REQUIRED_PROJECT, NAME, SLUG, PLATFORM, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Changes,
    hidden: Hidden::Never,
    run,
};

static READ_PROJECT: Endpoint = Endpoint {
    method: Method::Get,
    path: "projects/{org}/{project}",
    whose: Whose::Project,
    what: "a project",
};

static UPDATE: Endpoint = Endpoint {
    method: Method::Put,
    // Under its new slug it says to be another project, and was seen under the old one.
    whose: Whose::Everyone,
    ..READ_PROJECT
};

const PLAN: Plan = Plan {
    stages: &[
        &[Step {
            label: "before",
            endpoint: &READ_PROJECT,
            project: Narrow::Path(REQUIRED_PROJECT),
            ..READS
        }],
        &[Step {
            label: "after",
            endpoint: &UPDATE,
            project: Narrow::Path(REQUIRED_PROJECT),
            body: &[(NAME, "name"), (SLUG, "slug"), (PLATFORM, "platform")],
            fill: Some(something),
            ..READS
        }],
    ],
    answer: "project!=after{slug! id! name~ platform~} changes!=@changes[name! before~* after~*]",
    finish: None,
};

/// A change of nothing is a mistake.
pub(super) fn something(
    _: &Context<'_>,
    _: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    match filling.body {
        Some(_) => Ok(true),
        None => Err(Failure::Invalid(
            "Say what to change: none of the values was sent.".to_owned(),
        )),
    }
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
