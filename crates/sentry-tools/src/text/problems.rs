//! What went wrong when Sentry processed an event, and what to do about it.

use sentry_api::{Event, EventProblem, Frame};

use crate::text::markdown::{Joined, code, identifier, line_tail, number, push, span, word};
use crate::text::stacktrace::{Traces, file, last_of};
use crate::text::value::written;

/// What is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    SourceMap,
    DebugFile,
    Mapping,
}

impl Missing {
    fn of(problem: &EventProblem<'_>) -> Option<Self> {
        let kind = problem.kind.as_deref()?;
        let has = |parts: &[&str]| parts.iter().any(|part| kind.contains(part));
        if kind.starts_with("js_")
            && has(&["source", "fetch", "missing", "scraping", "http", "status"])
        {
            Some(Self::SourceMap)
        } else if kind.starts_with("proguard_") {
            Some(Self::Mapping)
        } else if has(&[
            "missing_dsym",
            "bad_dsym",
            "missing_debug",
            "missing_symbol",
            "unknown_image",
        ]) && !has(&["system"])
        {
            Some(Self::DebugFile)
        } else {
            None
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::SourceMap => "**Source map missing** for ",
            Self::DebugFile => "**Debug file missing** for ",
            Self::Mapping => "**ProGuard or R8 mapping missing**: ",
        }
    }

    const fn remedy(self) -> &'static str {
        match self {
            Self::SourceMap => {
                ". Lines and columns of its frames are positions in the minified file. Upload the build's source maps: sentry-cli \
                 sourcemaps inject, then upload. The next event of a build made so names the source."
            }
            Self::DebugFile => {
                ". Its frames are offsets in the binary. Upload the debug file of exactly this build (sentry-cli \
                 debug-files upload, or look the offsets up with addr2line or atos)."
            }
            Self::Mapping => {
                ". Names of classes and methods are obfuscated. Upload the build's mapping (sentry-cli upload-proguard)."
            }
        }
    }
}

/// The names under which a problem says what it is about.
const SUBJECTS: [&str; 8] = [
    "url",
    "source",
    "image_path",
    "image_name",
    "mapping_uuid",
    "name",
    "path",
    "value",
];

/// What is missing of the culprit's file or binary: it cannot be opened at that place.
pub(crate) fn missing_of_culprit(event: &Event, traces: &Traces<'_>) -> Option<Missing> {
    let frame = traces.culprit_frame()?;
    if file(frame).is_none() && traces.names.image_without_debug_file(frame).is_some() {
        return Some(Missing::DebugFile);
    }
    event.problems().iter().take(MOST).find_map(|problem| {
        let missing = Missing::of(problem)?;
        is_about(problem, frame, missing).then_some(missing)
    })
}

fn is_about(problem: &EventProblem<'_>, frame: &Frame<'_>, missing: Missing) -> bool {
    if missing == Missing::Mapping {
        return true;
    }
    let Some(subject) = problem.first(&SUBJECTS) else {
        return true;
    };
    let subject = last_of(subject.split(['?', '#']).next().unwrap_or(subject));
    let subject = subject.strip_suffix(".map").unwrap_or(subject);
    let own = match missing {
        Missing::DebugFile => frame.package.as_deref(),
        _ => file(frame),
    };
    own.is_some_and(|own| last_of(own.split(['?', '#']).next().unwrap_or(own)) == subject)
}

/// Problems that are looked at.
const MOST: usize = 200;

/// Problems of a kind that are named.
const SHOWN: usize = 3;

/// A paragraph for each thing that is missing, and a line for what else went wrong.
pub(crate) fn paragraphs(event: &Event, traces: &Traces<'_>) -> Vec<String> {
    let problems = event.problems();
    let mut found = Vec::new();
    for missing in [Missing::SourceMap, Missing::DebugFile, Missing::Mapping] {
        let of_kind = problems
            .iter()
            .take(MOST)
            .filter(|one| Missing::of(one) == Some(missing));
        let mut subjects: Vec<String> = Vec::new();
        let mut others = 0;
        for problem in of_kind {
            let subject = subject(problem);
            if subjects.contains(&subject) {
                continue;
            }
            if subjects.len() < SHOWN {
                subjects.push(subject);
            } else {
                others += 1;
            }
        }
        if missing == Missing::DebugFile {
            // Sentry says it of the image too, where it made no error of it.
            for (name, id) in traces.without_debug_file() {
                let is_told = |text: &String| {
                    id.as_ref().is_some_and(|id| text.contains(id)) || text.contains(&name)
                };
                if !subjects.iter().any(is_told) && subjects.len() < SHOWN {
                    subjects.push(named(&name, id.as_deref()));
                }
            }
        }
        if subjects.is_empty() {
            continue;
        }
        let mut text = [missing.words(), &subjects.join(", ")].concat();
        if others > 0 {
            push(&mut text, &[" and ", &number(others), " more"]);
        }
        text.push_str(missing.remedy());
        found.push(text);
    }
    let mut rest = Joined::default();
    let mut others = 0;
    for (place, problem) in problems
        .iter()
        .filter(|one| Missing::of(one).is_none())
        .enumerate()
    {
        if place < SHOWN {
            rest.add(", ", &described(problem));
        } else {
            others += 1;
        }
    }
    let rest = rest.text();
    if !rest.is_empty() {
        let mut text = ["Sentry could not process all of it: ", &rest].concat();
        if others > 0 {
            push(&mut text, &[" and ", &number(others), " more"]);
        }
        text.push('.');
        found.push(text);
    }
    found
}

/// `main.js`, or `LanternDesk` (`2fd3a9c0-…`).
fn subject(problem: &EventProblem<'_>) -> String {
    let Some(subject) = problem.first(&SUBJECTS) else {
        return "a file that Sentry does not name".to_owned();
    };
    let subject = subject.strip_suffix(".map").unwrap_or(subject);
    named(subject, problem.first(&["image_uuid", "debug_id"]))
}

fn named(subject: &str, id: Option<&str>) -> String {
    let mut text = span(&line_tail(subject, 140));
    if let Some(id) = id {
        push(&mut text, &[" (id ", &identifier(id), ")"]);
    }
    text
}

fn described(problem: &EventProblem<'_>) -> String {
    let mut text = word(problem.kind.as_deref().unwrap_or("unknown")).into_owned();
    let mut data = Joined::default();
    data.add("", problem.message.as_deref().unwrap_or_default());
    for (name, value) in problem.data.iter().take(4) {
        data.add(", ", &[name, ": ", written(value, 80).as_str()].concat());
    }
    let data = data.text();
    if !data.is_empty() {
        push(&mut text, &[" ", &code(&data, 240)]);
    }
    text
}
