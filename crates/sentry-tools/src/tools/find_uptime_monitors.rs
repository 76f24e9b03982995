use fetch::{LocalFuture, Method};
use mcp::json;
use sentry_api::{Endpoint, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step, Without};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{NAME_QUERY, ORGANIZATION, PROJECT, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;
use super::cron::LIMIT;
use super::find_monitors::OWNER;
use super::uptime::{ENVIRONMENT, is_down, uptime};

pub(crate) static TOOL: Tool = Tool {
    name: "find_uptime_monitors",
    title: "Find uptime monitors",
    description: "Lists uptime monitors of websites and APIs: their settings, and which are down now.",
    skills: Skills::of(&[Skill::Inspect]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        PROJECT,
        ENVIRONMENT,
        OWNER,
        NAME_QUERY,
        LIMIT,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

static MONITORS: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/uptime",
    whose: Whose::Project,
    what: "uptime monitors",
};

const PLAN: Plan = Plan {
    stages: &[&[Step {
        label: "monitors",
        endpoint: &MONITORS,
        project: Narrow::Query(PROJECT, "project"),
        query: &[
            (ENVIRONMENT, "environment"),
            (OWNER, "owner"),
            (NAME_QUERY, "query"),
            (LIMIT, "per_page"),
        ],
        without: Without::IsOptional("uptime monitors"),
        ..READS
    }]],
    answer: concat!(
        "monitors!=monitors[",
        uptime!(),
        "] down!=@down[] hasMore!?=@more"
    ),
    finish: Some(finish),
};

/// Which are down, by their ids.
fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let found = replies
        .get("monitors")
        .map(|reply| reply.things("", context.sight));
    let found = found.transpose()?.unwrap_or_default();
    let down = found.iter().filter(|one| is_down(**one));
    let mut out = String::new();
    json::array(
        &mut out,
        down.filter_map(|one| one.get("id").as_str()),
        json::text,
    );
    made.add("down", out);
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
