//! What a client can be asked while a request waits for it: multi round-trip requests (MCP 2026-07-28 mrtr). Such a
//! request is answered with [`InputRequired`], and sent again with the answers. Before 2026-07-28 a server asked by a
//! request of its own, which needs a session and a stream; here such clients have [`ClientCapabilities::NONE`].

use serde_json::{Map, Value};

use crate::error::RpcError;
use crate::json::Object;

/// What the client declared that it can be asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientCapabilities {
    /// Forms for a person. URL mode alone is not this.
    pub elicitation: bool,
    /// Completions of its model.
    pub sampling: bool,
    /// Its folders.
    pub roots: bool,
}

impl ClientCapabilities {
    /// Nothing.
    pub const NONE: Self = Self {
        elicitation: false,
        sampling: false,
        roots: false,
    };

    /// "An empty `elicitation` object is form mode" (MCP 2025-11-25 elicitation, Capabilities; 2026-07-28 keeps it).
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

/// What came with a request beside its own parameters.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Input {
    /// Whom one may ask, and what.
    pub client: ClientCapabilities,
    /// Answers to what was asked before, by the keys of [`InputRequired::requests`]. Each is an object, unchecked.
    pub responses: Map<String, Value>,
    /// [`InputRequired::state`] of before, as the client sends it back: hostile.
    pub state: Option<String>,
}

/// A person's answer to a form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Elicited<'a> {
    /// Not asked yet, or the answer cannot be read: ask (again).
    Nothing,
    /// The form, filled in; not yet checked against its schema.
    Accepted(&'a Map<String, Value>),
    /// Said no, or closed the form.
    Declined,
}

impl Input {
    /// Reads `inputResponses` and `requestState`.
    ///
    /// # Errors
    /// They are not of the protocol's shape.
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

    /// What a person answered to the form of that key.
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

/// A request is answered with questions first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputRequired {
    /// By keys of the server's choice. Not empty, or there is a state.
    pub requests: Vec<(&'static str, InputRequest)>,
    /// Comes back with the answers. A server that trusts what it says must have signed it.
    pub state: Option<String>,
}

/// One question to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputRequest {
    /// Of what kind.
    pub kind: InputKind,
    /// The parameters of the method of that kind: JSON.
    pub params: String,
}

/// The kinds of questions that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// `elicitation/create`: a form for a person.
    Elicitation,
    /// `sampling/createMessage`: a completion by the client's model.
    Sampling,
    /// `roots/list`: the client's folders.
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
    /// "Servers MUST NOT send an `inputRequests` that the client has not declared support for"; a request that
    /// cannot do without one is −32021 (MCP 2026-07-28 mrtr; basic, Per-request protocol fields).
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
