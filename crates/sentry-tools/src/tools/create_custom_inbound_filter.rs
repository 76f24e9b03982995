use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Filling, Whose};
use serde_json::Value;

use crate::plan::{self, Narrow, Plan, READS, Replies, Step, Without};
use crate::vocabulary::arguments::wrong;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Kind, ORGANIZATION, Parameter, REGION};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::update_project::REQUIRED_PROJECT;
use super::{MANAGES, WRITE_PROJECTS};

pub(super) const NAME: &Parameter = &Parameter::text("name", "").at_most(256);
const REQUIRED_NAME: &Parameter = &NAME.required();
pub(super) const DATA_TYPE: &Parameter = &Parameter::choice(
    "dataType",
    "What it drops.",
    &["all", "error", "log", "metric", "span"],
    None,
);
const REQUIRED_TYPE: &Parameter = &DATA_TYPE.required();
pub(super) const CONDITIONS: &Parameter = &Parameter::new(
    "conditions",
    "1 to 10 of {type, value: [texts, * for anything]}, each type once: error_type, error_message, log_message, metric_name, \
     release, ip_address. What meets all of them is dropped.",
    Kind::Objects,
);
const REQUIRED_CONDITIONS: &Parameter = &CONDITIONS.required();
pub(super) const ACTIVE: &Parameter = &Parameter::flag("active", "", true);

pub(crate) static TOOL: Tool = Tool {
    name: "create_custom_inbound_filter",
    title: "Create custom inbound filter",
    description: "Drops what meets the conditions from now on, when it arrives: noise of bots, extensions, health checks. \
                  What is dropped is lost; to keep and hide it, archive the issue.",
    skills: MANAGES,
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        REQUIRED_PROJECT,
        REQUIRED_NAME,
        REQUIRED_TYPE,
        REQUIRED_CONDITIONS,
        ACTIVE,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Creates,
    hidden: Hidden::Never,
    run,
};

static CREATE: Endpoint = Endpoint {
    method: Method::Post,
    path: "projects/{org}/{project}/custom-inbound-filters",
    whose: Whose::Project,
    what: "an inbound filter",
};

const PLAN: Plan = Plan {
    stages: &[&[Step {
        label: "filter",
        endpoint: &CREATE,
        project: Narrow::Path(REQUIRED_PROJECT),
        body: &[
            (NAME, "name"),
            (DATA_TYPE, "dataType"),
            (CONDITIONS, "conditions"),
            (ACTIVE, "active"),
        ],
        fill: Some(checked),
        without: Without::IsOptional("custom inbound filters"),
        ..READS
    }]],
    answer: "filter!=filter{id! name~ active? dataType~ conditions[type~ value~[]] dateCreated dateUpdated~}",
    finish: None,
};

const TYPES: [&str; 6] = [
    "error_type",
    "error_message",
    "log_message",
    "metric_name",
    "release",
    "ip_address",
];

/// The conditions, as far as they were sent. A condition that matches everything is refused: it would drop all.
pub(super) fn checked(
    context: &Context<'_>,
    _: &Replies,
    _: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let Some(Value::Array(conditions)) = context.arguments.value(CONDITIONS) else {
        return Ok(true);
    };
    let fails = |rule: &str| Err(wrong(CONDITIONS, rule));
    if conditions.is_empty() || conditions.len() > 10 {
        return fails("takes 1 to 10 conditions");
    }
    let mut types = Vec::new();
    for condition in conditions {
        let kind = condition.get("type").and_then(Value::as_str);
        let Some(kind) = kind.filter(|kind| TYPES.contains(kind)) else {
            return fails(
                "needs a `type` in each: error_type, error_message, log_message, metric_name, release or ip_address",
            );
        };
        if types.contains(&kind) {
            return fails("has a `type` twice: put both values into one `value` list");
        }
        types.push(kind);
        let values = condition.get("value").and_then(Value::as_array);
        let is_good = |value: &Value| {
            let text = value.as_str().unwrap_or_default();
            (1..=1_000).contains(&text.len()) && !text.trim().trim_matches('*').is_empty()
        };
        let values = values.filter(|values| (1..=100).contains(&values.len()));
        if !values.is_some_and(|values| values.iter().all(is_good)) {
            return fails("needs a `value` in each: a list of texts that are more than `*`");
        }
    }
    Ok(true)
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
