use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::{Breadcrumb, EventRef};

use crate::hint;
use crate::issue_target::Located;
use crate::markdown::{block, code, line};
use crate::parameter::{EVENT_OR_LATEST, ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, REGION};
use crate::skill::{Skill, Skills};
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{READ, get_event_stacktrace};

/// The newest; the others are counted.
const SHOWN: usize = 60;

pub(crate) static TOOL: Tool = Tool {
    name: "get_issue_breadcrumbs",
    title: "Get issue breadcrumbs",
    description: "What the program did before one event of an issue: requests, queries, clicks, log lines with their \
                  times, the newest 60.",
    skills: Skills::of(&[Skill::Inspect, Skill::Triage]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        ISSUE_URL,
        OPTIONAL_ORGANIZATION,
        ISSUE_ID,
        EVENT_OR_LATEST,
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
        let which = located
            .event
            .as_ref()
            .map_or(EventRef::Latest, EventRef::Id);
        let event = context
            .client
            .issue_event(&located.region, &located.organization, &located.id, which)
            .await?;
        let crumbs = event.breadcrumbs();
        let mut text = format!(
            "# Breadcrumbs of event {} of {}\n\n",
            code(&event.event_id().unwrap_or_default(), 40),
            code(located.name(), 120)
        );
        let hidden = crumbs.len().saturating_sub(SHOWN);
        if crumbs.is_empty() {
            text.push_str("This event has none: its program records no breadcrumbs, or nothing happened before.");
        } else {
            let lines: Vec<_> = crumbs.iter().skip(hidden).map(describe).collect();
            text.push_str("Oldest first; the event came after the last.\n");
            if hidden > 0 {
                text.push_str(&format!(
                    "{hidden} older ones are left out; Sentry shows them all: {}\n",
                    located.link(context)
                ));
            }
            text.push_str(&block(&lines.join("\n"), 16_000));
        }
        let hint = hint::next(
            context,
            &[(&get_event_stacktrace::TOOL, "for where it ended")],
        );
        if !hint.is_empty() {
            text.push_str("\n\n");
            text.push_str(&hint);
        }
        Ok(CallToolResult::text(text))
    })
}

/// `10:00:01.5 error http: GET /cart {status_code: 500}`.
fn describe(crumb: &Breadcrumb) -> String {
    let time = crumb.timestamp.as_deref().unwrap_or_default();
    let kind = crumb.category.as_deref().or(crumb.kind.as_deref());
    let level = crumb.level.as_deref().filter(|level| *level != "info");
    let data: Vec<_> = crumb
        .data
        .iter()
        .take(8)
        .map(|each| format!("{}: {}", line(&each.key, 40), line(&each.value, 120)))
        .collect();
    let data = match data.is_empty() {
        true => String::new(),
        false => format!("{{{}}}", data.join(", ")),
    };
    let message = line(crumb.message.as_deref().unwrap_or_default(), 300);
    let parts = [
        &line(time, 32),
        level.unwrap_or_default(),
        &kind.map_or_else(String::new, |kind| format!("{}:", line(kind, 40))),
        &message,
        &data,
    ];
    let known: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    known.join(" ")
}
