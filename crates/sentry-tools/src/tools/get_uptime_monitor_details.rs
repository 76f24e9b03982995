use fetch::LocalFuture;
use mcp::json::Object;
use sentry_api::{Endpoint, Value, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, Replies, Step};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{ORGANIZATION, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;
use super::cron::{OPTIONAL_PERIOD, SINCE, UNTIL, with_both_ends};
use super::uptime::{ID, MONITOR, OF_STEP, REQUIRED_PROJECT, is_down, uptime};

const CHECKS: &Parameter = &Parameter::integer("checkLimit", "", Some(50), Some(10));

pub(crate) static TOOL: Tool = Tool {
    name: "get_uptime_monitor_details",
    title: "Get uptime monitor details",
    description: "Whether a monitored website or API is up or down, its last checks by region, and why the last one failed \
                  (timeout, DNS, TLS, HTTP status).",
    skills: Skills::of(&[Skill::Inspect]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        REQUIRED_PROJECT,
        ID,
        OPTIONAL_PERIOD,
        SINCE,
        UNTIL,
        CHECKS,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

static CHECKS_OF: Endpoint = Endpoint {
    path: "projects/{org}/{project}/uptime/{}/checks",
    method: fetch::Method::Get,
    whose: Whose::Everyone,
    what: "checks",
};

const PLAN: Plan = Plan {
    stages: &[&[
        Step {
            label: "monitor",
            endpoint: &MONITOR,
            ..OF_STEP
        },
        Step {
            label: "checks",
            endpoint: &CHECKS_OF,
            project: Narrow::Path(REQUIRED_PROJECT),
            query: &[
                (CHECKS, "per_page"),
                (OPTIONAL_PERIOD, "statsPeriod"),
                (SINCE, "start"),
                (UNTIL, "end"),
            ],
            fill: Some(with_both_ends),
            ..OF_STEP
        },
    ]],
    answer: concat!(
        "monitor!=monitor{",
        uptime!(),
        "} state!=@state lastFailure=@failure{time~ region~ reason!} checks!=checks[time=timestamp status~=checkStatus \
         reason~=checkStatusReason httpStatusCode# durationMs# region~=regionName traceId~] \
         suggestedActions=@actions[type! toolName! arguments!* reason!]"
    ),
    finish: Some(finish),
};

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let monitor = replies.thing(context, "monitor");
    let down = is_down(monitor);
    made.add_text("state", if down { "down" } else { "up" });
    let checks = replies
        .get("checks")
        .map(|reply| reply.things("", context.sight));
    let checks = checks.transpose()?.unwrap_or_default();
    let failed = |check: &&Value<'_>| {
        let status = check.get("checkStatus").as_str();
        status.is_some_and(|status| status.starts_with("failure"))
    };
    if let Some(check) = checks.iter().find(failed) {
        let mut out = String::new();
        let text = |name| check.get(name).as_str();
        Object::begin(&mut out)
            .maybe("time", text("timestamp"))
            .maybe("region", text("regionName"))
            .text("reason", &why(*check, monitor))
            .end();
        made.add("failure", out);
    }
    if down {
        let id = context.arguments.text(ID).unwrap_or_default();
        let query = ["is:unresolved uptime_rule:\"", id, "\""].concat();
        let reason = "Finds the issue that the outage opened.";
        made.suggest(context, "search_issues", &[("query", &query)], reason);
    }
    Ok(())
}

/// Why a check failed.
fn why(check: Value<'_>, monitor: Value<'_>) -> String {
    let count = |thing, name| sentry_api::count(thing, name).map(|number| number.to_string());
    let code = count(check, "httpStatusCode");
    match (check.get("checkStatusReason").as_str(), code) {
        (Some("timeout"), _) => {
            let limit = count(monitor, "timeoutMs").unwrap_or_else(|| "the allowed".to_owned());
            ["No answer within ", &limit, " ms."].concat()
        }
        (Some("dns_error"), _) => "The host's name did not resolve.".to_owned(),
        (Some("tls_error"), _) => "The TLS certificate or handshake was not accepted.".to_owned(),
        (Some("connection_error"), _) => "The connection failed or broke off.".to_owned(),
        (Some("redirect_error"), _) => "It redirected too often.".to_owned(),
        (_, Some(code)) => ["It answered HTTP ", &code, "."].concat(),
        _ => "Sentry gives no reason.".to_owned(),
    }
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
