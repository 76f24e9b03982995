use fetch::FetchError;

/// Why something did not work, for people. What servers have sent is quoted in it as it came: whoever prints it on a
/// terminal replaces control characters.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command cannot be meant so.
    #[error("{0}")]
    Usage(String),
    /// No answer came.
    #[error("{doing}: {source}")]
    Unreachable {
        /// What was being done, and where.
        doing: String,
        /// What happened.
        source: FetchError,
    },
    /// The sign-in broke a rule, or was refused.
    #[error("{text} [{section}]")]
    SignIn {
        /// What was found, and what was expected.
        text: String,
        /// The rule.
        section: &'static str,
    },
    /// The server does not speak the protocol as it should.
    #[error("{0}")]
    Protocol(String),
    /// The server's JSON-RPC error.
    #[error("the server answered {method} with the error {code}: {message}")]
    Rpc {
        /// What was asked.
        method: String,
        /// JSON-RPC's code.
        code: i64,
        /// The server's words.
        message: String,
        /// The server's details.
        data: Option<serde_json::Value>,
    },
    /// An HTTP status that is no answer to a message.
    #[error("the server answered {method} with HTTP {status}{text}")]
    Status {
        /// What was asked.
        method: String,
        /// The code.
        status: u16,
        /// Empty, or what else it said.
        text: String,
    },
    /// The server no longer knows the session (MCP 2025-11-25 transports, Session Management).
    #[error("the server has ended the session")]
    SessionEnded,
    /// Files and processes of this computer.
    #[error("{0}")]
    Local(String),
}

impl Error {
    /// A rule of the sign-in that did not hold.
    pub(crate) fn sign_in(section: &'static str, text: impl Into<String>) -> Self {
        Self::SignIn {
            text: text.into(),
            section,
        }
    }

    /// The exit status that stands for this kind of error; `docs/TEST-CLIENT.md` lists them.
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

    /// The kind, for programs.
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
