use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::{Breadcrumb, Event};

use crate::text::budget::{Budget, Keep, Section};
use crate::text::markdown::{Joined, code, identifier, line, line_ends, one_line, push};
use crate::text::value::written;
use crate::text::whose::{FROM_THE_EVENT, WHOSE};
use crate::vocabulary::hint;
use crate::vocabulary::issue_target::{self, Located};
use crate::vocabulary::parameter::{
    EVENT_OR_LATEST, ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, REGION,
};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{READ, get_event_stacktrace};

/// The newest; the others are counted.
const SHOWN: usize = 100;

/// In characters.
const LIMIT: usize = 16_000;

pub(crate) static TOOL: Tool = Tool {
    name: "get_issue_breadcrumbs",
    title: "Get issue breadcrumbs",
    description: "What the program did before one event of an issue: requests, queries, clicks, log lines with their \
                  times: the newest, up to 100.",
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
    let mut page = Budget::new(LIMIT);
    let mut title = "# Breadcrumbs of event ".to_owned();
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
    let head = [
        "Oldest first; the event came after the last.\n",
        FROM_THE_EVENT,
    ]
    .concat();
    let link = ["Sentry shows them all: ", &located.link(context)].concat();
    let mut section = Section::block("breadcrumbs", 2, head)
        .keep(Keep::Tail)
        .nouns(&[("older breadcrumb", "older breadcrumbs")])
        .elsewhere(link);
    for crumb in crumbs.iter().skip(hidden) {
        section.row(describe(crumb));
    }
    section.left_out(hidden as u64);
    if section.is_empty() {
        let none =
            "This event has none: its program records no breadcrumbs, or nothing happened before.";
        page.text("breadcrumbs", 1, none);
    }
    page.push(section);
    let hint = [(&get_event_stacktrace::TOOL, "for where it ended")];
    page.text("hints", 1, hint::next(context, &hint));
    page.finish()
}

/// `10:00:01.5 error http: GET /cart {status_code: 500}`.
pub(super) fn describe(crumb: &Breadcrumb<'_>) -> String {
    let mut parts = Joined::default();
    parts.add(
        " ",
        &line(crumb.timestamp.as_deref().unwrap_or_default(), 40),
    );
    let level = line(crumb.level.as_deref().unwrap_or_default(), 20);
    parts.add(" ", if level == "info" { "" } else { &level });
    if let Some(kind) = crumb.category.as_deref().or(crumb.kind.as_deref()) {
        let mut kind = line(kind, 60);
        kind.push(':');
        parts.add(" ", &kind);
    }
    parts.add(
        " ",
        &line_ends(crumb.message.as_deref().unwrap_or_default(), 700),
    );
    if let Some(data) = crumb.data {
        let data = one_line(&written(data, 500));
        parts.add(" ", if data == "{}" { "" } else { &data });
    }
    let text = parts.text();
    // A breadcrumb that says nothing is one nevertheless.
    if text.is_empty() {
        "(empty)".to_owned()
    } else {
        text
    }
}
