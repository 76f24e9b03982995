use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::{Issue, IssueChange};

use crate::failure::Failure;
use crate::issue_target::Located;
use crate::markdown::{code, facts, line};
use crate::parameter::{ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, Parameter, REGION};
use crate::skill::{Skill, Skills};
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::WRITE_EVENTS;

mod ignore;

use ignore::Ignore;

const STATUS: Parameter = Parameter::choice(
    "status",
    "ignored archives it.",
    &["resolved", "resolvedInNextRelease", "unresolved", "ignored"],
    None,
);
const ASSIGNED_TO: Parameter =
    Parameter::text("assignedTo", "user:ID, team:ID, username or email.");
const REASON: Parameter = Parameter::sized("reason", "Becomes a note on the issue.", 1, None);

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
        let status = arguments.choice(&STATUS)?;
        let assigned_to = arguments.text(&ASSIGNED_TO)?;
        let reason = arguments.text(&REASON)?;
        let ignore = Ignore::read(arguments, status)?;
        if status.is_none() && assigned_to.is_none() {
            return Err(Failure::Invalid(
                "Say what to change: `status`, `assignedTo` or both.".to_owned(),
            ));
        }
        let (located, before) = Located::find_and_read(context).await?;
        let change = IssueChange {
            status,
            substatus: ignore.as_ref().map(|ignore| ignore.substatus),
            assigned_to: assigned_to.as_deref(),
            until: ignore.as_ref().map_or(&[], |ignore| &ignore.until),
        };
        let Located {
            region,
            organization,
            id,
            ..
        } = &located;
        let client = context.client;
        let after = client
            .update_issue(region, organization, id, &change)
            .await?;
        // The change is made: whatever becomes of the note, the answer says so.
        let note = match &reason {
            None => None,
            Some(reason) => Some(
                client
                    .add_issue_note(region, organization, id, reason)
                    .await,
            ),
        };
        let mut text = describe(&located, &before, after.as_ref(), &change);
        text.push_str(match note {
            None => "",
            Some(Ok(())) => "\n- Note: your reason is on the issue",
            Some(Err(_)) => {
                "\n- Note: your reason could not be written on the issue; the change itself is made"
            }
        });
        text.push_str("\n- Link: ");
        text.push_str(&located.link(context));
        Ok(CallToolResult::text(text))
    })
}

fn describe(
    located: &Located,
    before: &Issue,
    after: Option<&Issue>,
    change: &IssueChange<'_>,
) -> String {
    let status = change.status.map(|asked| {
        let now = after
            .and_then(|issue| issue.status.as_deref())
            .unwrap_or(asked);
        let substatus = after
            .and_then(|issue| issue.substatus.as_deref())
            .or(change.substatus);
        let details = substatus.map_or_else(String::new, |substatus| format!(" ({substatus})"));
        let was = before.status.as_deref().unwrap_or("?");
        format!("{now}{details}, was {was}")
    });
    let assignee = |issue: &Issue| issue.assigned_to.as_ref()?.name.clone();
    let assigned = change.assigned_to.map(|asked| {
        let now = after.and_then(assignee).unwrap_or_else(|| asked.to_owned());
        let was = assignee(before).unwrap_or_else(|| "nobody".to_owned());
        format!("{now}, was {was}")
    });
    let until: Vec<_> = change
        .until
        .iter()
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    let heading = format!(
        "# Updated {}: {}\n",
        line(located.name(), 120),
        code(before.title.as_deref().unwrap_or("(no title)"), 200)
    );
    facts(
        &heading,
        vec![
            ("Status", status),
            ("Comes back by", Some(until.join(", "))),
            ("Assigned to", assigned),
        ],
    )
}
