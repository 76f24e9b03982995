use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Value, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step, Without};
use crate::text::markdown::code;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{ORGANIZATION, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::search_agent_conversations::{END, PROJECT, START, time};
use super::{ISSUE_SKILLS, READ};

mod page;
mod spans;

pub(super) const CONVERSATION: &Parameter = &Parameter::text(
    "conversationId",
    "From search_agent_conversations, or gen_ai.conversation.id of a span.",
)
.at_most(500)
.required()
.near(&["id", "conversation"]);

pub(crate) static TOOL: Tool = Tool {
    name: "get_agent_conversation_details",
    title: "Get agent conversation details",
    description: "Reads one conversation with an AI agent of the program in order: what was asked and answered, which models and \
                  tools were called, what failed, how long it took.",
    skills: ISSUE_SKILLS,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, CONVERSATION, PROJECT, START, END, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

static CONVERSATION_SPANS: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/agents/conversations/{}",
    whose: Whose::Project,
    what: "a conversation",
};

static FORMER: Endpoint = Endpoint {
    path: "organizations/{org}/ai-conversations/{}",
    ..CONVERSATION_SPANS
};

/// How far back a conversation is kept.
const KEPT: &str = "30d";

const ASK: Step = Step {
    label: "spans",
    endpoint: &CONVERSATION_SPANS,
    project: Narrow::Query(PROJECT, "project"),
    names: &[CONVERSATION],
    query: &[(START, "start"), (END, "end")],
    always: &[("per_page", "1000")],
    fill: Some(|context, _, filling| time(context, filling, KEPT)),
    without: Without::IsGone,
    ..READS
};

const PLAN: Plan = Plan {
    stages: &[
        &[ASK],
        &[Step {
            endpoint: &FORMER,
            fill: Some(|context, replies, filling| {
                Ok(time(context, filling, KEPT)? && replies.get("spans").is_none())
            }),
            without: Without::IsOptional("conversations with AI agents"),
            ..ASK
        }],
    ],
    answer: "conversationId!=@conversationId title~=@title organizationSlug!=@organizationSlug url!=@url lookupWindow=@window \
             startTimestamp#=@start endTimestamp#=@end traceIds!~=@traceIds[] projects!~=@projects[] spanCount!#=@spanCount \
             aiCallCount!#=@aiCallCount messageCount!#=@messageCount toolCallCount!#=@toolCallCount totalTokens!#=@totalTokens \
             spanSummaries!=@spanSummaries[spanId!~ op~ description~ status~ durationMs# project~ traceId~] \
             timeline!=@timeline[offsetMs# kind! text~ status~]",
    finish: Some(finish),
};

fn finish(
    context: &Context<'_>,
    place: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let Some(reply) = replies.get("spans") else {
        return Ok(());
    };
    // Older servers answer with the list alone.
    let member = if reply.is_list() { "" } else { "data" };
    let rows: Vec<Value<'_>> = reply.things(member, context.sight)?;
    let id = context.arguments.text(CONVERSATION).unwrap_or_default();
    if rows.is_empty() {
        let within = match context.arguments.text(START) {
            Some(_) => "between `start` and `end`",
            None => "within 30 days",
        };
        return Err(Failure::Invalid(format!(
            "Sentry has no conversation `conversationId` {} {within}. search_agent_conversations finds those that there are.",
            code(id, 200)
        )));
    }
    let read = spans::read(&rows);
    let path = sentry_api::path(&["explore", "conversations", id])
        .map_err(|error| Failure::from(sentry_api::ApiError::from(error)))?;
    let url = place.link(context, &["/", &path].concat());
    page::write(id, &url, &read, reply.next().is_some(), made);
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
