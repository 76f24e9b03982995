use std::rc::Rc;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::tool::CallToolResult;
use crate::version::Version;

/// The server behind the protocol: a hosted session or a local process.
pub trait Handler {
    /// Why a call is not answered by a message but by the transport: over HTTP a 401 or 403 with a challenge.
    type Refusal;

    /// Who answers.
    fn implementation(&self) -> Implementation<'_>;

    /// How an agent begins, in a few sentences; clients put it into the model's prompt.
    fn instructions(&self) -> Option<&str>;

    /// The array `tools` of `tools/list`, in a fixed order, fit for `version` (see [`crate::Tool::for_version`]).
    /// It is the same for every request of a session, so that an implementation hands out a shared, serialized one.
    fn tools(&self, version: Version) -> Rc<RawValue>;

    /// Runs a tool. The future need not be `Send`.
    ///
    /// # Errors
    /// [`CallError`]. A failure that a model can act on is not one: it is a [`CallToolResult::error`].
    fn call_tool(
        &self,
        call: ToolCall,
    ) -> impl Future<Output = Result<CallToolResult, CallError<Self::Refusal>>>;
}

/// The parameters of `tools/call`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ToolCall {
    /// The tool's name, not yet known to exist.
    pub name: String,
    /// Unchecked; empty when the client sent none.
    pub arguments: Map<String, Value>,
}

impl ToolCall {
    /// A call with these arguments.
    #[must_use]
    pub fn new(name: impl Into<String>, arguments: Map<String, Value>) -> Self {
        Self {
            name: name.into(),
            arguments,
        }
    }
}

/// Why a call has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError<R> {
    /// No tool has this name: JSON-RPC −32602.
    UnknownTool,
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
}
