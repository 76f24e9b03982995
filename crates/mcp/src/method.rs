use crate::handler::{Capabilities, List};
use crate::version::Version;

/// The protocol methods that a server can implement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Initialize,
    Ping,
    Discover,
    List(List),
    CallTool,
    GetPrompt,
    ReadResource,
    Complete,
}

impl Method {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "initialize" => Self::Initialize,
            "ping" => Self::Ping,
            "server/discover" => Self::Discover,
            "tools/list" => Self::List(List::Tools),
            "tools/call" => Self::CallTool,
            "prompts/list" => Self::List(List::Prompts),
            "prompts/get" => Self::GetPrompt,
            "resources/list" => Self::List(List::Resources),
            "resources/templates/list" => Self::List(List::ResourceTemplates),
            "resources/read" => Self::ReadResource,
            "completion/complete" => Self::Complete,
            _ => return None,
        })
    }

    /// The name of a method that MCP has.
    pub(crate) fn known_name(name: &str) -> Option<&'static str> {
        Some(match Self::parse(name)? {
            Self::Initialize => "initialize",
            Self::Ping => "ping",
            Self::Discover => "server/discover",
            Self::List(List::Tools) => "tools/list",
            Self::CallTool => "tools/call",
            Self::List(List::Prompts) => "prompts/list",
            Self::GetPrompt => "prompts/get",
            Self::List(List::Resources) => "resources/list",
            Self::List(List::ResourceTemplates) => "resources/templates/list",
            Self::ReadResource => "resources/read",
            Self::Complete => "completion/complete",
        })
    }

    /// Finds a method by its name, if `version` has it and the server declares the capability that it needs.
    pub(crate) fn find(name: &str, version: Version, declared: Capabilities) -> Option<Self> {
        Self::parse(name).filter(|method| match method {
            Self::Initialize | Self::Ping => !version.is_stateless(),
            Self::Discover => version.is_stateless(),
            Self::List(List::Tools) | Self::CallTool => true,
            Self::List(List::Prompts) | Self::GetPrompt => declared.prompts,
            Self::List(List::Resources | List::ResourceTemplates) | Self::ReadResource => {
                declared.resources
            }
            Self::Complete => declared.completions,
        })
    }

    /// Whether this method is `initialize`, which begins a session.
    pub(crate) fn is_initialize(name: &str) -> bool {
        Self::parse(name) == Some(Self::Initialize)
    }

    /// The name of the parameter that `Mcp-Name` repeats (MCP 2026-07-28 streamable-http, Standard Request Headers).
    pub(crate) fn mirrored(name: &str) -> Option<&'static str> {
        match Self::parse(name)? {
            Self::CallTool | Self::GetPrompt => Some("name"),
            Self::ReadResource => Some("uri"),
            _ => None,
        }
    }
}
