use std::borrow::Cow;

use fetch::LocalFuture;
use mcp::json::Object;
use sentry_api::{Endpoint, Filling, Value, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step, elements};
use crate::text::epoch;
use crate::vocabulary::arguments::wrong;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{ORGANIZATION, PROJECT_OR_ID, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;
use super::cron::{
    ENVIRONMENT, MONITOR, OPTIONAL_PERIOD, SINCE, SLUG, UNTIL, environment, monitor, with_both_ends,
};

const PROJECT: &Parameter = &PROJECT_OR_ID.nullable();
const OPTIONAL_ENVIRONMENT: &Parameter = &ENVIRONMENT.nullable();
const CHECK_INS: &Parameter = &Parameter::integer("checkInLimit", "", Some(50), Some(10));
const STATS: &Parameter = &Parameter::flag(
    "includeStats",
    "Counts of the last 24 hours, or from start to end.",
    true,
);
const ROLLUP: &Parameter =
    &Parameter::integer("rollupSeconds", "Of the counts. Default 3600.", None, None).nullable();

pub(crate) static TOOL: Tool = Tool {
    name: "get_monitor_details",
    title: "Get cron monitor details",
    description: "How one scheduled job does: its schedule, its environments, its last check-ins (ok, missed, timeout, error) \
                  and why the job failed last.",
    skills: Skills::of(&[Skill::Inspect]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        SLUG,
        PROJECT,
        OPTIONAL_ENVIRONMENT,
        OPTIONAL_PERIOD,
        SINCE,
        UNTIL,
        CHECK_INS,
        STATS,
        ROLLUP,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

static OF_ORGANIZATION: Endpoint = Endpoint {
    path: "organizations/{org}/monitors/{}",
    method: fetch::Method::Get,
    whose: Whose::Project,
    what: "a cron monitor",
};
static CHECK_INS_OF_PROJECT: Endpoint = Endpoint {
    path: "projects/{org}/{project}/monitors/{}/checkins",
    whose: Whose::Everyone,
    what: "check-ins",
    ..OF_ORGANIZATION
};
static CHECK_INS_OF_ORGANIZATION: Endpoint = Endpoint {
    path: "organizations/{org}/monitors/{}/checkins",
    ..CHECK_INS_OF_PROJECT
};
static STATS_OF_PROJECT: Endpoint = Endpoint {
    path: "projects/{org}/{project}/monitors/{}/stats",
    what: "counts of check-ins",
    ..CHECK_INS_OF_PROJECT
};
static STATS_OF_ORGANIZATION: Endpoint = Endpoint {
    path: "organizations/{org}/monitors/{}/stats",
    ..STATS_OF_PROJECT
};

const OF_STEP: Step = Step {
    names: &[SLUG],
    query: &[(OPTIONAL_ENVIRONMENT, "environment")],
    ..READS
};

const PLAN: Plan = Plan {
    stages: &[&[
        Step {
            label: "monitor",
            endpoint: &MONITOR,
            project: Narrow::Either(PROJECT, &OF_ORGANIZATION),
            ..OF_STEP
        },
        Step {
            label: "checkins",
            endpoint: &CHECK_INS_OF_PROJECT,
            project: Narrow::Either(PROJECT, &CHECK_INS_OF_ORGANIZATION),
            query: &[
                (OPTIONAL_ENVIRONMENT, "environment"),
                (CHECK_INS, "per_page"),
                (OPTIONAL_PERIOD, "statsPeriod"),
                (SINCE, "start"),
                (UNTIL, "end"),
            ],
            fill: Some(with_both_ends),
            ..OF_STEP
        },
        Step {
            label: "stats",
            endpoint: &STATS_OF_PROJECT,
            project: Narrow::Either(PROJECT, &STATS_OF_ORGANIZATION),
            fill: Some(stats),
            // Not every server has it, and the rest stands without.
            without: plan::Without::GoesOn,
            ..OF_STEP
        },
    ]],
    answer: concat!(
        "monitor!=monitor{",
        monitor!(),
        "} environments!=@environments[",
        environment!(),
        "] lastFailure=@failure{status! environment~ expectedTime~ reason!} checkIns!=checkins[environment~ status \
         expectedTime~ added~=dateAdded durationMs#=duration] stats=@stats[from#=ts ok# error# missed# timeout# unknown# \
         averageDurationMs#=duration] suggestedActions=@actions[type! toolName! arguments!* reason!]"
    ),
    finish: Some(finish),
};

/// The counts, from start to end where both are sent. Without them Sentry counts the last 24 hours.
fn stats(context: &Context<'_>, _: &Replies, filling: &mut Filling<'_>) -> Result<bool, Failure> {
    for (parameter, name) in [(SINCE, "since"), (UNTIL, "until")] {
        if let Some(text) = context.arguments.text(parameter) {
            let rule = "must be a date and time, such as `2026-11-30T12:00:00Z`";
            let seconds = epoch::seconds(text).ok_or_else(|| wrong(parameter, rule))?;
            filling.query.push((name, Cow::Owned(seconds.to_string())));
        }
    }
    let rollup = context.arguments.number(ROLLUP).unwrap_or(3600);
    let resolution = [&rollup.to_string(), "s"].concat();
    filling.query.push(("resolution", Cow::Owned(resolution)));
    Ok(context.arguments.flag(STATS))
}

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let monitor = replies.thing(context, "monitor");
    let environments = elements(monitor.get("environments"));
    made.add_list(
        "environments",
        PLAN.answer,
        &mut environments.iter().copied(),
    )?;
    if let Some(stats) = replies.get("stats") {
        // Most hours of most jobs have nothing to tell.
        let counted = |bucket: &Value<'_>| {
            let counts = ["ok", "error", "missed", "timeout", "unknown"];
            counts
                .iter()
                .any(|name| sentry_api::count(*bucket, name).is_some_and(|count| count > 0))
        };
        let buckets = stats.things("", context.sight).unwrap_or_default();
        made.add_list(
            "stats",
            PLAN.answer,
            &mut buckets.into_iter().filter(counted),
        )?;
    }
    let check_ins = replies
        .get("checkins")
        .map(|reply| reply.things("", context.sight));
    let check_ins = check_ins.transpose()?.unwrap_or_default();
    if let Some((check_in, reason)) = check_ins
        .iter()
        .find_map(|one| Some((*one, why(*one, monitor)?)))
    {
        let mut out = String::new();
        let text = |name| check_in.get(name).as_str();
        let mut object = Object::begin(&mut out);
        object
            .text("status", text("status").unwrap_or_default())
            .maybe("environment", text("environment"))
            .maybe("expectedTime", text("expectedTime"))
            .text("reason", &reason)
            .end();
        made.add("failure", out);
    }
    if environments
        .iter()
        .any(|one| one.get("status").as_str() == Some("error"))
    {
        let slug = context.arguments.text(SLUG).unwrap_or_default();
        let query = ["is:unresolved monitor.slug:\"", slug, "\""].concat();
        let reason = "Finds the issue that the failures opened.";
        made.suggest(context, "search_issues", &[("query", &query)], reason);
    }
    Ok(())
}

/// Why a check-in counts as a failure; `None` where it does not.
fn why(check_in: Value<'_>, monitor: Value<'_>) -> Option<String> {
    let count = |thing, name| sentry_api::count(thing, name).map(|count| count.to_string());
    let minutes = |name| count(monitor.get("config"), name).unwrap_or_else(|| "some".to_owned());
    Some(match check_in.get("status").as_str()? {
        "missed" => [
            "The job did not check in within ",
            &minutes("checkin_margin"),
            " min of the expected time: it was not started, or could not reach Sentry.",
        ]
        .concat(),
        "timeout" => [
            "The job started and did not report its end within ",
            &minutes("max_runtime"),
            " min: it hangs, is slow, or died.",
        ]
        .concat(),
        "error" => {
            let after = count(check_in, "duration");
            let after = after.map_or_else(String::new, |after| [" after ", &after, " ms"].concat());
            ["The job itself reported a failure", &after, "."].concat()
        }
        _ => return None,
    })
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
