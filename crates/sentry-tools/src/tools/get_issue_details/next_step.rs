//! What to do first. Nothing of an event's text stands here: only our own words, ids and numbers.

use sentry_api::{Event, LockUse};

use crate::text::evidence::{Kind, event_of};
use crate::text::markdown::{identifier, push};
use crate::text::problems::{self, Missing};
use crate::text::stacktrace::Traces;
use crate::tools::{get_event_stacktrace, search_events};
use crate::vocabulary::tool::Context;

use super::what::{Place, kind_of_place};

pub(super) fn next_step(
    context: &Context<'_>,
    kind: Kind,
    event: Option<&Event>,
    traces: Option<&Traces<'_>>,
) -> String {
    let look = match (event, traces) {
        (Some(event), Some(traces)) if traces.culprit.is_some() => of_frame(context, event, traces),
        (Some(event), Some(traces)) if !traces.is_empty() => of_no_culprit(event, traces),
        _ => of_kind(context, kind, event),
    };
    [
        "**Next step:** ",
        &look,
        " For another event, call again with its eventId.",
    ]
    .concat()
}

fn of_frame(context: &Context<'_>, event: &Event, traces: &Traces<'_>) -> String {
    let number = traces
        .culprit
        .map(|culprit| culprit.number)
        .unwrap_or_default();
    let frame = ["frame ", &number.to_string()].concat();
    if let Some(thread) = waited_for(traces) {
        let mut text = [
            "find out why thread ",
            &identifier(&thread),
            " keeps the lock that ",
            &frame,
            " waits for",
        ]
        .concat();
        if context.offers(&get_event_stacktrace::TOOL) {
            push(
                &mut text,
                &[": `get_event_stacktrace` with `thread` shows what it does"],
            );
        }
        text.push('.');
        return text;
    }
    match problems::missing_of_culprit(event, traces) {
        Some(Missing::SourceMap) => {
            return [
                "upload the source maps, as below; until then, search the source for what ",
                &frame,
                " does: its line is one of the minified file.",
            ]
            .concat();
        }
        Some(Missing::DebugFile) => {
            return [
                "upload the debug file that is named below, or look up the offset of ",
                &frame,
                " in just that build.",
            ]
            .concat();
        }
        _ => {}
    }
    match kind_of_place(traces) {
        Some(Place::File) if traces.culprit.is_some_and(|culprit| culprit.is_own) => {
            ["open the file of ", &frame, " of the stack below and fix the cause there."].concat()
        }
        Some(Place::File) => {
            ["open the file of ", &frame, " of the stack below: Sentry does not mark it, but it is the likeliest to be the project's own."].concat()
        }
        Some(Place::Class) => {
            ["find the class or function of ", &frame, " of the stack below in the project; Sentry knows no file of it."].concat()
        }
        _ => [
            "look up the offset of ",
            &frame,
            " of the stack below in the build's debug file (`addr2line`, `atos`), and upload that file, so that Sentry names functions.",
        ]
        .concat(),
    }
}

/// The thread that has what the culprit's frame waits for.
fn waited_for(traces: &Traces<'_>) -> Option<String> {
    let lock = traces.culprit_frame()?.lock.as_ref()?;
    let waits = matches!(lock.usage, LockUse::Waits | LockUse::Blocked);
    lock.thread_id.clone().filter(|_| waits)
}

fn of_no_culprit(event: &Event, traces: &Traces<'_>) -> String {
    let is_synthetic = traces.list.iter().any(|trace| trace.is_synthetic);
    let has_thrown = event
        .extra()
        .is_some_and(|extra| extra.contains_key("__serialized__"));
    match (is_synthetic, has_thrown) {
        (true, true) => "look for what throws the object that is attached below: the stack is synthetic, and only shows where the SDK noticed.",
        (true, false) => "search the project for what the message says: the stack is synthetic, and only shows where the SDK noticed.",
        _ => "search the project for what the message says: all frames are of the SDK or of the runtime's own machinery.",
    }
    .to_owned()
}

fn of_kind(context: &Context<'_>, kind: Kind, event: Option<&Event>) -> String {
    let words = match kind {
        Kind::Performance => {
            "find the code that does what the offending spans below do, in the transaction named there, and do it once or faster."
        }
        Kind::Metric => {
            if context.offers(&search_events::TOOL) {
                "search_events with the filter and the environment below, over the time in which the value was beyond the threshold."
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
            if let Some(id) = event.and_then(event_of) {
                return [
                    "read the event that the feedback belongs to: get_issue_details with eventId `",
                    &id,
                    "`.",
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
