use fetch::LocalFuture;
use futures_util::future::join;
use mcp::CallToolResult;
use sentry_api::{Activity, ApiError};

use crate::failure::Failure;
use crate::hint;
use crate::issue_target::Located;
use crate::markdown::{code, line};
use crate::parameter::{ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, Parameter, REGION};
use crate::skill::{Skill, Skills};
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

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
        let with_comments = context.arguments.flag(&COMMENTS)?;
        let limit = context.arguments.limit(&LIMIT)?;
        let located = Located::find(context).await?;
        let mut entries = read(context, &located, with_comments, limit).await?;
        let more = entries.len().saturating_sub(limit as usize);
        entries.truncate(limit as usize);
        let mut text = format!("# Activity of {}\n\n", code(located.name(), 120));
        if entries.is_empty() {
            text.push_str("Nothing has happened to it yet.");
        }
        let lines: Vec<_> = entries.iter().map(describe).collect();
        text.push_str(&lines.join("\n"));
        if more > 0 {
            text.push_str(&format!(
                "\n\n{more} older entries are left out: raise `limit` (at most 100)."
            ));
        }
        let hint = hint::next(context, &[(&add_issue_note::TOOL, "to write one yourself")]);
        if !hint.is_empty() {
            text.push_str("\n\n");
            text.push_str(&hint);
        }
        Ok(CallToolResult::text(text))
    })
}

/// Both lists, merged. Notes stand in the activity too where the server puts them there; each is shown once.
async fn read(
    context: &Context<'_>,
    located: &Located,
    with_comments: bool,
    limit: u32,
) -> Result<Vec<Activity>, Failure> {
    let Located {
        region,
        organization,
        id,
        ..
    } = located;
    let client = context.client;
    let limit = limit.to_string();
    let notes = async {
        match with_comments {
            true => client.issue_notes(region, organization, id, &limit).await,
            false => Ok(Vec::new()),
        }
    };
    let (activity, notes) = join(client.issue_activity(region, organization, id), notes).await;
    let mut entries = match (activity, &notes) {
        // A server without this endpoint may have the other.
        (Err(ApiError::NotFound), Ok(notes)) if with_comments && !notes.is_empty() => Vec::new(),
        (activity, _) => activity?,
    };
    entries.retain(|entry| with_comments || !is_note(entry));
    let notes = match notes {
        Err(ApiError::NotFound) => Vec::new(),
        notes => notes?,
    };
    for note in notes {
        let is_known = |entry: &Activity| {
            (note.id.is_some() && entry.id == note.id)
                || (is_note(entry)
                    && entry.text == note.text
                    && entry.date_created == note.date_created)
        };
        if !entries.iter().any(is_known) {
            entries.push(Activity {
                kind: Some("note".to_owned()),
                ..note
            });
        }
    }
    // All in one form and one zone, so that their texts sort as their times do.
    entries.sort_by(|one, other| other.date_created.cmp(&one.date_created));
    Ok(entries)
}

fn is_note(entry: &Activity) -> bool {
    entry.kind.as_deref() == Some("note")
}

fn describe(entry: &Activity) -> String {
    let kind = entry
        .kind
        .as_deref()
        .unwrap_or("something")
        .replace('_', " ");
    let mut text = format!(
        "- {} {} by {}",
        line(entry.date_created.as_deref().unwrap_or("?"), 40),
        line(&kind, 60),
        line(entry.user.as_deref().unwrap_or("Sentry"), 60)
    );
    let data: Vec<_> = entry
        .data
        .iter()
        .take(6)
        .map(|(name, value)| format!("{}: {}", line(name, 40), line(value, 100)))
        .collect();
    if !data.is_empty() {
        text.push_str(&format!(" ({})", data.join(", ")));
    }
    if let Some(words) = &entry.text {
        text.push_str(&format!(": {}", line(words, 1_000)));
    }
    text
}
