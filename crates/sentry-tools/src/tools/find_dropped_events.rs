use fetch::{LocalFuture, Method};
use mcp::json::{self, Object};
use sentry_api::{ApiError, Endpoint, Filling, Value, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step, Without};
use crate::text::{cut, order};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Format, NEAR_PERIOD, ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;

const DATASET: &Parameter = &Parameter::choice(
    "dataset",
    "",
    &["spans", "logs", "metrics", "errors"],
    Some("spans"),
);
const OPTIONAL_PROJECT: &Parameter = &PROJECT.nullable();
const PERIOD: &Parameter = &Parameter::format("statsPeriod", "Back from now.", Format::Period)
    .with_default("24h")
    .nullable()
    .near(NEAR_PERIOD);
const START: &Parameter =
    &Parameter::text("start", "ISO 8601, with end, instead of statsPeriod.").nullable();
const END: &Parameter = &Parameter::text("end", "").nullable();
const INTERVAL: &Parameter = &Parameter::format(
    "interval",
    "Such as 1h: how finely Sentry counts.",
    Format::Period,
)
.nullable();
const OUTCOME: &Parameter = &Parameter::choice(
    "outcome",
    "Only these.",
    &[
        "rate_limited",
        "filtered",
        "invalid",
        "abuse",
        "client_discard",
        "cardinality_limited",
    ],
    None,
)
.nullable();
const REASON: &Parameter = &Parameter::text("reason", "Only of this reason of an outcome.")
    .at_most(200)
    .nullable();

pub(crate) static TOOL: Tool = Tool {
    name: "find_dropped_events",
    title: "Find dropped events",
    description: "Says why errors, spans, logs or metrics that were sent are missing: how many Sentry dropped for which reason \
                  (quota, filter, sampling, bad data), beside how many it kept, and what to do about each.",
    skills: Skills::of(&[Skill::Inspect, Skill::ProjectManagement]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        DATASET,
        OPTIONAL_PROJECT,
        PERIOD,
        START,
        END,
        INTERVAL,
        OUTCOME,
        REASON,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

static DROPPED: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/events-dropped",
    whose: Whose::Project,
    what: "dropped events",
};

const PLAN: Plan = Plan {
    stages: &[&[Step {
        label: "found",
        endpoint: &DROPPED,
        project: Narrow::Query(OPTIONAL_PROJECT, "project"),
        query: &[
            (DATASET, "dataset"),
            (START, "start"),
            (END, "end"),
            (INTERVAL, "interval"),
            (OUTCOME, "outcome"),
            (REASON, "reason"),
        ],
        fill: Some(period),
        without: Without::IsOptional("dropped events"),
        ..READS
    }]],
    answer: "dataset!=@dataset interval#=found.meta.interval droppedEvents!=@dropped[outcome!~ reason!~ count!# percent# advice] \
             acceptedEvents!=@accepted[outcome!~ reason!~ count!#] suggestedActions=@actions[type! toolName! arguments!* reason!]",
    finish: Some(finish),
};

/// A span of time that is said takes the place of the period.
fn period(context: &Context<'_>, _: &Replies, filling: &mut Filling<'_>) -> Result<bool, Failure> {
    let arguments = context.arguments;
    match (arguments.text(START), arguments.text(END)) {
        (Some(_), Some(_)) => {}
        (None, None) => {
            let period = arguments.text(PERIOD).unwrap_or_default().to_owned();
            filling.query.push(("statsPeriod", period.into()));
        }
        _ => {
            return Err(Failure::Invalid(
                "Send both `start` and `end`, or `statsPeriod`.".to_owned(),
            ));
        }
    }
    Ok(true)
}

/// What helps, by outcome.
const ADVICE: [(&str, &str); 6] = [
    (
        "rate_limited",
        "A quota or a key's rate limit was used up: raise it, or send less (a lower sample rate). find_dsns and update_dsn show \
         and change a key's limit.",
    ),
    (
        "filtered",
        "An inbound filter of the project matched: find_custom_inbound_filters shows the project's own.",
    ),
    (
        "invalid",
        "Sentry could not read what was sent: update the SDK, and check what the program puts into it.",
    ),
    (
        "abuse",
        "Sentry protects itself from this much: find what sends it.",
    ),
    (
        "client_discard",
        "The SDK did not send it: look at its sample rate, at beforeSend, and at full queues or lost connections.",
    ),
    (
        "cardinality_limited",
        "A metric has too many different attribute values: take ids and URLs out of its attributes.",
    ),
];

/// Outcome, reason and how many.
type Sums = Vec<(String, String, u64)>;

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let Some(reply) = replies.get("found") else {
        return Ok(());
    };
    let root = reply.thing(context.sight).unwrap_or_default();
    if !matches!(root, Value::Object(_)) {
        return Err(ApiError::Malformed("dropped events").into());
    }
    let sums = |member: &str| {
        let mut sums = Sums::new();
        for bucket in root.get(member).elements().iter() {
            let text = |name: &str| bucket.get(name).as_str().unwrap_or("unknown");
            let (outcome, reason) = (text("outcome"), text("reason"));
            let count = bucket.get("count").as_f64().unwrap_or_default();
            let count = count.max(0.0) as u64;
            match sums
                .iter_mut()
                .find(|sum| sum.0 == outcome && sum.1 == reason)
            {
                Some(sum) => sum.2 = sum.2.saturating_add(count),
                None => sums.push((cut::head(outcome, 100), cut::head(reason, 200), count)),
            }
        }
        let count = |place: usize| sums.get(place).map(|sum| sum.2);
        let largest = order::first(sums.len(), 50, &|one, other| count(one) > count(other));
        let largest = largest
            .into_iter()
            .filter_map(|place| sums.get(place).cloned());
        largest.collect::<Sums>()
    };
    let (dropped, accepted) = (sums("droppedEvents"), sums("acceptedEvents"));
    let all = dropped.iter().chain(&accepted);
    let all = all.fold(0_u64, |all, sum| all.saturating_add(sum.2));
    made.add("dropped", written(&dropped, all));
    made.add("accepted", written(&accepted, 0));
    let has = |outcome: &str| dropped.iter().any(|sum| sum.0 == outcome);
    if let Some(project) = context.arguments.text(OPTIONAL_PROJECT) {
        let project = [("projectSlug", project)];
        if has("filtered") {
            let reason = "which of the project's filters drop";
            made.suggest(context, "find_custom_inbound_filters", &project, reason);
        }
        if has("rate_limited") {
            made.suggest(
                context,
                "find_dsns",
                &project,
                "whether a key has a rate limit",
            );
        }
    }
    Ok(())
}

/// With the share of `all` in percent and what to do, where there is one.
fn written(sums: &Sums, all: u64) -> String {
    let mut out = String::new();
    json::array(&mut out, sums, |out, (outcome, reason, count)| {
        let mut object = Object::begin(out);
        object
            .text("outcome", outcome)
            .text("reason", reason)
            .raw("count", &count.to_string());
        if let Some(tenths) = count.saturating_mul(1_000).checked_div(all) {
            let percent = [
                (tenths / 10).to_string(),
                ".".to_owned(),
                (tenths % 10).to_string(),
            ];
            object.raw("percent", &percent.concat());
            let advice = ADVICE.iter().find(|(own, _)| own == outcome);
            object.maybe("advice", advice.map(|(_, advice)| *advice));
        }
        object.end();
    });
    out
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
