//! One request in words, from the first question to the model to the result.

use std::cell::RefCell;
use std::pin::pin;
use std::time::Duration;

use agent::{Agent, Call, Limits, Message, Next, Reason, Tool};
use fetch::LocalFuture;
use futures_util::future::{Either, select};
use mcp::{CallError, CallToolResult, Content, Handler, List, Outcome, ToolCall, Version};
use serde_json::{Map, Value};

use crate::handler::{AgentMode, Mode};
use crate::model::Model;
use crate::report::Report;

/// Time limit of a run. Most clients wait a minute for a tool.
const TIME: Duration = Duration::from_secs(50);

/// The tool that finds others, and how many are taken from it.
const SEARCH: &str = "search_sentry_tools";
const FOUND: u32 = 3;

const RULES: &str = "There is nobody to ask back: do what can be done, and say what you assumed.";

const LIMITS: Limits = Limits {
    steps: 10,
    tokens: 200_000,
    calls: 8,
    tool_text: 24 * 1024,
    history: 256 * 1024,
    shown: 64 * 1024,
};

/// How a run ended.
pub(crate) enum End {
    /// The loop ended for this reason, with the model's last text.
    Done(Reason, String),
    /// The next calls would change something, and that was not allowed.
    Changes,
    /// There is no answer, for this reason.
    Failed(&'static str),
}

impl<H: Handler> AgentMode<H> {
    /// Runs the request. Boxed, so that the futures of other calls do not carry its state.
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
        let list: Value = serde_json::from_slice(list.get().as_bytes()).unwrap_or_default();
        let listed = list.as_array().into_iter().flatten();
        let mut tools: Vec<_> = listed.filter_map(Tool::from_mcp).collect();
        for tool in self.found(request).await? {
            let is_new = tools.iter().all(|own| own.name != tool.name);
            tools.extend(Some(tool).filter(|_| is_new));
        }
        let question = vec![Message::User(request.to_owned())];
        let agent = Agent::new(question, tools, LIMITS)
            .with_targets(mode.targets)
            .with_rules(RULES)
            .with_rules(self.inner.instructions().unwrap_or_default());
        // Kept outside the future that is dropped when time runs out, so that finished steps are reported in any case.
        let report = RefCell::new(Report::default());
        let work = pin!(self.drive(agent, mode, model, allow_changes, &report));
        let end = match select(work, mode.fetch.sleep(TIME)).await {
            Either::Left((end, _)) => end?,
            Either::Right(((), _)) => End::Failed("Stopped: it took more than 50 seconds."),
        };
        Ok(report.take().result(end))
    }

    /// What the request means of the tools that the list lacks, so that the model need not search for them. A handler that
    /// finds nothing has none.
    fn found<'a>(&'a self, request: &str) -> LocalFuture<'a, Result<Vec<Tool>, H::Refusal>> {
        let mut call = ToolCall::new(SEARCH, Map::new());
        call.arguments.insert("query".to_owned(), request.into());
        call.arguments.insert("limit".to_owned(), FOUND.into());
        Box::pin(async move {
            let json = match self.inner.call_tool(call).await {
                Ok(Outcome::Complete(result)) => result.structured_content,
                Err(CallError::Refused(refusal)) => return Err(refusal),
                _ => None,
            };
            let json = json.as_ref().map_or("", |json| json.get());
            let found: Value = serde_json::from_slice(json.as_bytes()).unwrap_or_default();
            let results = found.get("results").and_then(Value::as_array);
            Ok(results
                .into_iter()
                .flatten()
                .filter_map(Tool::from_mcp)
                .collect())
        })
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

    /// Calls a tool as any client would. If only the transport can answer (the client must sign in again, or ask for
    /// more scopes), the run ends, and the client has to ask anew. Boxed, so that the state of a tool is not part of
    /// this future.
    fn tool<'a>(&'a self, call: &Call) -> LocalFuture<'a, Result<(String, bool), H::Refusal>> {
        let call = ToolCall::new(&*call.name, call.arguments.clone());
        Box::pin(async move {
            Ok(match self.inner.call_tool(call).await {
                Ok(Outcome::Complete(result)) => (texts(&result), result.is_error),
                Err(CallError::Refused(refusal)) => return Err(refusal),
                Err(CallError::Invalid(words)) => (words.into_owned(), true),
                Err(CallError::Failed(words)) => (words, true),
                // Neither can happen: no capability for questions is passed on, and the model sees only names from the
                // list.
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
