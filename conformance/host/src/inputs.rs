//! Tools that ask the client before they answer (multi round-trip requests).

use std::convert::Infallible;

use mcp::{
    Answer, CallError, CallToolResult, Elicited, Input, InputKind, InputRequest, InputRequired,
    Outcome,
};
use serde_json::{Value, json};

use crate::state;

/// All of them.
pub(crate) const TOOLS: [&str; 10] = [
    "test_missing_capability",
    "test_streaming_elicitation",
    "test_input_required_result_elicitation",
    "test_input_required_result_sampling",
    "test_input_required_result_list_roots",
    "test_input_required_result_request_state",
    "test_input_required_result_multiple_inputs",
    "test_input_required_result_multi_round",
    "test_input_required_result_tampered_state",
    "test_input_required_result_capabilities",
];

type Asked = (&'static str, InputRequest);

/// Answers, or asks.
pub(crate) fn call(name: &str, input: &Input) -> Answer<CallToolResult, Infallible> {
    let text = |text: String| Ok(Outcome::Complete(CallToolResult::text(text)));
    match name {
        "test_missing_capability" => stateless(input, vec![capital()]),
        "test_streaming_elicitation" => stateless(input, vec![person("user_name")]),
        "test_input_required_result_elicitation" => match input.elicited("user_name") {
            Elicited::Accepted(form) => text(format!("Hello, {}!", word(form.get("name")))),
            Elicited::Declined => text("Hello!".to_owned()),
            Elicited::Nothing => ask(vec![person("user_name")], None),
        },
        "test_input_required_result_sampling" => stateless(input, vec![capital()]),
        "test_input_required_result_list_roots" => stateless(input, vec![roots()]),
        "test_input_required_result_request_state"
        | "test_input_required_result_tampered_state" => {
            stateful(name, input, vec![confirmation()])
        }
        "test_input_required_result_multiple_inputs" => {
            stateful(name, input, vec![person("user_name"), capital(), roots()])
        }
        "test_input_required_result_multi_round" => rounds(name, input),
        "test_input_required_result_capabilities" => {
            let mut questions = Vec::new();
            if input.client.elicitation {
                questions.push(person("user_name"));
            }
            if input.client.sampling {
                questions.push(capital());
            }
            stateless(input, questions)
        }
        _ => Err(CallError::Unknown),
    }
}

/// Asks until every question has an answer; then says what they were.
fn stateless(input: &Input, questions: Vec<Asked>) -> Answer<CallToolResult, Infallible> {
    if questions
        .iter()
        .any(|(key, _)| !input.responses.contains_key(*key))
    {
        return ask(questions, None);
    }
    let answers = Value::Object(input.responses.clone());
    Ok(Outcome::Complete(CallToolResult::text(format!(
        "Answers: {answers}"
    ))))
}

/// The same, and the answers count only with our state beside them.
fn stateful(
    name: &str,
    input: &Input,
    questions: Vec<Asked>,
) -> Answer<CallToolResult, Infallible> {
    if input.responses.is_empty() {
        return ask(questions, Some(state::sign(name)));
    }
    opened(name, input)?;
    stateless(input, questions).map(|outcome| match outcome {
        Outcome::Complete(_) => Outcome::Complete(CallToolResult::text("state-ok")),
        asked @ Outcome::InputRequired(_) => asked,
    })
}

/// Two questions, one after the other; the state says where we are.
fn rounds(name: &str, input: &Input) -> Answer<CallToolResult, Infallible> {
    let second = format!("{name} 2");
    if input.state.is_none() {
        return ask(vec![person("step1")], Some(state::sign(name)));
    }
    if opened(&second, input).is_ok() {
        return stateless(input, vec![person("step2")]);
    }
    opened(name, input)?;
    ask(vec![person("step2")], Some(state::sign(&second)))
}

fn opened(name: &str, input: &Input) -> Result<(), CallError<Infallible>> {
    let state = input.state.as_deref().unwrap_or_default();
    if state::verify(name, state) {
        Ok(())
    } else {
        Err(CallError::Invalid(
            "`requestState` is not one of ours.".into(),
        ))
    }
}

pub(crate) fn ask<T>(requests: Vec<Asked>, state: Option<String>) -> Answer<T, Infallible> {
    Ok(Outcome::InputRequired(InputRequired { requests, state }))
}

/// A form with one text.
pub(crate) fn form(key: &'static str, field: &str, message: &str) -> Asked {
    let schema = json!({
        "type": "object",
        "properties": { field: { "type": "string" } },
        "required": [field],
    });
    question(
        key,
        InputKind::Elicitation,
        json!({ "message": message, "requestedSchema": schema }),
    )
}

fn person(key: &'static str) -> Asked {
    form(key, "name", "What is your name?")
}

fn confirmation() -> Asked {
    let schema = json!({
        "type": "object",
        "properties": { "ok": { "type": "boolean" } },
        "required": ["ok"],
    });
    question(
        "confirm",
        InputKind::Elicitation,
        json!({ "message": "Please confirm", "requestedSchema": schema }),
    )
}

fn capital() -> Asked {
    let content = json!({ "type": "text", "text": "What is the capital of France?" });
    question(
        "capital_question",
        InputKind::Sampling,
        json!({ "messages": [{ "role": "user", "content": content }], "maxTokens": 100 }),
    )
}

fn roots() -> Asked {
    question("client_roots", InputKind::Roots, json!({}))
}

fn question(key: &'static str, kind: InputKind, params: Value) -> Asked {
    let params = params.to_string();
    (key, InputRequest { kind, params })
}

fn word(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or("you")
}
