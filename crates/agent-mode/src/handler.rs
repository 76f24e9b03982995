use std::borrow::Cow;
use std::rc::Rc;

use agent::Targets;
use fetch::Fetch;
use mcp::{
    Answer, CallError, CallToolResult, Capabilities, Completion, CompletionCall, Handler,
    Implementation, List, Outcome, Prompt, PromptCall, ResourceCall, ResourceContents, ToolCall,
    Version,
};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::admission::{Admission, Denied};
use crate::model::Model;

/// The name of the only tool in agent mode.
pub const USE_SENTRY: &str = "use_sentry";

/// Maximum length of a request in bytes: enough for one with a pasted stack trace.
const LONGEST: usize = 16 * 1024;

/// The tool list, which fits all versions: it has the title in the annotations, where all of them look.
const LIST: &str = r#"[{"name":"use_sentry","description":"Does what a request in words asks of Sentry: finds issues, events, traces and releases, explains one, changes what is asked for. Say all that matters, such as the organization, an issue's id or URL: nothing is remembered between calls. The result lists every step.","inputSchema":{"type":"object","properties":{"request":{"type":"string","description":"What to find out or to do, in words.","minLength":1,"maxLength":16384},"allow_changes":{"type":"boolean","description":"Whether it may change something in Sentry: only when the person asked for that change. Without it the result says what would be changed.","default":false}},"required":["request"],"additionalProperties":false},"annotations":{"title":"Use Sentry","readOnlyHint":false,"destructiveHint":true,"openWorldHint":true}}]"#;

/// The hints of the list, and those where nothing can be changed.
const HINTS: &str = r#""readOnlyHint":false,"destructiveHint":true"#;
const READ_ONLY_HINTS: &str = r#""readOnlyHint":true,"destructiveHint":false"#;

const INSTRUCTIONS: &str = "Give use_sentry the person's question about Sentry in words, with the organization, issue ids and \
URLs that it is about.";

const NO_MODEL: &str = "There is no tool `use_sentry` here: agent mode needs a language model, and none is set up (LLM_API_KEY).";

/// A handler with agent mode in front of it, or without.
pub struct AgentMode<H: Handler> {
    pub(crate) inner: H,
    mode: Option<Mode<H::Refusal>>,
    instructions: String,
}

/// What agent mode needs.
pub struct Mode<R> {
    /// The model; without one, `use_sentry` is not offered.
    pub model: Option<Model>,
    /// Decides who may use the model, and how often.
    pub admission: Rc<dyn Admission<R>>,
    /// Sends requests to the model, and provides the waiting time.
    pub fetch: Rc<dyn Fetch>,
    /// Resolves calls of tools that stand for others.
    pub targets: Targets,
    /// What limits the connection, in words; empty if nothing does.
    pub limits: String,
    /// Whether no call can change anything.
    pub is_read_only: bool,
}

impl<H: Handler> AgentMode<H> {
    /// Wraps `inner`; without a `mode` it behaves exactly as `inner` does.
    #[must_use]
    pub fn over(inner: H, mode: Option<Mode<H::Refusal>>) -> Self {
        let limits = mode.as_ref().map_or("", |mode| mode.limits.as_str());
        let mut instructions = INSTRUCTIONS.to_owned();
        if !limits.is_empty() {
            instructions.push_str(&format!(" This connection is limited: {limits}."));
        }
        Self {
            inner,
            mode,
            instructions,
        }
    }

    const fn is_on(&self) -> bool {
        matches!(&self.mode, Some(mode) if mode.model.is_some())
    }
}

impl<H: Handler> Handler for AgentMode<H> {
    type Refusal = H::Refusal;

    fn implementation(&self) -> Implementation<'_> {
        self.inner.implementation()
    }

    fn instructions(&self) -> Option<&str> {
        if self.is_on() {
            Some(&self.instructions)
        } else {
            self.inner.instructions()
        }
    }

    fn capabilities(&self) -> Capabilities {
        if self.is_on() {
            Capabilities::default()
        } else {
            self.inner.capabilities()
        }
    }

    fn list(&self, list: List, version: Version) -> Rc<RawValue> {
        if self.is_on() && list == List::Tools {
            let mut list = LIST.to_owned();
            if self.mode.as_ref().is_some_and(|mode| mode.is_read_only) {
                list = list.replace(HINTS, READ_ONLY_HINTS);
            }
            // Invariant: a test parses `LIST`, so the default is never used.
            Rc::from(RawValue::from_string(list).unwrap_or_default())
        } else {
            self.inner.list(list, version)
        }
    }

    async fn call_tool(&self, call: ToolCall) -> Answer<CallToolResult, H::Refusal> {
        let mode = match &self.mode {
            Some(mode) if call.name == USE_SENTRY => mode,
            _ => return self.inner.call_tool(call).await,
        };
        let Some(model) = &mode.model else {
            return Err(CallError::Invalid(Cow::Borrowed(NO_MODEL)));
        };
        let request = match call.arguments.get("request").and_then(Value::as_str) {
            Some(text) if text.len() <= LONGEST && !text.trim().is_empty() => text,
            _ => return wrong("`request` must be a text of 1 to 16384 bytes."),
        };
        let allow_changes = match call.arguments.get("allow_changes") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(allow)) => *allow,
            Some(_) => return wrong("`allow_changes` must be true or false."),
        };
        match mode.admission.admit().await {
            Ok(()) => {}
            Err(Denied::Refused(refusal)) => return Err(CallError::Refused(refusal)),
            Err(Denied::Words(words)) => return wrong(words),
        }
        let result = self.run(mode, model, request, allow_changes).await;
        result.map(Outcome::Complete).map_err(CallError::Refused)
    }

    fn prompt(&self, call: PromptCall) -> impl Future<Output = Answer<Prompt, H::Refusal>> {
        self.inner.prompt(call)
    }

    fn read(
        &self,
        call: ResourceCall,
    ) -> impl Future<Output = Answer<Vec<ResourceContents>, H::Refusal>> {
        self.inner.read(call)
    }

    fn complete(
        &self,
        call: CompletionCall,
    ) -> impl Future<Output = Result<Completion, CallError<H::Refusal>>> {
        self.inner.complete(call)
    }
}

/// An error that the model can correct is a result, as with every tool.
fn wrong<R>(words: &str) -> Answer<CallToolResult, R> {
    let why = "the run did not begin";
    Ok(Outcome::Complete(CallToolResult::error(words).because(why)))
}
