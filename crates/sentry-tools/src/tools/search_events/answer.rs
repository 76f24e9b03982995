//! The same answer for programs: what was searched as Sentry was asked, where to see it, and the rows with their values as
//! JSON has them. Written by hand: every member but the rows is a text that the page has as well.

use mcp::CallToolResult;
use mcp::json::{Object, array, text};
use sentry_api::{Page, Replay, Row};
use serde_json::value::{RawValue, to_raw_value};

use crate::text::cut;
use crate::tools::{get_issue_details, get_trace_details};
use crate::vocabulary::hint::Action;
use crate::vocabulary::parameter::{EXPLAIN, ISSUE_ID, ORGANIZATION, TRACE_ID};
use crate::vocabulary::search::{AS_IT_IS, MORE};
use crate::vocabulary::tool::{Answer, Context, Tool, UNTRUSTED};

use super::dataset::is_aggregate;
use super::page::NOTHING;
use super::search::Search;

/// What a search for rows answers to programs: [`json`] writes it. Three of them are any JSON here, since every list of tools
/// has this six times.
pub(crate) const ROWS: &str = "query! explanation executedSearch!* url! presentationHint! notes![] resultType! results!* \
                               timeSeries!* suggestedActions!*";

/// The same of the search for replays.
pub(crate) const REPLAYS: &str = "query! explanation executedSearch!* url! presentationHint! notes![] replays!* \
                                  suggestedActions!*";

/// The longest text of a row, in characters.
const LONGEST: usize = 1_000;

/// What was found.
pub(super) enum Found<'a> {
    Rows(&'a Page<Row>),
    Replays(&'a Page<Replay>),
}

/// Members that hold what somebody else wrote.
const SENDERS: &[&str] = &[
    "/query",
    "/executedSearch/query",
    "/results/*/*",
    "/replays/*/*",
    "/replays/*/urls/*",
    "/suggestedActions/*/arguments/*",
];

impl Found<'_> {
    fn len_and_more(&self) -> (usize, bool) {
        match self {
            Self::Rows(page) => (page.items.len(), page.next.is_some()),
            Self::Replays(page) => (page.items.len(), page.next.is_some()),
        }
    }
}

/// The page, and beside it the same for programs.
pub(super) fn both(
    context: &Context<'_>,
    search: &Search<'_>,
    found: &Found<'_>,
    page: String,
) -> Answer {
    let mut result = CallToolResult::text(page);
    // Invariant: an object that is written in full is JSON; without it the page would stand alone.
    result.structured_content = RawValue::from_string(json(context, search, found)).ok();
    result.meta.extend(
        to_raw_value(SENDERS)
            .ok()
            .map(|members| (UNTRUSTED, members)),
    );
    Ok(result)
}

fn json(context: &Context<'_>, search: &Search<'_>, found: &Found<'_>) -> String {
    let mut out = String::new();
    let mut object = Object::begin(&mut out);
    object.text("query", search.query);
    if context.arguments.flag(EXPLAIN) {
        object.text("explanation", AS_IT_IS);
    }
    executed(search, object.name("executedSearch"));
    object.text("url", &super::page::address(context, search));
    let is_table = search.fields.iter().any(|field| is_aggregate(field));
    let hint = match (found, is_table) {
        (Found::Replays(_), _) => "replays",
        (_, true) => "table",
        (_, false) => "list",
    };
    object.text("presentationHint", hint);
    let (count, has_more) = found.len_and_more();
    let notes = [(count == 0, NOTHING), (has_more, MORE)];
    let notes = notes.iter().filter(|(is_so, _)| *is_so);
    array(object.name("notes"), notes, |out, (_, note)| {
        text(out, note);
    });
    match found {
        Found::Rows(page) => {
            let kind = if is_table { "aggregates" } else { "events" };
            object.text("resultType", kind);
            array(object.name("results"), &page.items, |out, row| {
                cells(search, row, out);
            });
            object.raw("timeSeries", "[]");
        }
        Found::Replays(page) => array(object.name("replays"), &page.items, replay),
    }
    let actions = actions(context, search, found);
    array(object.name("suggestedActions"), &actions, Action::write);
    object.end();
    out
}

fn executed(search: &Search<'_>, out: &mut String) {
    let mut object = Object::begin(out);
    object
        .text("dataset", search.dataset.name)
        .text("query", search.query);
    array(object.name("fields"), &search.fields, |out, field| {
        text(out, field);
    });
    object
        .text("sort", &search.sort)
        .text("period", search.period)
        .maybe("projectId", search.project_id.as_deref());
    array(
        object.name("environments"),
        &search.environments,
        |out, name| text(out, name),
    );
    object.raw("limit", &search.limit.to_string()).end();
}

/// One row; what has no value is left out.
fn cells(search: &Search<'_>, row: &Row, out: &mut String) {
    let mut object = Object::begin(out);
    for (index, (field, cell)) in search.fields.iter().zip(row).enumerate() {
        let is_first = !search.fields.iter().take(index).any(|other| other == field);
        if let Some(cell) = cell.as_ref().filter(|_| is_first) {
            // A field is the caller's word, and the name of a member is not escaped.
            let mut name = String::new();
            text(&mut name, field);
            let name = name.trim_matches('"');
            if cell.is_text {
                object.text(name, &cut::ends(&cell.text, LONGEST));
            } else {
                object.raw(name, &cell.text);
            }
        }
    }
    object.end();
}

fn replay(out: &mut String, replay: &Replay) {
    let mut object = Object::begin(out);
    object
        .text("id", &replay.id)
        .maybe("startedAt", replay.started_at.as_deref())
        .maybe("environment", replay.environment.as_deref())
        .maybe("browser", replay.browser.as_deref());
    for (name, count) in [
        ("durationSeconds", replay.duration),
        ("errors", replay.errors),
        ("deadClicks", replay.dead_clicks),
        ("rageClicks", replay.rage_clicks),
    ] {
        if let Some(count) = count {
            object.raw(name, &count.to_string());
        }
    }
    array(object.name("urls"), &replay.urls, |out, url| {
        text(out, &cut::ends(url, LONGEST));
    });
    object.end();
}

/// What the first rows lead to.
fn actions<'a>(
    context: &Context<'_>,
    search: &'a Search<'_>,
    found: &'a Found<'_>,
) -> Vec<Action<'a>> {
    let Found::Rows(page) = found else {
        return Vec::new();
    };
    let place = |name: &str| search.fields.iter().position(|field| *field == name);
    let wanted: [(&str, &'static Tool, _, _); 2] = [
        (
            "issue",
            &get_issue_details::TOOL,
            ISSUE_ID,
            "what happened, with the stack trace",
        ),
        (
            "trace",
            &get_trace_details::TOOL,
            TRACE_ID,
            "the request around it",
        ),
    ];
    let mut actions: Vec<Action<'_>> = Vec::new();
    for (field, tool, parameter, reason) in wanted {
        let Some(place) = place(field).filter(|_| context.offers(tool)) else {
            continue;
        };
        for row in &page.items {
            let Some(Some(cell)) = row.get(place) else {
                continue;
            };
            let is_new = !actions.iter().any(|action| action.value == cell.text);
            if actions.len() < 3 && is_new && !cell.text.is_empty() {
                actions.push(Action {
                    tool: tool.name,
                    organization: (!ORGANIZATION.is_fixed(&context.session.constraint))
                        .then_some(search.place.organization.as_str()),
                    name: parameter.name,
                    value: &cell.text,
                    reason,
                });
            }
        }
    }
    actions
}
