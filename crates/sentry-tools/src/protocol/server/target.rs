//! Which tool a call is for, and whether the session may use it.

use serde_json::{Map, Value};

use super::in_words;
use crate::catalogue::executed::{self, Executed};
use crate::text::markdown::{code, push};
use crate::vocabulary::limits::READ_ONLY;
use crate::vocabulary::refusal::Refusal;
use crate::vocabulary::scope::Scopes;
use crate::vocabulary::session::Session;
use crate::vocabulary::skill::Skill;
use crate::vocabulary::tool::{EXECUTE, Tool};

/// The tool that a call is for, and its arguments.
///
/// # Errors
/// What is inside [`EXECUTE`] names no tool, or cannot be its arguments: what to say about it.
pub(super) fn target(
    tool: &'static Tool,
    sent: Map<String, Value>,
    session: &Session,
) -> Result<(&'static Tool, Map<String, Value>), String> {
    if tool.name != EXECUTE {
        return Ok((tool, sent));
    }
    named(executed::read(sent)?, session)
}

/// The tool that stands in a call of [`EXECUTE`], and its arguments.
pub(super) fn named(
    Executed { name, arguments }: Executed,
    session: &Session,
) -> Result<(&'static Tool, Map<String, Value>), String> {
    if let Some(tool) = executed::find(&name) {
        return Ok((tool, arguments));
    }
    let mut words = "There is no tool ".to_owned();
    push(&mut words, &[&code(&name, 100), ". "]);
    let meant = executed::nearest(&name).filter(|tool| tool.works_for(session));
    if let Some(tool) = meant {
        push(&mut words, &["Did you mean `", tool.name, "`? "]);
    }
    words.push_str("Find the right name with search_sentry_tools.");
    Err(words)
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

/// What the connection itself leaves out: no sign-in brings it back, so that this is said before anything about scopes.
pub(super) fn left_out(tool: &Tool, session: &Session) -> Option<String> {
    let parameter = session.limits.leave_out(tool, session.skills)?;
    if session.limits.paused && parameter == READ_ONLY {
        return Some(format!(
            "`{}` changes something, and this server is read-only for now, by its operator's choice: nothing was changed. All \
             that only reads goes on; try again later.",
            tool.name
        ));
    }
    Some(format!(
        "`{}` is left out of this connection by its parameter `{parameter}`: {}. Whoever set up the connection can change \
         that; do without it.",
        tool.name,
        session.limits.in_words()
    ))
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
