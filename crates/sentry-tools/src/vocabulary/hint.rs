//! What to do next, at the end of an answer: only tools that the session has are named.

use crate::text::markdown::push;
use crate::vocabulary::tool::{Context, EXECUTE, Tool};

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
