//! What to do first. Nothing of an event's text stands here: only our own words, ids and numbers.

use sentry_api::{Event, Issue, LockUse};

use crate::text::evidence::{self, Kind, event_of};
use crate::text::markdown::{identifier, push};
use crate::text::problems::{self, Missing};
use crate::text::stacktrace::{Role, Traces};
use crate::tools::{get_event_stacktrace, get_issue_activity, search_events};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::Context;

use super::status;
use super::what::{self, kind_of_place};

/// What the step is about.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) place: &'a Place,
    pub(super) kind: Kind,
    pub(super) issue: &'a Issue,
    pub(super) event: Option<&'a Event>,
    pub(super) traces: Option<&'a Traces<'a>>,
}

pub(super) fn next_step(context: &Context<'_>, about: About<'_>) -> String {
    let look = match (about.event, about.traces) {
        (Some(event), Some(traces)) if traces.culprit.is_some() => of_frame(context, event, traces),
        (Some(event), Some(traces)) if !traces.is_empty() => of_no_culprit(event, traces),
        _ => of_kind(context, about),
    };
    let mut text = "**Next step:** ".to_owned();
    let settled = status::settled(about.issue);
    if settled.is_empty() {
        text.push_str(&look);
        return text;
    }
    let read = if context.offers(&get_issue_activity::TOOL) {
        "; read get_issue_activity to see "
    } else {
        "; see "
    };
    let (what, then) = if settled.starts_with("Resolved") {
        ("whether it came back", ". If it did: ")
    } else {
        ("why", ". If it is to be mended after all: ")
    };
    push(&mut text, &[&settled, read, what, then, &look]);
    text
}

fn of_frame(context: &Context<'_>, event: &Event, traces: &Traces<'_>) -> String {
    let number = traces
        .culprit
        .map(|culprit| culprit.number)
        .unwrap_or_default();
    let frame = ["frame ", &number.to_string()].concat();
    if let Some(thread) = waited_for(traces) {
        return of_lock(context, traces, &frame, &thread);
    }
    let start = traces.start().map_or(number, |(start, _)| start);
    match problems::missing_of_culprit(event, traces) {
        Some(Missing::SourceMap) => {
            return [
                "upload the source maps, as below; until then, search the source for what ",
                &frame,
                " does: its line is one of the minified file.",
            ]
            .concat();
        }
        Some(Missing::DebugFile) if start == number => {
            return [
                "upload the debug file that is named below, or look up the offset of ",
                &frame,
                " in exactly that build.",
            ]
            .concat();
        }
        _ => {}
    }
    match kind_of_place(traces) {
        Some(what::Place::File) if start != number => [
            "start at frame ",
            &start.to_string(),
            " of the stack below, the newest of the project's own that has a file; Sentry knows no file of ",
            &frame,
            ".",
        ]
        .concat(),
        Some(what::Place::File) => of_file(traces, &frame),
        Some(what::Place::Class) => [
            "find the class or function of ",
            &frame,
            " of the stack below in the project; Sentry knows no file of it.",
        ]
        .concat(),
        _ => [
            "look up the offset of ",
            &frame,
            " of the stack below in the build's debug file (with addr2line or atos), and upload that file: then \
             Sentry names functions.",
        ]
        .concat(),
    }
}

/// Where it was thrown, and where the value may come from: a stack does not say more.
fn of_file(traces: &Traces<'_>, frame: &str) -> String {
    let mut text = ["start at ", frame, " of the stack below"].concat();
    if !traces.culprit.is_some_and(|culprit| culprit.is_own) {
        text.push_str(
            ": Sentry does not mark it as the project's own, but it is the likeliest to be.",
        );
        return text;
    }
    let trace = traces.culprit_trace();
    if trace.is_some_and(|trace| trace.is_group) {
        return [
            "look at the newest frame of each member of the group below, which has its own cause; ",
            frame,
            " only holds them together.",
        ]
        .concat();
    }
    if let Some((first, last)) = traces.recursion() {
        let mut frames = ["frame ", &first.to_string()].concat();
        if first != last {
            frames = ["frames ", &first.to_string(), " to ", &last.to_string()].concat();
        }
        let calls = if first == last {
            "calls itself"
        } else {
            "call each other"
        };
        return [
            "look at what should end the recursion in ",
            &frames,
            " of the stack below, which ",
            calls,
            " again and again: a condition that is missing, or data that lead back to themselves.",
        ]
        .concat();
    }
    let is_of_thread = trace.is_some_and(|trace| trace.is_of_thread);
    text.push_str(match (is_of_thread, traces.is_culprit_newest()) {
        (true, _) => " (where the thread stood)",
        (false, true) if trace.is_some_and(|trace| trace.is_crash) => " (where it crashed)",
        (false, true) if trace.is_some_and(|trace| trace.role == Role::Cause) => {
            " (where what caused it was thrown)"
        }
        (false, true) => " (where it was thrown)",
        (false, false) => " (the project's last call before it was thrown)",
    });
    if let Some(caller) = traces.caller().filter(|_| !is_of_thread) {
        let number = caller.number.to_string();
        let words = "; if the value that it fails on came from its caller, look at frame ";
        push(&mut text, &[words, &number]);
    }
    if trace.is_some_and(|trace| trace.role == Role::Thrown) && traces.root_cause().is_some() {
        text.push_str("; what caused it is at the end of the stack");
    }
    text.push('.');
    text
}

/// The thread that has what the culprit's frame waits for.
fn waited_for(traces: &Traces<'_>) -> Option<String> {
    let lock = traces.culprit_frame()?.lock.as_ref()?;
    let holder = || traces.lock_holder()?.id.clone();
    let waits = matches!(lock.usage, LockUse::Waits | LockUse::Blocked);
    waits.then(|| lock.thread_id.clone().or_else(holder))?
}

fn of_lock(context: &Context<'_>, traces: &Traces<'_>, frame: &str, thread: &str) -> String {
    let thread = identifier(thread);
    let mut text = [
        "find out why thread ",
        &thread,
        " keeps the lock that ",
        frame,
        " waits for",
    ]
    .concat();
    let has_stack = traces
        .lock_holder()
        .is_some_and(|thread| !thread.stack.is_empty());
    text.push_str(if has_stack {
        ": its newest frames are below"
    } else {
        ""
    });
    if context.offers(&get_event_stacktrace::TOOL) {
        let between = if has_stack { "; " } else { ": " };
        let words = "get_event_stacktrace with thread ";
        push(&mut text, &[between, words, &thread, " shows all of them"]);
    }
    text.push('.');
    text
}

fn of_no_culprit(event: &Event, traces: &Traces<'_>) -> String {
    let is_synthetic = traces.list.iter().any(|trace| trace.is_synthetic);
    let has_thrown = !event.extra().get("__serialized__").is_null();
    match (is_synthetic, has_thrown) {
        (true, true) => "look for what throws the object that is attached below: the stack is synthetic, and only shows where the SDK noticed.",
        (true, false) => "search the project for what the message says: the stack is synthetic, and only shows where the SDK noticed.",
        _ => "search the project for what the message says: all frames are of the SDK or of the runtime's own machinery.",
    }
    .to_owned()
}

fn of_kind(context: &Context<'_>, about: About<'_>) -> String {
    let words = match about.kind {
        Kind::Performance => return of_performance(about),
        Kind::Metric => {
            if context.offers(&search_events::ERRORS) {
                "search_errors or search_traces with the filter and the environment below, around the time of the event below."
            } else {
                "look at what the metric below measured while its value was beyond the threshold."
            }
        }
        Kind::Uptime => {
            "request the address below by the same method, and look for what the server logged when the check failed."
        }
        Kind::Cron => {
            "look at whether and when the monitor's job below ran, and at its log; the schedule and time zone below are what Sentry expects."
        }
        Kind::Feedback => {
            if let Some(id) = about.event.and_then(event_of) {
                return [
                    "read the event that, as its sender says, the feedback belongs to: get_issue_details with organizationSlug ",
                    about.place.organization.as_str(),
                    " and eventId ",
                    &id,
                    ".",
                ]
                .concat();
            }
            "look at the page that is named below, and do there what the person describes."
        }
        Kind::Report => {
            "compare what the browser reported below with the policy or certificate that the host sends."
        }
        Kind::Error => "search the project for what the message says: the event has no frames.",
        Kind::Other => "find in the project what the evidence below is about.",
    };
    words.to_owned()
}

fn of_performance(about: About<'_>) -> String {
    let has_place = about.event.is_some_and(evidence::has_place);
    let begin = if has_place {
        "open the place that Where names, and "
    } else {
        "find the code that does what the offending spans below do, in the transaction named there, and "
    };
    let kind = about.issue.issue_type.as_deref().unwrap_or_default();
    let remedies = [
        ("n_plus_one_db", "fetch them in one query (a join or IN)."),
        ("n_plus_one_api", "fetch them in one request."),
        (
            "slow_db_query",
            "look at the query's plan: read fewer rows, or add an index that serves its condition.",
        ),
        ("main_thread", "do it outside of the main thread."),
        (
            "consecutive",
            "do them at the same time, or in one request.",
        ),
    ];
    let remedy = remedies.iter().find(|(part, _)| kind.contains(part));
    let remedy = remedy.map_or("do it once, or make it faster.", |(_, remedy)| remedy);
    [begin, remedy].concat()
}
