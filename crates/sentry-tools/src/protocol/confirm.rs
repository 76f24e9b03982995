//! What a person is asked before a tool runs, where the client can ask: which organization or project is meant, and
//! whether something may be changed. Decided here and asked with one form; what it has to say comes from Sentry through
//! [`crate::protocol::server`].
//!
//! The form's answer counts for the arguments that it comes with and is as trustworthy as they are: both are the
//! client's. Nothing has to be kept between two rounds, since a form repeats what was chosen before it.
// file rule: mcp/person-is-asked: a person is asked: ambiguous organization and project; changes
//    that are not by id; no is no

use mcp::json::{self, Object};
use mcp::{Elicited, Input, InputKind, InputRequest, InputRequired};
use sentry_api::Slug;
use serde_json::{Map, Value};

use crate::text::markdown;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{EVENT_ID, ISSUE_ID, ORGANIZATION, Parameter, Presence};
use crate::vocabulary::session::Constraint;
use crate::vocabulary::tool::Tool;

/// The key of the form.
const FORM: &str = "arguments";

const CONFIRM: &str = "confirm";

const PROJECT: &str = "projectSlug";

/// The most that a question shows of a change, in bytes. It stands in a client's dialog, which may have no way to scroll.
const LONGEST: usize = 8 * 1024;

/// So many slugs fit into a choice.
pub(crate) const OFFERED: usize = 25;

/// The arguments by which a caller says that exactly this thing is meant.
const IDS: [&str; 3] = ["issueId", "issueUrl", "keyId"];

/// Those that mean nothing without an organization.
const NAMELESS: [&str; 7] = [
    ISSUE_ID.name,
    EVENT_ID.name,
    "resourceId",
    "replayId",
    "profileId",
    "profilerId",
    "transactionName",
];

/// Those that name an organization themselves.
const URLS: [&str; 4] = ["issueUrl", "url", "replayUrl", "profileUrl"];

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
        keep_own(tool, arguments, constraint);
        // Nobody can be asked, and perhaps nobody has to be.
        return if lacks(tool, ORGANIZATION.name, arguments, constraint) {
            Next::ChooseOrganization
        } else {
            Next::Run
        };
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
    keep_own(tool, arguments, constraint);
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
    let mut field = String::new();
    let mut object = Object::begin(&mut field);
    object.raw("type", "\"string\"");
    if !more {
        json::array(object.name("enum"), slugs, |out, slug| {
            json::text(out, slug)
        });
    }
    let (name, message) = match next {
        Next::ChooseProject(organization) => {
            object.raw("title", "\"Project\"");
            (
                PROJECT,
                format!("Which project of {organization} is meant?"),
            )
        }
        _ => {
            object.raw("title", "\"Organization\"");
            let message = "Which Sentry organization is meant?".to_owned();
            (ORGANIZATION.name, message)
        }
    };
    object.end();
    form(&message, name, &field, input)
}

/// The form that asks whether `tool` may be used with these arguments, which are JSON. All of it stands in the message, in
/// a fence, so that a client that draws Markdown shows it sign for sign.
///
/// # Errors
/// It is more than a person can be shown.
pub(crate) fn confirmation(
    tool: &Tool,
    arguments: &str,
    input: &Input,
) -> Result<InputRequired, Failure> {
    let Ok(shown) = approval::json(arguments, LONGEST) else {
        let words = "The arguments are longer than a person can be shown before they agree. Send less at once.";
        return Err(Failure::Invalid(words.to_owned()));
    };
    let shown = markdown::block(&shown, LONGEST);
    let message = [tool.title, " in Sentry? This would be sent:\n\n", &shown].concat();
    let field = r#"{"type":"boolean","title":"Yes, do it","default":true}"#;
    Ok(form(&message, CONFIRM, field, input))
}

/// One field to answer, and what was chosen before.
fn form(message: &str, name: &'static str, field: &str, input: &Input) -> InputRequired {
    let mut params = String::new();
    let mut object = Object::begin(&mut params);
    object.raw("mode", "\"form\"").text("message", message);
    let mut schema = Object::begin(object.name("requestedSchema"));
    schema.raw("type", "\"object\"");
    let mut properties = Object::begin(schema.name("properties"));
    let mut required = Vec::new();
    if let Elicited::Accepted(content) = input.elicited(FORM) {
        for earlier in [ORGANIZATION.name, PROJECT] {
            if let Some(chosen) = content.get(earlier).and_then(Value::as_str) {
                let mut only = Object::begin(properties.name(earlier));
                only.raw("type", "\"string\"").text("default", chosen);
                json::array(only.name("enum"), [chosen], json::text);
                only.end();
                required.push(earlier);
            }
        }
    }
    properties.raw(name, field).end();
    required.push(name);
    json::array(schema.name("required"), required, json::text);
    schema.end();
    object.end();
    let request = InputRequest {
        kind: InputKind::Elicitation,
        params,
    };
    InputRequired {
        requests: vec![(FORM, request)],
        state: None,
    }
}

/// An argument that is none of the tool's parameters, or that the session's URL fixes, decides nothing: the tool will
/// not read it either.
fn keep_own(tool: &Tool, arguments: &mut Map<String, Value>, constraint: &Constraint) {
    arguments.retain(|name, _| {
        let mut own = tool.parameters.iter();
        own.any(|own| own.name == name && !own.is_fixed(constraint))
    });
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
    let needed = |parameter: &&&Parameter| {
        parameter.name == name
            && !parameter.is_fixed(constraint)
            // An issue's URL names its organization, an id does not. Its project it has either way.
            && (parameter.presence == Presence::Required
                || (name == ORGANIZATION.name && NAMELESS.iter().any(|id| has(arguments, id))))
    };
    !has(arguments, name)
        && !URLS.iter().any(|url| has(arguments, url))
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::vocabulary::failure::Failure;
    use crate::vocabulary::parameter::{ISSUE_URL, OPTIONAL_ORGANIZATION};
    use crate::vocabulary::scope::Scopes;
    use crate::vocabulary::skill::Skills;
    use crate::vocabulary::tool::{Effect, Hidden, Surface};

    const KEY: &Parameter = &Parameter::text("projectSlug", "").required();

    const fn tool(effect: Effect, parameters: &'static [&'static Parameter]) -> Tool {
        Tool {
            name: "make_key",
            title: "Make a key",
            description: "",
            skills: Skills::ALL,
            scopes: Scopes::NONE,
            parameters,
            output_schema: None,
            effect,
            surface: Surface::Direct,
            hidden: Hidden::Never,
            run: |_| Box::pin(async { Err(Failure::Invalid(String::new())) }),
        }
    }

    fn input(content: Option<Value>) -> Input {
        let mut input = Input::default();
        input.client.elicitation = true;
        if let Some(content) = content {
            let answer = json!({ "action": "accept", "content": content });
            input.responses.insert(FORM.to_owned(), answer);
        }
        input
    }

    fn params(asked: &InputRequired) -> Value {
        serde_json::from_str(&asked.requests[0].1.params).unwrap()
    }

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    fn decide(tool: &Tool, arguments: Value, content: Option<Value>) -> Next {
        next(
            tool,
            &mut map(arguments),
            &Constraint::None,
            &input(content),
        )
    }

    #[test]
    fn what_changes_something_is_agreed_to() {
        let named = || json!({ "organizationSlug": "acme", "projectSlug": "web" });
        for effect in [Effect::Creates, Effect::Changes, Effect::Anything] {
            let tool = tool(effect, &[ORGANIZATION, KEY]);
            assert_eq!(decide(&tool, named(), None), Next::Confirm);
            let said = |confirm: Value| Some(json!({ "confirm": confirm }));
            assert_eq!(decide(&tool, named(), said(json!(true))), Next::Run);
            assert_eq!(decide(&tool, named(), said(json!(false))), Next::Declined);
            assert_eq!(decide(&tool, named(), said(json!("true"))), Next::Confirm);
            let nobody = next(
                &tool,
                &mut map(named()),
                &Constraint::None,
                &Input::default(),
            );
            assert_eq!(nobody, Next::Run, "nobody can be asked");
        }
        for effect in [Effect::Reads, Effect::ReadsHere] {
            let tool = tool(effect, &[ORGANIZATION, KEY]);
            assert_eq!(decide(&tool, named(), None), Next::Run);
        }
    }

    #[test]
    fn what_is_asked_for_by_id_is_done() {
        let tool = tool(
            Effect::Changes,
            &[ISSUE_URL, OPTIONAL_ORGANIZATION, ISSUE_ID],
        );
        for arguments in [
            json!({ "organizationSlug": "acme", "issueId": "WEB-1" }),
            json!({ "organizationSlug": "acme", "issueId": 4501 }),
            json!({ "issueUrl": "https://acme.sentry.io/issues/WEB-1" }),
        ] {
            assert_eq!(decide(&tool, arguments, None), Next::Run);
        }
        let empty = json!({ "organizationSlug": "acme", "issueId": " ", "issueUrl": null });
        assert_eq!(decide(&tool, empty, None), Next::Confirm);
        // An id names no organization.
        let id = json!({ "issueId": "WEB-1" });
        assert_eq!(decide(&tool, id, None), Next::ChooseOrganization);
    }

    // rule: mcp/foreign-arguments
    #[test]
    fn only_the_tools_own_parameters_count() {
        let tool = tool(Effect::Creates, &[ORGANIZATION, KEY]);
        let named = || json!({ "organizationSlug": "acme", "projectSlug": "web" });
        for foreign in IDS.iter().chain(&["confirm", "arguments", "name"]) {
            let mut arguments = named();
            arguments[*foreign] = "WEB-1".into();
            assert_eq!(decide(&tool, arguments, None), Next::Confirm, "{foreign}");
            let only = json!({ *foreign: "https://acme.sentry.io/issues/WEB-1" });
            assert_eq!(decide(&tool, only, None), Next::ChooseOrganization);
        }
        // Nor does what the session's URL fixes, or what a person was not asked for.
        let acme = Constraint::Organization(Slug::parse("acme").unwrap());
        let mut sent = map(json!({ "organizationSlug": "other", "issueUrl": "x" }));
        let asked = next(&tool, &mut sent, &acme, &input(None));
        assert_eq!(asked, Next::ChooseProject(Slug::parse("acme").unwrap()));
        let content =
            json!({ "organizationSlug": "acme", "projectSlug": "web", "issueId": "WEB-1" });
        assert_eq!(decide(&tool, json!({}), Some(content)), Next::Confirm);
    }

    #[test]
    fn one_question_after_the_other_and_nothing_is_forgotten() {
        let tool = tool(Effect::Creates, &[ORGANIZATION, KEY]);
        assert_eq!(decide(&tool, json!({}), None), Next::ChooseOrganization);

        let first = json!({ "organizationSlug": "acme" });
        let acme = Slug::parse("acme").unwrap();
        let second = decide(&tool, json!({}), Some(first.clone()));
        assert_eq!(second, Next::ChooseProject(acme));
        let asked = choice(&second, &["web".to_owned()], false, &input(Some(first)));
        let schema = &params(&asked)["requestedSchema"];
        assert_eq!(
            schema["required"],
            json!(["organizationSlug", "projectSlug"])
        );
        assert_eq!(
            schema["properties"]["organizationSlug"]["enum"],
            json!(["acme"])
        );
        assert_eq!(schema["properties"]["projectSlug"]["enum"], json!(["web"]));

        let both = json!({ "organizationSlug": "acme", "projectSlug": "web" });
        assert_eq!(decide(&tool, json!({}), Some(both.clone())), Next::Confirm);
        let asked = confirmation(&tool, r#"{"organizationSlug":"acme"}"#, &input(Some(both)));
        let params = params(&asked.unwrap());
        assert_eq!(
            params["message"],
            "Make a key in Sentry? This would be sent:\n\n```\n{\n  \"organizationSlug\": \"acme\"\n}\n```"
        );
        let schema = &params["requestedSchema"];
        assert_eq!(
            schema["required"],
            json!(["organizationSlug", "projectSlug", "confirm"])
        );
        assert_eq!(schema["properties"]["confirm"]["type"], "boolean");

        let all = json!({ "organizationSlug": "acme", "projectSlug": "web", "confirm": true });
        let mut arguments = Map::new();
        let next = next(&tool, &mut arguments, &Constraint::None, &input(Some(all)));
        assert_eq!(next, Next::Run);
        assert_eq!(arguments["projectSlug"], "web");
        assert_eq!(arguments["organizationSlug"], "acme");
    }

    // rule: mcp/form-shows-all: what a form asks about is whole, in a fence, nothing hidden, or
    //    refused
    #[test]
    fn what_is_agreed_to_is_shown_whole_or_refused() {
        let tool = tool(Effect::Creates, &[ORGANIZATION, KEY]);
        let message = |name: &str| -> Result<String, Failure> {
            let arguments = json!({ "name": name }).to_string();
            let asked = confirmation(&tool, &arguments, &input(None))?;
            Ok(params(&asked)["message"].as_str().unwrap().to_owned())
        };
        let padded = format!("web{}\u{202e}\u{200b}for all", "x".repeat(300));
        let shown = message(&padded).unwrap();
        let written = format!("web{}\\u202e\\u200bfor all", "x".repeat(300));
        assert!(shown.contains(&written), "{shown}");
        // Nothing leaves the fence, where Markdown could hide it.
        let shown = message("```\n<!-- ").unwrap();
        assert!(
            shown.contains("\n````\n{") && shown.ends_with("\n````"),
            "{shown}"
        );
        let refused = message(&"x".repeat(LONGEST));
        assert!(
            matches!(refused, Err(Failure::Invalid(words)) if words.contains("longer than a person"))
        );
    }
}
