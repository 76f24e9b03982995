use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Filling, Whose};
use serde_json::Value;

use crate::plan::{self, Plan, READS, Replies, Step, Without};
use crate::vocabulary::arguments::wrong;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Kind, ORGANIZATION, Parameter, REGION};
use crate::vocabulary::skill::Skills;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;

const TOKEN: &Parameter = &Parameter::text(
    "runToken",
    "10 letters and digits, from the page that began the set-up.",
)
.at_most(10)
.required();
const UPDATE: &Parameter = &Parameter::new(
    "update",
    "{stage, status, runStatus?, eventNote?, extra?}. stage: connect_mcp, analyze_project, create_project (extra.projectSlugs), \
     instrument_app, plan_test_error, send_verification_error, receive_verification_error (extra.issueIds), \
     prepare_production, check_stack_trace_quality. status: active, waiting, completed, skipped, failed. runStatus: completed \
     or failed, when the whole ends. eventNote: a sentence for people.",
    Kind::Object,
)
.required();

pub(crate) static TOOL: Tool = Tool {
    name: "onboarding_status_update",
    title: "Onboarding status update",
    description: "Reports how far you are with setting up Sentry in a program, to the page where a person waits with a run token. \
                  Only for such a run.",
    skills: Skills::ALL,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, TOKEN, UPDATE, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Adds,
    hidden: Hidden::Never,
    run,
};

static REPORT: Endpoint = Endpoint {
    method: Method::Post,
    path: "organizations/{org}/onboarding/agent/status",
    whose: Whose::Everyone,
    what: "the state of a set-up",
};

const PLAN: Plan = Plan {
    stages: &[&[Step {
        label: "run",
        endpoint: &REPORT,
        body: &[(TOKEN, "runToken")],
        fill: Some(fill),
        without: Without::IsOptional("a set-up that reports, or not this one"),
        ..READS
    }]],
    answer: "continueUpdates!?=run.continueUpdates",
    finish: None,
};

const STAGES: [&str; 9] = [
    "connect_mcp",
    "analyze_project",
    "create_project",
    "instrument_app",
    "plan_test_error",
    "send_verification_error",
    "receive_verification_error",
    "prepare_production",
    "check_stack_trace_quality",
];
const STATUSES: [&str; 5] = ["active", "waiting", "completed", "skipped", "failed"];

/// What `extra` may hold, by stage.
const EXTRA: [(&str, &str); 2] = [
    ("create_project", "projectSlugs"),
    ("receive_verification_error", "issueIds"),
];

fn fill(context: &Context<'_>, _: &Replies, filling: &mut Filling<'_>) -> Result<bool, Failure> {
    let token = context.arguments.text(TOKEN).unwrap_or_default();
    if token.len() != 10 || !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(wrong(TOKEN, "must be 10 letters and digits"));
    }
    let (Some(Value::Object(update)), Some(Value::Object(body))) =
        (context.arguments.value(UPDATE), &mut filling.body)
    else {
        return Err(wrong(UPDATE, "must be an object"));
    };
    let fails = |rule: &str| Err(wrong(UPDATE, rule));
    let one_of = |name: &str, options: &[&str]| {
        let value = update.get(name).and_then(Value::as_str);
        value.filter(|value| options.contains(value))
    };
    let Some(stage) = one_of("stage", &STAGES) else {
        return fails("needs a `stage` of its list");
    };
    if one_of("status", &STATUSES).is_none() {
        return fails("needs a `status`: active, waiting, completed, skipped or failed");
    }
    let extra = EXTRA.iter().find(|(own, _)| *own == stage);
    for (name, value) in update.iter().filter(|(_, value)| !value.is_null()) {
        match name.as_str() {
            "stage" | "status" => {}
            "runStatus" if one_of(name, &["completed", "failed"]).is_some() => {}
            "eventNote" if value.as_str().is_some_and(is_note) => {}
            "extra" => match extra {
                Some((_, list)) if is_extra(context, value, list) => {}
                Some((_, list)) => return fails(&["needs 1 to 100 `extra.", list, "`"].concat()),
                None => return fails("takes no `extra` at this stage"),
            },
            "runStatus" => return fails("takes as `runStatus` completed or failed"),
            "eventNote" => return fails("takes as `eventNote` 1 to 256 characters"),
            _ => return fails("has a member that is none of its own"),
        }
        body.insert(name.clone(), value.clone());
    }
    if stage == "create_project" && !update.contains_key("extra") {
        return fails("needs `extra.projectSlugs` at this stage");
    }
    Ok(true)
}

fn is_note(note: &str) -> bool {
    (1..=256).contains(&note.chars().count())
}

/// A session of one project reports of no other.
fn is_extra(context: &Context<'_>, extra: &Value, list: &str) -> bool {
    let values = extra.get(list).and_then(Value::as_array);
    let own = context.session.constraint.project();
    let is_good = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        let is_own = list != "projectSlugs" || own.is_none_or(|own| own.as_str() == text);
        (1..=100).contains(&text.len()) && is_own
    };
    extra.as_object().is_some_and(|extra| extra.len() == 1)
        && values
            .is_some_and(|values| (1..=100).contains(&values.len()) && values.iter().all(is_good))
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
