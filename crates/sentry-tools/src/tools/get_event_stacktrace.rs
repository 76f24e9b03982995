use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::Event;

use crate::text::attached;
use crate::text::budget::{Budget, Section};
use crate::text::markdown::{block_ends, code, identifier, number, one_line, push};
use crate::text::problems;
use crate::text::stacktrace::{Detail, THREADS, Traces};
use crate::text::whose::{FROM_THE_EVENT, WHOSE};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::hint;
use crate::vocabulary::issue_target::{self, Located};
use crate::vocabulary::parameter::{
    EVENT_OR_LATEST, ISSUE_ID, Kind, ORGANIZATION, Parameter, REGION,
};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{ISSUE_SKILLS, READ, get_issue_breadcrumbs};

const REQUIRED_ISSUE: &Parameter = &ISSUE_ID.required();

const THREAD: &Parameter = &Parameter::new(
    "thread",
    "Id or name of a thread; without it the exceptions, or the crashed thread.",
    Kind::NumberOrText,
);

/// Of the stack.
const DETAIL: Detail = Detail {
    calls: 250,
    detailed: 60,
    name: 300,
    value: 240,
    values: 1_600,
    message: 300,
    of_libraries: true,
    is_told: false,
};

/// In characters.
const LIMIT: usize = 24_000;

/// Of a message, in characters.
const MESSAGE: usize = 6_000;

pub(crate) static TOOL: Tool = Tool {
    name: "get_event_stacktrace",
    title: "Get event stack trace",
    description: "All frames of one event, libraries included, with source and variables, whole messages and attached \
                  data; or one of its threads with its locks. get_issue_details shows what matters most; take this when \
                  that is not enough.",
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
    let mut page = Budget::new(LIMIT);
    let mut title = "# Stack trace of event ".to_owned();
    push(
        &mut title,
        &[
            &code(&event.event_id().unwrap_or_default(), 40),
            " of ",
            &identifier(located.name()),
            "\n\n",
            WHOSE,
        ],
    );
    page.text("title", 0, title);
    let wanted = context.arguments.text(THREAD);
    let traces = match wanted {
        Some(name) => Traces::of_thread(event, name).ok_or_else(|| unknown(event, name))?,
        None => Traces::of(event),
    };
    if traces.is_empty() {
        page.text("nothing", 1, "This event has no stack trace.");
    }
    page.push(messages(&traces, event));
    if traces.has_rows() {
        let head = ["## Newest call first\n", FROM_THE_EVENT].concat();
        let mut stack = Section::block("stack trace", 2, head);
        traces.rows(&mut stack, DETAIL);
        page.push(stack);
    }
    if wanted.is_none() {
        for paragraph in problems::paragraphs(event, &traces) {
            page.text("problems of processing", 3, paragraph);
        }
        if traces.threads.len() > 1 {
            page.push(threads(&traces));
        }
        let head = ["## Attached to the event\n", FROM_THE_EVENT].concat();
        let mut attached =
            Section::block("attached data", 5, head).nouns(&[("value", "values"); 5]);
        let lengths = attached::Lengths {
            value: 1_500,
            body: 4_000,
            all: true,
        };
        attached::rows(event, &mut attached, lengths);
        page.push(attached);
    }
    let hint = [(&get_issue_breadcrumbs::TOOL, "for what happened before")];
    page.text("hints", 1, hint::next(context, &hint));
    Ok(CallToolResult::text(page.finish()))
}

/// Messages that a heading cannot hold whole, and that of an event without exceptions.
fn messages(traces: &Traces<'_>, event: &Event) -> Section {
    let mut section = Section::lines("messages", 1, "")
        .most(LIMIT / 2)
        .nouns(&[("message", "messages")]);
    let exceptions = traces.list.iter().filter(|trace| trace.kind.is_some());
    let is_of_exceptions = exceptions.clone().next().is_some();
    for (place, trace) in exceptions.enumerate() {
        let message = trace.message.as_deref().unwrap_or_default();
        let is_long = one_line(message).chars().count() + 40 > DETAIL.message
            || message.trim().contains(['\n', '\r']);
        if is_long {
            let number = number(place as u64 + 1);
            let heading = [
                "## Message of exception ",
                &number,
                " of the stack\n",
                FROM_THE_EVENT,
                "\n",
            ]
            .concat();
            section.row([heading.as_str(), &block_ends(message, MESSAGE), "\n"].concat());
        }
    }
    if !is_of_exceptions
        && let Some(text) = event
            .message()
            .and_then(|message| message.text().map(str::to_owned))
    {
        let heading = ["## Message\n", FROM_THE_EVENT, "\n"].concat();
        section.row([heading.as_str(), &block_ends(&text, MESSAGE)].concat());
    }
    section
}

/// An unknown thread is answered with those that there are.
fn unknown(event: &Event, wanted: &str) -> Failure {
    let traces = Traces::of(event);
    if traces.threads.is_empty() {
        return Failure::Invalid("This event has no threads: leave out `thread`.".to_owned());
    }
    let mut page = Budget::new(6_000);
    page.text(
        "why",
        0,
        ["`thread` ", &code(wanted, 60), " is not one of this event."].concat(),
    );
    page.push(threads(&traces));
    Failure::Invalid(page.finish())
}

fn threads(traces: &Traces<'_>) -> Section {
    let mut section = Section::lines("threads", 4, "Threads, by id:")
        .most(5_000)
        .nouns(&[("thread", "threads")]);
    for thread in traces.list_threads() {
        section.row(thread);
    }
    section.left_out(traces.threads.len().saturating_sub(THREADS) as u64);
    section
}
