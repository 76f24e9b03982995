//! A conversation as a page, and the same for programs.

use mcp::json::{self, Object};

use crate::plan::made::Made;
use crate::text::cut;
use crate::text::markdown::{Facts, code, number, paragraph, push, word};
use crate::text::whose::WHOSE;

use super::spans::{Conversation, Entry, Span};

/// Entries and spans that are told.
const MOST: usize = 60;

/// Of a text, in characters, for programs and on the page.
const LONGEST: usize = 1_000;

pub(super) fn write(id: &str, url: &str, read: &Conversation, has_more: bool, made: &mut Made) {
    let title = read.timeline.iter().find(|entry| entry.kind == "user");
    let title = title.map(|entry| cut::head(&entry.text, 120));
    if let Some(title) = &title {
        made.add_text("title", title);
    }
    made.add_text("url", url);
    for (name, seconds) in [("start", read.start), ("end", read.end)] {
        if let Some(seconds) = seconds {
            made.add(name, milliseconds(seconds).to_string());
        }
    }
    let messages = read.timeline.iter().filter(|entry| entry.kind != "tool");
    for (name, count) in [
        ("spanCount", read.spans.len() as u64),
        ("aiCallCount", read.model_calls),
        ("messageCount", messages.count() as u64),
        ("toolCallCount", read.tool_calls),
        ("totalTokens", read.tokens),
    ] {
        made.add(name, count.to_string());
    }
    for (name, list) in [("traceIds", &read.traces), ("projects", &read.projects)] {
        let mut out = String::new();
        json::array(&mut out, list, |out, text| json::text(out, text));
        made.add(name, out);
    }
    let mut out = String::new();
    json::array(&mut out, read.spans.iter().take(MOST), span);
    made.add("spanSummaries", out);
    let mut out = String::new();
    json::array(&mut out, read.timeline.iter().take(MOST), |out, entry| {
        self::entry(out, read.start, entry);
    });
    made.add("timeline", out);
    made.markdown = Some(page(id, url, title.as_deref(), read, has_more));
}

fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1_000.0 + 0.5) as i64
}

fn offset(start: Option<f64>, entry: &Entry) -> Option<i64> {
    Some(milliseconds(entry.at? - start?))
}

fn span(out: &mut String, span: &Span) {
    let mut object = Object::begin(out);
    object.text("spanId", &span.id);
    for (name, text) in [
        ("op", &span.op),
        ("description", &span.description),
        ("status", &span.status),
        ("project", &span.project),
        ("traceId", &span.trace),
    ] {
        let text = cut::head(text, LONGEST);
        object.maybe(name, Some(text.as_str()).filter(|text| !text.is_empty()));
    }
    if let Some(duration) = span.duration {
        object.raw("durationMs", &(duration as i64).to_string());
    }
    object.end();
}

fn entry(out: &mut String, start: Option<f64>, entry: &Entry) {
    let mut object = Object::begin(out);
    if let Some(offset) = offset(start, entry) {
        object.raw("offsetMs", &offset.to_string());
    }
    object
        .text("kind", entry.kind)
        .text("text", &cut::ends(&entry.text, LONGEST));
    let status = Some(entry.status.as_str());
    object.maybe("status", status.filter(|status| !status.is_empty()));
    object.end();
}

fn page(id: &str, url: &str, title: Option<&str>, read: &Conversation, has_more: bool) -> String {
    let mut facts = Facts::new();
    facts.said("Begins with", title.unwrap_or_default());
    facts.said("Agent", &read.agents.join(", "));
    facts.said("Project", &read.projects.join(", "));
    facts.count("Calls of models", Some(read.model_calls));
    facts.count("Calls of tools", Some(read.tool_calls));
    facts.count("Tokens", Some(read.tokens));
    facts.count("Spans", Some(read.spans.len() as u64));
    facts.said("Traces", &read.traces.join(", "));
    facts.add("Link", url);
    let mut text = facts.below(&["# Conversation ", &code(id, 200), "\n\n", WHOSE, "\n"].concat());
    if !read.timeline.is_empty() {
        paragraph(&mut text, "## What was said and done");
    }
    for entry in read.timeline.iter().take(MOST) {
        text.push_str("\n- ");
        if let Some(offset) = offset(read.start, entry) {
            let offset = u64::try_from(offset).unwrap_or_default();
            push(&mut text, &["+", &number(offset), " ms "]);
        }
        push(&mut text, &[entry.kind, ": ", &code(&entry.text, LONGEST)]);
        if !entry.status.is_empty() {
            push(&mut text, &[" (", &word(&entry.status), ")"]);
        }
    }
    let left_out = read.timeline.len().saturating_sub(MOST);
    if left_out > 0 {
        let words = [&number(left_out as u64), " later entries left out."].concat();
        paragraph(&mut text, &words);
    }
    if has_more {
        paragraph(
            &mut text,
            "It has more spans than Sentry answers at once: what is counted here is of the first 1,000.",
        );
    }
    text
}
