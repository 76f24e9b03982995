use std::borrow::Cow;

use fetch::{LocalFuture, Method};
use mcp::json::{self, Object};
use sentry_api::{ApiError, Endpoint, EventId, Filling, SlugOrId, Value, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step};
use crate::text::budget::{Budget, Section};
use crate::text::hot_paths::{self, Calls, Focus, Frame};
use crate::text::markdown::{Facts, code, line, number, push};
use crate::text::whose::{FROM_THE_EVENT, WHOSE};
use crate::vocabulary::advice;
use crate::vocabulary::arguments::required;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{
    Format, NEAR_PROJECT, OPTIONAL_ORGANIZATION, PERIOD, Parameter, REGION,
};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;

pub(super) const URL: &Parameter = &Parameter::format(
    "profileUrl",
    "A profile's Sentry URL, instead of what it says.",
    Format::Url,
)
.near(&["url", "link", "permalink"]);
pub(super) const PROJECT: &Parameter = &Parameter::new(
    "projectSlugOrId",
    "",
    crate::vocabulary::parameter::Kind::NumberOrText,
)
.near(NEAR_PROJECT);
const TRANSACTION: &Parameter =
    &Parameter::text("transactionName", "As in search_profiles.").near(&["transaction", "name"]);
const LATELY: &Parameter = &PERIOD.with_default("7d");
const BASELINE: &Parameter = &Parameter::format(
    "compareAgainstPeriod",
    "A longer period, to see what has changed.",
    Format::Period,
)
.near(&["baseline", "baselineperiod"]);
pub(super) const FOCUS: &Parameter = &Parameter::flag(
    "focusOnUserCode",
    "Fold library frames into the own code that calls them.",
    true,
);
const MOST: &Parameter = &Parameter::integer("maxHotPaths", "", Some(20), Some(10));

pub(crate) static TOOL: Tool = Tool {
    name: "get_profile",
    title: "Get a transaction's profile",
    description: "Where a transaction spends its time in code: the hot call paths of all its profiles in a period, own \
                  code first, and how they differ from another period. One profile alone: get_profile_details.",
    skills: Skills::of(&[Skill::Inspect]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        URL,
        OPTIONAL_ORGANIZATION,
        PROJECT,
        TRANSACTION,
        LATELY,
        BASELINE,
        FOCUS,
        MOST,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

pub(super) static PROJECTS: Endpoint = Endpoint {
    method: Method::Get,
    path: "projects/{org}/{project}",
    whose: Whose::Everyone,
    what: "a project",
};
/// It is of the projects that its query names; what it says of itself is no project's.
static FLAME_GRAPH: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/profiling/flamegraph",
    whose: Whose::Everyone,
    what: "a flame graph",
};

/// Learns the number of a project that is named by its slug: older servers know it by that alone.
pub(super) const PROJECT_NUMBER: Step = Step {
    label: "project",
    endpoint: &PROJECTS,
    project: Narrow::Path(PROJECT),
    fill: Some(|context, _, _| Ok(project_number(context, &Replies::default()).is_none())),
    ..READS
};

const PLAN: Plan = Plan {
    stages: &[
        &[PROJECT_NUMBER],
        &[
            Step {
                label: "now",
                endpoint: &FLAME_GRAPH,
                query: &[(LATELY, "statsPeriod")],
                fill: Some(of_transaction),
                ..READS
            },
            Step {
                label: "before",
                endpoint: &FLAME_GRAPH,
                query: &[(BASELINE, "statsPeriod")],
                fill: Some(|context, replies, filling| {
                    let is_asked = context.arguments.text(BASELINE).is_some();
                    Ok(is_asked && of_transaction(context, replies, filling)?)
                }),
                ..READS
            },
        ],
    ],
    answer: "transactionName!=@transactionName projectId!=@projectId period!=@period \
             baselinePeriod=@compareAgainstPeriod focusOnUserCode?!=@focus hasCurrentData?!=@current \
             hasBaselineData?=@baseline \
             analysis!=@analysis{samples#! profiles#! hotPaths![share#! isOwnCode?! frames~![] endsIn~] \
             functions![name~! location~ share#! selfShare#!]} \
             comparison=@comparison[name~! location~ before#! now#!] suggestedActions=@actions[type! toolName! arguments* reason!]",
    finish: Some(finish),
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let named = advice::arguments(context, URL, &TOOL)?;
        let arguments = named.as_ref().unwrap_or(context.arguments);
        let (period, baseline) = (arguments.text(LATELY), arguments.text(BASELINE));
        required(TRANSACTION, arguments.text(TRANSACTION))?;
        required(PROJECT, arguments.project(PROJECT))?;
        if period == baseline {
            let words = "`compareAgainstPeriod` must differ from `period`.";
            return Err(Failure::Invalid(words.to_owned()));
        }
        let context = Context {
            arguments,
            ..*context
        };
        plan::run(&context, &TOOL, &PLAN).await
    })
}

/// The project's number: the session's own, the one that was given, or the one that Sentry has for the slug.
pub(super) fn project_number(context: &Context<'_>, replies: &Replies) -> Option<String> {
    if let Some(id) = context.sight.project_id() {
        return Some(id.to_owned());
    }
    if let Some(SlugOrId::Id(id)) = context.arguments.project(PROJECT) {
        return Some(id);
    }
    let id = replies.thing(context, "project").get("id");
    id.as_str()
        .map(str::to_owned)
        .or_else(|| id.as_u64().map(|id| id.to_string()))
}

/// Narrows a request to the project by its number.
pub(super) fn narrow(
    context: &Context<'_>,
    replies: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let number = project_number(context, replies);
    let number = number.ok_or(ApiError::Malformed("a project"))?;
    filling.query.push(("project", Cow::Owned(number)));
    Ok(true)
}

fn of_transaction(
    context: &Context<'_>,
    replies: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let name = context.arguments.text(TRANSACTION).unwrap_or_default();
    let name = name.replace('\\', "\\\\").replace('"', "\\\"");
    let query = ["event.type:transaction transaction:\"", &name, "\""].concat();
    filling.query.push(("query", Cow::Owned(query)));
    narrow(context, replies, filling)
}

pub(super) fn focus(context: &Context<'_>) -> Focus {
    if context.arguments.flag(FOCUS) {
        Focus::Own
    } else {
        Focus::All
    }
}

pub(super) fn flag(flag: bool) -> String {
    (if flag { "true" } else { "false" }).to_owned()
}

/// A flame graph may be of several projects: of each of them the session must see.
fn check(context: &Context<'_>, graph: Value<'_>) -> Result<(), Failure> {
    for profile in graph.get("shared").get("profiles").elements() {
        let id = profile.get("project_id").as_u64();
        let key = id.map(|id| context.sight.project(SlugOrId::Id(id.to_string())));
        if matches!(key, Some(None)) {
            return Err(Failure::outside("project"));
        }
    }
    Ok(())
}

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let (now, before) = (
        replies.thing(context, "now"),
        replies.thing(context, "before"),
    );
    if !now.is_object() {
        return Err(ApiError::Malformed("a flame graph").into());
    }
    check(context, now)?;
    check(context, before)?;
    let focus = focus(context);
    let calls = Calls::read(now, focus);
    let baseline = Calls::read(before, focus);
    let most = context.arguments.number(MOST).unwrap_or(10) as usize;
    let name = context.arguments.text(TRANSACTION).unwrap_or_default();
    made.add_text(
        "projectId",
        &project_number(context, replies).unwrap_or_default(),
    );
    made.add("focus", flag(focus == Focus::Own));
    made.add("current", flag(calls.weight > 0.0));
    made.add("analysis", analysis(&calls, focus, most));
    let mut page = page(&["# Profile of ", &code(name, 120)].concat(), &calls);
    if let Some(period) = context.arguments.text(BASELINE) {
        made.add("baseline", flag(baseline.weight > 0.0));
        if calls.weight > 0.0 && baseline.weight > 0.0 {
            let changes = hot_paths::changes(&calls, &baseline, most, focus);
            let mut section = Section::block("changes", 3, changed(period));
            let mut out = String::new();
            json::array(&mut out, &changes, |out, change| {
                let mut object = Object::begin(out);
                named(&mut object, change.frame);
                object.raw("before", &tenths(change.before));
                object.raw("now", &tenths(change.now));
                object.end();
                let (before, now) = (tenths(change.before), tenths(change.now));
                section.row([&before, "% → ", &now, "%  ", &change.frame.words()].concat());
            });
            made.add("comparison", out);
            page.push(section);
        }
    }
    let profile = now.get("shared").get("profiles").elements().get(0);
    let profile = profile.and_then(|profile| profile.get("profile_id").as_str());
    if let Some(profile) = profile.filter(|profile| EventId::parse(profile).is_ok()) {
        let project = project_number(context, replies).unwrap_or_default();
        let arguments = [
            ("projectSlugOrId", project.as_str()),
            ("profileId", profile),
        ];
        made.suggest(
            context,
            "get_profile_details",
            &arguments,
            "Read one of its profiles.",
        );
    }
    add_paths(&mut page, &calls, focus, most);
    made.markdown = Some(page.finish());
    Ok(())
}

fn changed(period: &str) -> String {
    let mut head = "## Changed\nShare of all samples in ".to_owned();
    push(&mut head, &[&code(period, 20), " and now, by function:"]);
    head
}

/// In percent, with one decimal.
pub(super) fn tenths(share: f64) -> String {
    // Invariant: a share is from 0 to 100.
    let tenths = (share * 10.0).round() as u64;
    [&(tenths / 10).to_string(), ".", &(tenths % 10).to_string()].concat()
}

fn named(object: &mut Object<'_>, frame: Frame<'_>) {
    object.text("name", &line(frame.function(), 200));
    object.text("location", &frame.place());
}

/// What a program reads: samples, hot paths, functions.
pub(super) fn analysis(calls: &Calls<'_>, focus: Focus, most: usize) -> String {
    let mut out = String::new();
    let mut object = Object::begin(&mut out);
    object.raw("samples", &calls.samples.to_string());
    object.raw("profiles", &calls.profiles.to_string());
    json::array(object.name("hotPaths"), calls.paths(most), |out, path| {
        let mut object = Object::begin(out);
        object.raw("share", &tenths(path.share));
        object.flag("isOwnCode", path.is_own);
        json::array(object.name("frames"), path.frames, |out, frame| {
            json::text(out, &frame.words());
        });
        let end = path.innermost.map(Frame::words);
        object.maybe("endsIn", end.as_deref());
        object.end();
    });
    let functions = calls.functions(most, focus);
    json::array(object.name("functions"), functions, |out, function| {
        let mut object = Object::begin(out);
        named(&mut object, function.frame);
        object.raw("share", &tenths(function.share));
        object.raw("selfShare", &tenths(function.self_share));
        object.end();
    });
    object.end();
    out
}

/// The beginning of a page about calls.
pub(super) fn page(title: &str, calls: &Calls<'_>) -> Budget {
    let mut page = Budget::new(10_000);
    page.text("title", 0, [title, "\n\n", WHOSE].concat());
    let mut facts = Facts::new();
    if calls.weight > 0.0 {
        facts.add("Samples", &number(calls.samples));
        facts.add("Profiles", &number(calls.profiles));
    } else {
        facts.add("Samples", "none: nothing was profiled there and then");
    }
    page.text("facts", 1, facts.below("## Facts"));
    page
}

/// The same hot paths and functions for reading.
pub(super) fn add_paths(page: &mut Budget, calls: &Calls<'_>, focus: Focus, most: usize) {
    let head = ["## Hot paths, own code first\n", FROM_THE_EVENT].concat();
    let mut section = Section::block("hot paths", 2, head).nouns(&[("path", "paths")]);
    for path in calls.paths(most) {
        let mut row = [&tenths(path.share), "%"].concat();
        if !path.is_own {
            row.push_str(" [library]");
        }
        // The innermost few say where; the rest how it came there.
        let hidden = path.frames.len().saturating_sub(8);
        let before = if hidden > 0 { " … >" } else { "" };
        push(&mut row, &[before]);
        for (place, frame) in path.frames.iter().skip(hidden).enumerate() {
            push(
                &mut row,
                &[if place > 0 { " > " } else { " " }, &frame.words()],
            );
        }
        if let Some(end) = path.innermost {
            push(&mut row, &[" … ends in ", &end.words()]);
        }
        section.row(row);
    }
    page.push(section);
    let head = ["## Functions: total, self\n", FROM_THE_EVENT].concat();
    let mut section = Section::block("functions", 4, head);
    for function in calls.functions(most, focus) {
        let (total, own) = (tenths(function.share), tenths(function.self_share));
        section.row([&total, "%  ", &own, "%  ", &function.frame.words()].concat());
    }
    page.push(section);
}
