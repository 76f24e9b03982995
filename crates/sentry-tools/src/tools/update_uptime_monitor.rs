use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Filling};

use crate::plan::{self, Plan, Replies, Step};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{ORGANIZATION, Parameter, REGION};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::WRITE_PROJECTS;
use super::uptime::{
    self, CAPTURE, FAILURES, HEADERS, ID, INTERVAL, METHOD, MONITOR, NAME, OF_STEP, RECOVERIES,
    REQUIRED_PROJECT, SAMPLING, STATUS, URL, uptime,
};

const TIMEOUT: &Parameter = &Parameter::integer("timeoutMs", "", Some(60_000), None).from(1_000);
const BODY: &Parameter = &uptime::BODY.clearable();
const OWNER: &Parameter = &uptime::OWNER.clearable();
const ENVIRONMENT: &Parameter = &uptime::ENVIRONMENT.clearable();

pub(crate) static TOOL: Tool = Tool {
    name: "update_uptime_monitor",
    title: "Update uptime monitor",
    description: "Changes an uptime monitor, and pauses it (status disabled) or wakes it up: only what is sent. Answers what \
                  is different now.",
    skills: Skills::of(&[Skill::ProjectManagement]),
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        REQUIRED_PROJECT,
        ID,
        NAME,
        URL,
        INTERVAL,
        TIMEOUT,
        METHOD,
        HEADERS,
        BODY,
        STATUS,
        OWNER,
        ENVIRONMENT,
        SAMPLING,
        CAPTURE,
        RECOVERIES,
        FAILURES,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Sets,
    hidden: Hidden::Never,
    run,
};

static CHANGED: Endpoint = Endpoint {
    method: Method::Put,
    ..MONITOR
};

const PLAN: Plan = Plan {
    stages: &[
        &[OF_STEP],
        &[Step {
            label: "after",
            endpoint: &CHANGED,
            body: &[
                (NAME, "name"),
                (URL, "url"),
                (INTERVAL, "intervalSeconds"),
                (TIMEOUT, "timeoutMs"),
                (METHOD, "method"),
                (HEADERS, "headers"),
                (BODY, "body"),
                (STATUS, "status"),
                (OWNER, "owner"),
                (ENVIRONMENT, "environment"),
                (SAMPLING, "traceSampling"),
                (CAPTURE, "responseCaptureEnabled"),
                (RECOVERIES, "recoveryThreshold"),
                (FAILURES, "downtimeThreshold"),
            ],
            fill: Some(something),
            ..OF_STEP
        }],
    ],
    answer: concat!(
        "monitor!=after{",
        uptime!(),
        "} changes!=@changes[name! before*~ after*~]"
    ),
    finish: None,
};

fn something(_: &Context<'_>, _: &Replies, filling: &mut Filling<'_>) -> Result<bool, Failure> {
    match filling.body {
        Some(_) => Ok(true),
        None => Err(Failure::Invalid(
            "Nothing would change: send at least one setting, such as `status` or `intervalSeconds`.".to_owned(),
        )),
    }
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
