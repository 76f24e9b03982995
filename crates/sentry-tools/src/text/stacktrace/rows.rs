//! A stack as rows of a code block: a call per row, its source and variables behind it, what the SDK left out at its
//! place.

use sentry_api::Frame;

use crate::text::budget::Section;
use crate::text::cut;
use crate::text::markdown::{Joined, line, number, one_line, push};
use crate::text::value;
use crate::text::visible;

use super::fold::{Item, fold};
use super::{Trace, Traces, locks};

/// How much of a stack is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Detail {
    /// Calls in all traces together; the others are counted.
    pub(crate) calls: usize,
    /// Calls whose source and variables are told.
    pub(crate) detailed: usize,
    /// Of a function, and of a path, in characters.
    pub(crate) name: usize,
    /// Of a variable's value, in characters.
    pub(crate) value: usize,
    /// Of all variables of a call, in characters.
    pub(crate) values: usize,
    /// Of an exception's message in its heading, in characters.
    pub(crate) message: usize,
    /// Whether libraries' calls have their source and variables told too.
    pub(crate) of_libraries: bool,
    /// The thrown exception's message is told elsewhere on the page.
    pub(crate) is_told: bool,
}

const HEADINGS: (&str, &str) = ("exception", "exceptions");
const FRAMES: (&str, &str) = ("frame", "frames");
const LIBRARY: (&str, &str) = ("library frame", "library frames");
const DETAILS: (&str, &str) = (
    "source or variables of a frame",
    "sources and variables of frames",
);

/// What is counted of each rank of rows: headings and the culprit come first, then the project's own calls; and where libraries' are told in full, all
/// calls before any source.
const fn nouns(of_libraries: bool) -> &'static [(&'static str, &'static str)] {
    if of_libraries {
        &[HEADINGS, FRAMES, LIBRARY, DETAILS, DETAILS]
    } else {
        &[HEADINGS, FRAMES, DETAILS, LIBRARY, DETAILS]
    }
}

impl Traces<'_> {
    /// Adds the rows of all traces, the newest call of each first.
    pub(crate) fn rows(&self, section: &mut Section, detail: Detail) {
        section.count_by(nouns(detail.of_libraries));
        let folded: Vec<Vec<Item>> = self
            .list
            .iter()
            .map(|trace| fold(&self.identities(trace), trace.omitted))
            .collect();
        let own = self.list.iter().zip(&folded).flat_map(|(trace, items)| {
            let calls = items.iter().flat_map(|item| match item {
                Item::Call(place) => *place..*place + 1,
                Item::Repeat { start, length, .. } => *start..*start + *length,
                Item::Omitted(_) => 0..0,
            });
            calls.filter(|place| self.is_own(trace, *place))
        });
        let own = own.count();
        let mut left = Left {
            own: detail.calls,
            library: detail.calls.saturating_sub(own),
            detailed: detail.detailed,
        };
        for (trace, items) in self.list.iter().zip(&folded) {
            let indent = "  ".repeat(trace.depth.min(6));
            let heading = Self::heading(trace, detail);
            section.row([&indent, heading.as_str()].concat());
            for note in &trace.notes {
                section.row([&indent, "  ", note].concat());
            }
            for item in items {
                self.item(trace, *item, &indent, detail, &mut left, section);
            }
        }
    }

    /// The numbers of the first and the last call of the round that the culprit's call is in, where it comes several
    /// times in a row.
    pub(crate) fn recursion(&self) -> Option<(usize, usize)> {
        let (trace, culprit) = (self.culprit_trace()?, self.culprit?.number);
        let items = fold(&self.identities(trace), trace.omitted);
        items.into_iter().find_map(|item| match item {
            Item::Repeat { start, length, .. } => {
                let (first, end) = (trace.first + start, trace.first + start + length);
                (first..end).contains(&culprit).then_some((first, end - 1))
            }
            Item::Call(_) | Item::Omitted(_) => None,
        })
    }

    /// Whether [`Self::rows`] leave out anything of the event's calls at this detail, by their number.
    pub(crate) fn has_more(&self, detail: Detail) -> bool {
        let frames: usize = self.list.iter().map(|trace| trace.frames.len()).sum();
        let has_details = |frame: &Frame<'_>| !frame.context.is_empty() || !frame.vars.is_empty();
        let detailed = self.frames().filter(|(.., frame)| has_details(frame));
        self.threads.len() > 1 || frames > detail.calls || detailed.count() > detail.detailed
    }

    fn item(
        &self,
        trace: &Trace<'_>,
        item: Item,
        indent: &str,
        detail: Detail,
        left: &mut Left,
        section: &mut Section,
    ) {
        match item {
            Item::Call(place) => self.call_rows(trace, place, indent, detail, left, section),
            Item::Repeat {
                start,
                length,
                times,
            } => {
                for place in start..start + length {
                    self.call_rows(trace, place, indent, detail, left, section);
                }
                let words = if length == 1 {
                    "     (the frame above, ".to_owned()
                } else {
                    ["     (the ", &number(length as u64), " frames above, "].concat()
                };
                let times = number(times as u64);
                section.ranked(1, [indent, &words, &times, " times in a row)"].concat());
            }
            Item::Omitted(count) => {
                let noun = if count == 1 {
                    " frame was"
                } else {
                    " frames were"
                };
                let words = " left out before the event reached Sentry)";
                section.ranked(1, [indent, "     (", &number(count), noun, words].concat());
            }
        }
    }

    fn call_rows(
        &self,
        trace: &Trace<'_>,
        place: usize,
        indent: &str,
        detail: Detail,
        left: &mut Left,
        section: &mut Section,
    ) {
        let Some(frame) = trace.frames.get(place) else {
            return;
        };
        let is_culprit = self
            .culprit
            .is_some_and(|culprit| culprit.number == trace.first + place);
        let ranks = Ranks {
            is_culprit,
            is_own: self.is_own(trace, place),
            of_libraries: detail.of_libraries,
        };
        let room = if ranks.is_own {
            &mut left.own
        } else {
            &mut left.library
        };
        // The newest call of all is always told.
        if *room == 0 && !is_culprit {
            section.left_out_of(ranks.of_call(), 1);
            return;
        }
        *room = room.saturating_sub(1);
        let text = self.call_row(trace, place, frame, indent, detail);
        section.ranked(ranks.of_call(), text);
        let has_details = left.detailed > 0 && (ranks.is_own || detail.of_libraries);
        if !(is_culprit || has_details) {
            return;
        }
        let around = if is_culprit { 3 } else { 1 };
        let mut text = source(frame, indent, around);
        let variables = variables(frame, detail);
        if !variables.is_empty() {
            let between = if text.is_empty() { "" } else { "\n" };
            push(&mut text, &[between, indent, "       ", &variables]);
        }
        if !text.is_empty() {
            left.detailed = left.detailed.saturating_sub(1);
            section.ranked(ranks.of_details(), text);
        }
    }

    /// `   2 addItem (src/cart.ts:42:17)`, and below it what it does with a lock.
    fn call_row(
        &self,
        trace: &Trace<'_>,
        place: usize,
        frame: &Frame<'_>,
        indent: &str,
        detail: Detail,
    ) -> String {
        let number = (trace.first + place).to_string();
        let before = " ".repeat(4_usize.saturating_sub(number.len()));
        let mut text = [indent, &before, &number, " "].concat();
        text.push_str(&self.names.call(frame, detail.name));
        text.push_str(if self.is_marked && !frame.in_app {
            " [library]"
        } else {
            ""
        });
        if let Some(lock) = &frame.lock {
            let lock = locks::described(lock, &self.threads);
            push(&mut text, &["\n", indent, "       ", &lock]);
        }
        text
    }

    /// Equal numbers are equal calls, so that a recursion is found by comparing numbers.
    fn identities(&self, trace: &Trace<'_>) -> Vec<usize> {
        let mut known: std::collections::BTreeMap<_, usize> = std::collections::BTreeMap::new();
        let frames = trace.frames.iter();
        frames
            .map(|frame| {
                let next = known.len();
                let key = (
                    &frame.function,
                    &frame.filename,
                    &frame.module,
                    (frame.line_no, frame.col_no, frame.address),
                );
                *known.entry(key).or_insert(next)
            })
            .collect()
    }
}

/// What a call's rows are worth.
#[derive(Clone, Copy)]
struct Ranks {
    is_culprit: bool,
    is_own: bool,
    of_libraries: bool,
}

impl Ranks {
    const fn of_call(self) -> u8 {
        match (self.is_own, self.of_libraries) {
            _ if self.is_culprit => 0,
            (true, _) => 1,
            (false, true) => 2,
            (false, false) => 3,
        }
    }

    /// Of its source and variables.
    const fn of_details(self) -> u8 {
        match (self.is_culprit, self.is_own, self.of_libraries) {
            (true, ..) => 0,
            (_, true, true) => 3,
            (_, true, false) => 2,
            (_, false, _) => 4,
        }
    }
}

/// Room that is left.
struct Left {
    own: usize,
    library: usize,
    detailed: usize,
}

/// The source around a call's line, which is marked; empty when Sentry has none.
fn source(frame: &Frame<'_>, indent: &str, around: u64) -> String {
    let at = frame.line_no.unwrap_or_default();
    let mut text = Joined::default();
    for context in &frame.context {
        let Some(number) = context
            .number
            .filter(|number| number.abs_diff(at) <= around)
        else {
            continue;
        };
        let mark = if number == at { "> " } else { "  " };
        let words = source_line(&context.text);
        text.add(
            "\n",
            &[indent, "     ", mark, &number.to_string(), " | ", &words].concat(),
        );
    }
    text.text()
}

/// Its indentation is kept; a line break inside of it makes no new line.
fn source_line(text: &str) -> String {
    let text = visible::only(text);
    let text: String = text
        .chars()
        .map(|char| if char == '\n' { ' ' } else { char })
        .collect();
    cut::ends(text.trim_end(), 200)
}

/// `copies = -3 · isbn = '978-0-00-104711-3'`.
fn variables(frame: &Frame<'_>, detail: Detail) -> String {
    let mut text = Joined::default();
    let vars = frame.vars;
    let mut used = 0;
    for (place, (name, var)) in vars.iter().enumerate() {
        if used >= detail.values {
            let more = number((vars.len() - place) as u64);
            text.add(" · ", &["… ", &more, " more variables"].concat());
            break;
        }
        let value = one_line(&value::written(var, detail.value));
        let pair = [&line(name, 60), " = ", value.as_str()].concat();
        used += pair.len() + 3;
        text.add(" · ", &pair);
    }
    text.text()
}
