use approval::Target;
use serde_json::{Map, Value};

/// A call that was looked at: its tool is offered and its arguments are an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Tells calls of one conversation apart.
    pub id: String,
    /// Of the tool.
    pub name: String,
    /// For the tool; it checks them.
    pub arguments: Map<String, Value>,
    /// The same as JSON, on one line.
    pub json: String,
    /// The tool that is run in the end, where the called one stands for others.
    pub target: Option<String>,
    /// Whether something is changed, so that somebody has to agree.
    pub changes: bool,
    /// The arguments as that person is shown them: [`approval::json`]. Empty where nobody has to agree.
    pub shown: String,
}

/// Knows the tools that stand for others: `None` for every other.
pub type Targets = fn(tool: &str, arguments: &Map<String, Value>) -> Option<Target>;
