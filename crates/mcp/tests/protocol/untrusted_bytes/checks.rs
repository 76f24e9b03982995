//! What must hold for every request. Shared by the property tests and the fuzz target.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use mcp::http::{Request, respond};
use mcp::{
    Answer, CallToolResult, Capabilities, Elicited, Handler, Implementation, InputKind,
    InputRequest, InputRequired, List, Outcome, ToolCall, Version,
};
use serde_json::Value;
use serde_json::value::RawValue;

struct Anything;

impl Handler for Anything {
    type Refusal = ();

    fn implementation(&self) -> Implementation<'_> {
        Implementation {
            name: "anything",
            title: "Anything",
            version: "0",
            description: "",
            website_url: None,
            icon: None,
        }
    }

    fn instructions(&self) -> Option<&str> {
        None
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            prompts: true,
            resources: true,
            completions: true,
        }
    }

    fn list(&self, _: List, _: Version) -> Rc<RawValue> {
        Rc::from(RawValue::NULL.to_owned())
    }

    /// Answers with the call's own arguments, or asks a question.
    async fn call_tool(&self, call: ToolCall) -> Answer<CallToolResult, ()> {
        if call.input.elicited("q") == Elicited::Declined {
            return Ok(Outcome::InputRequired(InputRequired {
                requests: vec![(
                    "q",
                    InputRequest {
                        kind: InputKind::Elicitation,
                        params: "{}".to_owned(),
                    },
                )],
                state: call.input.state,
            }));
        }
        Ok(Outcome::Complete(CallToolResult::text(call.name)))
    }
}

/// Every request gets an answer with one of the known statuses. The answer is empty or JSON-RPC, with the request's own
/// id or none.
pub fn any_request(version: Option<&str>, method: Option<&str>, name: Option<&str>, body: &[u8]) {
    let request = Request {
        content_type: Some("application/json"),
        accept: None,
        protocol_version: version,
        method,
        name,
        body,
    };
    let Ok(response) = now(respond(&Anything, request)) else {
        panic!("nothing is refused here")
    };
    let sent: Option<Value> = serde_json::from_slice(body).ok();
    match (response.status, response.body) {
        (202, None) => assert!(sent.is_some()),
        (200 | 400 | 404, Some(text)) => match (sent, serde_json::from_str(&text).unwrap()) {
            (Some(Value::Array(sent)), Value::Array(answers)) => {
                assert!(!answers.is_empty() && answers.len() <= sent.len());
            }
            (sent, answer) => one_answer(sent.as_ref(), &answer),
        },
        (status, body) => panic!("{status} {body:?}"),
    }
}

fn one_answer(sent: Option<&Value>, answer: &Value) {
    assert_eq!(answer["jsonrpc"], "2.0");
    assert!(answer.get("result").is_some() != answer.get("error").is_some());
    if let Some(error) = answer.get("error") {
        assert!(error["code"].is_i64() && error["message"].is_string());
    }
    if let Some(id) = answer.get("id") {
        // A batch is refused because of the first element that is not a message.
        let asked = match sent {
            Some(Value::Array(batch)) => batch.iter().any(|sent| sent.get("id") == Some(id)),
            sent => sent.and_then(|sent| sent.get("id")) == Some(id),
        };
        assert!(asked, "{answer}");
    } else {
        assert!(answer.get("error").is_some());
    }
}

/// The result of a future that is ready at once.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}
