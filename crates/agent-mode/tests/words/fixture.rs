//! A handler with three tools, a scripted model, and helpers that read what a caller is told.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use agent::Target;
use agent_mode::{Admission, AgentMode, Everybody, Mode, Model};
use fetch::scripted::Scripted;
use fetch::{Fetch, FetchError, LocalFuture, Method, Request, Response};
use mcp::{
    Answer, CallError, CallToolResult, Capabilities, Content, Handler, Implementation, List,
    Outcome, ToolCall, Version,
};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::URL;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Challenge;

#[derive(Default)]
pub(crate) struct Fixture {
    pub(crate) ran: Rc<RefCell<Vec<String>>>,
    pub(crate) refuses: bool,
    pub(crate) hangs: bool,
    /// Whether it has a tool that finds others.
    pub(crate) finds: bool,
}

impl Handler for Fixture {
    type Refusal = Challenge;

    fn implementation(&self) -> Implementation<'_> {
        Implementation {
            name: "fixture",
            title: "Fixture",
            version: "1",
            description: "",
            website_url: None,
            icon: None,
        }
    }

    fn instructions(&self) -> Option<&str> {
        Some("Look first.")
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            prompts: true,
            ..Capabilities::default()
        }
    }

    fn list(&self, _: List, _: Version) -> Rc<RawValue> {
        let tool = |name, reads| json!({ "name": name, "inputSchema": {}, "annotations": { "readOnlyHint": reads } });
        let tools = json!([
            tool("look", true),
            tool("change", false),
            tool("any", false)
        ]);
        Rc::from(serde_json::value::to_raw_value(&tools).unwrap())
    }

    async fn call_tool(&self, call: ToolCall) -> Answer<CallToolResult, Challenge> {
        if self.finds && call.name == "search_sentry_tools" {
            let tool = |name| json!({ "name": name, "inputSchema": {}, "annotations": { "readOnlyHint": false } });
            let found = json!({ "results": [tool("look"), tool("change_more"), tool("not a name")], "query": call.arguments["query"] });
            let json = serde_json::value::to_raw_value(&found).unwrap();
            return Ok(Outcome::Complete(CallToolResult::structured(json)));
        }
        if !["look", "change", "any"].contains(&&*call.name) {
            return Err(CallError::Unknown);
        }
        self.ran.borrow_mut().push(call.name.clone());
        if self.hangs {
            std::future::pending::<()>().await;
        }
        if self.refuses {
            return Err(CallError::Refused(Challenge));
        }
        let fails = call.arguments.get("name") == Some(&json!("fail\n"));
        Ok(Outcome::Complete(if fails {
            CallToolResult::error("no\nway")
        } else {
            CallToolResult::text("looked")
        }))
    }
}

/// A fetch whose `sleep` never ends before the scripted answers do, as no real one would.
struct Awake(Rc<Scripted>);

impl Fetch for Awake {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        self.0.fetch(request)
    }

    fn sleep(&self, _: Duration) -> LocalFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}

/// A fetch whose `sleep` ends as soon as nothing else can make progress.
pub(crate) struct Stuck(pub(crate) Scripted);

impl Fetch for Stuck {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        self.0.fetch(request)
    }

    fn sleep(&self, _: Duration) -> LocalFuture<'_, ()> {
        Box::pin(tokio::task::yield_now())
    }
}

fn mode(fetch: Rc<dyn Fetch>) -> Mode<Challenge> {
    Mode {
        model: Some(Model::new("https://llm.example/v1", "key", "m").unwrap()),
        admission: Rc::new(Everybody),
        fetch,
        limits: String::new(),
        is_read_only: false,
        targets: |tool, arguments| {
            let name = arguments
                .get("name")
                .and_then(Value::as_str)
                .filter(|_| tool == "any")?;
            Some(Target {
                name: name.to_owned(),
                changes: name == "change",
                foreign: None,
            })
        },
    }
}

pub(crate) fn on(script: Scripted, fixture: Fixture) -> AgentMode<Fixture> {
    AgentMode::over(fixture, Some(mode(Rc::new(Awake(Rc::new(script))))))
}

pub(crate) fn admitted_by(
    admission: impl Admission<Challenge> + 'static,
    script: Rc<Scripted>,
) -> AgentMode<Fixture> {
    let mode = Mode {
        admission: Rc::new(admission),
        ..mode(Rc::new(Awake(script)))
    };
    AgentMode::over(Fixture::default(), Some(mode))
}

/// Agent mode on a connection that only reads.
pub(crate) fn reading() -> AgentMode<Fixture> {
    let mode = Mode {
        limits: "it reads only".to_owned(),
        is_read_only: true,
        ..mode(Rc::new(Scripted::new()))
    };
    AgentMode::over(Fixture::default(), Some(mode))
}

pub(crate) fn off(fixture: Fixture) -> AgentMode<Fixture> {
    AgentMode::over(fixture, None)
}

pub(crate) fn without_model(fixture: Fixture) -> AgentMode<Fixture> {
    let mode = Mode {
        model: None,
        ..mode(Rc::new(Scripted::new()))
    };
    AgentMode::over(fixture, Some(mode))
}

pub(crate) struct Told {
    pub(crate) answer: String,
    pub(crate) steps: String,
    pub(crate) is_error: bool,
}

async fn told(handler: AgentMode<Fixture>, arguments: Value) -> Told {
    let call = ToolCall::new("use_sentry", arguments.as_object().unwrap().clone());
    let Ok(Outcome::Complete(result)) = handler.call_tool(call).await else {
        panic!("no result")
    };
    let [
        Content::Text { text: answer },
        Content::Text { text: steps },
    ] = result.content.as_slice()
    else {
        panic!("{result:?}")
    };
    Told {
        answer: answer.clone(),
        steps: steps.clone(),
        is_error: result.is_error,
    }
}

pub(crate) async fn ask(
    script: Scripted,
    fixture: Fixture,
    arguments: Value,
) -> (Told, Rc<Scripted>) {
    let script = Rc::new(script);
    let mode = mode(Rc::new(Awake(Rc::clone(&script))));
    (
        told(AgentMode::over(fixture, Some(mode)), arguments).await,
        script,
    )
}

pub(crate) async fn ask_through(
    fetch: impl Fetch + 'static,
    fixture: Fixture,
    arguments: Value,
) -> Told {
    told(
        AgentMode::over(fixture, Some(mode(Rc::new(fetch)))),
        arguments,
    )
    .await
}

pub(crate) fn model(answers: &[String]) -> Scripted {
    answers.iter().fold(Scripted::new(), |script, answer| {
        script.json(Method::Post, URL, 200, answer)
    })
}

fn answer(message: &Value, finish: &str) -> String {
    json!({ "choices": [{ "message": message, "finish_reason": finish }], "usage": { "total_tokens": 10 } }).to_string()
}

pub(crate) fn says(text: &str) -> String {
    answer(&json!({ "role": "assistant", "content": text }), "stop")
}

pub(crate) fn calls(calls: &[(&str, &str, &str)]) -> String {
    let calls: Vec<_> = calls
        .iter()
        .map(|(id, name, arguments)| json!({ "id": id, "type": "function", "function": { "name": name, "arguments": arguments } }))
        .collect();
    answer(
        &json!({ "role": "assistant", "content": null, "tool_calls": calls }),
        "tool_calls",
    )
}
