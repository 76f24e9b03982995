use fetch::FetchError;

/// Why something failed, in words for people. Text from servers is quoted unchanged, so code that prints it on a
/// terminal must replace control characters.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command or its options do not make sense.
    #[error("{0}")]
    Usage(String),
    /// No response arrived.
    #[error("{doing}: {}", reason(source))]
    Unreachable {
        /// What was being requested, and where.
        doing: String,
        /// The reason.
        source: FetchError,
    },
    /// The sign-in broke a rule, or was refused.
    #[error("{text} [{section}]")]
    SignIn {
        /// What was found, and what was expected.
        text: String,
        /// The section that has the rule.
        section: &'static str,
    },
    /// The server violates the protocol.
    #[error("{0}")]
    Protocol(String),
    /// The server answered with a JSON-RPC error.
    #[error("the server answered {method} with the error {code}: {message}")]
    Rpc {
        /// The method of the request.
        method: String,
        /// The JSON-RPC error code.
        code: i64,
        /// The server's message.
        message: String,
        /// The server's details, if any.
        data: Option<serde_json::Value>,
    },
    /// The server answered with an HTTP status that is not an answer to a message.
    #[error("the server answered {method} with HTTP {status}{text}")]
    Status {
        /// The method of the request.
        method: String,
        /// The HTTP status.
        status: u16,
        /// What else the response said; may be empty.
        text: String,
    },
    /// The server no longer knows the session (MCP 2025-11-25 transports, Session Management).
    #[error("the server has ended the session")]
    SessionEnded,
    /// A file or process on this computer caused trouble.
    #[error("{0}")]
    Local(String),
}

/// The reason in words for people. Of the layers of a failed connection the innermost two say what happened.
fn reason(error: &FetchError) -> String {
    let FetchError::Unreachable(text) = error.cause() else {
        return error.to_string();
    };
    let mut layers: Vec<&str> = text.rsplit(": ").take(2).collect();
    layers.reverse();
    let text = layers.join(": ");
    let text = text.split(" (os error").next().unwrap_or_default();
    format!("it cannot be reached: {text}")
}

impl Error {
    /// An error of the sign-in: a rule that did not hold.
    pub(crate) fn sign_in(section: &'static str, text: impl Into<String>) -> Self {
        Self::SignIn {
            text: text.into(),
            section,
        }
    }

    /// The exit status for this kind of error; `docs/TEST-CLIENT.md` lists them.
    #[must_use]
    pub const fn exit_status(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Unreachable { .. } => 3,
            Self::SignIn { .. } => 4,
            Self::Protocol(_) | Self::Rpc { .. } | Self::Status { .. } | Self::SessionEnded => 5,
            Self::Local(_) => 6,
        }
    }

    /// The name of the kind, for programs.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Usage(_) => "usage",
            Self::Unreachable { .. } => "unreachable",
            Self::SignIn { .. } => "sign_in",
            Self::Protocol(_) => "protocol",
            Self::Rpc { .. } => "rpc",
            Self::Status { .. } | Self::SessionEnded => "http",
            Self::Local(_) => "local",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_connection_says_what_happened() {
        let text = "error sending request: client error (Connect): tcp connect error: Connection refused (os error 111)";
        let error = Error::Unreachable {
            doing: "sending tools/list to http://localhost:1/mcp".to_owned(),
            source: FetchError::Unreachable(text.to_owned()),
        };
        assert_eq!(
            error.to_string(),
            "sending tools/list to http://localhost:1/mcp: it cannot be reached: tcp connect error: Connection refused"
        );
    }
}
