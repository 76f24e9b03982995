use serde_json::Value;

use crate::member::{as_text, count, elements, flag, list, member, text};

/// One exception of an event's chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exception {
    /// Such as `ValueError`.
    pub kind: Option<String>,
    /// Its message.
    pub value: Option<String>,
    /// Where it was raised; empty where nobody knows.
    pub frames: Vec<Frame>,
}

/// A thread of a crashed program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thread {
    /// Unique in the event.
    pub id: Option<String>,
    /// As the program named it.
    pub name: Option<String>,
    /// It brought the program down.
    pub crashed: bool,
    /// It was running when the event was made.
    pub current: bool,
    /// What it was doing.
    pub frames: Vec<Frame>,
}

/// One call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// Relative to the project, where Sentry knows it.
    pub filename: Option<String>,
    /// As the program saw it.
    pub abs_path: Option<String>,
    /// A module or class.
    pub module: Option<String>,
    /// A binary or library, in native code.
    pub package: Option<String>,
    /// A function or method.
    pub function: Option<String>,
    /// From 1.
    pub line_no: Option<u64>,
    /// From 1.
    pub col_no: Option<u64>,
    /// The project's own code, not a library's.
    pub in_app: bool,
    /// The source around the line.
    pub context: Vec<ContextLine>,
}

/// A line of source: its number and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextLine {
    /// From 1; `None` where the server said something else.
    pub number: Option<u64>,
    /// Without the line's end.
    pub text: String,
}

impl Exception {
    pub(crate) fn read(value: &Value) -> Option<Self> {
        value.is_object().then(|| Self {
            kind: text(value, "type"),
            value: text(value, "value"),
            frames: frames(member(value, "stacktrace")),
        })
    }
}

impl Thread {
    pub(crate) fn read(value: &Value) -> Option<Self> {
        value.is_object().then(|| Self {
            id: text(value, "id"),
            name: text(value, "name"),
            crashed: flag(value, "crashed"),
            current: flag(value, "current"),
            frames: frames(member(value, "stacktrace")),
        })
    }
}

/// The calls of a stack trace, the outermost first, as Sentry keeps them.
pub(crate) fn frames(stacktrace: &Value) -> Vec<Frame> {
    list(stacktrace, "frames").iter().map(Frame::read).collect()
}

impl Frame {
    fn read(value: &Value) -> Self {
        Self {
            filename: text(value, "filename"),
            abs_path: text(value, "absPath"),
            module: text(value, "module"),
            package: text(value, "package"),
            function: text(value, "function"),
            line_no: count(value, "lineNo"),
            col_no: count(value, "colNo"),
            in_app: flag(value, "inApp"),
            context: list(value, "context")
                .iter()
                .filter_map(ContextLine::read)
                .collect(),
        }
    }
}

impl ContextLine {
    fn read(value: &Value) -> Option<Self> {
        let [number, text] = elements(value) else {
            return None;
        };
        Some(Self {
            number: number.as_u64(),
            text: as_text(text)
                .filter(|_| text.is_string())
                .unwrap_or_default(),
        })
    }
}
