use crate::json::{Members, Value};
use crate::member::{address, as_text, count, elements, filled, flag, list, member, text};

/// The calls that led to a place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stack<'a> {
    /// The outermost first, as Sentry keeps them.
    pub frames: Vec<Frame<'a>>,
    /// Calls that the SDK left out: how many of `frames` come before them, and how many they are.
    pub omitted: Option<(usize, u64)>,
}

/// One call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame<'a> {
    /// Relative to the project, where Sentry knows it.
    pub filename: Option<String>,
    /// As the program saw it.
    pub abs_path: Option<String>,
    /// A module or class.
    pub module: Option<String>,
    /// A binary, library or assembly.
    pub package: Option<String>,
    /// A function or method.
    pub function: Option<String>,
    /// Such as `java`, where it is another one than the event's.
    pub platform: Option<String>,
    /// From 1.
    pub line_no: Option<u64>,
    /// From 1.
    pub col_no: Option<u64>,
    /// The project's own code, not a library's.
    pub in_app: bool,
    /// The source around the line.
    pub context: Vec<ContextLine>,
    /// Local variables; values that Sentry filtered are `[Filtered]`.
    pub vars: Members<'a>,
    /// Where the call's instruction is in memory.
    pub address: Option<u64>,
    /// What `address` counts from, such as `rel:2`: the image with that place in the list.
    pub address_mode: Option<String>,
    /// The lock that it holds or waits for.
    pub lock: Option<Lock>,
}

/// A line of source: its number and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextLine {
    /// From 1; `None` where the server said something else.
    pub number: Option<u64>,
    /// Without the line's end.
    pub text: String,
}

/// What a thread does with a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockUse {
    /// It has it.
    Holds,
    /// It waits to be woken by whoever has it.
    Waits,
    /// It sleeps with it.
    Sleeps,
    /// It waits for whoever has it to let go.
    Blocked,
    /// A number that we do not know.
    Unknown,
}

/// A lock of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// By Sentry's numbers: 1, 2, 4 and 8.
    pub usage: LockUse,
    /// Such as `0x04d2b7e1`.
    pub address: Option<String>,
    /// Such as `java.lang`.
    pub package_name: Option<String>,
    /// Such as `Object`.
    pub class_name: Option<String>,
    /// The thread that has it.
    pub thread_id: Option<String>,
}

impl<'a> Stack<'a> {
    /// Of an object with `frames` and `framesOmitted`.
    pub(crate) fn read(value: Value<'a>) -> Self {
        Self {
            frames: list(value, "frames").iter().map(Frame::read).collect(),
            omitted: omitted(member(value, "framesOmitted")),
        }
    }

    /// Nobody knows any call, nor that there were some.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }
}

/// `[42, 780]`: the calls from place 42 up to place 780, of all there were.
fn omitted(value: Value<'_>) -> Option<(usize, u64)> {
    let place = |at: usize| {
        let text = as_text(elements(value).get(at)?)?;
        text.parse::<u64>().ok()
    };
    let (start, end) = (place(0)?, place(1)?);
    let count = end.saturating_sub(start);
    (count > 0).then_some((usize::try_from(start).unwrap_or(usize::MAX), count))
}

impl<'a> Frame<'a> {
    fn read(value: Value<'a>) -> Self {
        Self {
            filename: filled(value, "filename"),
            abs_path: filled(value, "absPath"),
            module: filled(value, "module"),
            package: filled(value, "package"),
            function: filled(value, "function").or_else(|| filled(value, "rawFunction")),
            platform: filled(value, "platform"),
            line_no: count(value, "lineNo").filter(|line| *line > 0),
            col_no: count(value, "colNo").filter(|column| *column > 0),
            in_app: flag(value, "inApp"),
            context: list(value, "context")
                .iter()
                .filter_map(ContextLine::read)
                .collect(),
            vars: member(value, "vars").members(),
            address: address(member(value, "instructionAddr")),
            address_mode: text(value, "addrMode"),
            lock: Lock::read(member(value, "lock")),
        }
    }
}

impl ContextLine {
    fn read(value: Value<'_>) -> Option<Self> {
        let (number, text) = elements(value).pair()?;
        Some(Self {
            number: as_text(number).and_then(|number| number.parse().ok()),
            text: as_text(text)
                .filter(|_| text.is_string())
                .unwrap_or_default()
                .trim_end_matches(['\n', '\r'])
                .to_owned(),
        })
    }
}

impl Lock {
    pub(crate) fn read(value: Value<'_>) -> Option<Self> {
        value.is_object().then(|| Self {
            usage: match count(value, "type") {
                Some(1) => LockUse::Holds,
                Some(2) => LockUse::Waits,
                Some(4) => LockUse::Sleeps,
                Some(8) => LockUse::Blocked,
                _ => LockUse::Unknown,
            },
            address: filled(value, "address"),
            package_name: filled(value, "package_name").or_else(|| filled(value, "packageName")),
            class_name: filled(value, "class_name").or_else(|| filled(value, "className")),
            thread_id: filled(value, "thread_id").or_else(|| filled(value, "threadId")),
        })
    }
}
