use fetch::LocalFuture;
use futures_util::future::join;
use mcp::CallToolResult;
use sentry_api::{Activity, ApiError, Value};

use crate::text::budget::{Budget, Section};
use crate::text::changes;
use crate::text::markdown::{Joined, block_ends, code, identifier, moment, number, push, word};
use crate::text::order;
use crate::text::value::written;
use crate::text::whose::{FROM_A_MEMBER, OF_MEMBERS};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::hint;
use crate::vocabulary::issue_target::Located;
use crate::vocabulary::parameter::{ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, Parameter, REGION};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{READ, add_issue_note};

const COMMENTS: &Parameter = &Parameter::flag("includeComments", "", true);
const LIMIT: &Parameter = &Parameter::integer("limit", "", Some(100), Some(25));

pub(crate) static TOOL: Tool = Tool {
    name: "get_issue_activity",
    title: "Get issue activity",
    description: "What people and Sentry did with an issue: status changes with their commits and releases, assignments, \
                  merges, regressions, and the notes that people wrote on it, the newest first.",
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
        let with_comments = context.arguments.flag(COMMENTS);
        let limit = context.arguments.number(LIMIT).unwrap_or_default();
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
        // The notes were answered, so the issue is there.
        (Err(error), Ok(_)) if with_comments => {
            return Err(Failure::of_optional(error, "activity"));
        }
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

/// In characters.
const PAGE: usize = 20_000;

/// Of a note, in characters: Sentry takes no longer ones.
const NOTE: usize = 4_200;

fn render(context: &Context<'_>, located: &Located, entries: &[Activity], limit: usize) -> String {
    let mut page = Budget::new(PAGE);
    let title = [
        "# Activity of ",
        &identifier(located.name()),
        "\n\n",
        OF_MEMBERS,
    ]
    .concat();
    page.text("title", 0, title);
    if entries.is_empty() {
        page.text("nothing", 1, "Nothing has happened to it yet.");
    }
    // All in one form and one zone, so that their texts sort as their times do.
    let date = |place: usize| {
        entries
            .get(place)
            .and_then(|entry| entry.date_created.as_ref())
    };
    let newest = order::first(entries.len(), limit, &|one, other| date(one) > date(other));
    let mut section = Section::lines("activity", 2, "")
        .nouns(&[("older entry", "older entries")])
        .elsewhere("raise limit (at most 100), as far as there is room.");
    for place in newest {
        if let Some(entry) = entries.get(place) {
            section.row(describe(entry, context.sight.is_of_project()));
        }
    }
    section.left_out(entries.len().saturating_sub(limit) as u64);
    page.push(section);
    let hint = [(&add_issue_note::TOOL, "to write a note")];
    page.text("hints", 1, hint::next(context, &hint));
    page.finish()
}

/// In a session of one project, `is_narrow`: what may be another project's is counted, and not named.
fn describe(entry: &Activity, is_narrow: bool) -> String {
    let kind = entry.kind.as_deref().unwrap_or("something");
    let user = match entry.user.as_deref() {
        Some(user) => code(user, 80),
        None => "Sentry".to_owned(),
    };
    let mut text = [
        "- ",
        &moment(entry.date_created.as_deref().unwrap_or("?")),
        " ",
    ]
    .concat();
    push(&mut text, &[&word(kind).replace('_', " "), " by ", &user]);
    let mut facts = Joined::default();
    for (name, value) in &entry.data {
        let value = value.root();
        let words = if is_narrow && !is_plain(value) {
            narrow_fact(name, value)
        } else {
            fact(name, value)
        };
        facts.add("; ", &words);
    }
    let facts = facts.text();
    if !facts.is_empty() {
        push(&mut text, &[": ", &facts]);
    }
    if let Some(words) = &entry.text {
        push(
            &mut text,
            &[", ", FROM_A_MEMBER, "\n", &block_ends(words, NOTE)],
        );
    }
    text
}

fn is_plain(value: Value<'_>) -> bool {
    !value.is_array() && !value.is_object()
}

/// Other issues, and repositories, may be another project's.
fn narrow_fact(name: &str, value: Value<'_>) -> String {
    match (name, value) {
        ("commit", Value::Object(_)) => ["commit ", &changes::commit_alone(value)].concat(),
        (name, Value::Array(values)) => {
            let count = number(values.len() as u64);
            [
                &count,
                " ",
                &word(name),
                ", not named in a session of one project",
            ]
            .concat()
        }
        (name, _) => [&word(name), ", not told in a session of one project"].concat(),
    }
}

/// A member of the data in words; what nobody has words for, as it is called.
fn fact(name: &str, value: Value<'_>) -> String {
    if let Some(words) = changes::condition(name, value) {
        return words;
    }
    match (name, value) {
        ("commit", _) => ["commit ", &changes::commit(value)].concat(),
        ("pullRequest" | "pull_request", _) => {
            ["pull request ", &changes::pull_request(value)].concat()
        }
        ("issues", Value::Array(issues)) => ["issues ", &changes::issues(issues)].concat(),
        ("destination", Value::Object(_)) => ["into ", &changes::issue(value)].concat(),
        ("source", Value::Object(_)) => ["from ", &changes::issue(value)].concat(),
        ("current_release_version", _) => {
            ["in releases after ", &code(&written(value, 200), 200)].concat()
        }
        _ => changes::other(name, value),
    }
}
