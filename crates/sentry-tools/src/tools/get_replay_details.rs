use std::borrow::Cow;

use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, EventId, Filling, IssueId, ProjectKey, SlugOrId, Value, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Plan, READS, Replies, Step, Without};
use crate::text::instant;
use crate::text::timeline::{self, Moment, Told};
use crate::vocabulary::advice;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Format, OPTIONAL_ORGANIZATION, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;
use told::{as_json, as_words, notes, related, tenths};

mod told;

const URL: &Parameter = &Parameter::format(
    "replayUrl",
    "The replay's Sentry URL, instead of organizationSlug and replayId.",
    Format::Url,
)
.near(&["url", "link", "permalink"]);
const ID: &Parameter =
    &Parameter::format("replayId", "32 hex digits.", Format::HexId).near(&["replay", "id"]);
const CATEGORIES: &Parameter = &Parameter::new(
    "categories",
    "Only these: navigation, click, input, console, network, other. Errors are always told; other only if named.",
    crate::vocabulary::parameter::Kind::Texts,
)
.near(&["category", "types"])
.nullable();
const FROM: &Parameter = &Parameter::integer(
    "startOffsetSeconds",
    "From this second of the replay on.",
    None,
    None,
)
.from(0)
.nullable();
const TO: &Parameter = &Parameter::integer("endOffsetSeconds", "", None, None)
    .from(0)
    .nullable();
const LIMIT: &Parameter = &Parameter::integer("limit", "", Some(200), Some(100)).nullable();
const SKIP: &Parameter =
    &Parameter::integer("skip", "nextSkip of the answer before.", None, Some(0))
        .from(0)
        .nullable();

pub(crate) static TOOL: Tool = Tool {
    name: "get_replay_details",
    title: "Get replay details",
    description: "What a person did and met in one session replay, in order: pages, clicks (dead and in anger), input, \
                  console, requests, errors, each at its second. Find replays with search_replays.",
    skills: Skills::of(&[Skill::Inspect]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        URL,
        OPTIONAL_ORGANIZATION,
        ID,
        CATEGORIES,
        FROM,
        TO,
        LIMIT,
        SKIP,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

static REPLAY: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/replays/{}",
    whose: Whose::Project,
    what: "a replay",
};
static SEGMENTS: Endpoint = Endpoint {
    method: Method::Get,
    path: "projects/{org}/{project}/replays/{}/recording-segments",
    whose: Whose::Project,
    what: "a recording",
};
static ERRORS: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/events",
    whose: Whose::Project,
    what: "events",
};

/// A request reads so many segments, of some seconds each: an answer is bounded, and a page is long.
const PAGE: u64 = 20;
/// The requests for segments, by their labels.
const PAGES: [&str; 3] = ["first", "second", "third"];

const RECORDED: Step = Step {
    endpoint: &SEGMENTS,
    names: &[ID],
    always: &[("download", "true"), ("per_page", "20")],
    without: Without::GoesOn,
    ..READS
};

const PLAN: Plan = Plan {
    stages: &[
        &[Step {
            label: "replay",
            endpoint: &REPLAY,
            names: &[ID],
            ..READS
        }],
        &[
            Step {
                label: PAGES[0],
                fill: Some(|context, replies, filling| page(context, replies, filling, 0)),
                ..RECORDED
            },
            Step {
                label: PAGES[1],
                fill: Some(|context, replies, filling| page(context, replies, filling, 1)),
                ..RECORDED
            },
            Step {
                label: PAGES[2],
                fill: Some(|context, replies, filling| page(context, replies, filling, 2)),
                ..RECORDED
            },
            Step {
                label: "errors",
                endpoint: &ERRORS,
                always: &[
                    ("dataset", "errors"),
                    ("field", "id"),
                    ("field", "issue"),
                    ("field", "title"),
                    ("field", "timestamp"),
                    ("field", "project"),
                    ("statsPeriod", "90d"),
                    ("per_page", "20"),
                ],
                fill: Some(of_errors),
                without: Without::GoesOn,
                ..READS
            },
        ],
    ],
    answer: "url!=@url replay!=replay.data{id startedAt=started_at finishedAt~=finished_at durationSeconds#=duration \
             isArchived?=is_archived environment~ platform~ releases~[] browser~=browser.name os~=os.name \
             user~=user.display_name userId~=user.id countErrors#=count_errors countDeadClicks#=count_dead_clicks \
             countRageClicks#=count_rage_clicks countSegments#=count_segments urls~[]} \
             timeline!=@timeline{total#! nextSkip# notes![] events![offsetSeconds#! category! kind! message~!]} \
             related!=@related{errors![eventId~ issueId~ title~ project~ offsetSeconds#] traceIds~![]} \
             suggestedActions=@actions[type! toolName! arguments* reason!]",
    finish: Some(finish),
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let named = advice::arguments(context, URL, &TOOL)?;
        let arguments = named.as_ref().unwrap_or(context.arguments);
        let context = Context {
            arguments,
            ..*context
        };
        plan::run(&context, &TOOL, &PLAN).await
    })
}

fn replay<'a>(context: &Context<'_>, replies: &'a Replies) -> Value<'a> {
    replies.thing(context, "replay").get("data")
}

fn number(value: Value<'_>, name: &str) -> u64 {
    value.get(name).as_u64().unwrap_or_default()
}

/// The first segment that is read: an earlier one than where the caller wants to begin, as they are not all as long.
fn first_segment(context: &Context<'_>, replay: Value<'_>) -> u64 {
    let from = u64::from(context.arguments.number(FROM).unwrap_or_default());
    let (count, duration) = (number(replay, "count_segments"), number(replay, "duration"));
    let at = from
        .saturating_mul(count)
        .checked_div(duration)
        .unwrap_or(0);
    at.saturating_sub(2).min(count.saturating_sub(1))
}

/// Asks for a page of the recording.
fn page(
    context: &Context<'_>,
    replies: &Replies,
    filling: &mut Filling<'_>,
    number_of: u64,
) -> Result<bool, Failure> {
    let replay = replay(context, replies);
    filling.project = key(context, replay);
    let from = first_segment(context, replay) + number_of * PAGE;
    if from > 0 {
        let cursor = ["0:", &from.to_string(), ":0"].concat();
        filling.query.push(("cursor", Cow::Owned(cursor)));
    }
    let is_there = number_of == 0 || from < number(replay, "count_segments");
    Ok(filling.project.is_some() && is_there)
}

fn key(context: &Context<'_>, replay: Value<'_>) -> Option<ProjectKey> {
    let id = replay.get("project_id");
    let id = id.as_str().map_or_else(
        || id.as_u64().map(|id| id.to_string()),
        |id| Some(id.to_owned()),
    );
    context.sight.project(SlugOrId::parse(&id?).ok()?)
}

/// Asks for all errors of the replay at once: wherever they happened, unless the session is of one project.
fn of_errors(
    context: &Context<'_>,
    replies: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let ids = replay(context, replies).get("error_ids").elements();
    let is_id = |id: &&str| id.bytes().all(|byte| byte.is_ascii_hexdigit()) && !id.is_empty();
    let ids: Vec<&str> = ids
        .iter()
        .filter_map(Value::as_str)
        .filter(is_id)
        .take(20)
        .collect();
    let query = ["id:[", &ids.join(","), "]"].concat();
    filling.query.push(("query", Cow::Owned(query)));
    let project = context.sight.project_id().unwrap_or("-1").to_owned();
    filling.query.push(("project", Cow::Owned(project)));
    filling.project = context.sight.own_project();
    Ok(!ids.is_empty())
}

/// What the caller wants to read of the timeline.
struct Wanted<'a> {
    categories: Vec<&'a str>,
    from: f64,
    to: f64,
}

impl Wanted<'_> {
    fn holds(&self, moment: &Moment<'_>, start: f64) -> bool {
        let at = moment.at - start;
        let is_named = match self.categories.as_slice() {
            [] => moment.category != timeline::OTHER,
            names => moment.category == timeline::ERROR || names.contains(&moment.category),
        };
        is_named && at >= self.from && at <= self.to
    }
}

fn wanted<'a>(context: &'a Context<'_>) -> Result<Wanted<'a>, Failure> {
    let categories = context.arguments.texts(CATEGORIES);
    let known = [
        timeline::NAVIGATION,
        timeline::CLICK,
        timeline::INPUT,
        timeline::CONSOLE,
        timeline::NETWORK,
        timeline::OTHER,
    ];
    if categories.iter().any(|name| !known.contains(name)) {
        let words = ["`categories` may hold ", &known.join(", "), "."].concat();
        return Err(Failure::Invalid(words));
    }
    let number = |parameter| context.arguments.number(parameter).map(f64::from);
    Ok(Wanted {
        categories,
        from: number(FROM).unwrap_or(f64::MIN),
        to: number(TO).unwrap_or(f64::MAX),
    })
}

fn finish(
    context: &Context<'_>,
    place: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let wanted = wanted(context)?;
    let replay = replay(context, replies);
    let rows = match replies.get("errors") {
        Some(reply) => reply.things("data", context.sight).unwrap_or_default(),
        None => Vec::new(),
    };
    let mut segments = Vec::new();
    for label in PAGES {
        if let Some(reply) = replies.get(label) {
            segments.extend(reply.things("", context.sight).unwrap_or_default());
        }
    }
    let mut moments = timeline::moments(&segments);
    let time = |value: Value<'_>, name: &str| instant::seconds(value.get(name).as_str()?);
    let first = moments.first().map_or(0.0, |moment| moment.at);
    let start = time(replay, "started_at").unwrap_or(first);
    let errors = rows
        .iter()
        .filter_map(|row| Some(Moment::error(time(*row, "timestamp")?, row.get("title"))));
    moments.extend(errors);
    moments.retain(|moment| wanted.holds(moment, start));
    let places = timeline::in_order(&moments);
    let total = places.len();
    let skip = context.arguments.number(SKIP).unwrap_or_default() as usize;
    let limit = context.arguments.number(LIMIT).unwrap_or(100) as usize;
    let shown = places.iter().skip(skip).take(limit);
    let shown: Vec<&Moment<'_>> = shown.filter_map(|place| moments.get(*place)).collect();
    let next = skip.saturating_add(shown.len());
    let next = (next < total).then_some(next);
    let notes = notes(
        replay,
        replies,
        first_segment(context, replay),
        segments.len(),
    );
    let id = replay.get("id").as_str();
    let id = id.or_else(|| context.arguments.text(ID));
    let id = id.unwrap_or_default();
    let url = place.link(context, &["/explore/replays/", id, "/"].concat());
    suggest(context, made, replay, &rows);
    made.add_text("url", &url);
    made.add("related", related(replay, &rows, start));
    let events: Vec<(String, &str, Told)> = shown
        .iter()
        .map(|moment| (tenths(moment.at - start), moment.category, moment.told()))
        .collect();
    made.add("timeline", as_json(&events, total, next, &notes));
    made.markdown = Some(as_words(
        replay,
        &url,
        &events,
        (total, next),
        &notes,
        &rows,
    ));
    Ok(())
}

fn suggest(context: &Context<'_>, made: &mut Made, replay: Value<'_>, rows: &[Value<'_>]) {
    let traces = replay.get("trace_ids").elements().iter();
    let issue = rows.first().and_then(|row| row.get("issue").as_str());
    if let Some(issue) = issue.filter(|issue| IssueId::parse(issue).is_ok()) {
        let reason = "Read the error that happened in it.";
        made.suggest(context, "get_issue_details", &[("issueId", issue)], reason);
    }
    let is_id = |trace: &&str| EventId::parse(trace).is_ok();
    if let Some(trace) = traces.filter_map(Value::as_str).find(is_id) {
        let reason = "See what its requests did on the server.";
        made.suggest(context, "get_trace_details", &[("traceId", trace)], reason);
    }
}
