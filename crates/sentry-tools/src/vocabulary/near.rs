//! What models send for a tool's parameters, taken for what it can only mean, before anything else sees it: other names,
//! and values of other types ([`value`]). What is taken for something else is said; what nobody reads is named, and is a
//! refusal where the tool changes something ([ADR 98](../../../../docs/adr/0098-what-is-taken-for-what.md)).

use serde_json::{Map, Value};

use crate::text::markdown::{code, push};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{
    ISSUE_ID, ISSUE_URL, Kind, ORGANIZATION, PROJECT, Parameter, REGION,
};
use crate::vocabulary::session::Constraint;
use crate::vocabulary::tool::Tool;

mod unknown;
pub(crate) mod value;

/// The arguments under the tool's own names.
pub(crate) struct Taken {
    pub(crate) sent: Map<String, Value>,
    /// What the answer has to say of them: whole sentences, or nothing.
    pub(crate) notes: String,
}

/// Reads what was sent to a tool. An argument that the session's URL fixes is dropped under whatever name.
///
/// # Errors
/// Something that was sent is not read, and without it the call would be another one.
pub(crate) fn take(
    tool: &Tool,
    sent: Map<String, Value>,
    constraint: &Constraint,
) -> Result<Taken, Failure> {
    let mut taken = Map::new();
    let mut notes = String::new();
    let mut others = Vec::new();
    let mut cleared = Vec::new();
    // The tool's own names first: what stands under another one may not replace them.
    for (name, value) in sent {
        match tool.parameters.iter().find(|own| own.name == name) {
            Some(own) if own.is_fixed(constraint) => {}
            Some(own) => put(own, value, &mut taken, &mut cleared, &mut notes),
            None => others.push((name, value)),
        }
    }
    let mut unknown = Vec::new();
    for (name, value) in others {
        let squeezed = squeeze(&name);
        let mut parameters = tool.parameters.iter();
        let near = parameters.find(|own| own.is_near(&squeezed));
        match near {
            Some(own) if own.is_fixed(constraint) => {}
            Some(own) => {
                let before = taken.remove(own.name);
                put(own, value, &mut taken, &mut cleared, &mut notes);
                match (before, taken.get(own.name)) {
                    (Some(before), Some(after)) if before != *after => {
                        return Err(torn(own, &name));
                    }
                    (Some(before), _) => {
                        taken.insert(own.name.to_owned(), before);
                    }
                    (None, Some(_)) => {
                        push(
                            &mut notes,
                            &[&code(&name, 60), " was taken for `", own.name, "`. "],
                        );
                    }
                    (None, None) => {}
                }
            }
            None if value::is_nothing(&value) || is_fixed_anyway(&squeezed, constraint) => {}
            None => unknown.push((name, squeezed)),
        }
    }
    for own in cleared {
        // Alone it is what is to be changed; beside another change it is what a client writes for "not sent".
        if let Kind::Text(text) = own.kind
            && let Some((word, unless)) = text.nothing
            && !taken.contains_key(own.name)
            && !taken.contains_key(unless)
        {
            taken.insert(own.name.to_owned(), word.into());
        }
    }
    move_url(tool, &mut taken, &mut notes);
    unknown::name(tool, &unknown, constraint, &mut notes)?;
    Ok(Taken { sent: taken, notes })
}

/// What the session's URL says of every call, also of a tool that has no parameter for it: clients that know an
/// unconstrained session send it.
fn is_fixed_anyway(squeezed: &str, constraint: &Constraint) -> bool {
    let mut fixed = [ORGANIZATION, REGION, PROJECT].into_iter();
    fixed.any(|parameter| parameter.is_fixed(constraint) && parameter.is_near(squeezed))
}

fn put(
    own: &'static Parameter,
    value: Value,
    taken: &mut Map<String, Value>,
    cleared: &mut Vec<&'static Parameter>,
    notes: &mut String,
) {
    let was = value.as_str().map(str::trim).unwrap_or_default().to_owned();
    match value::read(own, value) {
        Some(value) => {
            taken.insert(own.name.to_owned(), value);
        }
        None => {
            cleared.push(own);
            if !was.is_empty() && value::is_null_word(&was) {
                push(
                    notes,
                    &[
                        "`",
                        own.name,
                        "` ",
                        &code(&was, 20),
                        " was taken as not sent. ",
                    ],
                );
            }
        }
    }
}

/// An issue's address under the name of its id, where the tool takes either.
fn move_url(tool: &Tool, taken: &mut Map<String, Value>, notes: &mut String) {
    let takes_url = tool.parameters.iter().any(|own| own.name == ISSUE_URL.name);
    let is_url = |value: &Value| value.as_str().is_some_and(|text| text.contains('/'));
    if takes_url
        && !taken.contains_key(ISSUE_URL.name)
        && taken.get(ISSUE_ID.name).is_some_and(is_url)
        && let Some(url) = taken.remove(ISSUE_ID.name)
    {
        taken.insert(ISSUE_URL.name.to_owned(), url);
        push(
            notes,
            &["`issueId` is an address and was taken for `issueUrl`. "],
        );
    }
}

fn torn(own: &Parameter, other: &str) -> Failure {
    Failure::Invalid(format!(
        "`{}` and {} say different things: send `{}` alone.",
        own.name,
        code(other, 60),
        own.name
    ))
}

/// A name without what differs between spellings: `issue_id`, `issueID`, `Issue-Id`.
pub(crate) fn squeeze(name: &str) -> String {
    let kept = name.chars().filter(|c| c.is_alphanumeric());
    kept.take(60).flat_map(char::to_lowercase).collect()
}

impl Parameter {
    /// Whether a squeezed name is another one for this parameter.
    pub(crate) fn is_near(&self, squeezed: &str) -> bool {
        squeeze(self.name) == squeezed || self.near.contains(&squeezed)
    }
}
