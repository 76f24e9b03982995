//! One request in words, from the first question to the model to the result.

use std::cell::RefCell;
use std::pin::pin;
use std::time::Duration;

use agent::{Agent, Call, Limits, Message, Next, Reason, Tool};
use fetch::LocalFuture;
use futures_util::future::{Either, select};
use mcp::{CallError, CallToolResult, Content, Handler, List, Outcome, ToolCall, Version};
use serde_json::Value;

use crate::handler::{AgentMode, Mode};
use crate::model::Model;
use crate::report::Report;

/// Most clients wait a minute for a tool.
const TIME: Duration = Duration::from_secs(50);

const RULES: &str = "There is nobody to ask back: do what can be done, and say what you assumed.";

const LIMITS: Limits = Limits {
    steps: 10,
    tokens: 200_000,
    calls: 8,
    tool_text: 24 * 1024,
    history: 256 * 1024,
    shown: 64 * 1024,
};

/// How a run ends.
pub(crate) enum End {
    /// As the model's loop says, with the model's last words.
    Done(Reason, String),
    /// The next calls would change something, and that was not allowed.
    Changes,
    /// Without an answer: why.
    Failed(&'static str),
}

impl<H: Handler> AgentMode<H> {
    /// Boxed, so that calls of other tools do not carry its state.
    pub(crate) fn run<'a>(
        &'a self,
        mode: &'a Mode<H::Refusal>,
        model: &'a Model,
        request: &'a str,
        allow_changes: bool,
    ) -> LocalFuture<'a, Result<CallToolResult, H::Refusal>> {
        Box::pin(self.in_time(mode, model, request, allow_changes))
    }

    async fn in_time(
        &self,
        mode: &Mode<H::Refusal>,
        model: &Model,
        request: &str,
        allow_changes: bool,
    ) -> Result<CallToolResult, H::Refusal> {
        let list = self.inner.list(List::Tools, Version::LATEST);
        let list: Value = serde_json::from_str(list.get()).unwrap_or_default();
        let tools = list.as_array().into_iter().flatten();
        let tools = tools.filter_map(Tool::from_mcp).collect();
        let question = vec![Message::User(request.to_owned())];
        let agent = Agent::new(question, tools, LIMITS)
            .with_targets(mode.targets)
            .with_rules(RULES)
            .with_rules(self.inner.instructions().unwrap_or_default());
        // Outside of what is given up when the time is over: what was done is told in any case.
        let report = RefCell::new(Report::default());
        let work = pin!(self.drive(agent, mode, model, allow_changes, &report));
        let end = match select(work, mode.fetch.sleep(TIME)).await {
            Either::Left((end, _)) => end?,
            Either::Right(((), _)) => End::Failed("Stopped: it took more than 50 seconds."),
        };
        Ok(report.take().result(end))
    }

    async fn drive(
        &self,
        mut agent: Agent,
        mode: &Mode<H::Refusal>,
        model: &Model,
        allow_changes: bool,
        report: &RefCell<Report>,
    ) -> Result<End, H::Refusal> {
        loop {
            match agent.next() {
                Next::AskModel => {
                    let body = agent.body(model.name(), false);
                    match model.ask(&*mode.fetch, body).await {
                        Ok(said) => agent.model_said(said),
                        Err(words) => return Ok(End::Failed(words)),
                    }
                    report.borrow_mut().asked(agent.steps(), agent.tokens());
                }
                Next::CallTools(calls) => {
                    for call in calls {
                        report.borrow_mut().begin(&call);
                        let (text, is_error) = self.tool(&call).await?;
                        let mut report = report.borrow_mut();
                        if is_error {
                            report.end("failed: ", &text);
                        } else {
                            report.end("done", "");
                        }
                        agent.tool_answered(&call.id, &text, is_error);
                    }
                }
                Next::Refused(call, words) => {
                    let mut report = report.borrow_mut();
                    report.begin(&call);
                    report.end("failed: ", words);
                }
                Next::Confirm(calls) => {
                    for call in &calls {
                        if allow_changes {
                            agent.approve(&call.id);
                        } else {
                            let mut report = report.borrow_mut();
                            report.begin(call);
                            report.end("not done", "");
                        }
                    }
                    if !allow_changes {
                        return Ok(End::Changes);
                    }
                }
                Next::Done(reason) => {
                    let text = match agent.messages().last() {
                        Some(Message::Assistant { text, .. }) => text.clone(),
                        _ => String::new(),
                    };
                    return Ok(End::Done(reason, text));
                }
            }
        }
    }

    /// A call like any client's. What only the transport can answer ends the run: a client signs in again, or allows more,
    /// and asks anew. Boxed, so that the state of a tool is not a part of this one's.
    fn tool<'a>(&'a self, call: &Call) -> LocalFuture<'a, Result<(String, bool), H::Refusal>> {
        let call = ToolCall::new(&*call.name, call.arguments.clone());
        Box::pin(async move {
            Ok(match self.inner.call_tool(call).await {
                Ok(Outcome::Complete(result)) => (texts(&result), result.is_error),
                Err(CallError::Refused(refusal)) => return Err(refusal),
                Err(CallError::Invalid(words)) => (words.into_owned(), true),
                Err(CallError::Failed(words)) => (words, true),
                // Nobody is offered to be asked, and the list has no other names.
                Ok(Outcome::InputRequired(_)) | Err(CallError::Unknown) => {
                    ("There is no such tool.".to_owned(), true)
                }
            })
        })
    }
}

fn texts(result: &CallToolResult) -> String {
    let mut all = String::new();
    for content in &result.content {
        if let Content::Text { text } = content {
            all.push_str(text);
            all.push('\n');
        }
    }
    all
}
