//! A handler for a pipe: refusals that HTTP would answer with a status become words here.

use std::rc::Rc;

use mcp::{
    Answer, CallError, CallToolResult, Capabilities, Completion, CompletionCall, Handler,
    Implementation, List, Outcome, Prompt, PromptCall, ResourceCall, ResourceContents, ToolCall,
    Version,
};
use sentry_tools::{Refusal, Server};
use serde_json::value::RawValue;

/// The handler of one request. If nobody is signed in, every call gets an explanation instead.
pub struct Local {
    /// The session's tools.
    pub server: Server,
    /// Why no call can be made, if nobody is signed in.
    pub nobody: Option<Rc<str>>,
    /// Called when Sentry refuses the token.
    pub refused: Rc<dyn Fn()>,
}

/// What a person can do if Sentry refuses the token.
pub const REFUSED: &str = "Sentry does not accept this access token: it is wrong, or it has expired. Sign in with `sentry-mcp auth login`, \
or start this server with a good SENTRY_ACCESS_TOKEN.";

impl Local {
    fn words(&self, refusal: Refusal) -> String {
        match refusal {
            Refusal::Unauthorized => {
                (self.refused)();
                REFUSED.to_owned()
            }
            // The scopes of a token given by the person are not known here; Sentry's own error says which one is
            // missing.
            scope @ Refusal::InsufficientScope { .. } => scope.to_string(),
        }
    }

    fn somebody<R>(&self) -> Result<(), CallError<R>> {
        match &self.nobody {
            None => Ok(()),
            Some(why) => Err(CallError::Failed(why.to_string())),
        }
    }

    fn failed<T, R>(&self, result: Result<T, CallError<Refusal>>) -> Result<T, CallError<R>> {
        result.map_err(|error| match error {
            CallError::Refused(refusal) => CallError::Failed(self.words(refusal)),
            CallError::Unknown => CallError::Unknown,
            CallError::Invalid(words) => CallError::Invalid(words),
            CallError::Failed(words) => CallError::Failed(words),
        })
    }
}

impl Handler for Local {
    /// Never used: every refusal becomes words.
    type Refusal = std::convert::Infallible;

    fn implementation(&self) -> Implementation<'_> {
        self.server.implementation()
    }

    fn instructions(&self) -> Option<&str> {
        self.server.instructions()
    }

    fn capabilities(&self) -> Capabilities {
        self.server.capabilities()
    }

    fn list(&self, list: List, version: Version) -> Rc<RawValue> {
        self.server.list(list, version)
    }

    async fn call_tool(&self, call: ToolCall) -> Answer<CallToolResult, Self::Refusal> {
        self.somebody()?;
        match self.server.call_tool(call).await {
            // The model gets this error and can tell the person. A refused token is reported by the program itself
            // instead.
            Err(CallError::Refused(scope @ Refusal::InsufficientScope { .. })) => {
                Ok(Outcome::Complete(CallToolResult::error(self.words(scope))))
            }
            other => self.failed(other),
        }
    }

    async fn prompt(&self, call: PromptCall) -> Answer<Prompt, Self::Refusal> {
        self.failed(self.server.prompt(call).await)
    }

    async fn read(&self, call: ResourceCall) -> Answer<Vec<ResourceContents>, Self::Refusal> {
        self.somebody()?;
        self.failed(self.server.read(call).await)
    }

    async fn complete(&self, call: CompletionCall) -> Result<Completion, CallError<Self::Refusal>> {
        self.somebody()?;
        self.failed(self.server.complete(call).await)
    }
}
