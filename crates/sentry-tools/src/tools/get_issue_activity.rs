use fetch::LocalFuture;
use futures_util::future::join;
use mcp::CallToolResult;
use sentry_api::{Activity, ApiError};

use crate::text::markdown::{Joined, code, line, number, paragraph, push};
use crate::text::order;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::hint;
use crate::vocabulary::issue_target::Located;
use crate::vocabulary::parameter::{ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, Parameter, REGION};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{READ, add_issue_note};

const COMMENTS: Parameter = Parameter::flag("includeComments", "", true);
const LIMIT: Parameter = Parameter::integer("limit", "", Some(100), Some(25));

pub(crate) static TOOL: Tool = Tool {
    name: "get_issue_activity",
    title: "Get issue activity",
    description: "What people and Sentry did with an issue: status changes, assignments, regressions, and the notes that \
                  people wrote on it, the newest first.",
    skills: Skills::of(&[Skill::Inspect, Skill::Triage]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        ISSUE_URL,
        OPTIONAL_ORGANIZATION,
        ISSUE_ID,
        COMMENTS,
        LIMIT,
        REGION,
    ],
    output_schema: None,
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let with_comments = context.arguments.flag(&COMMENTS);
        let limit = context.arguments.number(&LIMIT).unwrap_or_default();
        let located = Located::find(context).await?;
        let entries = read(context, &located, with_comments, limit).await?;
        Ok(CallToolResult::text(render(
            context,
            &located,
            &entries,
            limit as usize,
        )))
    })
}

/// Both lists, merged. Notes stand in the activity too where the server puts them there; each is shown once.
async fn read(
    context: &Context<'_>,
    located: &Located,
    with_comments: bool,
    limit: u32,
) -> Result<Vec<Activity>, Failure> {
    let place = &located.place;
    let client = context.client;
    let limit = limit.to_string();
    let notes = async {
        if !with_comments {
            return Ok(Vec::new());
        }
        client
            .issue_notes(&place.region, &place.organization, &located.key, &limit)
            .await
    };
    let activity = client.issue_activity(&place.region, &place.organization, &located.key);
    let (activity, notes) = join(activity, notes).await;
    let mut entries = match (activity, &notes) {
        // A server without this endpoint may have the other.
        (Err(ApiError::NotFound), Ok(notes)) if !notes.is_empty() => Vec::new(),
        (activity, _) => activity?,
    };
    entries.retain(|entry| with_comments || !is_note(entry));
    let notes = match notes {
        Err(ApiError::NotFound) => Vec::new(),
        notes => notes?,
    };
    for mut note in notes {
        let is_known = |entry: &Activity| {
            (note.id.is_some() && entry.id == note.id)
                || (is_note(entry)
                    && entry.text == note.text
                    && entry.date_created == note.date_created)
        };
        if !entries.iter().any(is_known) {
            note.kind = Some("note".to_owned());
            entries.push(note);
        }
    }
    Ok(entries)
}

fn is_note(entry: &Activity) -> bool {
    entry.kind.as_deref() == Some("note")
}

fn render(context: &Context<'_>, located: &Located, entries: &[Activity], limit: usize) -> String {
    let mut text = "# Activity of ".to_owned();
    push(&mut text, &[&code(located.name(), 120), "\n"]);
    if entries.is_empty() {
        text.push_str("\nNothing has happened to it yet.");
    }
    // All in one form and one zone, so that their texts sort as their times do.
    let date = |place: usize| {
        entries
            .get(place)
            .and_then(|entry| entry.date_created.as_ref())
    };
    let newest = order::first(entries.len(), limit, &|one, other| date(one) > date(other));
    for place in newest {
        if let Some(entry) = entries.get(place) {
            describe(entry, &mut text);
        }
    }
    if entries.len() > limit {
        let more = number((entries.len() - limit) as u64);
        let words = " older entries are left out: raise `limit` (at most 100).";
        push(&mut text, &["\n\n", &more, words]);
    }
    let hint = [(&add_issue_note::TOOL, "to write a note")];
    paragraph(&mut text, &hint::next(context, &hint));
    text
}

fn describe(entry: &Activity, text: &mut String) {
    let kind = entry.kind.as_deref().unwrap_or("something");
    push(
        text,
        &[
            "\n- ",
            &line(entry.date_created.as_deref().unwrap_or("?"), 40),
            " ",
            &line(kind, 60).replace('_', " "),
            " by ",
            &line(entry.user.as_deref().unwrap_or("Sentry"), 60),
        ],
    );
    let mut data = Joined::default();
    for (name, value) in entry.data.iter().take(6) {
        let mut pair = line(name, 40);
        push(&mut pair, &[": ", &line(value, 100)]);
        data.add(", ", &pair);
    }
    let data = data.text();
    if !data.is_empty() {
        push(text, &[" (", &data, ")"]);
    }
    if let Some(words) = &entry.text {
        push(text, &[": ", &line(words, 1_000)]);
    }
}
