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

/// The server behind the protocol: a hosted session or a local process. Its futures need not be `Send`.
pub trait Handler {
    /// The reason for a refusal that the transport answers instead of a JSON-RPC message: over HTTP, a 401 or 403 with
    /// a challenge.
    type Refusal;

    /// The server's name and version, as clients see them.
    fn implementation(&self) -> Implementation<'_>;

    /// A few sentences on how an agent should begin; clients put them into the model's prompt.
    fn instructions(&self) -> Option<&str>;

    /// The optional features beside tools. Methods of a feature that is not declared are answered with "method not
    /// found".
    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    /// The items of a list as a JSON array, in a fixed order and reduced to what `version` knows (see
    /// [`crate::Tool::for_version`]). It is the same for every request of a session, so an implementation can hand out
    /// a shared, already serialized array.
    fn list(&self, list: List, version: Version) -> Rc<RawValue>;

    /// Runs a tool. A failure that the model can act on is not an `Err` but a [`CallToolResult::error`].
    ///
    /// # Errors
    /// See [`CallError`].
    fn call_tool(
        &self,
        call: ToolCall,
    ) -> impl Future<Output = Answer<CallToolResult, Self::Refusal>>;

    /// Fills in a prompt's template with the arguments of a call.
    ///
    /// # Errors
    /// See [`CallError`].
    fn prompt(&self, call: PromptCall) -> impl Future<Output = Answer<Prompt, Self::Refusal>> {
        let _ = call;
        std::future::ready(Err(CallError::Unknown))
    }

    /// Reads a resource.
    ///
    /// # Errors
    /// See [`CallError`].
    fn read(
        &self,
        call: ResourceCall,
    ) -> impl Future<Output = Answer<Vec<ResourceContents>, Self::Refusal>> {
        let _ = call;
        std::future::ready(Err(CallError::Unknown))
    }

    /// Suggests values for an argument. If no suggestions can be made at the moment, the list is empty.
    ///
    /// # Errors
    /// See [`CallError`].
    fn complete(
        &self,
        call: CompletionCall,
    ) -> impl Future<Output = Result<Completion, CallError<Self::Refusal>>> {
        let _ = call;
        std::future::ready(Err(CallError::Unknown))
    }
}

/// The answer to a call.
pub type Answer<T, R> = Result<Outcome<T>, CallError<R>>;

/// How a call ends.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome<T> {
    /// The call is finished, with this result.
    Complete(T),
    /// The client must answer these questions first, and then call again.
    InputRequired(InputRequired),
}

/// The capabilities that the server declares in addition to tools.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// `prompts/list`, `prompts/get`
    pub prompts: bool,
    /// `resources/list`, `resources/templates/list`, `resources/read`
    pub resources: bool,
    /// `completion/complete`
    pub completions: bool,
}

/// The lists that a client can request.
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
    /// The arguments, not checked against the tool's schema; empty if the client sent none.
    pub arguments: Map<String, Value>,
    /// What the client can be asked, and its answers to earlier questions.
    pub input: Input,
}

/// The parameters of `prompts/get`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PromptCall {
    /// The prompt's name, not yet known to exist.
    pub name: String,
    /// The arguments, unchecked; empty if the client sent none.
    pub arguments: Map<String, Value>,
    /// What the client can be asked, and its answers to earlier questions.
    pub input: Input,
}

/// The parameters of `resources/read`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ResourceCall {
    /// The resource's URI, not yet known to exist.
    pub uri: String,
    /// What the client can be asked, and its answers to earlier questions.
    pub input: Input,
}

impl ToolCall {
    /// A call of the tool with these arguments, from a client that cannot be asked anything.
    #[must_use]
    pub fn new(name: impl Into<String>, arguments: Map<String, Value>) -> Self {
        Self {
            name: name.into(),
            arguments,
            input: Input::default(),
        }
    }

    /// The same call from a client that can be asked questions, or that has answered some.
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
    /// The request failed, and its result has no place for the failure: −32603, with a sentence for people.
    Failed(String),
    /// The transport must answer, for instance with a 401.
    Refused(R),
}

/// How a server identifies itself (`Implementation`, in the MCP schema).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Implementation<'a> {
    /// The name for programs.
    pub name: &'a str,
    /// The name shown to people.
    pub title: &'a str,
    /// The version of the server software, not of the protocol.
    pub version: &'a str,
    /// What the server does, in one sentence.
    pub description: &'a str,
    /// The first page of its documentation.
    pub website_url: Option<&'a str>,
    /// The URL of an SVG icon, on the server's own origin.
    pub icon: Option<&'a str>,
}
