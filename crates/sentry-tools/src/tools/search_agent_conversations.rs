use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Filling, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step, Without};
use crate::text::shape;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{
    CURSOR, Format, Kind, NEAR_LIMIT, NEAR_PERIOD, NEAR_PROJECT, ORGANIZATION, Parameter, REGION,
};
use crate::vocabulary::place::Place;
use crate::vocabulary::search::link;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::{ISSUE_SKILLS, READ};

const QUERY: &Parameter = &Parameter::text(
    "query",
    "Sentry search syntax over the spans of conversations, such as gen_ai.agent.name:Support, or words.",
)
.near(&["q", "search"]);
pub(super) const PROJECT: &Parameter =
    &Parameter::format("project", "", Format::Slug).near(NEAR_PROJECT);
const ENVIRONMENT: &Parameter =
    &Parameter::new("environment", "", Kind::Texts).near(&["environments", "env"]);
const PERIOD: &Parameter = &Parameter::format("period", "", Format::Period)
    .with_default("30d")
    .near(NEAR_PERIOD);
pub(super) const START: &Parameter =
    &Parameter::text("start", "ISO 8601, with end, instead of a period.");
pub(super) const END: &Parameter = &Parameter::text("end", "");
const LIMIT: &Parameter = &Parameter::integer("limit", "", Some(100), Some(10)).near(NEAR_LIMIT);

pub(crate) static TOOL: Tool = Tool {
    name: "search_agent_conversations",
    title: "Search agent conversations",
    description: "Finds conversations that people had with AI agents of the program (not with you): first question, last answer, \
                  calls of models and tools, errors, tokens, cost.",
    skills: ISSUE_SKILLS,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        QUERY,
        PROJECT,
        ENVIRONMENT,
        PERIOD,
        START,
        END,
        CURSOR,
        LIMIT,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

static CONVERSATIONS: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/agents/conversations",
    whose: Whose::Project,
    what: "conversations",
};

/// Of servers that do not have the other yet.
static FORMER: Endpoint = Endpoint {
    path: "organizations/{org}/ai-conversations",
    ..CONVERSATIONS
};

const ASK: Step = Step {
    label: "found",
    endpoint: &CONVERSATIONS,
    project: Narrow::Query(PROJECT, "project"),
    query: &[
        (QUERY, "query"),
        (START, "start"),
        (END, "end"),
        (CURSOR, "cursor"),
        (LIMIT, "per_page"),
    ],
    fill: Some(|context, _, filling| fill(context, filling)),
    without: Without::IsGone,
    ..READS
};

const PLAN: Plan = Plan {
    stages: &[
        &[ASK],
        &[Step {
            endpoint: &FORMER,
            fill: Some(|context, replies, filling| {
                Ok(fill(context, filling)? && replies.get("found").is_none())
            }),
            without: Without::IsOptional("conversations with AI agents"),
            ..ASK
        }],
    ],
    answer: "organizationSlug!=@organizationSlug searchUrl!=@searchUrl count!#=@count nextCursor=@next conversations!=found[\
             conversationId!~ title~=firstInput lastOutput~ agents~=flow[] errors# llmCalls# toolCalls# toolErrors# toolNames~[] \
             totalTokens# totalCost# startTimestamp# endTimestamp# traceIds~[] user{id~ email~ username~}] \
             suggestedActions=@actions[type! toolName! arguments!{organizationSlug conversationId~} reason!]",
    finish: Some(finish),
};

fn fill(context: &Context<'_>, filling: &mut Filling<'_>) -> Result<bool, Failure> {
    for name in context.arguments.texts(ENVIRONMENT) {
        filling.query.push(("environment", name.to_owned().into()));
    }
    let period = context.arguments.text(PERIOD).unwrap_or_default();
    time(context, filling, period)
}

/// The period, unless a span of time is said.
pub(super) fn time(
    context: &Context<'_>,
    filling: &mut Filling<'_>,
    period: &str,
) -> Result<bool, Failure> {
    let arguments = context.arguments;
    match (arguments.text(START), arguments.text(END)) {
        (Some(_), Some(_)) => {}
        (None, None) => filling
            .query
            .push(("statsPeriod", period.to_owned().into())),
        _ => {
            return Err(Failure::Invalid(
                "Send both `start` and `end`, or neither.".to_owned(),
            ));
        }
    }
    Ok(true)
}

fn finish(
    context: &Context<'_>,
    place: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let Some(reply) = replies.get("found") else {
        return Ok(());
    };
    let found = reply.things("", context.sight)?;
    made.add("count", found.len().to_string());
    let arguments = context.arguments;
    let mut query = vec![("query", arguments.text(QUERY).unwrap_or_default())];
    if arguments.text(START).is_none() {
        query.push(("statsPeriod", arguments.text(PERIOD).unwrap_or_default()));
    }
    let url = link(context, place, &["/explore/conversations/"], &query);
    made.add_text("searchUrl", &url);
    for conversation in found.iter().take(1) {
        let id = shape::at(*conversation, "conversationId");
        let id = [("conversationId", id.as_str().unwrap_or_default())];
        let reason = "what was said in it, and which tools were called";
        made.suggest(context, "get_agent_conversation_details", &id, reason);
    }
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
