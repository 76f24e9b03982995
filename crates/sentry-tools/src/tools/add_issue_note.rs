use fetch::LocalFuture;
use mcp::CallToolResult;

use crate::text::markdown::{code, push};
use crate::vocabulary::changed::Value;
use crate::vocabulary::issue_target::Located;
use crate::vocabulary::parameter::{ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, Parameter, REGION};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::WRITE_EVENTS;

const TEXT: &Parameter = &Parameter::text("text", "Markdown.")
    .at_most(4_096)
    .required()
    .near(&["note", "comment", "body", "message", "content"]);

pub(crate) static TOOL: Tool = Tool {
    name: "add_issue_note",
    title: "Add issue note",
    description: "Writes a note on an issue, which everyone in the organization can read. To resolve, assign or archive it \
                  use update_issue, whose reason becomes a note.",
    skills: Skills::of(&[Skill::Triage]),
    scopes: WRITE_EVENTS,
    surface: Surface::Catalog,
    parameters: &[ISSUE_URL, OPTIONAL_ORGANIZATION, ISSUE_ID, TEXT, REGION],
    output_schema: None,
    effect: Effect::Creates,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let note = context.arguments.text(TEXT).unwrap_or_default();
        let located = Located::find(context).await?;
        let place = &located.place;
        let written = context
            .client
            .add_issue_note(&place.region, &place.organization, &located.key, note)
            .await;
        let on = located.full_name();
        context.changes.sent(TOOL.name, &on, written)?;
        let note = Value::new("note", None, None);
        context.changes.add(TOOL.name, &on, vec![note]);
        let mut text = "Your note is on ".to_owned();
        let link = located.link(context);
        push(&mut text, &[&code(located.name(), 120), ": ", &link]);
        Ok(CallToolResult::text(text))
    })
}
