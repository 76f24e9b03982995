use std::borrow::Cow;
use std::rc::Rc;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::completion::{Completion, CompletionCall};
use crate::input::{Input, InputRequired};
use crate::prompt::Prompt;
use crate::resource::ResourceContents;
use crate::tool::CallToolResult;
use crate::version::Version;

/// The server behind the protocol: a hosted session or a local process. Futures need not be `Send`.
pub trait Handler {
    /// Why a call is not answered by a message but by the transport: over HTTP a 401 or 403 with a challenge.
    type Refusal;

    /// Who answers.
    fn implementation(&self) -> Implementation<'_>;

    /// How an agent begins, in a few sentences; clients put it into the model's prompt.
    fn instructions(&self) -> Option<&str>;

    /// What there is beside tools. Methods of the rest do not exist.
    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    /// The array of a list, in a fixed order, fit for `version` (see [`crate::Tool::for_version`]). It is the same
    /// for every request of a session, so that an implementation hands out a shared, serialized one.
    fn list(&self, list: List, version: Version) -> Rc<RawValue>;

    /// Runs a tool. A failure that a model can act on is not an error: it is a [`CallToolResult::error`].
    ///
    /// # Errors
    /// [`CallError`].
    fn call_tool(
        &self,
        call: ToolCall,
    ) -> impl Future<Output = Answer<CallToolResult, Self::Refusal>>;

    /// Fills in a prompt.
    ///
    /// # Errors
    /// [`CallError`].
    fn prompt(&self, call: PromptCall) -> impl Future<Output = Answer<Prompt, Self::Refusal>> {
        let _ = call;
        std::future::ready(Err(CallError::Unknown))
    }

    /// Reads a resource.
    ///
    /// # Errors
    /// [`CallError`].
    fn read(
        &self,
        call: ResourceCall,
    ) -> impl Future<Output = Answer<Vec<ResourceContents>, Self::Refusal>> {
        let _ = call;
        std::future::ready(Err(CallError::Unknown))
    }

    /// Completes an argument. What cannot be completed just now has no suggestions.
    ///
    /// # Errors
    /// [`CallError`].
    fn complete(
        &self,
        call: CompletionCall,
    ) -> impl Future<Output = Result<Completion, CallError<Self::Refusal>>> {
        let _ = call;
        std::future::ready(Err(CallError::Unknown))
    }
}

/// What answers a call.
pub type Answer<T, R> = Result<Outcome<T>, CallError<R>>;

/// How a call ends.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome<T> {
    /// With its result.
    Complete(T),
    /// With questions to the client, which then calls again.
    InputRequired(InputRequired),
}

/// Which capabilities are declared beside tools.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// `prompts/list`, `prompts/get`
    pub prompts: bool,
    /// `resources/list`, `resources/templates/list`, `resources/read`
    pub resources: bool,
    /// `completion/complete`
    pub completions: bool,
}

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum List {
    /// `tools/list`
    Tools,
    /// `prompts/list`
    Prompts,
    /// `resources/list`
    Resources,
    /// `resources/templates/list`
    ResourceTemplates,
}

/// The parameters of `tools/call`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ToolCall {
    /// The tool's name, not yet known to exist.
    pub name: String,
    /// Unchecked; empty when the client sent none.
    pub arguments: Map<String, Value>,
    /// Whom one may ask, and what was answered.
    pub input: Input,
}

/// The parameters of `prompts/get`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PromptCall {
    /// The prompt's name, not yet known to exist.
    pub name: String,
    /// Unchecked; empty when the client sent none.
    pub arguments: Map<String, Value>,
    /// Whom one may ask, and what was answered.
    pub input: Input,
}

/// The parameters of `resources/read`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ResourceCall {
    /// The resource, not yet known to exist.
    pub uri: String,
    /// Whom one may ask, and what was answered.
    pub input: Input,
}

impl ToolCall {
    /// A call with these arguments, of a client that cannot be asked anything.
    #[must_use]
    pub fn new(name: impl Into<String>, arguments: Map<String, Value>) -> Self {
        Self {
            name: name.into(),
            arguments,
            input: Input::default(),
        }
    }

    /// The same of a client that can be asked, or was.
    #[must_use]
    pub fn with_input(self, input: Input) -> Self {
        Self { input, ..self }
    }
}

/// Why a call has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError<R> {
    /// No tool, prompt or resource has this name: JSON-RPC −32602, for resources −32002 up to 2025-11-25.
    Unknown,
    /// The parameters are wrong: −32602, with a sentence for a developer.
    Invalid(Cow<'static, str>),
    /// It failed, and a message of this kind has no other place to say so: −32603, with a sentence for people.
    Failed(String),
    /// The transport answers instead.
    Refused(R),
}

/// A server's name card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Implementation<'a> {
    /// For programs.
    pub name: &'a str,
    /// For people.
    pub title: &'a str,
    /// Of the software, not of the protocol.
    pub version: &'a str,
    /// One sentence.
    pub description: &'a str,
    /// Where its documentation begins.
    pub website_url: Option<&'a str>,
    /// The address of an SVG, on the server's own origin.
    pub icon: Option<&'a str>,
}
