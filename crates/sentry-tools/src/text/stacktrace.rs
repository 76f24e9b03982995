//! A stack trace in few lines: the newest call first, the project's own code before libraries when there is not room
//! for all.

use sentry_api::{Event, Exception, Frame, Thread};

use crate::text::markdown::{block, line, number};

/// One exception or thread with its calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trace {
    /// Such as `TypeError: x is undefined`.
    heading: String,
    /// The newest call first.
    frames: Vec<Frame>,
}

/// The traces of an event, the one to read first in front: the exceptions from the outermost to its causes; without
/// exceptions the crashed thread, or the first with a stack; else the event's own stack.
pub(crate) fn of(event: &Event) -> Vec<Trace> {
    let exceptions: Vec<_> = event.exceptions().into_iter().rev().collect();
    if !exceptions.is_empty() {
        return exceptions.into_iter().map(of_exception).collect();
    }
    let threads = event.threads();
    if let Some(thread) = default_thread(&threads) {
        return vec![of_thread(thread)];
    }
    let frames = event.stacktrace();
    if frames.is_empty() {
        return Vec::new();
    }
    vec![trace("Stack".to_owned(), frames)]
}

/// The crashed thread, or the first, among those that have a stack.
pub(crate) fn default_thread(threads: &[Thread]) -> Option<&Thread> {
    let mut with_stack = threads.iter().filter(|thread| !thread.frames.is_empty());
    let first = with_stack.clone().next();
    with_stack.find(|thread| thread.crashed).or(first)
}

/// One thread's calls.
pub(crate) fn of_thread(thread: &Thread) -> Trace {
    let name = thread.name.as_deref().or(thread.id.as_deref());
    let state = if thread.crashed { " (crashed)" } else { "" };
    let heading = format!("Thread {}{state}", line(name.unwrap_or("?"), 60));
    trace(heading, thread.frames.clone())
}

fn of_exception(exception: Exception) -> Trace {
    let message = exception.value.unwrap_or_default();
    let kind = exception.kind.unwrap_or_else(|| "Exception".to_owned());
    let heading = if message.is_empty() {
        kind
    } else {
        format!("{kind}: {message}")
    };
    trace(line(&heading, 200), exception.frames)
}

fn trace(heading: String, mut frames: Vec<Frame>) -> Trace {
    frames.reverse();
    Trace { heading, frames }
}

/// Where to look first: the newest call in the project's own code, or simply the newest.
pub(crate) fn culprit(traces: &[Trace]) -> Option<&Frame> {
    let frames = || traces.iter().flat_map(|trace| &trace.frames);
    frames()
        .find(|frame| frame.in_app)
        .or_else(|| frames().next())
}

/// The traces as text with at most `most` calls in all; what is left out is counted.
pub(crate) fn render(traces: &[Trace], most: usize) -> String {
    let own_calls = traces
        .iter()
        .flat_map(|trace| &trace.frames)
        .filter(|frame| frame.in_app)
        .count();
    let mut own = own_calls.min(most);
    let mut library = most - own;
    let mut text = String::new();
    for (index, trace) in traces.iter().enumerate() {
        if index > 0 {
            text.push_str("Caused by ");
        }
        text.push_str(&trace.heading);
        text.push('\n');
        let mut hidden = Hidden::default();
        for frame in &trace.frames {
            let (left, hidden) = if frame.in_app {
                (&mut own, &mut hidden.own)
            } else {
                (&mut library, &mut hidden.library)
            };
            if *left == 0 {
                *hidden += 1;
            } else {
                *left -= 1;
                text.push_str(&format!("  at {}\n", call(frame)));
            }
        }
        text.push_str(&hidden.in_words());
    }
    text
}

/// Calls that were left out of a trace.
#[derive(Default)]
struct Hidden {
    own: u64,
    library: u64,
}

impl Hidden {
    fn in_words(&self) -> String {
        match (self.own, self.library) {
            (0, 0) => String::new(),
            (0, library) => format!("  (+ {} calls in libraries)\n", number(library)),
            (own, library) => {
                format!(
                    "  (+ {} calls, {} in libraries)\n",
                    number(own + library),
                    number(library)
                )
            }
        }
    }
}

/// A call in one line: `addItem (src/cart.ts:42:17)`, with `[library]` where it is not the project's own.
pub(crate) fn call(frame: &Frame) -> String {
    let library = if frame.in_app { "" } else { " [library]" };
    let function = frame.function.as_deref().unwrap_or("?");
    format!("{} ({}){library}", line(function, 60), location(frame))
}

/// `src/cart.ts:42:17`, as far as it is known.
pub(crate) fn location(frame: &Frame) -> String {
    let file = [
        &frame.filename,
        &frame.abs_path,
        &frame.module,
        &frame.package,
    ]
    .into_iter()
    .flatten()
    .find(|name| !name.is_empty())
    .map_or("unknown file", String::as_str);
    let mut text = line(file, 100);
    for number in [
        frame.line_no,
        frame.col_no.filter(|_| frame.line_no.is_some()),
    ] {
        if let Some(number) = number.filter(|number| *number > 0) {
            text.push_str(&format!(":{number}"));
        }
    }
    text
}

/// The source around a call's line, which is marked; empty when Sentry has none.
pub(crate) fn source(frame: &Frame) -> String {
    const AROUND: u64 = 3;
    let at = frame.line_no.unwrap_or_default();
    let lines: Vec<_> = frame
        .context
        .iter()
        .filter_map(|context| Some((context.number?, &context.text)))
        .filter(|(number, _)| number.abs_diff(at) <= AROUND)
        .map(|(number, text)| {
            let mark = if number == at { '>' } else { ' ' };
            let text: String = text.chars().take(100).collect();
            format!("{mark} {number} | {text}")
        })
        .collect();
    if lines.is_empty() {
        String::new()
    } else {
        block(&lines.join("\n"), 1_000)
    }
}
