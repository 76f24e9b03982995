//! One request in words, from the first question to the model to the result.

use std::cell::RefCell;
use std::pin::pin;
use std::time::Duration;

use agent::{Agent, Call, Limits, Message, Next, Reason, Tool, bounded};
use futures_util::future::{Either, select};
use mcp::{CallError, CallToolResult, Content, Handler, List, Outcome, ToolCall, Version};
use serde_json::Value;

use crate::handler::{AgentMode, Mode};
use crate::model::Model;
use crate::report::{Report, Step};

/// Most clients wait a minute for a tool.
const TIME: Duration = Duration::from_secs(50);

const RULES: &str =
    "There is nobody to ask back: do with the request what can be done, and say what you assumed.";

const LIMITS: Limits = Limits {
    steps: 10,
    tokens: 200_000,
    calls: 8,
    tool_text: 24 * 1024,
    history: 256 * 1024,
};

/// How a run ends.
pub(crate) enum End {
    /// As the model's loop says, with the model's last words.
    Done(Reason, String),
    /// The next calls would change something, and that was not allowed.
    Changes,
    /// The model cannot be asked: why.
    Model(&'static str),
    Time,
}

impl<H: Handler> AgentMode<H> {
    pub(crate) async fn run(
        &self,
        mode: &Mode,
        model: &Model,
        request: &str,
        allow_changes: bool,
    ) -> Result<CallToolResult, H::Refusal> {
        let list = self.inner.list(List::Tools, Version::LATEST);
        let tools: Vec<Value> = serde_json::from_str(list.get()).unwrap_or_default();
        let tools = tools.iter().filter_map(Tool::from_mcp).collect();
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
            Either::Right(((), _)) => End::Time,
        };
        Ok(report.take().result(&end))
    }

    async fn drive(
        &self,
        mut agent: Agent,
        mode: &Mode,
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
                        Err(words) => return Ok(End::Model(words)),
                    }
                    report.borrow_mut().asked(agent.steps(), agent.tokens());
                }
                Next::CallTools(calls) => {
                    for call in calls {
                        let at = report.borrow_mut().begin(&call);
                        let (text, is_error) = self.tool(&call).await?;
                        report.borrow_mut().end(at, Step::answered(&text, is_error));
                        agent.tool_answered(&call.id, &text, is_error);
                    }
                }
                Next::Refused(call, words) => {
                    let mut report = report.borrow_mut();
                    let at = report.begin(&call);
                    report.end(at, Step::Failed(words.to_owned()));
                }
                Next::Confirm(calls) if allow_changes => {
                    for call in calls {
                        agent.approve(&call.id);
                    }
                }
                Next::Confirm(calls) => {
                    let mut report = report.borrow_mut();
                    for call in &calls {
                        let at = report.begin(call);
                        report.end(at, Step::Withheld);
                    }
                    return Ok(End::Changes);
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
    /// and asks anew.
    async fn tool(&self, call: &Call) -> Result<(String, bool), H::Refusal> {
        let arguments = call.arguments.clone();
        let called = self.inner.call_tool(ToolCall::new(&*call.name, arguments));
        // Boxed, so that the state of a tool is not a part of this one's.
        let answer: std::pin::Pin<Box<dyn Future<Output = _> + '_>> = Box::pin(called);
        Ok(match answer.await {
            Ok(Outcome::Complete(result)) => (texts(&result), result.is_error),
            Ok(Outcome::InputRequired(_)) => ("It needs a person's answer first.".to_owned(), true),
            Err(CallError::Refused(refusal)) => return Err(refusal),
            Err(CallError::Unknown) => ("There is no tool of that name.".to_owned(), true),
            Err(CallError::Invalid(words)) => (words.into_owned(), true),
            Err(CallError::Failed(words)) => (words, true),
        })
    }
}

fn texts(result: &CallToolResult) -> String {
    let mut all = String::new();
    for content in &result.content {
        if let Content::Text { text } = content {
            if !all.is_empty() {
                all.push('\n');
            }
            all.push_str(text);
        }
    }
    all
}

impl Step {
    fn answered(text: &str, is_error: bool) -> Self {
        if is_error {
            Self::Failed(bounded(text, 300).0.to_owned())
        } else {
            Self::Answered(text.len())
        }
    }
}
