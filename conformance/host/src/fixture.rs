use std::convert::Infallible;
use std::rc::Rc;

use mcp::{
    Answer, CallError, CallToolResult, Capabilities, Completion, CompletionCall, Handler,
    Implementation, List, Outcome, Prompt, PromptCall, ResourceCall, ResourceContents, ToolCall,
    Version,
};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::{inputs, prompts, resources, tools};

/// What the suite talks to.
pub(crate) struct Fixture;

impl Handler for Fixture {
    type Refusal = Infallible;

    fn implementation(&self) -> Implementation<'_> {
        Implementation {
            name: "conformance-host",
            title: "Conformance host",
            version: env!("CARGO_PKG_VERSION"),
            description: "Fixtures for the conformance suite.",
            website_url: None,
            icon: None,
        }
    }

    fn instructions(&self) -> Option<&str> {
        None
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            prompts: true,
            resources: true,
            completions: true,
        }
    }

    fn list(&self, list: List, _: Version) -> Rc<RawValue> {
        let items = match list {
            List::Tools => tools::list(),
            List::Prompts => prompts::list(),
            List::Resources => resources::list(),
            List::ResourceTemplates => resources::templates(),
        };
        to_raw_value(&Value::Array(items))
            .unwrap_or_else(|_| RawValue::NULL.to_owned())
            .into()
    }

    async fn call_tool(&self, call: ToolCall) -> Answer<CallToolResult, Infallible> {
        match tools::call(&call.name) {
            Some(result) => Ok(Outcome::Complete(result)),
            None => inputs::call(&call.name, &call.input),
        }
    }

    async fn prompt(&self, call: PromptCall) -> Answer<Prompt, Infallible> {
        prompts::get(&call)
    }

    async fn read(&self, call: ResourceCall) -> Answer<Vec<ResourceContents>, Infallible> {
        resources::read(&call.uri)
            .map(Outcome::Complete)
            .ok_or(CallError::Unknown)
    }

    async fn complete(&self, call: CompletionCall) -> Result<Completion, CallError<Infallible>> {
        let values = ["test-one", "test-two", "other"];
        Ok(Completion {
            values: values
                .into_iter()
                .filter(|value| value.starts_with(&call.value))
                .map(str::to_owned)
                .collect(),
            has_more: false,
        })
    }
}
