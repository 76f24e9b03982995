//! The page: message, culprit frame and next step first, then the stack trace and the facts, in the order in which they
//! are missed least when there is no room for them.

use sentry_api::{Event, Frame, Issue};

use crate::hint;
use crate::issue_target::IssueTarget;
use crate::markdown::{Page, block, code, facts, line, number};
use crate::stacktrace::{self, Trace};
use crate::tool::{Context, Tool};
use crate::tools::{
    analyze_issue_with_seer, get_event_stacktrace, get_issue_breadcrumbs, get_issue_tag_values,
    get_trace_details, search_issues, update_issue,
};
use crate::trace_tree;

use super::Found;
use super::extras::Extras;

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
    target: &IssueTarget,
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
    page.push("issue", &issue_facts(context, target, issue));
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
    format!(
        "# {}: {}",
        line(name(issue), 120),
        code(issue.title.as_deref().unwrap_or("(no title)"), 200)
    )
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
    let mut text = format!(
        "**Culprit frame:** {} in {}",
        code(&stacktrace::location(frame), 160),
        code(frame.function.as_deref().unwrap_or("?"), 80)
    );
    for part in [stacktrace::source(frame), repository(extras)] {
        if !part.is_empty() {
            text.push('\n');
            text.push_str(&part);
        }
    }
    text
}

fn repository(extras: &Extras) -> String {
    let source = extras.source.as_deref().map(|url| line(url, 300));
    source.map_or_else(String::new, |url| format!("In the repository: {url}"))
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

fn issue_facts(context: &Context<'_>, target: &IssueTarget, issue: &Issue) -> String {
    let link = context.base().web_url(
        &target.organization,
        &format!("/issues/{}/", line(&issue.id, 40)),
    );
    let status = match (&issue.status, &issue.substatus) {
        (Some(status), Some(substatus)) => Some(format!("{status} ({substatus})")),
        (status, _) => status.clone(),
    };
    let events = issue.count.map(number);
    let users = issue.user_count.map(number);
    let project = issue.project.as_ref().map(|project| project.slug.clone());
    let assignee = issue
        .assigned_to
        .as_ref()
        .and_then(|assignee| assignee.name.clone());
    facts(
        "## Issue",
        vec![
            ("Status", status),
            ("Level", issue.level.clone()),
            ("Priority", issue.priority.clone()),
            (
                "Kind",
                issue.issue_type.clone().filter(|kind| kind != "error"),
            ),
            ("Project", project),
            ("Platform", issue.platform.clone()),
            ("Culprit", issue.culprit.clone()),
            ("Events", events),
            ("Users", users),
            ("First seen", issue.first_seen.clone()),
            ("Last seen", issue.last_seen.clone()),
            ("Assigned to", assignee),
            ("Link", Some(link)),
        ],
    )
}

fn event_facts(event: &Event) -> String {
    facts(
        "## Event",
        vec![
            ("Id", event.event_id()),
            ("Time", event.text("dateCreated")),
            ("Release", event.release()),
            ("Trace", event.trace_id()),
            ("Request", event.http_request()),
            ("User", event.user_id()),
        ],
    )
}

fn tags(event: &Event) -> String {
    let tags: Vec<_> = event
        .tags()
        .iter()
        .map(|tag| code(&format!("{}: {}", tag.key, tag.value), 80))
        .collect();
    let more = match tags.len().saturating_sub(TAGS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shown: Vec<_> = tags.into_iter().take(TAGS).collect();
    if shown.is_empty() {
        return String::new();
    }
    format!("## Tags\n{}{more}", shown.join(" "))
}

fn evidence(event: &Event) -> String {
    let Some(occurrence) = event.occurrence() else {
        return String::new();
    };
    let lines: Vec<_> = occurrence
        .evidence
        .iter()
        .take(10)
        .map(|found| format!("{}: {}", line(&found.key, 60), line(&found.value, 300)))
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("## Evidence\n{}", block(&lines.join("\n"), 3_000))
}

fn stack_trace(traces: &[Trace]) -> String {
    if traces.is_empty() {
        return String::new();
    }
    let text = stacktrace::render(traces, FRAMES);
    format!(
        "## Stack trace (newest call first)\n{}",
        block(&text, 4_400)
    )
}

fn seer(extras: &Extras) -> String {
    let Some(run) = &extras.run else {
        return String::new();
    };
    let causes = run.findings.iter().filter(|found| !found.is_solution);
    let cause = causes.last().map(|found| line(&found.text, 300));
    let cause = cause.map_or_else(String::new, |cause| format!(" {cause}"));
    format!(
        "## Analysis by Seer\n{}{cause}",
        analyze_issue_with_seer::in_words(run.status)
    )
}

fn trace(context: &Context<'_>, extras: &Extras) -> String {
    let Some(trace) = &extras.trace else {
        return String::new();
    };
    let tree = trace_tree::render(context, trace, SPANS);
    if tree.is_empty() {
        return String::new();
    }
    format!("## Trace\n{tree}")
}

fn related(extras: &Extras) -> String {
    let external: Vec<_> = extras
        .external
        .iter()
        .take(5)
        .map(|issue| {
            let url = issue.url.as_deref().unwrap_or_default();
            format!("{} {}", line(&issue.name, 60), line(url, 200))
        })
        .collect();
    let replays = &extras.replays;
    let shown: Vec<_> = replays.iter().take(3).map(|id| line(id, 40)).collect();
    let replays = match replays.len() {
        0..=3 => shown.join(", "),
        count => format!("{}, and {} more", shown.join(", "), count - shown.len()),
    };
    facts(
        "## Related",
        vec![
            ("Linked issues", Some(external.join(", "))),
            ("Replays", Some(replays)),
            ("Conversation", extras.conversation.clone()),
        ],
    )
}

fn hints(event: Option<&Event>) -> Vec<(&'static Tool, &'static str)> {
    let mut hints = Vec::new();
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
