//! The page: message, culprit frame and next step first, then the stack trace and the facts, in the order in which they
//! are missed least when there is no room for them.

use sentry_api::{Event, Frame, Issue};

use crate::issue_target::IssueTarget;
use crate::markdown::{Page, block, code, line, number};
use crate::stacktrace::{self, Trace};
use crate::tool::Context;
use crate::tools::search_issues;

use super::Found;

/// In characters.
const LIMIT: usize = 8_000;

/// In all traces of an event together.
const FRAMES: usize = 20;

/// Shown; the others are counted.
const TAGS: usize = 20;

pub(super) fn render(context: &Context<'_>, target: &IssueTarget, found: &Found) -> String {
    let Found { issue, event } = found;
    let traces = event.as_ref().map(stacktrace::of).unwrap_or_default();
    let culprit = stacktrace::culprit(&traces);
    let mut page = Page::new(LIMIT);
    page.push("title", &title(issue));
    page.push("message", &message(issue, event.as_ref()));
    page.push(
        "culprit frame",
        &culprit.map(culprit_frame).unwrap_or_default(),
    );
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
        .or_else(|| event.and_then(|event| event.message.clone()))
        .or_else(|| event.and_then(|event| event.occurrence.clone()?.subtitle))
        .or_else(|| issue.metadata.value.clone())
        .unwrap_or_default();
    if message.is_empty() || message == title {
        return String::new();
    }
    block(&message, 600)
}

fn culprit_frame(frame: &Frame) -> String {
    let heading = format!(
        "**Culprit frame:** {} in {}",
        code(&stacktrace::location(frame), 160),
        code(frame.function.as_deref().unwrap_or("?"), 80)
    );
    let source = stacktrace::source(frame);
    if source.is_empty() {
        heading
    } else {
        format!("{heading}\n{source}")
    }
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
    list(
        "## Issue",
        [
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
    list(
        "## Event",
        [
            ("Id", event.event_id.clone()),
            ("Time", event.date_created.clone()),
            ("Release", event.release().map(str::to_owned)),
            ("Trace", event.trace_id().map(str::to_owned)),
            ("Request", event.http_request()),
            ("User", event.user.as_ref().and_then(|user| user.id.clone())),
        ],
    )
}

fn tags(event: &Event) -> String {
    let tags: Vec<_> = event
        .tags
        .iter()
        .filter_map(|tag| Some((tag.key.as_deref()?, tag.value.as_deref()?)))
        .map(|(key, value)| code(&format!("{key}: {value}"), 80))
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
    let Some(occurrence) = &event.occurrence else {
        return String::new();
    };
    let lines: Vec<_> = occurrence
        .evidence_display
        .iter()
        .filter_map(|evidence| Some((evidence.name.as_deref()?, evidence.value.as_deref()?)))
        .take(10)
        .map(|(name, value)| format!("{}: {}", line(name, 60), line(value, 300)))
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

fn list<const N: usize>(heading: &str, facts: [(&str, Option<String>); N]) -> String {
    let mut text = heading.to_owned();
    for (name, value) in facts {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            text.push_str(&format!("\n- {name}: {}", line(&value, 200)));
        }
    }
    text
}
