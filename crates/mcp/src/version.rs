/// A revision of the protocol that this crate speaks. Later revisions compare greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// Has Streamable HTTP and batches, but no `MCP-Protocol-Version` header yet.
    V2025_03_26,
    /// Adds structured output, titles and the version header; removes batches.
    V2025_06_18,
    /// Adds icons, descriptions and tasks.
    V2025_11_25,
    /// Removes the handshake: every request carries its version and the client's capabilities.
    V2026_07_28,
}

impl Version {
    /// All supported versions, newest first, as clients are told of them.
    pub const ALL: [Self; 4] = [
        Self::V2026_07_28,
        Self::V2025_11_25,
        Self::V2025_06_18,
        Self::V2025_03_26,
    ];

    /// The newest supported version.
    pub const LATEST: Self = Self::V2026_07_28;

    /// The newest version that begins with `initialize`. It is offered to clients that ask there for a version we do
    /// not support.
    pub const LATEST_WITH_HANDSHAKE: Self = Self::V2025_11_25;

    /// The version of a request without the version header: "if the server does not receive an `MCP-Protocol-Version`
    /// header […] the server SHOULD assume protocol version `2025-03-26`" (MCP 2025-06-18 transports).
    pub const WITHOUT_HEADER: Self = Self::V2025_03_26;

    /// The version named by `text`, if it is supported.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|version| version.as_str() == text)
    }

    /// The version's name on the wire, such as `2025-11-25`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    /// The version with which `initialize` is answered: "If the server supports the requested protocol version, it MUST
    /// respond with the same version. Otherwise […] the latest version supported by the server" (MCP 2025-11-25
    /// lifecycle). The stateless version has no handshake, so it is never offered here.
    #[must_use]
    pub fn negotiate(asked: &str) -> Self {
        Self::parse(asked)
            .filter(|version| !version.is_stateless())
            .unwrap_or(Self::LATEST_WITH_HANDSHAKE)
    }

    /// Whether every request states its version and capabilities itself, and `initialize` and `ping` do not exist.
    #[must_use]
    pub fn is_stateless(self) -> bool {
        self >= Self::V2026_07_28
    }

    /// Whether a body may be an array of messages.
    #[must_use]
    pub fn has_batches(self) -> bool {
        self == Self::V2025_03_26
    }

    /// Whether tools have `outputSchema` and their results `structuredContent`.
    #[must_use]
    pub fn has_structured_content(self) -> bool {
        self >= Self::V2025_06_18
    }

    /// Whether tools, prompts, resources and implementations have a `title`.
    #[must_use]
    pub fn has_titles(self) -> bool {
        self >= Self::V2025_06_18
    }

    /// Whether an implementation has a `description`, a `websiteUrl` and `icons`.
    #[must_use]
    pub fn has_descriptions(self) -> bool {
        self >= Self::V2025_11_25
    }
}
