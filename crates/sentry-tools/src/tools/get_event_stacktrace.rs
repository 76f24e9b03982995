use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::{Event, Thread};

use crate::text::markdown::{block, code, line, number, paragraph, push};
use crate::text::stacktrace::{self, Trace};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::hint;
use crate::vocabulary::issue_target::{self, Located};
use crate::vocabulary::parameter::{
    EVENT_OR_LATEST, ISSUE_ID, Kind, ORGANIZATION, Parameter, REGION,
};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

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
        let located = Located::find(context).await?;
        let place = &located.place;
        let event = context
            .client
            .issue_event(
                &place.region,
                &place.organization,
                &located.key,
                located.which(),
            )
            .await?;
        let event = issue_target::seen(context, event)?;
        render(context, &located, &event)
    })
}

fn render(context: &Context<'_>, located: &Located, event: &Event) -> Answer {
    let threads = event.threads();
    let mut text = String::new();
    push(
        &mut text,
        &[
            "# Stack trace of event ",
            &code(&event.event_id().unwrap_or_default(), 40),
            " of ",
            &code(located.name(), 120),
        ],
    );
    let wanted = context.arguments.text(&THREAD);
    let traces = match wanted {
        Some(name) => vec![of_named(&threads, name)?],
        None => stacktrace::of(event),
    };
    if traces.is_empty() {
        paragraph(&mut text, "This event has no stack trace.");
    } else {
        paragraph(&mut text, "Newest call first.\n");
        text.push_str(&block(&stacktrace::render(&traces, FRAMES), LIMIT));
    }
    if wanted.is_none() && threads.len() > 1 {
        paragraph(&mut text, &list(&threads));
    }
    let hint = [(&get_issue_breadcrumbs::TOOL, "for what happened before")];
    paragraph(&mut text, &hint::next(context, &hint));
    Ok(CallToolResult::text(text))
}

/// An unknown thread is answered with those that there are.
fn of_named(threads: &[Thread], wanted: &str) -> Result<Trace, Failure> {
    let is = |name: &Option<String>| name.as_deref() == Some(wanted);
    let by_id = threads.iter().find(|thread| is(&thread.id));
    if let Some(thread) = by_id.or_else(|| threads.iter().find(|thread| is(&thread.name))) {
        return Ok(stacktrace::of_thread(thread));
    }
    let mut words = String::new();
    if threads.is_empty() {
        words.push_str("This event has no threads: leave out `thread`.");
    } else {
        let there = list(threads);
        push(
            &mut words,
            &[
                "`thread` ",
                &code(wanted, 60),
                " is not one of this event. ",
                &there,
            ],
        );
    }
    Err(Failure::Invalid(words))
}

fn list(threads: &[Thread]) -> String {
    const MOST: usize = 40;
    let mut text = "Threads, by id:".to_owned();
    for thread in threads.iter().take(MOST) {
        push(
            &mut text,
            &["\n- ", &line(thread.id.as_deref().unwrap_or("?"), 40)],
        );
        if let Some(name) = &thread.name {
            push(&mut text, &[" ", &code(name, 60)]);
        }
        for (is_so, mark) in [
            (thread.crashed, " (crashed)"),
            (thread.current, " (current)"),
            (thread.frames.is_empty(), " (no stack)"),
        ] {
            text.push_str(if is_so { mark } else { "" });
        }
    }
    if threads.len() > MOST {
        let more = number((threads.len() - MOST) as u64);
        push(&mut text, &["\n- and ", &more, " more"]);
    }
    text
}
