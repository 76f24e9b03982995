use std::convert::Infallible;

use mcp::{Answer, CallError, Content, Elicited, Outcome, Prompt, PromptCall, PromptMessage, Role};
use serde_json::{Value, json};

use crate::inputs;
use crate::tools::{embedded, image};

/// `prompts/list`
pub(crate) fn list() -> Vec<Value> {
    [
        ("test_simple_prompt", &[][..]),
        ("test_prompt_with_arguments", &["arg1", "arg2"]),
        ("test_prompt_with_embedded_resource", &["resourceUri"]),
        ("test_prompt_with_image", &[]),
        ("test_input_required_result_prompt", &[]),
    ]
    .into_iter()
    .map(|(name, arguments)| {
        let arguments: Vec<_> = arguments
            .iter()
            .map(|name| json!({ "name": name, "description": "A text", "required": true }))
            .collect();
        json!({
            "name": name,
            "description": "A fixture of the conformance suite.",
            "arguments": arguments,
        })
    })
    .collect()
}

/// `prompts/get`
pub(crate) fn get(call: &PromptCall) -> Answer<Prompt, Infallible> {
    let argument = |name: &str| {
        let missing = || CallError::Invalid(format!("`{name}` is required.").into());
        call.arguments
            .get(name)
            .and_then(Value::as_str)
            .ok_or_else(missing)
    };
    let text = |text: &str| Content::Text {
        text: text.to_owned(),
    };
    let contents = match call.name.as_str() {
        "test_simple_prompt" => vec![text("This is a simple prompt for testing.")],
        "test_prompt_with_arguments" => vec![text(&format!(
            "Prompt with arguments: arg1='{}', arg2='{}'",
            argument("arg1")?,
            argument("arg2")?
        ))],
        "test_prompt_with_embedded_resource" => vec![
            embedded(
                argument("resourceUri")?,
                "text/plain",
                "Embedded resource content for testing.",
            ),
            text("Please process the embedded resource above."),
        ],
        "test_prompt_with_image" => vec![image(), text("Please analyze the image above.")],
        "test_input_required_result_prompt" => match call.input.elicited("user_context") {
            Elicited::Accepted(form) => vec![text(&format!("Context: {form:?}"))],
            Elicited::Declined => vec![text("No context.")],
            Elicited::Nothing => {
                let message = "What context should the prompt use?";
                return inputs::ask(vec![inputs::form("user_context", "context", message)], None);
            }
        },
        _ => return Err(CallError::Unknown),
    };
    let messages = contents.into_iter().map(|content| PromptMessage {
        role: Role::User,
        content,
    });
    Ok(Outcome::Complete(Prompt {
        description: None,
        messages: messages.collect(),
    }))
}
