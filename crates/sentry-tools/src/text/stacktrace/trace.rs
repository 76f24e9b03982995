//! One exception's or thread's calls.

use sentry_api::{Exception, Frame, Mechanism, Stack, Thread};

use crate::text::markdown::{line, push};

use super::{Role, locks, machinery};

/// An exception, or a thread, with its calls.
pub(crate) struct Trace<'a> {
    pub(crate) role: Role,
    /// In a tree of exceptions.
    pub(crate) depth: usize,
    /// Such as `TypeError`; `None` for a thread, which has its name in `notes`.
    pub(crate) kind: Option<String>,
    /// Where the type is from.
    pub(super) module: Option<String>,
    /// The whole message.
    pub(crate) message: Option<String>,
    pub(crate) is_group: bool,
    /// The SDK made the stack up.
    pub(crate) is_synthetic: bool,
    /// Not thrown: the system ended the program there.
    pub(crate) is_crash: bool,
    /// Its calls are where a thread stood, and threw nothing.
    pub(crate) is_of_thread: bool,
    /// Lines below the heading.
    pub(super) notes: Vec<String>,
    /// The newest call first.
    pub(crate) frames: Vec<Frame<'a>>,
    /// Of each call, whether it is an SDK's or a runtime's machinery.
    machinery: Vec<bool>,
    /// How many calls, the newest first, come before what the SDK left out, and how many that were.
    pub(super) omitted: Option<(usize, u64)>,
    /// The number of its first call: calls are counted over all traces.
    pub(super) first: usize,
}

impl<'a> Trace<'a> {
    /// Neither made up by the SDK, nor its or a runtime's machinery.
    pub(super) fn may_be_the_cause(&self, place: usize) -> bool {
        !self.is_synthetic && self.machinery.get(place) == Some(&false)
    }

    pub(super) fn set(&mut self, stack: Stack<'a>) {
        let count = stack.frames.len();
        self.omitted = stack
            .omitted
            .map(|(before, omitted)| (count.saturating_sub(before), omitted));
        self.frames = stack.frames;
        self.frames.reverse();
        self.machinery = self.frames.iter().map(machinery::is_machinery).collect();
    }
}

/// The crashed thread, the current one, or the first, among those that have a stack.
pub(super) fn default_thread<'t, 'a>(threads: &'t [Thread<'a>]) -> Option<&'t Thread<'a>> {
    let with_stack = || threads.iter().filter(|thread| !thread.stack.is_empty());
    with_stack()
        .find(|thread| thread.crashed)
        .or_else(|| with_stack().find(|thread| thread.current))
        .or_else(|| with_stack().next())
}

pub(super) fn of_thread<'a>(thread: &Thread<'a>, threads: &[Thread<'a>]) -> Trace<'a> {
    let mut trace = trace(thread.stack.clone());
    trace.notes.push(thread_name(thread, threads));
    trace.is_of_thread = true;
    trace
}

/// `Thread main (crashed) BLOCKED, waits for …`.
pub(super) fn thread_name(thread: &Thread<'_>, threads: &[Thread<'_>]) -> String {
    let name = thread.name.as_deref().or(thread.id.as_deref());
    let mut text = ["Thread ", &line(name.unwrap_or("?"), 60)].concat();
    text.push_str(if thread.crashed { " (crashed)" } else { "" });
    let does = locks::of_thread(thread, threads);
    if !does.is_empty() {
        push(&mut text, &[" ", &does]);
    }
    text
}

pub(super) fn of_exception<'a>(exception: &Exception<'a>) -> Trace<'a> {
    let mut trace = trace(exception.stack.clone());
    trace.kind = Some(match (&exception.kind, &exception.value) {
        (Some(kind), _) => kind.clone(),
        (None, Some(_)) => String::new(),
        (None, None) => "Exception".to_owned(),
    });
    trace.module = exception
        .module
        .clone()
        .filter(|module| module != "builtins");
    trace.message = exception.value.clone();
    trace.is_group = exception.mechanism.is_group;
    let mechanism = &exception.mechanism;
    trace.is_crash = is_crash(mechanism);
    trace.is_synthetic = mechanism.synthetic && !trace.is_crash;
    if trace.is_synthetic && !trace.frames.is_empty() {
        let words = "(a synthetic stack: where the SDK noticed it, not where it was thrown)";
        trace.notes.push(words.to_owned());
    }
    trace
}

/// The system made the exception up, and not its stack, which is the crash's.
fn is_crash(mechanism: &Mechanism<'_>) -> bool {
    const KINDS: [&str; 5] = [
        "minidump",
        "unreal",
        "applecrashreport",
        "mach",
        "signalhandler",
    ];
    let kind = mechanism.kind.as_deref();
    kind.is_some_and(|kind| KINDS.contains(&kind))
}

pub(super) fn trace(stack: Stack<'_>) -> Trace<'_> {
    let mut trace = Trace {
        role: Role::Thrown,
        depth: 0,
        kind: None,
        module: None,
        message: None,
        is_group: false,
        is_synthetic: false,
        is_crash: false,
        is_of_thread: false,
        notes: Vec::new(),
        frames: Vec::new(),
        machinery: Vec::new(),
        omitted: None,
        first: 1,
    };
    trace.set(stack);
    trace
}
