//! Every tool of the catalogue, through one table: a line each ([`rows`]), with arguments that work on the local Sentry. What
//! it asks there is recorded once; then it is asked again with answers that were changed, and with arguments that do not
//! fit, without a line more. A tool that has no line fails [`rows`].

mod arguments;
mod constrained;
mod faults;
mod injected;
pub(crate) mod members;
mod outcomes;
mod permissions;
mod requests;
mod rows;
mod shapes;
mod stage;

use std::cell::RefCell;
use std::collections::HashMap;

use mcp::{CallError, CallToolResult, Content};
use sentry_tools::{Refusal, Session};
use serde_json::Value;

use stage::Change;

/// What came of a call.
pub(crate) struct Came {
    pub(crate) result: Result<CallToolResult, CallError<Refusal>>,
    /// Method, URL and body, in order.
    pub(crate) asked: Vec<fetch::Request>,
}

impl Came {
    /// Everything that it says in words.
    pub(crate) fn words(&self) -> String {
        let Ok(result) = &self.result else {
            return format!("{:?}", self.result);
        };
        let texts = result.content.iter().filter_map(|content| match content {
            Content::Text { text } => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn is_error(&self) -> bool {
        self.result.as_ref().map_or(true, |result| result.is_error)
    }

    /// How many requests would change something at Sentry.
    pub(crate) fn writes(&self) -> usize {
        let writes = self.asked.iter().filter(|request| stage::writes(request));
        writes.count()
    }

    /// Why a structured answer is not what the tool's schema says, if so.
    pub(crate) fn misfit(&self, tool: &str) -> Option<String> {
        let result = self
            .result
            .as_ref()
            .ok()
            .filter(|result| !result.is_error)?;
        let schema = sentry_tools::reference::output_schema(tool)?;
        let Some(json) = &result.structured_content else {
            return Some("no structured content".to_owned());
        };
        let value: Value = serde_json::from_str(json.get()).unwrap();
        VALIDATORS.with_borrow_mut(|validators| {
            let validator = validators.entry(tool.to_owned()).or_insert_with(|| {
                let schema = serde_json::from_str(&schema).unwrap();
                jsonschema::validator_for(&schema).unwrap()
            });
            let errors = validator.iter_errors(&value);
            let errors: Vec<_> = errors
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            (!errors.is_empty()).then(|| errors.join("; "))
        })
    }
}

thread_local! {
    /// By tool: to make one takes longer than to use it.
    static VALIDATORS: RefCell<HashMap<String, jsonschema::Validator>> = RefCell::default();
}

/// Calls a tool as its row says, with its recorded answers, changed.
pub(crate) async fn with(recording: &stage::Recording, change: Change) -> Came {
    let session = crate::fixture::session();
    calls(recording, session, recording.row.arguments.clone(), change).await
}

/// The same with other arguments, or in another session.
pub(crate) async fn calls(
    recording: &stage::Recording,
    session: Session,
    arguments: Value,
    change: Change,
) -> Came {
    stage::play(recording, session, arguments, change).await
}

/// Fails with what was found, all of it, tool by tool.
pub(crate) fn nothing(found: &[String]) {
    let short = |one: &String| one.chars().take(400).collect::<String>();
    let first: Vec<_> = found.iter().take(60).map(short).collect();
    assert!(
        found.is_empty(),
        "{} times:\n{}",
        found.len(),
        first.join("\n")
    );
}
