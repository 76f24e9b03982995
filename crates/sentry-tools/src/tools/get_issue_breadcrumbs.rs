use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::{Breadcrumb, Event};

use crate::text::markdown::{Joined, block, code, line, number, paragraph, push};
use crate::vocabulary::hint;
use crate::vocabulary::issue_target::{self, Located};
use crate::vocabulary::parameter::{
    EVENT_OR_LATEST, ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, REGION,
};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{READ, get_event_stacktrace};

/// The newest; the others are counted.
const SHOWN: usize = 60;

/// In characters.
const LIMIT: usize = 16_000;

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
        Ok(CallToolResult::text(render(context, &located, &event)))
    })
}

fn render(context: &Context<'_>, located: &Located, event: &Event) -> String {
    let crumbs = event.breadcrumbs();
    let hidden = crumbs.len().saturating_sub(SHOWN);
    let mut text = String::new();
    push(
        &mut text,
        &[
            "# Breadcrumbs of event ",
            &code(&event.event_id().unwrap_or_default(), 40),
            " of ",
            &code(located.name(), 120),
        ],
    );
    let mut lines = String::new();
    for crumb in crumbs.iter().skip(hidden) {
        describe(crumb, &mut lines);
    }
    if crumbs.is_empty() {
        let none =
            "This event has none: its program records no breadcrumbs, or nothing happened before.";
        paragraph(&mut text, none);
    } else {
        paragraph(&mut text, "Oldest first; the event came after the last.\n");
        if hidden > 0 {
            let link = located.link(context);
            let hidden = number(hidden as u64);
            push(
                &mut text,
                &[
                    &hidden,
                    " older ones are left out; Sentry shows them all: ",
                    &link,
                    "\n",
                ],
            );
        }
        text.push_str(&block(&lines, LIMIT));
    }
    let hint = [(&get_event_stacktrace::TOOL, "for where it ended")];
    paragraph(&mut text, &hint::next(context, &hint));
    text
}

/// `10:00:01.5 error http: GET /cart {status_code: 500}`.
fn describe(crumb: &Breadcrumb, lines: &mut String) {
    let mut parts = Joined::default();
    parts.add(
        " ",
        &line(crumb.timestamp.as_deref().unwrap_or_default(), 32),
    );
    let level = crumb.level.as_deref().unwrap_or_default();
    parts.add(" ", if level == "info" { "" } else { level });
    if let Some(kind) = crumb.category.as_deref().or(crumb.kind.as_deref()) {
        let mut kind = line(kind, 40);
        kind.push(':');
        parts.add(" ", &kind);
    }
    parts.add(
        " ",
        &line(crumb.message.as_deref().unwrap_or_default(), 300),
    );
    let mut data = Joined::default();
    for each in crumb.data.iter().take(8) {
        let mut pair = line(&each.key, 40);
        push(&mut pair, &[": ", &line(&each.value, 120)]);
        data.add(", ", &pair);
    }
    let data = data.text();
    if !data.is_empty() {
        parts.add(" ", "{");
    }
    let mut whole = parts.text();
    if !data.is_empty() {
        push(&mut whole, &[&data, "}"]);
    }
    push(lines, &[&whole, "\n"]);
}
