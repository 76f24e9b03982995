use crate::frames::{Lock, Stack};
use crate::json::Value;
use crate::member::{as_text, count, filled, flag, inner, maybe_flag, member, text};

/// One exception of an event.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exception<'a> {
    /// Such as `ValueError`.
    pub kind: Option<String>,
    /// Its message.
    pub value: Option<String>,
    /// Where its type is from, such as `builtins` or a package of Java.
    pub module: Option<String>,
    /// The thread that raised it.
    pub thread_id: Option<String>,
    /// How it reached Sentry, and what it is to the others.
    pub mechanism: Mechanism<'a>,
    /// Where it was raised; empty where nobody knows.
    pub stack: Stack<'a>,
}

/// How an exception reached Sentry, and its place in a tree of exceptions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mechanism<'a> {
    /// Such as `generic`, `onunhandledrejection`, `signalhandler`.
    pub kind: Option<String>,
    /// `None` where nobody said.
    pub handled: Option<bool>,
    /// The SDK made the stack up: it is where it noticed, not where something was thrown.
    pub synthetic: bool,
    /// Of this exception among the event's.
    pub exception_id: Option<u64>,
    /// Of the exception above.
    pub parent_id: Option<u64>,
    /// It holds others, such as Python's `ExceptionGroup`.
    pub is_group: bool,
    /// What it is to its parent, such as `__cause__`, `exceptions[1]`.
    pub source: Option<String>,
    /// In words.
    pub description: Option<String>,
    /// What the SDK adds, such as a signal's number.
    pub data: Option<Value<'a>>,
    /// What the operating system says, such as a signal's name.
    pub meta: Option<Value<'a>>,
}

/// A thread of a program.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Thread<'a> {
    /// Unique in the event.
    pub id: Option<String>,
    /// As the program named it.
    pub name: Option<String>,
    /// It brought the program down.
    pub crashed: bool,
    /// It was running when the event was made.
    pub current: bool,
    /// Such as `RUNNABLE`, `BLOCKED`.
    pub state: Option<String>,
    /// The locks that it has.
    pub held: Vec<Lock>,
    /// What it was doing.
    pub stack: Stack<'a>,
}

fn unless_empty(value: Value<'_>) -> Option<Value<'_>> {
    (!value.is_nothing()).then_some(value)
}

impl<'a> Exception<'a> {
    pub(crate) fn read(value: Value<'a>) -> Option<Self> {
        value.is_object().then(|| Self {
            kind: filled(value, "type"),
            value: filled(value, "value"),
            module: filled(value, "module"),
            thread_id: filled(value, "threadId"),
            mechanism: Mechanism::read(member(value, "mechanism")),
            stack: stack(value),
        })
    }
}

/// As Sentry resolved it, or else as the SDK sent it.
fn stack(value: Value<'_>) -> Stack<'_> {
    let resolved = Stack::read(member(value, "stacktrace"));
    if resolved.is_empty() {
        return Stack::read(member(value, "rawStacktrace"));
    }
    resolved
}

impl<'a> Mechanism<'a> {
    fn read(value: Value<'a>) -> Self {
        Self {
            kind: filled(value, "type"),
            handled: maybe_flag(value, "handled"),
            synthetic: flag(value, "synthetic"),
            exception_id: count(value, "exception_id"),
            parent_id: count(value, "parent_id"),
            is_group: flag(value, "is_exception_group"),
            source: filled(value, "source"),
            description: filled(value, "description"),
            data: unless_empty(member(value, "data")),
            meta: unless_empty(member(value, "meta")),
        }
    }

    /// The signal's name, or what the operating system calls the failure.
    #[must_use]
    pub fn signal(&self) -> Option<String> {
        as_text(inner(self.meta?, "signal", "name"))
    }
}

impl<'a> Thread<'a> {
    pub(crate) fn read(value: Value<'a>) -> Option<Self> {
        let held = member(value, "heldLocks");
        let held = held.members().iter();
        value.is_object().then(|| Self {
            id: text(value, "id"),
            name: filled(value, "name"),
            crashed: flag(value, "crashed"),
            current: flag(value, "current"),
            state: filled(value, "state"),
            held: held.filter_map(|(_, lock)| Lock::read(lock)).collect(),
            stack: stack(value),
        })
    }
}
