/// What a call of a tool that stands for others does in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The tool that it names.
    pub name: String,
    /// Whether that one changes something.
    pub changes: bool,
    /// A name among its arguments that it does not read. Shown to a person it would seem to count.
    pub foreign: Option<String>,
}
