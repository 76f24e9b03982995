//! Which tool a call is for, and whether the session may use it.

use serde_json::{Map, Value};

use super::in_words;
use crate::catalogue;
use crate::text::markdown;
use crate::vocabulary::refusal::Refusal;
use crate::vocabulary::scope::Scopes;
use crate::vocabulary::session::Session;
use crate::vocabulary::skill::Skill;
use crate::vocabulary::tool::{EXECUTE, Tool};

/// The tool that a call is for, and its arguments.
///
/// # Errors
/// The name inside [`EXECUTE`] is no tool's: what to say about it.
pub(super) fn target(
    tool: &'static Tool,
    mut sent: Map<String, Value>,
) -> Result<(&'static Tool, Map<String, Value>), String> {
    if tool.name != EXECUTE {
        return Ok((tool, sent));
    }
    let arguments = match sent.remove("arguments") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(arguments)) => arguments,
        Some(_) => return Err("`arguments` must be an object.".to_owned()),
    };
    let name = match sent.get("name") {
        Some(Value::String(name)) => name.trim(),
        _ => return Err("`name` must be the name of a tool.".to_owned()),
    };
    match catalogue::find(name) {
        Some(tool) if tool.name != EXECUTE => Ok((tool, arguments)),
        _ => Err(format!(
            "There is no tool {}. Find the right name with search_sentry_tools.",
            markdown::code(name, 100)
        )),
    }
}

pub(super) fn check_scopes(tool: &Tool, held: Scopes) -> Result<(), Refusal> {
    if held.contain(tool.scopes) {
        return Ok(());
    }
    let skill = tool
        .skills
        .iter()
        .find(|skill| skill.scopes().contain(tool.scopes))
        .unwrap_or(Skill::Inspect);
    Err(Refusal::InsufficientScope {
        scopes: tool.scopes,
        skill,
    })
}

pub(super) fn unavailable(tool: &Tool, session: &Session) -> Option<String> {
    if !session.skills.meet(tool.skills) {
        let titles: Vec<_> = tool
            .skills
            .iter()
            .filter(|skill| skill.is_offered())
            .map(Skill::title)
            .collect();
        return Some(format!(
            "`{}` needs a skill that was not allowed. Connect again and tick {}.",
            tool.name,
            titles.join(" or ")
        ));
    }
    (!tool.fits(&session.constraint)).then(|| {
        format!(
            "`{}` has nothing to do here: this connection is limited to {}.",
            tool.name,
            in_words(&session.constraint)
        )
    })
}
