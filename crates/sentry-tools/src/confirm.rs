//! What a person is asked before a tool runs, where the client can ask: which organization or project is meant, and
//! whether something may be changed. Decided here and asked with one form; what it has to say comes from Sentry through
//! [`crate::server`].
//!
//! The form's answer counts for the arguments that it comes with and is as trustworthy as they are: both are the
//! client's. Nothing has to be kept between two rounds, since a form repeats what was chosen before it.

use mcp::{Elicited, Input, InputKind, InputRequest, InputRequired};
use sentry_api::Slug;
use serde_json::{Map, Value, json};

use crate::parameter::{ISSUE_ID, ORGANIZATION, Parameter, Presence};
use crate::session::Constraint;
use crate::tool::Tool;

/// The key of the form.
const FORM: &str = "arguments";

const CONFIRM: &str = "confirm";

const PROJECT: &str = "projectSlug";

/// So many slugs fit into a choice.
pub(crate) const OFFERED: usize = 25;

/// The arguments by which a caller says that exactly this thing is meant.
const IDS: [&str; 4] = ["issueId", "issueUrl", "keyId", "uptimeMonitorId"];

/// What stands between a call and its tool.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    /// Nothing.
    Run,
    /// The organization is not named.
    ChooseOrganization,
    /// The project is not named; its organization is.
    ChooseProject(Slug),
    /// A person has to agree.
    Confirm,
    /// A person has said no.
    Declined,
}

/// Puts what a person chose into the arguments, and says what comes next.
pub(crate) fn next(
    tool: &Tool,
    arguments: &mut Map<String, Value>,
    constraint: &Constraint,
    input: &Input,
) -> Next {
    if !input.client.elicitation {
        return Next::Run;
    }
    let answer = input.elicited(FORM);
    let said = match answer {
        Elicited::Declined => return Next::Declined,
        Elicited::Accepted(content) => {
            adopt(arguments, content);
            content.get(CONFIRM).and_then(Value::as_bool)
        }
        Elicited::Nothing => None,
    };
    if lacks(tool, ORGANIZATION.name, arguments, constraint) {
        return Next::ChooseOrganization;
    }
    if lacks(tool, PROJECT, arguments, constraint)
        && let Some(organization) = organization(arguments, constraint)
    {
        return Next::ChooseProject(organization);
    }
    let by_id = IDS.iter().any(|id| has(arguments, id));
    match said {
        _ if !tool.effect.changes_something() || by_id => Next::Run,
        Some(true) => Next::Run,
        Some(false) => Next::Declined,
        None => Next::Confirm,
    }
}

/// The form that offers some slugs. Where there are more than fit, it takes any text.
pub(crate) fn choice(next: &Next, slugs: &[String], more: bool, input: &Input) -> InputRequired {
    let (name, title) = match next {
        Next::ChooseProject(_) => (PROJECT, "Project"),
        _ => (ORGANIZATION.name, "Organization"),
    };
    let mut field = json!({ "type": "string", "title": title });
    if !more {
        field["enum"] = json!(slugs);
    }
    let message = match next {
        Next::ChooseProject(organization) => format!("Which project of {organization} is meant?"),
        _ => "Which Sentry organization is meant?".to_owned(),
    };
    form(&message, (name, field), input)
}

/// The form that asks whether `tool` may be used with these arguments, in words.
pub(crate) fn confirmation(tool: &Tool, arguments: &str, input: &Input) -> InputRequired {
    let field = json!({ "type": "boolean", "title": tool.title, "default": true });
    let message = format!("{} in Sentry? {arguments}", tool.title);
    form(message.trim_end(), (CONFIRM, field), input)
}

/// One field to answer, and what was chosen before.
fn form(message: &str, (name, field): (&str, Value), input: &Input) -> InputRequired {
    let mut properties = Map::new();
    if let Elicited::Accepted(content) = input.elicited(FORM) {
        for name in [ORGANIZATION.name, PROJECT] {
            if let Some(chosen) = content.get(name).and_then(Value::as_str) {
                let only = json!({ "type": "string", "enum": [chosen], "default": chosen });
                properties.insert(name.to_owned(), only);
            }
        }
    }
    properties.insert(name.to_owned(), field);
    let required: Vec<_> = properties.keys().cloned().collect();
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    let params = json!({ "mode": "form", "message": message, "requestedSchema": schema });
    let request = InputRequest {
        kind: InputKind::Elicitation,
        params,
    };
    InputRequired {
        requests: vec![(FORM, request)],
        state: None,
    }
}

/// What the caller said itself stays.
fn adopt(arguments: &mut Map<String, Value>, content: &Map<String, Value>) {
    for name in [ORGANIZATION.name, PROJECT] {
        if let Some(chosen @ Value::String(_)) = content.get(name)
            && !has(arguments, name)
        {
            arguments.insert(name.to_owned(), chosen.clone());
        }
    }
}

/// Whether a tool cannot do without an argument that neither the caller nor the session's URL gives.
fn lacks(tool: &Tool, name: &str, arguments: &Map<String, Value>, constraint: &Constraint) -> bool {
    let needed = |parameter: &&Parameter| {
        parameter.name == name
            && !parameter.is_fixed(constraint)
            // An issue's URL names its organization, its id does not.
            && (parameter.presence == Presence::Required || has(arguments, ISSUE_ID.name))
    };
    !has(arguments, name)
        && !has(arguments, "issueUrl")
        && tool.parameters.iter().find(needed).is_some()
}

fn organization(arguments: &Map<String, Value>, constraint: &Constraint) -> Option<Slug> {
    if let Some(fixed) = constraint.organization() {
        return Some(fixed.clone());
    }
    let named = arguments.get(ORGANIZATION.name)?.as_str()?;
    Slug::parse(named.trim()).ok()
}

fn has(arguments: &Map<String, Value>, name: &str) -> bool {
    match arguments.get(name) {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(_) => true,
    }
}
