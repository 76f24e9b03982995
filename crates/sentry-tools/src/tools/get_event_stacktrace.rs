use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::{EventRef, Thread};

use crate::failure::Failure;
use crate::hint;
use crate::issue_target::Located;
use crate::markdown::{block, code, line};
use crate::parameter::{EVENT_OR_LATEST, ISSUE_ID, Kind, ORGANIZATION, Parameter, REGION};
use crate::stacktrace::{self, Trace};
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{ISSUE_SKILLS, READ, get_issue_breadcrumbs};

const REQUIRED_ISSUE: Parameter = ISSUE_ID.required();

const THREAD: Parameter = Parameter::new(
    "thread",
    "Id or name of a thread; without it the exceptions, or the crashed thread.",
    Kind::NumberOrText,
);

/// In all traces of an event together.
const FRAMES: usize = 200;

/// In characters.
const LIMIT: usize = 24_000;

pub(crate) static TOOL: Tool = Tool {
    name: "get_event_stacktrace",
    title: "Get event stack trace",
    description: "All frames of one event, libraries included, or of one of its threads. get_issue_details shows the 20 \
                  that matter most; take this when they are not enough.",
    skills: ISSUE_SKILLS,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        REQUIRED_ISSUE,
        EVENT_OR_LATEST,
        THREAD,
        REGION,
    ],
    output_schema: None,
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let wanted = context.arguments.text(&THREAD)?;
        let located = Located::find(context).await?;
        let which = located
            .event
            .as_ref()
            .map_or(EventRef::Latest, EventRef::Id);
        let event = context
            .client
            .issue_event(&located.region, &located.organization, &located.id, which)
            .await?;
        let threads = event.threads();
        let traces = match &wanted {
            Some(name) => vec![of_named(&threads, name)?],
            None => stacktrace::of(&event),
        };
        let mut text = format!(
            "# Stack trace of event {} of {}\n\n",
            code(&event.event_id().unwrap_or_default(), 40),
            code(located.name(), 120)
        );
        text.push_str(&frames(&traces));
        if wanted.is_none() && threads.len() > 1 {
            text.push_str("\n\n");
            text.push_str(&list(&threads));
        }
        let hint = hint::next(
            context,
            &[(&get_issue_breadcrumbs::TOOL, "for what happened before")],
        );
        if !hint.is_empty() {
            text.push_str("\n\n");
            text.push_str(&hint);
        }
        Ok(CallToolResult::text(text))
    })
}

fn frames(traces: &[Trace]) -> String {
    if traces.is_empty() {
        return "This event has no stack trace.".to_owned();
    }
    format!(
        "Newest call first.\n{}",
        block(&stacktrace::render(traces, FRAMES), LIMIT)
    )
}

/// An unknown thread is answered with those that there are.
fn of_named(threads: &[Thread], wanted: &str) -> Result<Trace, Failure> {
    let is = |name: &Option<String>| name.as_deref() == Some(wanted);
    threads
        .iter()
        .find(|thread| is(&thread.id))
        .or_else(|| threads.iter().find(|thread| is(&thread.name)))
        .map(stacktrace::of_thread)
        .ok_or_else(|| {
            Failure::Invalid(if threads.is_empty() {
                "This event has no threads: leave out `thread`.".to_owned()
            } else {
                format!(
                    "`thread` {} is not one of this event. {}",
                    code(wanted, 60),
                    list(threads)
                )
            })
        })
}

fn list(threads: &[Thread]) -> String {
    const MOST: usize = 40;
    let mut text = "Threads, by id:".to_owned();
    for thread in threads.iter().take(MOST) {
        let id = thread.id.as_deref().unwrap_or("?");
        text.push_str(&format!("\n- {}", line(id, 40)));
        if let Some(name) = &thread.name {
            text.push_str(&format!(" {}", code(name, 60)));
        }
        let marks = [
            (thread.crashed, " (crashed)"),
            (thread.current, " (current)"),
            (thread.frames.is_empty(), " (no stack)"),
        ];
        marks
            .iter()
            .filter(|(is_so, _)| *is_so)
            .for_each(|(_, mark)| text.push_str(mark));
    }
    if threads.len() > MOST {
        text.push_str(&format!("\n- and {} more", threads.len() - MOST));
    }
    text
}
