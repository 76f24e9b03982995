//! A reply as a stream: server-sent events of a few words each, and `[DONE]` at the end.

use std::convert::Infallible;

use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};

use super::Completion;
use super::plan::Call;
use super::script::Turn;

/// Words per event. Real models send about one at a time, and arguments in parts that are not JSON by themselves.
const WORDS: usize = 2;

pub(super) fn stream(completion: &Completion, with_usage: bool) -> Response {
    let mut deltas = vec![json!({"role": "assistant", "content": ""})];
    match &completion.turn {
        Turn::Say(text) => deltas.extend(said(text)),
        Turn::Call(calls) => deltas.extend(calls.iter().enumerate().flat_map(called)),
    }
    let chunks = deltas
        .into_iter()
        .map(|delta| completion.chunk(delta, Value::Null));
    let end = completion.chunk(json!({}), json!(completion.finish_reason()));
    let usage = with_usage.then(|| completion.usage_chunk());
    let mut events: Vec<Event> = chunks
        .chain([end])
        .chain(usage)
        .map(|chunk| Event::default().data(chunk.to_string()))
        .collect();
    events.push(Event::default().data("[DONE]"));
    Sse::new(stream::iter(events.into_iter().map(Ok::<_, Infallible>))).into_response()
}

fn said(text: &str) -> Vec<Value> {
    let words: Vec<&str> = text.split_inclusive(' ').collect();
    let parts = words.chunks(WORDS).map(|words| words.concat());
    parts.map(|part| json!({"content": part})).collect()
}

/// A call in three events: its name, then its arguments in two parts.
fn called((index, call): (usize, &Call)) -> Vec<Value> {
    let mut head = call.wire();
    if let Some(arguments) = head.pointer_mut("/function/arguments") {
        *arguments = json!("");
    }
    if let Value::Object(members) = &mut head {
        members.insert(String::from("index"), json!(index));
    }
    let half = call
        .arguments
        .char_indices()
        .nth(call.arguments.chars().count() / 2);
    let (one, other) = call.arguments.split_at(half.map_or(0, |(place, _)| place));
    let part =
        |text: &str| json!({"tool_calls": [{"index": index, "function": {"arguments": text}}]});
    vec![json!({"tool_calls": [head]}), part(one), part(other)]
}

impl Completion {
    fn chunk(&self, delta: Value, finish_reason: Value) -> Value {
        json!({
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "choices": [{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason}],
        })
    }

    fn usage_chunk(&self) -> Value {
        json!({
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "choices": [],
            "usage": self.usage(),
        })
    }
}
