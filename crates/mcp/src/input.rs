//! Questions that a server can put to a client while a request waits: multi round-trip requests (MCP 2026-07-28 mrtr).
//! The server answers such a request with [`InputRequired`], and the client sends it again with its answers. Before
//! 2026-07-28 a server sent a request of its own, which needs a session and a stream; here such clients have
//! [`ClientCapabilities::NONE`].

use serde_json::{Map, Value};

use crate::error::RpcError;
use crate::json::Object;

/// The kinds of questions that the client has declared it can answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientCapabilities {
    /// The user can fill in forms. URL mode alone does not count.
    pub elicitation: bool,
    /// The client's model can be asked for completions.
    pub sampling: bool,
    /// The client can list its root folders.
    pub roots: bool,
}

impl ClientCapabilities {
    /// The client cannot be asked anything.
    pub const NONE: Self = Self {
        elicitation: false,
        sampling: false,
        roots: false,
    };

    /// Reads the declared capabilities. "An empty `elicitation` object is form mode" (MCP 2025-11-25 elicitation,
    /// Capabilities; 2026-07-28 keeps this).
    pub(crate) fn read(declared: &Map<String, Value>) -> Self {
        let forms = |elicitation: &Map<String, Value>| {
            elicitation.contains_key("form") || !elicitation.contains_key("url")
        };
        let object = |name: &str| declared.get(name).and_then(Value::as_object);
        Self {
            elicitation: object("elicitation").is_some_and(forms),
            sampling: object("sampling").is_some(),
            roots: object("roots").is_some(),
        }
    }

    const fn include(self, kind: InputKind) -> bool {
        match kind {
            InputKind::Elicitation => self.elicitation,
            InputKind::Sampling => self.sampling,
            InputKind::Roots => self.roots,
        }
    }
}

/// What the client can be asked, and the answers that came with a request.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Input {
    /// The kinds of questions that this client can answer.
    pub client: ClientCapabilities,
    /// Answers to earlier questions, by the keys of [`InputRequired::requests`]. Each is an object; its contents are
    /// unchecked.
    pub responses: Map<String, Value>,
    /// The earlier [`InputRequired::state`], as the client returned it. Do not trust it.
    pub state: Option<String>,
}

/// A user's answer to a form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Elicited<'a> {
    /// The form has not been answered yet, or the answer cannot be read: ask (again).
    Nothing,
    /// The user filled in the form. The values are not yet checked against its schema.
    Accepted(&'a Map<String, Value>),
    /// The user declined, or closed the form.
    Declined,
}

impl Input {
    /// Reads `inputResponses` and `requestState`.
    ///
    /// # Errors
    /// If one of them does not have the shape that the protocol defines.
    pub(crate) fn read(
        client: ClientCapabilities,
        params: &mut Map<String, Value>,
    ) -> Result<Self, RpcError> {
        let responses = match params.remove("inputResponses") {
            None => Map::new(),
            Some(Value::Object(responses)) if responses.values().all(Value::is_object) => responses,
            Some(_) => {
                let message = "`inputResponses` must be an object of objects.";
                return Err(RpcError::invalid_params(message));
            }
        };
        let state = match params.remove("requestState") {
            None => None,
            Some(Value::String(state)) => Some(state),
            Some(_) => return Err(RpcError::invalid_params("`requestState` must be a string.")),
        };
        Ok(Self {
            client,
            responses,
            state,
        })
    }

    /// The user's answer to the form with that key.
    #[must_use]
    pub fn elicited(&self, key: &str) -> Elicited<'_> {
        let Some(response) = self.responses.get(key) else {
            return Elicited::Nothing;
        };
        match response.get("action").and_then(Value::as_str) {
            Some("accept") => response
                .get("content")
                .and_then(Value::as_object)
                .map_or(Elicited::Nothing, Elicited::Accepted),
            Some("decline" | "cancel") => Elicited::Declined,
            _ => Elicited::Nothing,
        }
    }
}

/// The questions that the client must answer before the request can be completed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputRequired {
    /// The questions, by keys that the server chose. May be empty only if there is a `state`.
    pub requests: Vec<(&'static str, InputRequest)>,
    /// Opaque to the client, which returns it with the answers. A server that relies on it must sign it.
    pub state: Option<String>,
}

/// One question to the client, in the shape of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputRequest {
    /// The kind of question, which determines the method.
    pub kind: InputKind,
    /// The parameters of that method, as JSON.
    pub params: String,
}

/// The kinds of questions that MCP defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// `elicitation/create`: the user fills in a form.
    Elicitation,
    /// `sampling/createMessage`: the client's model completes a prompt.
    Sampling,
    /// `roots/list`: the client lists its root folders.
    Roots,
}

impl InputKind {
    const fn method(self) -> &'static str {
        match self {
            Self::Elicitation => "elicitation/create",
            Self::Sampling => "sampling/createMessage",
            Self::Roots => "roots/list",
        }
    }

    const fn capability(self) -> &'static str {
        match self {
            Self::Elicitation => "elicitation",
            Self::Sampling => "sampling",
            Self::Roots => "roots",
        }
    }
}

impl InputRequired {
    /// "Servers MUST NOT send an `inputRequests` that the client has not declared support for"; a request that cannot
    /// be completed without one gets −32021 (MCP 2026-07-28 mrtr; basic, Per-request protocol fields).
    pub(crate) fn check(&self, client: ClientCapabilities) -> Result<(), RpcError> {
        let asks = |kind| {
            self.requests
                .iter()
                .any(|(_, request)| request.kind == kind)
        };
        let mut data = String::new();
        let mut object = Object::begin(&mut data);
        let mut required = Object::begin(object.name("requiredCapabilities"));
        let mut lacking = false;
        for kind in [
            InputKind::Elicitation,
            InputKind::Sampling,
            InputKind::Roots,
        ] {
            if !client.include(kind) && asks(kind) {
                required.raw(kind.capability(), "{}");
                lacking = true;
            }
        }
        required.end();
        object.end();
        if !lacking {
            return Ok(());
        }
        let message = "This request needs a capability that the client did not declare.";
        Err(RpcError::new(RpcError::MISSING_CLIENT_CAPABILITY, message).with_data(data))
    }

    pub(crate) fn write(&self, result: &mut Object<'_>) {
        if !self.requests.is_empty() {
            let mut requests = Object::begin(result.name("inputRequests"));
            for (key, InputRequest { kind, params }) in &self.requests {
                Object::begin(requests.name(key))
                    .text("method", kind.method())
                    .raw("params", params)
                    .end();
            }
            requests.end();
        }
        result.maybe("requestState", self.state.as_deref());
    }
}
