use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Filling, Whose};

use crate::plan::{self, Narrow, Plan, READS, Replies, Step};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Format, ORGANIZATION, Parameter, REGION};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::create_custom_inbound_filter::{ACTIVE, CONDITIONS, DATA_TYPE, NAME, checked};
use super::update_project::{REQUIRED_PROJECT, something};
use super::{MANAGES, WRITE_PROJECTS};

pub(super) const FILTER: &Parameter = &Parameter::format(
    "filterId",
    "From find_custom_inbound_filters.",
    Format::Digits,
)
.required()
.near(&["id", "filter", "custominboundfilterid"]);

pub(crate) static TOOL: Tool = Tool {
    name: "update_custom_inbound_filter",
    title: "Update custom inbound filter",
    description: "Pauses, resumes, renames or rewrites an inbound filter of a project; what is not named stays. Answers with the old \
                  and new values.",
    skills: MANAGES,
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        REQUIRED_PROJECT,
        FILTER,
        NAME,
        DATA_TYPE,
        CONDITIONS,
        ACTIVE,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Changes,
    hidden: Hidden::Never,
    run,
};

static READ_FILTER: Endpoint = Endpoint {
    method: Method::Get,
    path: "projects/{org}/{project}/custom-inbound-filters/{}",
    whose: Whose::Project,
    what: "an inbound filter",
};

static UPDATE: Endpoint = Endpoint {
    method: Method::Put,
    ..READ_FILTER
};

/// The filter as it is.
pub(super) const BEFORE: Step = Step {
    label: "before",
    endpoint: &READ_FILTER,
    project: Narrow::Path(REQUIRED_PROJECT),
    names: &[FILTER],
    ..READS
};

const PLAN: Plan = Plan {
    stages: &[
        &[BEFORE],
        &[Step {
            label: "after",
            endpoint: &UPDATE,
            project: Narrow::Path(REQUIRED_PROJECT),
            names: &[FILTER],
            body: &[
                (NAME, "name"),
                (DATA_TYPE, "dataType"),
                (CONDITIONS, "conditions"),
                (ACTIVE, "active"),
            ],
            fill: Some(fill),
            ..READS
        }],
    ],
    answer: "filter!=after{id! name~ active? dataType~ conditions[type~ value~[]] dateCreated dateUpdated~} \
             changes!=@changes[name! before~* after~*]",
    finish: None,
};

fn fill(
    context: &Context<'_>,
    replies: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    something(context, replies, filling)?;
    checked(context, replies, filling)
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
