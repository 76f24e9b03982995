use std::borrow::Cow;

use fetch::{LocalFuture, Method};
use mcp::json::Object;
use sentry_api::{ApiError, Endpoint, EventId, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step};
use crate::text::hot_paths::Calls;
use crate::text::markdown::code;
use crate::text::shape;
use crate::vocabulary::advice;
use crate::vocabulary::arguments::required;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Format, OPTIONAL_ORGANIZATION, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;
use super::get_profile::{
    FOCUS, PROJECT, PROJECT_NUMBER, URL, add_paths, analysis, focus, narrow, page,
};

const PROFILE: &Parameter = &Parameter::format(
    "profileId",
    "Of a profile of one transaction.",
    Format::HexId,
)
.near(&["profile", "id"]);
const PROFILER: &Parameter = &Parameter::format(
    "profilerId",
    "Of a profiler that runs all the time, with start and end.",
    Format::HexId,
)
.near(&["profiler"]);
const START: &Parameter = &Parameter::text("start", "ISO 8601.");
const END: &Parameter = &Parameter::text("end", "");

/// Paths that are shown.
const SHOWN: usize = 15;

pub(crate) static TOOL: Tool = Tool {
    name: "get_profile_details",
    title: "Get profile details",
    description: "One profile, by its id, or a running profiler's samples between two times: what was profiled and its \
                  hot call paths, own code first. All profiles of a transaction: get_profile.",
    skills: Skills::of(&[Skill::Inspect]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        URL,
        OPTIONAL_ORGANIZATION,
        PROJECT,
        PROFILE,
        PROFILER,
        START,
        END,
        FOCUS,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

static PROFILES: Endpoint = Endpoint {
    method: Method::Get,
    path: "projects/{org}/{project}/profiling/profiles/{}",
    whose: Whose::Project,
    what: "a profile",
};
/// It is of the project that its query names.
static CHUNKS: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/profiling/chunks",
    whose: Whose::Everyone,
    what: "samples of a profiler",
};

const PLAN: Plan = Plan {
    stages: &[
        &[
            Step {
                label: "profile",
                endpoint: &PROFILES,
                project: Narrow::Path(PROJECT),
                fill: Some(|context, _, filling| {
                    let profile = context.arguments.text(PROFILE).unwrap_or_default();
                    filling.names.push(Cow::Owned(profile.to_owned()));
                    Ok(!profile.is_empty())
                }),
                ..READS
            },
            Step {
                fill: Some(|context, replies, filling| {
                    let is_chunk = context.arguments.text(PROFILE).is_none();
                    let fill = PROJECT_NUMBER.fill;
                    Ok(
                        is_chunk
                            && fill.map_or(Ok(true), |fill| fill(context, replies, filling))?,
                    )
                }),
                ..PROJECT_NUMBER
            },
        ],
        &[Step {
            label: "chunk",
            endpoint: &CHUNKS,
            query: &[(PROFILER, "profiler_id"), (START, "start"), (END, "end")],
            fill: Some(|context, replies, filling| {
                let is_chunk = context.arguments.text(PROFILE).is_none();
                Ok(is_chunk && narrow(context, replies, filling)?)
            }),
            ..READS
        }],
    ],
    answer: "profile!=@profile{id! transaction~ platform~ release~ environment~ timestamp runtime~ traceId} \
             samples!=@samples{samples#! profiles#! hotPaths![share#! isOwnCode?! frames~![] endsIn~] \
             functions![name~! location~ share#! selfShare#!]} \
             suggestedActions=@actions[type! toolName! arguments{organizationSlug projectSlugOrId transactionName~ traceId} reason!]",
    finish: Some(finish),
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let named = advice::arguments(context, URL, &TOOL)?;
        let arguments = named.as_ref().unwrap_or(context.arguments);
        required(PROJECT, arguments.project(PROJECT))?;
        let all = [PROFILER, START, END].map(|parameter| arguments.text(parameter).is_some());
        if arguments.text(PROFILE).is_none() && all != [true; 3] {
            let words = "Name the profile: `profileId`, or `profilerId` with `start` and `end`, or `profileUrl`.";
            return Err(Failure::Invalid(words.to_owned()));
        }
        let context = Context {
            arguments,
            ..*context
        };
        plan::run(&context, &TOOL, &PLAN).await
    })
}

/// What a profile, or a chunk, says of itself.
const ABOUT: &str = "transaction=transaction.name platform release environment timestamp runtime=runtime.name \
                     traceId=transaction.trace_id";

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let profile = replies.thing(context, "profile");
    let answer = if profile.is_null() {
        replies.thing(context, "chunk")
    } else {
        profile
    };
    let about = if profile.is_null() {
        answer.get("chunk")
    } else {
        answer
    };
    if !answer.is_object() {
        return Err(ApiError::Malformed("a profile").into());
    }
    let focus = focus(context);
    let calls = Calls::read(answer, focus);
    let id = context.arguments.text(PROFILE);
    let id = id
        .or_else(|| context.arguments.text(PROFILER))
        .unwrap_or_default();
    let mut out = String::new();
    let mut object = Object::begin(&mut out);
    object.text("id", id);
    for member in shape::members(ABOUT) {
        // Invariant: none of them is always there.
        let _ = shape::member(&mut object, &member, shape::at(about, member.path));
    }
    let transaction = about.get("transaction");
    // Older formats have the name alone.
    let old = about.get("transactionName").as_str();
    if transaction.is_null() {
        object.maybe("transaction", old);
    }
    object.end();
    made.add("profile", out);
    made.add("samples", analysis(&calls, focus, SHOWN));
    let project = context.arguments.as_text(PROJECT).unwrap_or_default();
    if let Some(name) = transaction.get("name").as_str().or(old) {
        let arguments = [("projectSlugOrId", &*project), ("transactionName", name)];
        made.suggest(context, "get_profile", &arguments, "See all its profiles.");
    }
    let trace = transaction.get("trace_id").as_str();
    if let Some(trace) = trace.filter(|trace| EventId::parse(trace).is_ok()) {
        made.suggest(
            context,
            "get_trace_details",
            &[("traceId", trace)],
            "Read its trace.",
        );
    }
    let mut page = page(&["# Profile ", &code(id, 60)].concat(), &calls);
    add_paths(&mut page, &calls, focus, SHOWN);
    made.markdown = Some(page.finish());
    Ok(())
}
