//! What to do next, at the end of an answer: only tools that the session has are named.

use mcp::json::Object;

use crate::text::markdown::push;
use crate::vocabulary::parameter::ORGANIZATION;
use crate::vocabulary::tool::{Context, EXECUTE, Tool};

/// A call that an answer suggests to a program: of a tool that the session has, with one argument beside the organization.
pub(crate) struct Action<'a> {
    pub(crate) tool: &'static str,
    /// Where the session's URL does not say it.
    pub(crate) organization: Option<&'a str>,
    pub(crate) name: &'static str,
    pub(crate) value: &'a str,
    pub(crate) reason: &'static str,
}

impl Action<'_> {
    pub(crate) fn write(out: &mut String, action: &Self) {
        let mut object = Object::begin(out);
        object
            .text("type", "tool_call")
            .text("toolName", action.tool);
        let mut arguments = Object::begin(object.name("arguments"));
        arguments
            .maybe(ORGANIZATION.name, action.organization)
            .text(action.name, action.value)
            .end();
        object.text("reason", action.reason).end();
    }
}

/// A line that names tools with what each is for; empty when the session has none of them.
pub(crate) fn next(context: &Context<'_>, wanted: &[(&'static Tool, &str)]) -> String {
    let mut text = String::new();
    let mut is_hidden = false;
    for (tool, purpose) in wanted {
        if !context.offers(tool) {
            continue;
        }
        text.push_str(if text.is_empty() { "Next: " } else { "; " });
        push(&mut text, &[tool.name, " ", purpose]);
        is_hidden |= !tool.is_listed(context.session);
    }
    if text.is_empty() {
        return text;
    }
    text.push('.');
    if is_hidden {
        push(
            &mut text,
            &[" Tools that your list lacks run through ", EXECUTE, "."],
        );
    }
    text
}
