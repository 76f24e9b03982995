use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::{ApiError, Issue, IssueChange};

use crate::text::markdown::{Facts, Joined, code, identifier, push, word};
use crate::text::whose::WHOSE;
use crate::vocabulary::changed::Value;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::issue_target::Located;
use crate::vocabulary::parameter::{ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, Parameter, REGION};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::WRITE_EVENTS;

mod ignore;

use ignore::Ignore;

const STATUS: &Parameter = &Parameter::choice(
    "status",
    "ignored archives it.",
    &["resolved", "resolvedInNextRelease", "unresolved", "ignored"],
    None,
);
/// Nobody, for whom Sentry has the empty text.
const NOBODY: &str = "nobody";

const ASSIGNED_TO: &Parameter = &Parameter::text(
    "assignedTo",
    "user:ID, e-mail, username, team:ID or team:slug; nobody unassigns.",
)
.nothing_is(NOBODY, "status")
.near(&["assignee", "assign", "owner", "assignto"]);
const REASON: &Parameter = &Parameter::text("reason", "Becomes a note on the issue.")
    .near(&["comment", "note", "message"]);

pub(crate) static TOOL: Tool = Tool {
    name: "update_issue",
    title: "Update issue",
    description: "Resolves, reopens, archives or assigns an issue. Name the issue, and status, assignedTo or both. An \
                  archived issue comes back by itself as ignoreMode says.",
    skills: Skills::of(&[Skill::Triage]),
    scopes: WRITE_EVENTS,
    surface: Surface::Direct,
    parameters: &[
        ISSUE_URL,
        OPTIONAL_ORGANIZATION,
        ISSUE_ID,
        STATUS,
        ASSIGNED_TO,
        REASON,
        ignore::MODE,
        ignore::DURATION,
        ignore::COUNT,
        ignore::WINDOW,
        ignore::USER_COUNT,
        ignore::USER_WINDOW,
        REGION,
    ],
    output_schema: None,
    effect: Effect::Changes,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let arguments = context.arguments;
        let ignore = Ignore::read(arguments, arguments.text(STATUS))?;
        let change = IssueChange {
            status: arguments.text(STATUS),
            substatus: ignore.substatus,
            assigned_to: arguments.text(ASSIGNED_TO).map(|name| match name {
                NOBODY => "",
                name => name,
            }),
            until: &ignore.until,
        };
        if change.status.is_none() && change.assigned_to.is_none() {
            return Err(Failure::Invalid(
                "Say what to change: `status`, `assignedTo` or both.".to_owned(),
            ));
        }
        let located = Located::find_and_read(context).await?;
        let (place, id) = (&located.place, &located.key);
        let client = context.client;
        let after = client
            .update_issue(&place.region, &place.organization, id, &change)
            .await;
        let on = located.full_name();
        let after = context
            .changes
            .sent(TOOL.name, &on, after)
            .map_err(|error| refused(error, arguments.text(ASSIGNED_TO)))?
            .and_then(|after| after.into_seen(context.sight));
        let mut values = differences(located.issue.as_ref(), after.as_ref(), &change);
        let mut note = "";
        if let Some(reason) = arguments.text(REASON) {
            let written = client
                .add_issue_note(&place.region, &place.organization, id, reason)
                .await;
            // The change is made: whatever becomes of the note, the answer says so.
            note = match written {
                Ok(()) => {
                    values.push(Value::new("note", None, None));
                    "your reason is on the issue"
                }
                Err(_) => {
                    "your reason could not be written on the issue; the change itself is made"
                }
            };
        }
        context.changes.add(TOOL.name, &on, values);
        let text = describe(context, &located, after.as_ref(), &change, note);
        Ok(CallToolResult::text(text))
    })
}

/// What was asked to be different, for the record.
fn differences(
    before: Option<&Issue>,
    after: Option<&Issue>,
    change: &IssueChange<'_>,
) -> Vec<Value> {
    let mut values = Vec::new();
    if let Some(asked) = change.status {
        let status = |issue: &Issue| match (&issue.status, &issue.substatus) {
            (Some(status), Some(substatus)) => Some([status, "/", substatus].concat()),
            (status, _) => status.clone(),
        };
        let after = after.and_then(status);
        let after = after.as_deref().unwrap_or(asked);
        let before = before.and_then(status);
        values.push(Value::new(STATUS.name, before.as_deref(), Some(after)));
    }
    if change.assigned_to.is_some() {
        let whom = |issue: &Issue| issue.assigned_to.as_ref()?.key();
        let (before, after) = (before.and_then(whom), after.and_then(whom));
        values.push(Value::new(
            ASSIGNED_TO.name,
            before.as_deref(),
            after.as_deref(),
        ));
    }
    values
}

/// A 400 is about the one member that may be any text.
fn refused(error: ApiError, assigned_to: Option<&str>) -> Failure {
    match (&error, assigned_to) {
        (ApiError::Rejected(400), Some(name)) => Failure::Invalid(format!(
            "Sentry did not accept this, most likely `assignedTo` {}: it takes `user:ID`, an e-mail address or username of \
             somebody in the organization, `team:ID` or `team:slug`, and `nobody`.",
            code(name, 100)
        )),
        _ => error.into(),
    }
}

fn describe(
    context: &Context<'_>,
    located: &Located,
    after: Option<&Issue>,
    change: &IssueChange<'_>,
    note: &str,
) -> String {
    let before = located.issue.as_ref();
    let mut facts = Facts::new();
    if let Some(asked) = change.status {
        let status = |issue: &Issue| Some(word(issue.status.as_deref()?).into_owned());
        let substatus = after
            .and_then(|issue| issue.substatus.as_deref())
            .or(change.substatus);
        let mut text = after.and_then(status).unwrap_or_else(|| asked.to_owned());
        if let Some(substatus) = substatus {
            push(&mut text, &[" (", &word(substatus), ")"]);
        }
        push(
            &mut text,
            &[", was ", &before.and_then(status).unwrap_or_default()],
        );
        facts.add("Status", &text);
    }
    let mut until = Joined::default();
    for (name, value) in change.until {
        until.add(", ", name);
        until.add(" ", &value.to_string());
    }
    facts.add("Comes back by", &until.text());
    if let Some(asked) = change.assigned_to {
        let name = |issue: &Issue| Some(code(issue.assigned_to.as_ref()?.name.as_deref()?, 100));
        let asked = if asked.is_empty() { NOBODY } else { asked };
        let mut text = after.and_then(name).unwrap_or_else(|| code(asked, 100));
        let was = before.and_then(name);
        push(&mut text, &[", was ", was.as_deref().unwrap_or("nobody")]);
        facts.add("Assigned to", &text);
    }
    facts.add("Note", note);
    facts.add("Link", &located.link(context));
    let title = before.and_then(|issue| issue.title.as_deref());
    let mut heading = "# Updated ".to_owned();
    push(
        &mut heading,
        &[
            &identifier(located.name()),
            "\n\n",
            WHOSE,
            "\n\nTitle: ",
            &code(title.unwrap_or("(no title)"), 200),
        ],
    );
    facts.below(&heading)
}
