//! Arguments that no parameter reads: where they belong, or that they are not known.

use crate::text::markdown::{code, push};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{ISSUE_ID, ISSUE_URL};
use crate::vocabulary::session::Constraint;
use crate::vocabulary::tool::Tool;

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

/// Names what nobody reads, or refuses it.
pub(super) fn name(
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
