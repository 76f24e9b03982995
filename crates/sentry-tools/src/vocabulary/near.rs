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

pub(crate) mod value;

/// The arguments under the tool's own names.
pub(crate) struct Taken {
    pub(crate) sent: Map<String, Value>,
    /// What the answer has to say of them: whole sentences, or nothing.
    pub(crate) notes: String,
}

/// Names that no parameter has, the parameter that they are about, and what to say of it. A search without them would be
/// about something else.
static ELSEWHERE: [(&[&str], &str, &str); 3] = [
    (
        &[
            "naturallanguagequery",
            "naturallanguage",
            "naturalquery",
            "q",
            "search",
            "searchquery",
            "searchterm",
            "question",
            "keywords",
            "filter",
            "filters",
            "text",
        ],
        "query",
        "write `query` in Sentry's search syntax, such as `is:unresolved level:error \"timed out\"`",
    ),
    (
        &[
            "environment",
            "env",
            "environments",
            "level",
            "status",
            "release",
            "user",
            "assignee",
            "assignedto",
            "tag",
            "tags",
            "title",
            "message",
            "platform",
            "transaction",
            "errortype",
            "url",
        ],
        "query",
        "it belongs in `query`, as a term such as `environment:production` or `level:fatal`",
    ),
    (
        &[
            "start",
            "end",
            "since",
            "until",
            "from",
            "to",
            "startdate",
            "enddate",
            "starttime",
            "endtime",
            "date",
            "after",
            "before",
        ],
        "period",
        "a search goes back from now: send `period`, such as `24h`",
    ),
];

/// How a parameter begins that takes a query in Sentry's syntax.
const SYNTAX: &str = "Sentry search syntax";

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
    name_unknown(tool, &unknown, constraint, &mut notes)?;
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

fn name_unknown(
    tool: &Tool,
    unknown: &[(String, String)],
    constraint: &Constraint,
    notes: &mut String,
) -> Result<(), Failure> {
    let has = |name: &str| {
        let mut own = tool.parameters.iter();
        own.any(|own| own.name == name && !own.is_fixed(constraint))
    };
    // A part of a name is no search.
    let is_about = |name: &str| {
        let mut own = tool.parameters.iter();
        own.any(|own| own.name == name && (name != "query" || own.about.starts_with(SYNTAX)))
    };
    for (name, squeezed) in unknown {
        let name = code(name, 60);
        if ISSUE_URL.is_near(squeezed) && has(ISSUE_ID.name) {
            let organization = if has("organizationSlug") {
                "`organizationSlug` and `issueId` together"
            } else {
                "`issueId`"
            };
            return Err(Failure::Invalid(format!(
                "{name} is not known here: send {organization}."
            )));
        }
        let mut rules = ELSEWHERE.iter();
        if let Some((_, _, words)) =
            rules.find(|(names, about, _)| is_about(about) && names.contains(&squeezed.as_str()))
        {
            return Err(Failure::Invalid(format!(
                "{name} is not known here: {words}."
            )));
        }
    }
    if unknown.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = unknown
        .iter()
        .take(10)
        .map(|(name, _)| code(name, 60))
        .collect();
    let names = names.join(", ");
    if !tool.effect.changes_something() {
        push(notes, &["Not known here and not used: ", &names, ". "]);
        return Ok(());
    }
    let own: Vec<_> = tool
        .parameters
        .iter()
        .filter(|own| !own.is_fixed(constraint))
        .map(|own| own.name)
        .collect();
    Err(Failure::Invalid(format!(
        "Nothing was done: `{}` does not know {names}. It takes {}.",
        tool.name,
        own.join(", ")
    )))
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
