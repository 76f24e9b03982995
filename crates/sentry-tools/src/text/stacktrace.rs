//! The stack traces of an event: what belongs to which exception, and which call to look at first.

use sentry_api::{Event, Exception, Frame, Thread};

use crate::text::budget::Section;
use crate::text::cut;
use crate::text::markdown::{Joined, code, line, line_ends, number, one_line, push};

mod fold;
mod locks;
mod machinery;
mod place;
mod rows;
mod trace;
mod tree;

pub(crate) use place::{Names, file, function, last_of};
pub(crate) use rows::Detail;
pub(crate) use trace::Trace;
pub(crate) use tree::Role;

use trace::{default_thread, of_exception, of_thread, thread_name};

/// All that an event says of calls.
pub(crate) struct Traces<'a> {
    /// The one to read first in front.
    pub(crate) list: Vec<Trace<'a>>,
    pub(crate) threads: Vec<Thread<'a>>,
    pub(crate) names: Names,
    /// Whether Sentry marks any call as the project's own: without that, no call is called a library's.
    pub(crate) is_marked: bool,
    /// Where to look first.
    pub(crate) culprit: Option<Culprit>,
}

/// A call by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Culprit {
    trace: usize,
    frame: usize,
    /// As it stands in front of the call's row.
    pub(crate) number: usize,
    /// Of the project's own; else it is only the newest that may be.
    pub(crate) is_own: bool,
}

/// Who called.
pub(crate) struct Caller<'t, 'a> {
    pub(crate) frame: &'t Frame<'a>,
    /// As it stands in front of the call's row.
    pub(crate) number: usize,
    /// Without a library's calls between.
    pub(crate) is_direct: bool,
}

/// Listed; the others are counted.
pub(crate) const THREADS: usize = 300;

impl<'a> Traces<'a> {
    /// The exceptions from the thrown one to what it holds and what caused it; without exceptions the crashed thread, the
    /// current one, or the first with a stack; else the event's own stack.
    pub(crate) fn of(event: &'a Event) -> Self {
        let mut traces = Self {
            list: Vec::new(),
            threads: event.threads(),
            names: Names {
                platform: event.text("platform").unwrap_or_default(),
                images: event.images(),
            },
            is_marked: false,
            culprit: None,
        };
        let exceptions = event.exceptions();
        let has_stack = exceptions.iter().any(|one| !one.stack.is_empty());
        for node in tree::order(&exceptions) {
            if let Some(exception) = exceptions.get(node.place) {
                let mut trace = of_exception(exception);
                (trace.role, trace.depth) = (node.role, node.depth);
                if trace.frames.is_empty() {
                    let is_first = traces.list.is_empty();
                    traces.take_thread(exception, &mut trace, is_first && !has_stack);
                }
                traces.list.push(trace);
            }
        }
        if traces.list.is_empty() {
            let stack = event.stacktrace();
            if let Some(thread) = default_thread(&traces.threads) {
                let trace = of_thread(thread, &traces.threads);
                traces.list.push(trace);
            } else if !stack.is_empty() {
                let mut trace = trace::trace(stack);
                trace.notes.push("Stack of the event".to_owned());
                traces.list.push(trace);
            }
        }
        traces.finish()
    }

    /// Of one thread.
    pub(crate) fn of_thread(event: &'a Event, wanted: &str) -> Option<Self> {
        let threads = event.threads();
        let is = |name: &Option<String>| name.as_deref() == Some(wanted);
        let by_id = threads.iter().find(|thread| is(&thread.id));
        let thread = by_id.or_else(|| threads.iter().find(|thread| is(&thread.name)))?;
        let list = vec![of_thread(thread, &threads)];
        let names = Names {
            platform: event.text("platform").unwrap_or_default(),
            images: event.images(),
        };
        let traces = Self {
            list,
            threads,
            names,
            is_marked: false,
            culprit: None,
        };
        Some(traces.finish())
    }

    /// An exception without a stack has its thread's: by its id, or, where no exception of the event has a stack, the
    /// thread that crashed, or is current.
    fn take_thread(&self, exception: &Exception<'_>, trace: &mut Trace<'a>, is_alone: bool) {
        let threads = self.threads.iter();
        let named = exception.thread_id.as_ref().and_then(|id| {
            threads
                .clone()
                .find(|thread| thread.id.as_ref() == Some(id))
        });
        let thread = match named {
            Some(thread) => thread,
            None if is_alone => match default_thread(&self.threads) {
                Some(thread) => thread,
                None => return,
            },
            None => return,
        };
        // A thread's stack is told once.
        let name = thread_name(thread, &self.threads);
        let is_told = self.list.iter().any(|other| other.notes.contains(&name));
        trace.notes.push(name);
        if !is_told {
            trace.set(thread.stack.clone());
            trace.is_of_thread = true;
        }
    }

    fn finish(mut self) -> Self {
        let mut first = 1;
        for trace in &mut self.list {
            trace.first = first;
            first += trace.frames.len();
        }
        let is_marked = self.frames().any(|(.., frame)| frame.in_app);
        self.is_marked = is_marked;
        self.culprit = self.find_culprit();
        self
    }

    fn frames(&self) -> impl Iterator<Item = (usize, usize, &Trace<'a>, &Frame<'a>)> {
        let traces = self.list.iter().enumerate();
        traces.flat_map(|(place, trace)| {
            let frames = trace.frames.iter().enumerate();
            frames.map(move |(at, frame)| (place, at, trace, frame))
        })
    }

    /// The project's own: as Sentry marks it, but for an SDK's and a runtime's machinery, and for stacks that the SDK made
    /// up.
    fn is_own(&self, trace: &Trace<'_>, place: usize) -> bool {
        let is_marked = trace.frames.get(place).is_some_and(|frame| frame.in_app);
        (is_marked || !self.is_marked) && trace.may_be_the_cause(place)
    }

    /// The newest call in the project's own code. Where Sentry marks nothing as such: the newest that is in no package's
    /// folder, or simply the newest.
    fn find_culprit(&self) -> Option<Culprit> {
        let mut newest = None;
        let mut newest_unpackaged = None;
        for (trace_at, frame_at, trace, frame) in self.frames() {
            if !trace.may_be_the_cause(frame_at) {
                continue;
            }
            let culprit = Culprit {
                trace: trace_at,
                frame: frame_at,
                number: trace.first + frame_at,
                is_own: frame.in_app,
            };
            if frame.in_app {
                return Some(culprit);
            }
            newest.get_or_insert(culprit);
            if !machinery::is_packaged(frame) {
                newest_unpackaged.get_or_insert(culprit);
            }
        }
        newest_unpackaged.or(newest)
    }

    /// The call to look at first.
    pub(crate) fn culprit_frame(&self) -> Option<&Frame<'a>> {
        let culprit = self.culprit?;
        self.list.get(culprit.trace)?.frames.get(culprit.frame)
    }

    /// The call at which to start: the culprit, or, where that has no file that can be opened, the newest of the project's
    /// own that has one, in whatever exception.
    pub(crate) fn start(&self) -> Option<(usize, &Frame<'a>)> {
        let culprit = self.culprit?;
        let frame = self.culprit_frame()?;
        let mut with_file = self.frames().filter(|(_, place, trace, frame)| {
            frame.in_app && file(frame).is_some() && trace.may_be_the_cause(*place)
        });
        let other = with_file.next().filter(|_| file(frame).is_none());
        Some(match other {
            Some((at, place, trace, _)) => {
                let frame = self.list.get(at)?.frames.get(place)?;
                (trace.first + place, frame)
            }
            None => (culprit.number, frame),
        })
    }

    /// The exception, or thread, of the culprit's call.
    pub(crate) fn culprit_trace(&self) -> Option<&Trace<'a>> {
        self.list.get(self.culprit?.trace)
    }

    /// Whether nothing was called after the culprit's call.
    pub(crate) fn is_culprit_newest(&self) -> bool {
        self.culprit.is_some_and(|culprit| culprit.frame == 0)
    }

    /// The nearest call of the project's own that led to the culprit's.
    pub(crate) fn caller(&self) -> Option<Caller<'_, 'a>> {
        let culprit = self.culprit?;
        let trace = self.list.get(culprit.trace)?;
        let called = self.culprit_frame()?;
        let mut is_direct = true;
        for (place, frame) in trace.frames.iter().enumerate().skip(culprit.frame + 1) {
            let is_own = self.is_own(trace, place);
            let is_same = frame.function == called.function && frame.filename == called.filename;
            if is_own && !is_same {
                return Some(Caller {
                    frame,
                    number: trace.first + place,
                    is_direct,
                });
            }
            is_direct &= is_own;
        }
        None
    }

    /// Calls that the SDK left out, of all traces.
    pub(crate) fn omitted(&self) -> u64 {
        let omitted = self.list.iter().filter_map(|trace| trace.omitted);
        omitted.map(|(_, count)| count).sum()
    }

    /// What began a chain of causes, where the last of the chain is not what was thrown.
    pub(crate) fn root_cause(&self) -> Option<&Trace<'a>> {
        let is_chain = |trace: &Trace<'_>| matches!(trace.role, Role::Thrown | Role::Cause);
        let last = self.list.last().filter(|last| last.role == Role::Cause)?;
        self.list.iter().all(is_chain).then_some(last)
    }

    /// Whether a call of the project's own comes with its source, and whether one comes with variables.
    pub(crate) fn details(&self) -> (bool, bool) {
        let any = |has: fn(&Frame<'_>) -> bool| self.frames().any(|(.., frame)| has(frame));
        (
            any(|frame| !frame.context.is_empty()),
            any(|frame| !frame.vars.is_empty()),
        )
    }

    /// `waits for IsbnIndex 0x04d2b7e1, held by thread 23 (isbn-index)`, where the culprit's call waits.
    pub(crate) fn culprit_waits(&self) -> Option<String> {
        let lock = self.culprit_frame()?.lock.as_ref()?;
        locks::waits(lock).then(|| locks::described(lock, &self.threads))
    }

    /// The thread that has what the culprit's call waits for.
    pub(crate) fn lock_holder(&self) -> Option<&Thread<'a>> {
        let lock = self.culprit_frame()?.lock.as_ref()?;
        locks::holding(lock, &self.threads).filter(|_| locks::waits(lock))
    }

    /// The newest calls of [`Self::lock_holder`], as rows of a code block.
    pub(crate) fn rows_of_lock_holder(&self, section: &mut Section, most: usize) {
        let Some(thread) = self.lock_holder() else {
            return;
        };
        if thread.stack.is_empty() {
            return;
        }
        section.row(trace::thread_name(thread, &self.threads));
        let frames = thread.stack.frames.iter().rev().enumerate();
        for (place, frame) in frames.take(most) {
            let number = (place + 1).to_string();
            let indent = " ".repeat(4_usize.saturating_sub(number.len()));
            let call = self.names.call(frame, 140);
            section.ranked(1, [indent.as_str(), &number, " ", &call].concat());
        }
        let others = thread.stack.frames.len().saturating_sub(most);
        section.left_out_of(1, others as u64);
    }

    /// The binaries of the project's own calls whose debug file Sentry has not: path and id.
    pub(crate) fn without_debug_file(&self) -> Vec<(String, Option<String>)> {
        let mut found = Vec::new();
        for (_, place, trace, frame) in self.frames() {
            if !self.is_own(trace, place) || file(frame).is_some() {
                continue;
            }
            if let Some(image) = self.names.image_without_debug_file(frame)
                && let Some(name) = &image.code_file
            {
                let named = (name.clone(), image.debug_id.clone());
                if found.len() < 8 && !found.contains(&named) {
                    found.push(named);
                }
            }
        }
        found
    }

    /// Whether there is more to tell than one exception's message.
    pub(crate) fn has_rows(&self) -> bool {
        !self.is_empty()
            || self.list.len() > 1
            || self.list.iter().any(|trace| !trace.notes.is_empty())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.iter().all(|trace| trace.frames.is_empty())
    }

    /// `Caused by FetchError: …`, as a line of a code block.
    fn heading(trace: &Trace<'_>, detail: Detail) -> String {
        let mut text = match trace.role {
            Role::Thrown => String::new(),
            Role::Cause => "Caused by ".to_owned(),
            Role::Context => "Raised while handling ".to_owned(),
            Role::Member(place, of) => [
                "Member ",
                &number(place as u64),
                " of ",
                &number(of as u64),
                ": ",
            ]
            .concat(),
            Role::Beside => "Beside it: ".to_owned(),
        };
        let mut words = Joined::default();
        words.add("", trace.kind.as_deref().unwrap_or_default());
        if let (Some(module), true) = (&trace.module, detail.of_libraries) {
            words.add(" ", &["(of ", &line(module, 100), ")"].concat());
        }
        words.add(": ", trace.message.as_deref().unwrap_or_default());
        let words = if detail.is_told && trace.role == Role::Thrown {
            cut::inside(&one_line(&words.text()), detail.message / 2)
        } else {
            line_ends(&words.text(), detail.message)
        };
        text.push_str(&words);
        if trace.is_group {
            text.push_str(" (a group: its members follow)");
        }
        text
    }

    /// The threads, a line of Markdown each.
    pub(crate) fn list_threads(&self) -> Vec<String> {
        let threads = self.threads.iter();
        threads
            .take(THREADS)
            .map(|thread| {
                let mut text = ["- ", &code(thread.id.as_deref().unwrap_or("?"), 40)].concat();
                if let Some(name) = &thread.name {
                    push(&mut text, &[" ", &code(name, 60)]);
                }
                for (is_so, mark) in [
                    (thread.crashed, " (crashed)"),
                    (thread.current, " (current)"),
                    (thread.stack.is_empty(), " (no stack)"),
                ] {
                    text.push_str(if is_so { mark } else { "" });
                }
                let does = locks::of_thread(thread, &self.threads);
                if !does.is_empty() {
                    push(&mut text, &[" ", &code(&does, 400)]);
                }
                text
            })
            .collect()
    }
}
