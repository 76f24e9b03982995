//! Where a program spends its time: the samples of a profile, or of the flame graph of many, as a tree of calls. Three
//! formats are read: one profile's samples, a chunk of a profiler that runs all the time, and speedscope's.

use sentry_api::{List, Value};

use crate::text::markdown::{line, line_tail, push};
use crate::text::order;

/// Of a stack, from its outermost frame on.
const DEEPEST: usize = 256;

/// Places in the tree, and of what one function calls. What comes after counts for its caller.
const MOST: usize = 50_000;
const WIDEST: usize = 1_000;

/// Functions of a period that are looked for in another.
const COMPARED: usize = 100;

/// A frame of the program.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'a>(Value<'a>);

/// What was read.
pub(crate) struct Calls<'a> {
    frames: Vec<Frame<'a>>,
    nodes: Vec<Node>,
    /// Of each frame: the weight of the samples that it is in, and of those that it is the innermost of.
    totals: Vec<(f64, f64)>,
    /// Of all samples.
    pub(crate) weight: f64,
    pub(crate) samples: u64,
    /// How many profiles a flame graph is of; 1 for a profile.
    pub(crate) profiles: u64,
}

/// A chain of calls, known by its end.
struct Node {
    frame: usize,
    caller: usize,
    first_called: usize,
    next: usize,
    /// Of the samples that end here.
    weight: f64,
    /// The innermost frame of the heaviest of them, which may be a library's.
    innermost: (usize, f64),
}

/// No place. The root is at 0.
const NONE: usize = usize::MAX;

/// Which functions matter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Focus {
    /// The program's own, before those of libraries.
    Own,
    All,
}

impl<'a> Frame<'a> {
    fn text(self, names: [&str; 2]) -> &'a str {
        let mut texts = names
            .into_iter()
            .filter_map(|name| self.0.get(name).as_str());
        texts.find(|text| !text.is_empty()).unwrap_or_default()
    }

    pub(crate) fn function(self) -> &'a str {
        match self.text(["function", "name"]) {
            "" => "(unnamed)",
            name => name,
        }
    }

    fn file(self) -> &'a str {
        match self.text(["filename", "file"]) {
            "" => match self.text(["module", "image"]) {
                "" => self.text(["abs_path", "path"]),
                module => module,
            },
            file => file,
        }
    }

    pub(crate) fn is_own(self) -> bool {
        self.0.get("in_app").is(true) || self.0.get("is_application").is(true)
    }

    /// `catalog/shelves.py:71`, or what of it is known.
    pub(crate) fn place(self) -> String {
        let mut place = line_tail(self.file(), 120);
        let number = self.0.get("lineno").as_u64();
        if let Some(number) = number.or_else(|| self.0.get("line").as_u64())
            && !place.is_empty()
        {
            push(&mut place, &[":", &number.to_string()]);
        }
        place
    }

    /// `author_of (catalog/shelves.py:71)`.
    pub(crate) fn words(self) -> String {
        let mut words = line(self.function(), 120);
        let place = self.place();
        if !place.is_empty() {
            push(&mut words, &[" (", &place, ")"]);
        }
        words
    }

    fn is_same(self, other: Frame<'_>) -> bool {
        self.function() == other.function() && self.file() == other.file()
    }
}

impl<'a> Calls<'a> {
    /// Reads an answer. Without any sample, `weight` is 0.
    pub(crate) fn read(answer: Value<'a>, focus: Focus) -> Self {
        let mut calls = Self {
            frames: Vec::new(),
            nodes: vec![Node::of(NONE, NONE)],
            totals: Vec::new(),
            weight: 0.0,
            samples: 0,
            profiles: 1,
        };
        let profile = match answer.get("chunk") {
            Value::Null => answer.get("profile"),
            chunk => chunk.get("profile"),
        };
        if profile.is_object() {
            calls.name(profile.get("frames").elements());
            calls.of_samples(profile, answer.get("transaction"), focus);
        } else {
            let shared = answer.get("shared");
            calls.name(shared.get("frames").elements());
            let profiles = shared.get("profiles").elements().len();
            let profiles = profiles.max(shared.get("profile_ids").elements().len());
            calls.profiles = profiles.max(1) as u64;
            for profile in answer.get("profiles").elements() {
                calls.of_speedscope(profile, focus);
            }
        }
        calls
    }

    fn name(&mut self, frames: List<'a>) {
        self.frames = frames.iter().map(Frame).collect();
        self.totals = vec![(0.0, 0.0); self.frames.len()];
    }

    /// Samples that name a stack, whose innermost frame stands first. Of a transaction, those of its own thread.
    fn of_samples(&mut self, profile: Value<'_>, transaction: Value<'_>, focus: Focus) {
        let stacks: Vec<List<'_>> = profile
            .get("stacks")
            .elements()
            .iter()
            .map(Value::elements)
            .collect();
        let mut counts = vec![0_u32; stacks.len()];
        let thread = digits(transaction.get("active_thread_id"));
        for sample in profile.get("samples").elements() {
            let own = digits(sample.get("thread_id"));
            let is_other = thread.is_some() && own.is_some() && thread != own;
            let stack = sample.get("stack_id").as_u64().unwrap_or(u64::MAX) as usize;
            if let Some(count) = counts.get_mut(stack).filter(|_| !is_other) {
                *count += 1;
            }
        }
        for (stack, count) in stacks.iter().zip(counts) {
            let mut frames = places(*stack, self.frames.len());
            frames.reverse();
            self.add(&frames, f64::from(count), u64::from(count), focus);
        }
    }

    /// Stacks with a weight each, whose outermost frame stands first.
    fn of_speedscope(&mut self, profile: Value<'_>, focus: Focus) {
        let lasted = profile.get("sample_durations_ns").elements();
        let weights = profile.get("weights").elements();
        let weights = if lasted.is_empty() { weights } else { lasted };
        let mut weights = weights.iter();
        let mut counts = profile.get("sample_counts").elements().iter();
        for stack in profile.get("samples").elements() {
            let weight = weights.next().and_then(Value::as_f64).unwrap_or(0.0);
            let count = counts.next().and_then(Value::as_u64).unwrap_or(1);
            self.add(
                &places(stack.elements(), self.frames.len()),
                weight,
                count,
                focus,
            );
        }
    }

    /// Adds samples of one stack, the outermost frame first.
    fn add(&mut self, stack: &[usize], weight: f64, samples: u64, focus: Focus) {
        let is_sound = weight.is_finite() && weight > 0.0;
        let Some(innermost) = stack.last().copied().filter(|_| is_sound) else {
            return;
        };
        self.weight += weight;
        self.samples = self.samples.saturating_add(samples);
        let has_own = stack.iter().any(|frame| self.is_own(*frame));
        let mut node = 0;
        for (depth, frame) in stack.iter().take(DEEPEST).enumerate() {
            // A function that calls itself is counted once.
            let is_first = !stack.iter().take(depth).any(|other| other == frame);
            if let Some(total) = self.totals.get_mut(*frame).filter(|_| is_first) {
                total.0 += weight;
            }
            if focus == Focus::All || !has_own || self.is_own(*frame) {
                node = self.called(node, *frame);
            }
        }
        if let Some(total) = self.totals.get_mut(innermost) {
            total.1 += weight;
        }
        if let Some(node) = self.nodes.get_mut(node) {
            node.weight += weight;
            if weight > node.innermost.1 {
                node.innermost = (innermost, weight);
            }
        }
    }

    /// The place of a frame that is called from there.
    fn called(&mut self, from: usize, frame: usize) -> usize {
        let mut at = self.nodes.get(from).map_or(NONE, |node| node.first_called);
        let first = at;
        let mut seen = 0;
        while let Some(node) = self.nodes.get(at) {
            if node.frame == frame {
                return at;
            }
            at = node.next;
            seen += 1;
            if seen == WIDEST {
                return from;
            }
        }
        if self.nodes.len() >= MOST {
            return from;
        }
        let place = self.nodes.len();
        let mut node = Node::of(frame, from);
        node.next = first;
        self.nodes.push(node);
        if let Some(caller) = self.nodes.get_mut(from) {
            caller.first_called = place;
        }
        place
    }

    pub(crate) fn frame(&self, place: usize) -> Option<Frame<'a>> {
        self.frames.get(place).copied()
    }

    fn is_own(&self, place: usize) -> bool {
        self.frame(place).is_some_and(Frame::is_own)
    }

    /// In percent of all, with one decimal.
    pub(crate) fn share(&self, weight: f64) -> f64 {
        if self.weight > 0.0 {
            (weight / self.weight * 1000.0).round() / 10.0
        } else {
            0.0
        }
    }

    /// The paths with the most samples that end in them, those with own code first.
    pub(crate) fn paths(&self, most: usize) -> Vec<Path<'a>> {
        let key = |place: usize| {
            let node = self.nodes.get(place);
            node.map_or((false, 0.0), |node| (self.is_own(node.frame), node.weight))
        };
        // What is the program's own is before all else.
        let is_before = |one: usize, other: usize| key(one) > key(other);
        let places = order::first(self.nodes.len(), most, &is_before);
        let nodes = places.into_iter().filter(|place| key(*place).1 > 0.0);
        nodes.filter_map(|place| self.path(place)).collect()
    }

    fn path(&self, place: usize) -> Option<Path<'a>> {
        let end = self.nodes.get(place)?;
        let mut frames = Vec::new();
        let mut node = end;
        while let Some(frame) = self.frame(node.frame) {
            frames.push(frame);
            node = self.nodes.get(node.caller)?;
        }
        frames.reverse();
        Some(Path {
            share: self.share(end.weight),
            is_own: self.is_own(end.frame),
            innermost: self
                .frame(end.innermost.0)
                .filter(|_| end.innermost.0 != end.frame),
            frames,
        })
    }

    /// The functions with the most samples that they are in: the program's own, unless no frame says that it is one.
    pub(crate) fn functions(&self, most: usize, focus: Focus) -> Vec<Function<'a>> {
        let is_all = focus == Focus::All || !self.frames.iter().any(|frame| frame.is_own());
        let total = |place: usize| {
            let total = self.totals.get(place).map_or(0.0, |total| total.0);
            if is_all || self.is_own(place) {
                total
            } else {
                0.0
            }
        };
        let is_before = |one: usize, other: usize| total(one) > total(other);
        let places = order::first(self.frames.len(), most, &is_before);
        let places = places.into_iter().filter(|place| total(*place) > 0.0);
        places.filter_map(|place| self.function(place)).collect()
    }

    fn function(&self, place: usize) -> Option<Function<'a>> {
        let (total, own) = *self.totals.get(place)?;
        Some(Function {
            frame: self.frame(place)?,
            share: self.share(total),
            self_share: self.share(own),
        })
    }

    /// The share of a function of another profile; 0 where it is not called.
    pub(crate) fn share_of(&self, frame: Frame<'_>) -> f64 {
        let same = self.frames.iter().zip(&self.totals);
        let weights = same
            .filter(|(own, _)| own.is_same(frame))
            .map(|(_, total)| total.0);
        self.share(weights.fold(0.0, |sum, weight| sum + weight))
    }
}

impl Node {
    const fn of(frame: usize, caller: usize) -> Self {
        Self {
            frame,
            caller,
            first_called: NONE,
            next: NONE,
            weight: 0.0,
            innermost: (NONE, 0.0),
        }
    }
}

/// A chain of calls in which samples end.
pub(crate) struct Path<'a> {
    /// In percent of all samples.
    pub(crate) share: f64,
    /// Whether it ends in the program's own code.
    pub(crate) is_own: bool,
    /// The outermost first.
    pub(crate) frames: Vec<Frame<'a>>,
    /// Where in a library most of it ends.
    pub(crate) innermost: Option<Frame<'a>>,
}

pub(crate) struct Function<'a> {
    pub(crate) frame: Frame<'a>,
    /// In percent of all samples: those that it is in, and those that end in it.
    pub(crate) share: f64,
    pub(crate) self_share: f64,
}

/// A function in two periods.
#[derive(Clone, Copy)]
pub(crate) struct Change<'a> {
    pub(crate) frame: Frame<'a>,
    /// In percent of all samples.
    pub(crate) before: f64,
    pub(crate) now: f64,
}

/// What takes another part of the time than before, the greatest differences first.
pub(crate) fn changes<'a>(
    now: &Calls<'a>,
    before: &Calls<'a>,
    most: usize,
    focus: Focus,
) -> Vec<Change<'a>> {
    let mut changes: Vec<Change<'a>> = Vec::new();
    let of_before = before.functions(COMPARED, focus);
    for Function { frame, .. } in now.functions(COMPARED, focus).into_iter().chain(of_before) {
        if !changes.iter().any(|change| change.frame.is_same(frame)) {
            changes.push(Change {
                frame,
                before: before.share_of(frame),
                now: now.share_of(frame),
            });
        }
    }
    let by = |place: usize| {
        let change = changes.get(place);
        change.map_or(0.0, |change| (change.now - change.before).abs())
    };
    let places = order::first(changes.len(), most, &|one, other| by(one) > by(other));
    let places = places.into_iter().filter(|place| by(*place) >= 0.1);
    places
        .filter_map(|place| changes.get(place).copied())
        .collect()
}

/// The places of a stack's frames, of which there are so many.
fn places(stack: List<'_>, frames: usize) -> Vec<usize> {
    let places = stack.iter().filter_map(Value::as_u64);
    let places = places.map(|place| place as usize);
    places.filter(|place| *place < frames).collect()
}

/// A number, or one in a string.
fn digits(value: Value<'_>) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests;
