//! What a server may write down of a request: names of the protocol, and words of this server. Nothing of it is sent.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::error::RpcError;
use crate::message::Message;
use crate::meta;
use crate::method::Method;
use crate::version::Version;

/// What a request is about, before it is answered. Names that the client chose are as it sent them: compare them, and do not
/// write them down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About<'a> {
    /// The method, or `batch`, `notification`, `response`, or `unknown` for one that MCP does not have.
    pub method: &'static str,
    /// The protocol version: for `initialize` the one that is agreed on.
    pub version: &'static str,
    /// The tool that `tools/call` names.
    pub tool: Option<&'a str>,
    /// The arguments of that call, where they are an object.
    pub arguments: Option<&'a Map<String, Value>>,
    /// What the client calls itself (`clientInfo`), where the message says so.
    pub client: Option<&'a str>,
}

/// How a request ended. What ended worse compares greater.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    /// With a result, or with nothing to answer.
    #[default]
    Well,
    /// With questions to the client.
    Asked,
    /// The tool failed, and its result says so.
    ToolFailed(Why),
    /// With an error of the protocol: the name of its code; its message, or what its code means where the message repeats what
    /// was sent.
    Refused(&'static str, &'static str),
}

/// Why a tool failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Why {
    /// In a few words of the server's own.
    pub words: &'static str,
    /// Whether what the tool asks was in trouble; else the call was at fault.
    pub is_trouble: bool,
}

impl Ended {
    pub(crate) fn with(error: &RpcError) -> Self {
        let words = match (&error.message, error.code) {
            (Cow::Borrowed(words), _) => words,
            (Cow::Owned(_), RpcError::INTERNAL_ERROR) => "the request failed",
            (Cow::Owned(_), _) => "the parameters are wrong",
        };
        Self::Refused(code_name(error.code), words)
    }
}

/// The name of an error's code, in the manner of OAuth's.
const fn code_name(code: i32) -> &'static str {
    match code {
        RpcError::PARSE_ERROR => "parse_error",
        RpcError::INVALID_REQUEST => "invalid_request",
        RpcError::METHOD_NOT_FOUND => "method_not_found",
        RpcError::INVALID_PARAMS => "invalid_params",
        RpcError::RESOURCE_NOT_FOUND => "resource_not_found",
        RpcError::HEADER_MISMATCH => "header_mismatch",
        RpcError::MISSING_CLIENT_CAPABILITY => "missing_client_capability",
        RpcError::UNSUPPORTED_VERSION => "unsupported_version",
        _ => "internal_error",
    }
}

impl<'a> About<'a> {
    pub(crate) const fn batch(version: Version) -> Self {
        Self {
            method: "batch",
            version: version.as_str(),
            tool: None,
            arguments: None,
            client: None,
        }
    }

    pub(crate) fn one(version: Version, message: &'a Message) -> Self {
        let about = Self::batch(version);
        let (method, params) = match message {
            Message::Request { method, params, .. } => (method, params.as_ref()),
            Message::Notification { .. } => {
                return Self {
                    method: "notification",
                    ..about
                };
            }
            Message::Response => {
                return Self {
                    method: "response",
                    ..about
                };
            }
        };
        let text = |name| params?.get(name)?.as_str();
        let initializes = Method::is_initialize(method);
        let agreed = text("protocolVersion").filter(|_| initializes);
        let calls = method == "tools/call";
        Self {
            method: Method::known_name(method).unwrap_or("unknown"),
            version: agreed.map_or(about.version, |asked| Version::negotiate(asked).as_str()),
            tool: text("name").filter(|_| calls),
            arguments: params
                .filter(|_| calls)
                .and_then(|params| params.get("arguments")?.as_object()),
            client: meta::client(params, initializes),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn about(value: Value) -> (&'static str, &'static str, Option<String>, Option<String>) {
        let message = Message::parse(value).unwrap();
        let about = About::one(Version::V2025_11_25, &message);
        let owned = |text: Option<&str>| text.map(str::to_owned);
        (
            about.method,
            about.version,
            owned(about.tool),
            owned(about.client),
        )
    }

    #[test]
    fn a_request_is_told_by_names_of_the_protocol() {
        let some = |text: &str| Some(text.to_owned());
        let client = json!({"name": "Cursor", "version": "1"});
        let initialize = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": {"protocolVersion": "2025-06-18", "clientInfo": client}});
        assert_eq!(
            about(initialize),
            ("initialize", "2025-06-18", None, some("Cursor"))
        );
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "whoami",
            "_meta": {"io.modelcontextprotocol/clientInfo": client}}});
        assert_eq!(
            about(call),
            ("tools/call", "2025-11-25", some("whoami"), some("Cursor"))
        );
        for (method, told) in [("made/up", "unknown"), ("prompts/get", "prompts/get")] {
            let message =
                json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": {"name": "x"}});
            assert_eq!(about(message), (told, "2025-11-25", None, None));
        }
        let notification = json!({"jsonrpc": "2.0", "method": "notifications/made-up"});
        assert_eq!(about(notification).0, "notification");
    }

    #[test]
    fn words_that_repeat_what_was_sent_are_not_told() {
        let quoting = RpcError::invalid_params(format!("`{}` must be a string.", "secret"));
        assert_eq!(
            Ended::with(&quoting),
            Ended::Refused("invalid_params", "the parameters are wrong")
        );
        let ours = RpcError::invalid_params("There is nothing of that name.");
        assert_eq!(
            Ended::with(&ours),
            Ended::Refused("invalid_params", "There is nothing of that name.")
        );
        let failed = Ended::ToolFailed(Why::default());
        assert!(
            Ended::Refused("", "") > failed && failed > Ended::Asked && Ended::Asked > Ended::Well
        );
    }
}
