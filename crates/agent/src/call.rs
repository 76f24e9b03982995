use approval::Target;
use serde_json::{Map, Value};

/// A checked call: its tool is offered and its arguments are an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The call's id, unique within a conversation.
    pub id: String,
    /// The name of the tool.
    pub name: String,
    /// The arguments. The tool itself checks them against its schema.
    pub arguments: Map<String, Value>,
    /// The arguments as JSON, on one line.
    pub json: String,
    /// The tool that is run in the end, if the one that was called stands for others.
    pub target: Option<String>,
    /// Whether the call changes something, so that a person has to agree first.
    pub changes: bool,
    /// The arguments as shown to the person who has to agree ([`approval::json`]). Empty if nobody has to.
    pub shown: String,
}

/// Resolves calls of tools that stand for others, such as one that executes a tool by name; `None` for any other tool.
pub type Targets = fn(tool: &str, arguments: &Map<String, Value>) -> Option<Target>;
