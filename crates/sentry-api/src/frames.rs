use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::lenient;

/// One exception of an event's chain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Exception {
    /// Such as `ValueError`.
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    pub kind: Option<String>,
    /// Its message.
    #[serde(deserialize_with = "lenient::text")]
    pub value: Option<String>,
    /// Where it was raised.
    pub stacktrace: Option<Stacktrace>,
}

/// The calls that led somewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Stacktrace {
    /// The outermost call first, as Sentry keeps them.
    #[serde(deserialize_with = "lenient::or_default")]
    pub frames: Vec<Frame>,
}

/// One call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Frame {
    /// Relative to the project, where Sentry knows it.
    #[serde(deserialize_with = "lenient::text")]
    pub filename: Option<String>,
    /// As the program saw it.
    #[serde(deserialize_with = "lenient::text")]
    pub abs_path: Option<String>,
    /// A module or class.
    #[serde(deserialize_with = "lenient::text")]
    pub module: Option<String>,
    /// A binary or library, in native code.
    #[serde(deserialize_with = "lenient::text")]
    pub package: Option<String>,
    /// A function or method.
    #[serde(deserialize_with = "lenient::text")]
    pub function: Option<String>,
    /// From 1.
    #[serde(deserialize_with = "lenient::count")]
    pub line_no: Option<u64>,
    /// From 1.
    #[serde(deserialize_with = "lenient::count")]
    pub col_no: Option<u64>,
    /// The project's own code, not a library's.
    #[serde(deserialize_with = "lenient::or_default")]
    pub in_app: bool,
    /// The source around the line.
    #[serde(deserialize_with = "lenient::or_default")]
    pub context: Vec<ContextLine>,
}

/// A line of source: its number and its text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "(Number, Text)")]
pub struct ContextLine {
    /// From 1; `None` where the server said something else.
    pub number: Option<u64>,
    /// Without the line's end.
    pub text: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Known(u64),
    Unknown(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Known(String),
    Unknown(IgnoredAny),
}

impl From<(Number, Text)> for ContextLine {
    fn from((number, text): (Number, Text)) -> Self {
        Self {
            number: match number {
                Number::Known(number) => Some(number),
                Number::Unknown(_) => None,
            },
            text: match text {
                Text::Known(text) => text,
                Text::Unknown(_) => String::new(),
            },
        }
    }
}
