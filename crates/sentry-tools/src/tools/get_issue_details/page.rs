//! The page: message, culprit frame and next step first, then the stack trace and the facts, in the order in which they
//! are missed least when there is no room for them.

use sentry_api::{Event, Frame, Issue};

use crate::text::markdown::{Facts, Joined, Page, block, code, line, number, push};
use crate::text::stacktrace::{self, Trace};
use crate::text::trace_tree;
use crate::tools::{
    analyze_issue_with_seer, get_event_stacktrace, get_issue_breadcrumbs, get_issue_tag_values,
    get_trace_details, search_issues, update_issue,
};
use crate::vocabulary::hint;
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Context, Tool};

use super::extras::Extras;
use super::found::Found;

/// In characters.
const LIMIT: usize = 8_000;

/// In all traces of an event together.
const FRAMES: usize = 20;

/// Shown; the others are counted.
const TAGS: usize = 20;

/// Shown of the trace; the others are counted.
const SPANS: usize = 12;

pub(super) fn render(
    context: &Context<'_>,
    place: &Place,
    found: &Found,
    extras: &Extras,
) -> String {
    let Found { issue, event } = found;
    let traces = event.as_ref().map(stacktrace::of).unwrap_or_default();
    let culprit = stacktrace::culprit(&traces);
    let mut page = Page::new(LIMIT);
    page.push("title", &title(issue));
    page.push("message", &message(issue, event.as_ref()));
    let culprit_frame = culprit.map(|frame| culprit_frame(frame, extras));
    page.push("culprit frame", &culprit_frame.unwrap_or_default());
    page.push("next step", &next_step(context, issue, culprit));
    page.push("stack trace", &stack_trace(&traces));
    page.push("issue", &issue_facts(context, place, issue));
    match event {
        Some(event) => {
            page.push("event", &event_facts(event));
            page.push("evidence", &evidence(event));
            page.push("tags", &tags(event));
        }
        None => page.push("event", "Sentry no longer has an event of this issue."),
    }
    page.push("analysis by Seer", &seer(extras));
    page.push("trace", &trace(context, extras));
    page.push("related", &related(extras));
    page.push("hints", &hint::next(context, &hints(event.as_ref())));
    page.finish()
}

fn title(issue: &Issue) -> String {
    let title = code(issue.title.as_deref().unwrap_or("(no title)"), 200);
    ["# ", &line(name(issue), 120), ": ", &title].concat()
}

fn name(issue: &Issue) -> &str {
    issue.short_id.as_deref().unwrap_or(&issue.id)
}

/// The newest exception's message, the log message, or what a detector says; nothing where the title says it all.
fn message(issue: &Issue, event: Option<&Event>) -> String {
    let title = issue.title.as_deref().unwrap_or_default();
    let exception = event.and_then(|event| event.exceptions().pop());
    let message = exception
        .map(|exception| {
            let parts = [exception.kind, exception.value];
            parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
        })
        .filter(|message| !message.is_empty())
        .or_else(|| event.and_then(Event::formatted_message))
        .or_else(|| event.and_then(|event| event.text("message")))
        .or_else(|| event.and_then(|event| event.occurrence()?.subtitle))
        .or_else(|| issue.metadata.value.clone())
        .unwrap_or_default();
    if message.is_empty() || message == title {
        return String::new();
    }
    block(&message, 600)
}

fn culprit_frame(frame: &Frame, extras: &Extras) -> String {
    let mut text = "**Culprit frame:** ".to_owned();
    let function = code(frame.function.as_deref().unwrap_or("?"), 80);
    let location = code(&stacktrace::location(frame), 160);
    push(&mut text, &[&location, " in ", &function]);
    let source = stacktrace::source(frame);
    if !source.is_empty() {
        push(&mut text, &["\n", &source]);
    }
    if let Some(url) = &extras.source {
        push(&mut text, &["\nIn the repository: ", &line(url, 300)]);
    }
    text
}

/// Names only tools that the session has.
fn next_step(context: &Context<'_>, issue: &Issue, culprit: Option<&Frame>) -> String {
    let look = match culprit {
        Some(frame) if frame.in_app => {
            format!(
                "open {} and fix the cause there",
                code(&stacktrace::location(frame), 160)
            )
        }
        Some(_) => "no frame is the project's own code: look for what calls into it".to_owned(),
        None => "find what the message and tags below point at".to_owned(),
    };
    let mut step =
        format!("**Next step:** {look}. For another event, call again with its eventId.");
    if context.offers(&search_issues::TOOL)
        && let Some(kind) = issue
            .metadata
            .kind
            .as_deref()
            .filter(|kind| !kind.is_empty())
    {
        let query = format!("error.type:\"{}\"", line(kind, 80).replace(['"', '`'], ""));
        step.push_str(&format!(
            " Similar issues: search_issues with query `{query}`."
        ));
    }
    step
}

fn issue_facts(context: &Context<'_>, place: &Place, issue: &Issue) -> String {
    let mut facts = Facts::new();
    let mut status = issue.status.clone().unwrap_or_default();
    if let Some(substatus) = &issue.substatus {
        push(&mut status, &[" (", substatus, ")"]);
    }
    facts.add("Status", &status);
    facts.maybe("Level", &issue.level);
    facts.maybe("Priority", &issue.priority);
    match issue.issue_type.as_deref() {
        None | Some("error") => {}
        Some(kind) => facts.add("Kind", kind),
    }
    if let Some(project) = &issue.project {
        facts.add("Project", &project.slug);
    }
    facts.maybe("Platform", &issue.platform);
    facts.maybe("Culprit", &issue.culprit);
    facts.count("Events", issue.count);
    facts.count("Users", issue.user_count);
    facts.maybe("First seen", &issue.first_seen);
    facts.maybe("Last seen", &issue.last_seen);
    if let Some(assignee) = &issue.assigned_to {
        facts.maybe("Assigned to", &assignee.name);
    }
    let path = ["/issues/", &line(&issue.id, 40), "/"].concat();
    facts.add("Link", &place.link(context, &path));
    facts.below("## Issue")
}

fn event_facts(event: &Event) -> String {
    let mut facts = Facts::new();
    facts.maybe("Id", &event.event_id());
    facts.maybe("Time", &event.text("dateCreated"));
    facts.maybe("Release", &event.release());
    facts.maybe("Trace", &event.trace_id());
    facts.maybe("Request", &event.http_request());
    facts.maybe("User", &event.user_id());
    facts.below("## Event")
}

fn tags(event: &Event) -> String {
    let tags = event.tags();
    let mut text = Joined::default();
    for tag in tags.iter().take(TAGS) {
        text.add(" ", &code(&[&tag.key, ": ", &tag.value].concat(), 80));
    }
    if tags.len() > TAGS {
        let more = number((tags.len() - TAGS) as u64);
        text.add("", &[" and ", &more, " more"].concat());
    }
    section("## Tags\n", text.text())
}

fn evidence(event: &Event) -> String {
    let mut lines = String::new();
    for found in event
        .occurrence()
        .unwrap_or_default()
        .evidence
        .iter()
        .take(10)
    {
        push(
            &mut lines,
            &[&line(&found.key, 60), ": ", &line(&found.value, 300), "\n"],
        );
    }
    if lines.is_empty() {
        return lines;
    }
    section("## Evidence\n", block(&lines, 3_000))
}

fn stack_trace(traces: &[Trace]) -> String {
    if traces.is_empty() {
        return String::new();
    }
    let text = stacktrace::render(traces, FRAMES);
    section("## Stack trace (newest call first)\n", block(&text, 4_400))
}

/// A heading with what stands below it, where there is something.
fn section(heading: &str, mut text: String) -> String {
    if !text.is_empty() {
        text.insert_str(0, heading);
    }
    text
}

fn seer(extras: &Extras) -> String {
    let Some(run) = &extras.run else {
        return String::new();
    };
    let mut text = "## Analysis by Seer\n".to_owned();
    text.push_str(analyze_issue_with_seer::in_words(run.status));
    if let Some(cause) = run.findings.iter().rfind(|found| !found.is_solution) {
        push(&mut text, &[" ", &line(&cause.text, 300)]);
    }
    text
}

fn trace(context: &Context<'_>, extras: &Extras) -> String {
    match &extras.trace {
        Some(trace) => section(
            "## Trace\n",
            trace_tree::render(context.sight, trace, SPANS),
        ),
        None => String::new(),
    }
}

fn related(extras: &Extras) -> String {
    const SHOWN: usize = 3;
    let mut facts = Facts::new();
    for issue in extras.external.iter().take(SHOWN) {
        let url = issue.url.as_deref().unwrap_or_default();
        facts.add("Linked issue", &[&line(&issue.name, 60), " ", url].concat());
    }
    let mut replays = Joined::default();
    for id in extras.replays.iter().take(SHOWN) {
        replays.add(", ", &line(id, 40));
    }
    if extras.replays.len() > SHOWN {
        let more = number((extras.replays.len() - SHOWN) as u64);
        replays.add("", &[" and ", &more, " more"].concat());
    }
    facts.add("Replays", &replays.text());
    facts.maybe("Conversation", &extras.conversation);
    facts.below("## Related")
}

fn hints(event: Option<&Event>) -> Vec<(&'static Tool, &'static str)> {
    let mut hints: Vec<(&'static Tool, &'static str)> = Vec::new();
    if let Some(event) = event {
        if !event.breadcrumbs().is_empty() {
            hints.push((&get_issue_breadcrumbs::TOOL, "for what happened before"));
        }
        hints.push((&get_event_stacktrace::TOOL, "for all frames"));
        if event.trace_id().is_some() {
            hints.push((&get_trace_details::TOOL, "for the request around it"));
        }
        hints.push((&get_issue_tag_values::TOOL, "for who is affected"));
    }
    hints.push((&analyze_issue_with_seer::TOOL, "for Seer's analysis"));
    hints.push((&update_issue::TOOL, "to resolve or assign"));
    hints
}
