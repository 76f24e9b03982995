//! Prompts: what a person picks from a menu to begin with.

use mcp::json::{self, Object};
use mcp::{CallError, Content, Prompt, PromptCall, PromptMessage, Role, Version};
use serde_json::{Map, Value};

use crate::catalogue;
use crate::text::markdown::{self, push};
use crate::vocabulary::refusal::Refusal;
use crate::vocabulary::session::Session;

mod texts;

use texts::PROMPTS;

/// One prompt.
struct Definition {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    arguments: &'static [&'static Argument],
    /// Without one of these tools it leads nowhere.
    tools: &'static [&'static str],
    /// What is said: see [`written`].
    text: &'static str,
}

/// An argument of a prompt: always a text.
struct Argument {
    name: &'static str,
    description: &'static str,
    required: bool,
}

/// The names under which prompts take organization and project, which can be completed.
pub(crate) const ORGANIZATION: &str = "organization";
pub(crate) const PROJECT: &str = "project";
pub(crate) const TEAM: &str = "team";
pub(crate) const RELEASE: &str = "release";
pub(crate) const MONITOR: &str = "monitor";
const ISSUE: &str = "issue";

/// The longest argument that is put into a prompt.
const MOST: usize = 500;

/// The array of `prompts/list`, encoded.
pub(crate) fn list(session: &Session, version: Version) -> String {
    let mut out = String::new();
    json::array(&mut out, offered(session), |out, prompt| {
        let mut object = Object::begin(out);
        object
            .text("name", prompt.name)
            .text("description", prompt.description);
        if version.has_titles() {
            object.text("title", prompt.title);
        }
        let taken = arguments(prompt, session);
        json::array(object.name("arguments"), taken, |out, argument| {
            Object::begin(out)
                .text("name", argument.name)
                .text("description", argument.description)
                .flag("required", argument.required)
                .end();
        });
        object.end();
    });
    out
}

/// Whether a session has any prompt.
pub(crate) fn any(session: &Session) -> bool {
    offered(session).next().is_some()
}

/// Whether a session has a prompt of that name with an argument of that name.
pub(crate) fn takes(session: &Session, name: &str, argument: &str) -> bool {
    offered(session)
        .filter(|prompt| prompt.name == name)
        .flat_map(|prompt| arguments(prompt, session))
        .any(|taken| taken.name == argument)
}

/// The answer to `prompts/get`.
pub(crate) fn get(session: &Session, call: &PromptCall) -> Result<Prompt, CallError<Refusal>> {
    let prompt = offered(session)
        .find(|prompt| prompt.name == call.name)
        .ok_or(CallError::Unknown)?;
    for argument in arguments(prompt, session) {
        let named = |rule: &str| {
            Err(CallError::Invalid(
                format!("`{}` {rule}.", argument.name).into(),
            ))
        };
        match call.arguments.get(argument.name) {
            None | Some(Value::Null) if argument.required => return named("is required"),
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if argument.required && text.trim().is_empty() => {
                return named("is required");
            }
            Some(Value::String(text)) if text.len() > MOST => return named("is too long"),
            Some(Value::String(_)) => {}
            Some(_) => return named("must be a string"),
        }
    }
    // What the prompt does not take, or the session's URL fixes, has not been checked and says nothing.
    let mut own = call.arguments.clone();
    own.retain(|name, _| arguments(prompt, session).any(|taken| taken.name == name));
    let content = Content::Text {
        text: written(prompt.text, session, &own),
    };
    Ok(Prompt {
        description: Some(prompt.description.to_owned()),
        messages: vec![PromptMessage {
            role: Role::User,
            content,
        }],
    })
}

fn offered(session: &Session) -> impl Iterator<Item = &'static Definition> {
    PROMPTS
        .iter()
        .filter(|prompt| prompt.tools.iter().any(|tool| has_tool(session, tool)))
}

fn has_tool(session: &Session, name: &str) -> bool {
    catalogue::find(name).is_some_and(|tool| tool.works_for(session))
}

/// What the session's URL fixes is not asked for.
fn arguments(
    prompt: &'static Definition,
    session: &Session,
) -> impl Iterator<Item = &'static Argument> {
    let constraint = &session.constraint;
    let organization = constraint.organization().is_some();
    let project = constraint.project().is_some();
    prompt.arguments.iter().copied().filter(move |argument| {
        !(organization && argument.name == ORGANIZATION || project && argument.name == PROJECT)
    })
}

/// An argument as a code span, if it is there.
fn given(arguments: &Map<String, Value>, name: &str) -> Option<String> {
    let text = arguments.get(name)?.as_str()?.trim();
    (!text.is_empty()).then(|| markdown::code(text, MOST))
}

/// A prompt's text for a session. Its first line is the task; each other one is a step, with the tools that it names in front
/// of a `>`: it is left out where the session lacks one of them. `|` begins what is said instead of the step before, where
/// that one was left out. In `{}` stand an argument's name, or a word of [`filled`].
fn written(text: &str, session: &Session, arguments: &Map<String, Value>) -> String {
    let mut written = String::new();
    let mut number = 0_u8;
    let mut was_said = true;
    for line in text.lines() {
        let Some((tools, step)) = line.split_once('>') else {
            fill(&mut written, line, session, arguments);
            written.push('\n');
            continue;
        };
        let (is_instead, tools) = match tools.strip_prefix('|') {
            Some(tools) => (true, tools),
            None => (false, tools),
        };
        let mut needed = tools.split_whitespace();
        let is_said = !(is_instead && was_said) && needed.all(|tool| has_tool(session, tool));
        // One of several that say the same is enough.
        was_said = is_said || is_instead && was_said;
        if is_said {
            number += 1;
            push(&mut written, &["\n", &number.to_string(), ". "]);
            fill(&mut written, step, session, arguments);
        }
    }
    written
}

fn fill(out: &mut String, text: &str, session: &Session, arguments: &Map<String, Value>) {
    let mut rest = text;
    while let Some((before, (name, after))) = rest
        .split_once('{')
        .and_then(|(before, inside)| Some((before, inside.split_once('}')?)))
    {
        out.push_str(before);
        filled(out, name, session, arguments);
        rest = after;
    }
    out.push_str(rest);
}

/// `in`: organization and project as arguments of a call, in front of others; `of`: the same behind "with", or nothing;
/// `call`: how a call names the issue. `name:words` are the words where there is no such argument.
fn filled(out: &mut String, name: &str, session: &Session, arguments: &Map<String, Value>) {
    let (name, otherwise) = name.split_once(':').unwrap_or((name, ""));
    let said = given(arguments, name);
    if let Some(said) = said {
        return out.push_str(&said);
    }
    let mut place = [
        (ORGANIZATION, "organizationSlug "),
        (PROJECT, "projectSlug "),
    ]
    .into_iter()
    .filter_map(|(name, parameter)| Some((parameter, given(arguments, name)?)));
    match name {
        "in" => place.for_each(|(parameter, slug)| push(out, &[parameter, &slug, ", "])),
        "of" => {
            let mut before = " with ";
            place.for_each(|(parameter, slug)| {
                push(out, &[before, parameter, &slug]);
                before = " and ";
            });
        }
        "call" => {
            let issue = given(arguments, ISSUE).unwrap_or_default();
            let is_url = issue.starts_with("`http");
            push(
                out,
                &[if is_url { "issueUrl " } else { "issueId " }, &issue],
            );
            let asked = session.constraint.organization().is_none() && !is_url;
            if let Some((parameter, slug)) = place.next().filter(|_| asked) {
                push(out, &[" and ", parameter, &slug]);
            }
        }
        _ => out.push_str(otherwise),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tools that are still to come; a text may name them.
    const TO_COME: &str = include_str!("../../tests/tools/requests/november.txt");

    #[test]
    fn texts_name_tools_that_there_are_or_will_be() {
        let exists = |name: &str| {
            let is_to_come = |line: &str| line.split(':').next() == Some(name);
            catalogue::find(name).is_some() || TO_COME.lines().any(is_to_come)
        };
        for prompt in &PROMPTS {
            for tool in prompt.tools {
                assert!(exists(tool), "{}: {tool}", prompt.name);
            }
            for (tools, step) in prompt.text.lines().filter_map(|line| line.split_once('>')) {
                let needed: Vec<_> = tools.trim_start_matches('|').split(' ').collect();
                for tool in needed.iter().filter(|tool| !tool.is_empty()) {
                    assert!(exists(tool), "{}: {tool}", prompt.name);
                }
                // A step is left out with each of the tools that it names.
                let outside = step.split('`').step_by(2);
                let words =
                    outside.flat_map(|part| part.split(|c: char| !c.is_alphabetic() && c != '_'));
                for tool in words.filter(|word| word.contains('_')) {
                    let is_needed = needed.contains(&tool) || prompt.tools == [tool];
                    assert!(is_needed, "{}: {tool} in {step}", prompt.name);
                }
            }
        }
    }
}
