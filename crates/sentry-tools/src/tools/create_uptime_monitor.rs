use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Filling};

use crate::plan::{self, Narrow, Plan, READS, Replies, Step, put};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{ORGANIZATION, Parameter, REGION};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::WRITE_PROJECTS;
use super::uptime::{
    self, BODY, CAPTURE, ENVIRONMENT, FAILURES, HEADERS, METHOD, MONITOR, OWNER, RECOVERIES,
    REQUIRED_PROJECT, SAMPLING, STATUS, uptime,
};

const NAME: &Parameter = &uptime::NAME.required();
const URL: &Parameter = &uptime::URL.required();
const INTERVAL: &Parameter = &uptime::INTERVAL.required();
const TIMEOUT: &Parameter =
    &Parameter::integer("timeoutMs", "", Some(60_000), Some(5_000)).from(1_000);

pub(crate) static TOOL: Tool = Tool {
    name: "create_uptime_monitor",
    title: "Create uptime monitor",
    description: "Makes an uptime monitor, which watches a URL at an interval and opens an issue when it is down.",
    skills: Skills::of(&[Skill::ProjectManagement]),
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        REQUIRED_PROJECT,
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
    effect: Effect::Creates,
    hidden: Hidden::Never,
    run,
};

static MONITORS: Endpoint = Endpoint {
    method: Method::Post,
    path: "projects/{org}/{project}/uptime",
    ..MONITOR
};

const PLAN: Plan = Plan {
    stages: &[&[Step {
        label: "after",
        endpoint: &MONITORS,
        project: Narrow::Path(REQUIRED_PROJECT),
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
        fill: Some(with_timeout),
        ..READS
    }]],
    answer: concat!("monitor!=after{", uptime!(), "}"),
    finish: None,
};

/// Sentry wants one in any case.
fn with_timeout(
    context: &Context<'_>,
    _: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let timeout = context.arguments.number(TIMEOUT);
    put(
        filling.body.get_or_insert_default(),
        TIMEOUT.name,
        timeout.into(),
    );
    Ok(true)
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
