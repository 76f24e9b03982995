//! Conversations with AI agents, kept as the spans that they were.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::chance::id;
use super::project::Project;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Conversation {
    pub(crate) id: String,
    pub(crate) organization: String,
    /// The project's slug.
    pub(crate) project: String,
    pub(crate) environment: String,
    pub(crate) start: Timestamp,
    trace: String,
    user: Option<Value>,
    agent: String,
    spans: Vec<Span>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    /// In milliseconds after the start.
    at: u32,
    duration: u32,
    #[serde(rename = "type")]
    kind: String,
    op: String,
    description: String,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    tokens: u64,
    #[serde(default)]
    cost: f64,
    #[serde(default)]
    input: Option<String>,
    #[serde(default)]
    output: Option<String>,
    #[serde(default)]
    tool: Option<String>,
    #[serde(default)]
    arguments: Option<String>,
    #[serde(default)]
    status: Option<String>,
}

impl Conversation {
    pub(crate) fn end(&self) -> Timestamp {
        let last = self.spans.iter().map(|span| span.at + span.duration).max();
        let length = SignedDuration::from_millis(i64::from(last.unwrap_or_default()));
        self.start.checked_add(length).unwrap_or(self.start)
    }

    /// Whether a word occurs in what was said, in the id or in the names of agent and tools.
    pub(crate) fn says(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        let mut texts = vec![self.id.as_str(), &self.agent];
        for span in &self.spans {
            let said = [&span.input, &span.output, &span.tool, &span.model];
            texts.extend(said.into_iter().flatten().map(String::as_str));
        }
        texts.iter().any(|text| text.to_lowercase().contains(&word))
    }

    pub(crate) fn summary(&self) -> Value {
        let of = |kind: &'static str| self.spans.iter().filter(move |span| span.kind == kind);
        let failed = |span: &&Span| span.status.is_some();
        let mut tools: Vec<&str> = of("tool").filter_map(|span| span.tool.as_deref()).collect();
        tools.sort_unstable();
        json!({
            "conversationId": self.id,
            "flow": [self.agent],
            "errors": self.spans.iter().filter(failed).count(),
            "llmCalls": of("ai_client").count(),
            "toolCalls": of("tool").count(),
            "totalTokens": of("ai_client").map(|span| span.tokens).sum::<u64>(),
            "totalCost": of("ai_client").map(|span| span.cost).sum::<f64>(),
            "startTimestamp": self.start.as_millisecond(),
            "endTimestamp": self.end().as_millisecond(),
            "traceCount": 1,
            "traceIds": [self.trace],
            "firstInput": of("ai_client").find_map(|span| span.input.as_deref()),
            "lastOutput": of("ai_client").rev().find_map(|span| span.output.as_deref()),
            "user": self.user,
            "toolNames": tools,
            "toolErrors": of("tool").filter(failed).count(),
        })
    }

    /// Its spans as a search for them answers.
    pub(crate) fn spans(&self, project: &Project) -> Vec<Value> {
        let seconds = |at: u32| self.start.as_second() as f64 + f64::from(at) / 1000.0;
        let span_id = |number: usize| id(&[&self.id, &number.to_string()], 16);
        let messages = |role: &str, text: &Option<String>| {
            let text = text.as_ref()?;
            Some(json!([{"role": role, "parts": [{"type": "text", "content": text}]}]).to_string())
        };
        let spans = self.spans.iter().enumerate();
        let wire = spans.map(|(number, span)| {
            json!({
                "span_id": span_id(number),
                "trace": self.trace,
                "parent_span": (number > 0).then(|| span_id(0)),
                "precise.start_ts": seconds(span.at),
                "precise.finish_ts": seconds(span.at + span.duration),
                "project": project.slug,
                "project.id": project.id.parse::<u64>().unwrap_or_default(),
                "span.op": span.op,
                "span.status": span.status.as_deref().unwrap_or("ok"),
                "span.description": span.description,
                "span.name": span.description,
                "span.duration": span.duration,
                "transaction": self.agent,
                "is_transaction": number == 0,
                "gen_ai.conversation.id": self.id,
                "gen_ai.cost.total_tokens": span.cost,
                "gen_ai.operation.type": span.kind,
                "gen_ai.input.messages": messages("user", &span.input),
                "gen_ai.output.messages": messages("assistant", &span.output),
                "gen_ai.request.messages": null,
                "gen_ai.response.text": null,
                "gen_ai.tool.name": span.tool,
                "gen_ai.tool.call.arguments": span.arguments,
                "gen_ai.usage.total_tokens": span.tokens,
                "gen_ai.request.model": span.model,
                "gen_ai.response.model": span.model,
                "gen_ai.agent.name": self.agent,
                "user.id": self.user.as_ref().map(|user| &user["id"]),
                "user.email": self.user.as_ref().map(|user| &user["email"]),
                "user.username": self.user.as_ref().map(|user| &user["username"]),
            })
        });
        wire.collect()
    }
}
