//! A conversation read from its spans: who said what when, and which calls were made.

use crate::text::order;
use sentry_api::Value;
use serde_json::Value as Json;

/// What a conversation was.
#[derive(Default)]
pub(super) struct Conversation {
    pub(super) spans: Vec<Span>,
    pub(super) timeline: Vec<Entry>,
    pub(super) traces: Vec<String>,
    pub(super) projects: Vec<String>,
    pub(super) agents: Vec<String>,
    /// Seconds since 1970.
    pub(super) start: Option<f64>,
    pub(super) end: Option<f64>,
    pub(super) model_calls: u64,
    pub(super) tool_calls: u64,
    pub(super) tokens: u64,
}

/// One span.
pub(super) struct Span {
    pub(super) id: String,
    pub(super) op: String,
    pub(super) description: String,
    pub(super) status: String,
    pub(super) project: String,
    pub(super) trace: String,
    /// In milliseconds.
    pub(super) duration: Option<f64>,
}

/// Something that was said or done.
pub(super) struct Entry {
    /// Seconds since 1970.
    pub(super) at: Option<f64>,
    /// `user`, `assistant` or `tool`.
    pub(super) kind: &'static str,
    pub(super) text: String,
    /// Of what failed.
    pub(super) status: String,
}

/// A member of a span, whose names have dots.
fn text(row: Value<'_>, name: &str) -> String {
    match row.get(name) {
        Value::String(text) => text.to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

fn number(row: Value<'_>, name: &str) -> Option<f64> {
    row.get(name).as_f64()
}

pub(super) fn read(rows: &[Value<'_>]) -> Conversation {
    let mut read = Conversation::default();
    let begin = |place: usize| {
        let start = rows
            .get(place)
            .and_then(|row| number(*row, "precise.start_ts"));
        start.unwrap_or(f64::MAX)
    };
    let places = order::first(rows.len(), rows.len(), &|one, other| {
        begin(one) < begin(other)
    });
    let mut asked = String::new();
    for row in places
        .into_iter()
        .filter_map(|place| rows.get(place).copied())
    {
        let (start, end) = (
            number(row, "precise.start_ts"),
            number(row, "precise.finish_ts"),
        );
        read.start = read.start.or(start);
        read.end = match (read.end, end) {
            (Some(one), Some(other)) => Some(one.max(other)),
            (one, other) => one.or(other),
        };
        for (list, name) in [
            (&mut read.traces, "trace"),
            (&mut read.projects, "project"),
            (&mut read.agents, "gen_ai.agent.name"),
        ] {
            let value = text(row, name);
            if !value.is_empty() && !list.contains(&value) {
                list.push(value);
            }
        }
        let status = text(row, "span.status");
        let failed = match status.as_str() {
            "ok" | "unknown" | "" => String::new(),
            _ => status.clone(),
        };
        match text(row, "gen_ai.operation.type").as_str() {
            "ai_client" => {
                read.model_calls += 1;
                let tokens = number(row, "gen_ai.usage.total_tokens").unwrap_or_default();
                read.tokens = read.tokens.saturating_add(tokens.max(0.0) as u64);
                said(row, (start, end), &failed, &mut asked, &mut read.timeline);
            }
            "tool" => {
                read.tool_calls += 1;
                let mut call = text(row, "gen_ai.tool.name");
                for name in ["gen_ai.tool.call.arguments", "gen_ai.tool.input"] {
                    let arguments = text(row, name);
                    if !arguments.is_empty() {
                        call = [&call, " ", &arguments].concat();
                        break;
                    }
                }
                read.timeline.push(Entry {
                    at: start,
                    kind: "tool",
                    text: call,
                    status: failed,
                });
            }
            _ => {}
        }
        read.spans.push(Span {
            id: text(row, "span_id"),
            op: text(row, "span.op"),
            description: text(row, "span.description"),
            status,
            project: text(row, "project"),
            trace: text(row, "trace"),
            duration: number(row, "span.duration"),
        });
    }
    read
}

/// What a call of a model was asked, unless it was asked the same before, and what it said.
fn said(
    row: Value<'_>,
    (start, end): (Option<f64>, Option<f64>),
    failed: &str,
    asked: &mut String,
    timeline: &mut Vec<Entry>,
) {
    let of = |names: [&str; 2], role: &str| {
        let found = names.iter().map(|name| last(&text(row, name), role));
        found.into_iter().find(|text| !text.is_empty())
    };
    let question = of(["gen_ai.input.messages", "gen_ai.request.messages"], "user");
    if let Some(question) = question.filter(|question| question != asked) {
        question.clone_into(asked);
        timeline.push(Entry {
            at: start,
            kind: "user",
            text: question,
            status: String::new(),
        });
    }
    let answer = of(
        ["gen_ai.output.messages", "gen_ai.response.text"],
        "assistant",
    );
    let text = answer.unwrap_or_default();
    if !text.is_empty() || !failed.is_empty() {
        timeline.push(Entry {
            at: end,
            kind: "assistant",
            text,
            status: failed.to_owned(),
        });
    }
}

/// The last message of that role in a list of messages as JSON; a text that is no such list is one itself.
fn last(messages: &str, role: &str) -> String {
    let parsed = serde_json::from_slice(messages.as_bytes());
    let Ok(Json::Array(messages)) = parsed else {
        return messages.to_owned();
    };
    let mut own = messages.iter().rev();
    let found = own.find(|message| message.get("role").and_then(Json::as_str) == Some(role));
    found.map(content).unwrap_or_default()
}

/// The text of a message: plain, or in parts.
fn content(message: &Json) -> String {
    let parts = message.get("parts").or_else(|| message.get("content"));
    match parts {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Array(parts)) => {
            let texts: Vec<_> = parts
                .iter()
                .filter_map(|part| part.get("content").or_else(|| part.get("text"))?.as_str())
                .collect();
            texts.join("\n")
        }
        _ => String::new(),
    }
}
