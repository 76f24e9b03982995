//! Requests in words, with a scripted model and a handler that records its calls.

#![cfg(test)]

mod fixture;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use agent_mode::{Admission, AgentMode, Denied};
use fetch::LocalFuture;
use fetch::scripted::Scripted;
use fetch::{FetchError, Method, Response};
use mcp::{CallError, Capabilities, Handler, List, Outcome, ToolCall, Version};
use serde_json::{Value, json};

use fixture::{
    Challenge, Fixture, Stuck, admitted_by, ask, ask_through, calls, model, off, on, says,
};

const URL: &str = "https://llm.example/v1/chat/completions";

// rule: agent/one-tool-where-asked: one tool where it was asked for and there is a model, else all
//    as it was
#[tokio::test]
async fn what_is_offered_is_what_was_asked_for_and_all_else_is_as_it_was() {
    let names = |list: &str| {
        let list: Value = serde_json::from_str(list).unwrap();
        let names = list
            .as_array()
            .unwrap()
            .iter()
            .map(|tool| tool["name"].clone());
        names.collect::<Vec<_>>()
    };
    for version in Version::ALL {
        let handler = on(Scripted::new(), Fixture::default());
        let listed = handler.list(List::Tools, version);
        assert_eq!(names(listed.get()), ["use_sentry"]);
        assert_eq!(handler.capabilities(), Capabilities::default());
        for handler in [
            off(Fixture::default()),
            fixture::without_model(Fixture::default()),
        ] {
            assert_eq!(
                names(handler.list(List::Tools, version).get()),
                ["look", "change", "any"]
            );
            assert!(handler.capabilities().prompts);
            assert_eq!(handler.instructions(), Some("Look first."));
        }
    }
    for handler in [
        on(Scripted::new(), Fixture::default()),
        off(Fixture::default()),
    ] {
        let call = ToolCall::new("look", serde_json::Map::new());
        let Ok(Outcome::Complete(result)) = handler.call_tool(call).await else {
            panic!()
        };
        assert!(!result.is_error);
    }
    let call = || ToolCall::new("use_sentry", serde_json::Map::new());
    assert_eq!(
        off(Fixture::default()).call_tool(call()).await.unwrap_err(),
        CallError::Unknown
    );
    let error = fixture::without_model(Fixture::default())
        .call_tool(call())
        .await
        .unwrap_err();
    assert!(matches!(error, CallError::Invalid(words) if words.contains("LLM_API_KEY")));
}

// rule: mcp/narrowed-connection
#[test]
fn a_connection_that_only_reads_says_so_in_its_list_and_its_instructions() {
    let hints = |handler: &AgentMode<Fixture>| {
        let listed = handler.list(List::Tools, Version::LATEST);
        let listed: Value = serde_json::from_str(listed.get()).unwrap();
        let hints = &listed[0]["annotations"];
        (
            hints["readOnlyHint"].clone(),
            hints["destructiveHint"].clone(),
        )
    };
    let (usual, reading) = (on(Scripted::new(), Fixture::default()), fixture::reading());
    assert_eq!(hints(&usual), (false.into(), true.into()));
    assert_eq!(hints(&reading), (true.into(), false.into()));
    assert!(!usual.instructions().unwrap().contains("limited"));
    let words = reading.instructions().unwrap();
    assert!(
        words.ends_with("This connection is limited: it reads only."),
        "{words}"
    );
}

#[tokio::test]
async fn the_model_is_given_the_tools_and_asked_until_it_answers() {
    let script = model(&[
        calls(&[("1", "look", "{\"at\":\"`x`\\n\"}")]),
        says("It broke."),
    ]);
    let (told, fetch) = ask(
        script,
        Fixture::default(),
        json!({ "request": "What broke?" }),
    )
    .await;
    assert_eq!((told.answer.as_str(), told.is_error), ("It broke.", false));
    assert_eq!(
        told.steps,
        "Steps (the model was asked 2 times, 20 tokens):\n1. `look` `{\"at\":\"'x'\\n\"}`: done"
    );
    let sent: Vec<Value> = fetch
        .requests()
        .iter()
        .map(|r| serde_json::from_slice(r.body.as_ref().unwrap()).unwrap())
        .collect();
    assert_eq!(sent[0]["tools"].as_array().unwrap().len(), 3);
    assert_eq!(sent[0]["messages"][1]["content"], "What broke?");
    assert!(
        sent[0]["messages"][0]["content"]
            .as_str()
            .unwrap()
            .contains("Look first.")
    );
    assert!(
        sent[1]["messages"][3]["content"]
            .as_str()
            .unwrap()
            .contains("looked")
    );
    let header = |name| {
        fetch.requests()[0]
            .headers
            .iter()
            .find(|(n, _)| *n == name)
            .unwrap()
            .1
            .clone()
    };
    assert_eq!(header("authorization"), "Bearer key");
}

// rule: agent/finds-tools: the model is also given the tools that the request means and the list lacks
#[tokio::test]
async fn what_the_request_means_is_among_the_tools() {
    let fixture = Fixture {
        finds: true,
        ..Fixture::default()
    };
    let script = model(&[calls(&[("1", "change_more", "{}")])]);
    let asked = json!({ "request": "Change more of it" });
    let (told, fetch) = ask(script, fixture, asked).await;
    let sent: Value = serde_json::from_slice(fetch.requests()[0].body.as_ref().unwrap()).unwrap();
    let tools = sent["tools"].as_array().unwrap().iter();
    let names: Vec<_> = tools.map(|tool| &tool["function"]["name"]).collect();
    assert_eq!(names, ["look", "change", "any", "change_more"]);
    // It is known to change something, as any other.
    assert!(
        told.answer.starts_with("Nothing was changed"),
        "{}",
        told.answer
    );
}

// rule: agent/allow-changes: changes need `allow_changes`, also through `execute_sentry_tool`
#[tokio::test]
async fn changes_are_made_only_where_they_were_allowed() {
    for (call, name) in [("change", "change"), ("any", "any")] {
        let arguments = "{\"name\":\"change\"}";
        let script = || {
            model(&[
                calls(&[("1", "look", "{}"), ("2", call, arguments)]),
                says("Done."),
            ])
        };
        for allowed in [
            json!({}),
            json!({ "allow_changes": false }),
            json!({ "allow_changes": null }),
        ] {
            let mut asked = json!({ "request": "change it" });
            asked
                .as_object_mut()
                .unwrap()
                .extend(allowed.as_object().unwrap().clone());
            let fixture = Fixture::default();
            let ran = fixture.ran.clone();
            let (told, _) = ask(script(), fixture, asked).await;
            assert!(
                !told.is_error && told.answer.starts_with("Nothing was changed"),
                "{}",
                told.answer
            );
            assert!(told.steps.ends_with(": not done"), "{}", told.steps);
            assert_eq!(*ran.borrow(), ["look"]);
        }
        let fixture = Fixture::default();
        let ran = fixture.ran.clone();
        let (told, _) = ask(
            script(),
            fixture,
            json!({ "request": "change it", "allow_changes": true }),
        )
        .await;
        assert_eq!(told.answer, "Done.");
        assert_eq!(*ran.borrow(), ["look", name]);
    }
}

// rule: agent/bounded-and-told: a request in words has ten questions to the model, tokens, 50 s;
//    every step is told
#[tokio::test]
async fn it_stops_after_ten_questions_and_at_its_tokens() {
    let mut answers: Vec<String> = (0..20)
        .map(|n| calls(&[("1", "look", &format!("{{\"n\":{n}}}"))]))
        .collect();
    let (told, fetch) = ask(
        model(&answers),
        Fixture::default(),
        json!({ "request": "go on" }),
    )
    .await;
    assert!(
        told.is_error && told.answer.contains("ten times"),
        "{}",
        told.answer
    );
    assert_eq!(fetch.requests().len(), 10);
    answers.truncate(2);
    answers[0] = answers[0].replace("\"total_tokens\":10", "\"total_tokens\":250000");
    let (told, fetch) = ask(
        model(&answers),
        Fixture::default(),
        json!({ "request": "go on" }),
    )
    .await;
    assert!(told.is_error);
    assert_eq!(fetch.requests().len(), 1);
}

// rule: agent/bounded-and-told
#[tokio::test]
async fn what_takes_too_long_is_given_up_and_what_was_begun_is_told() {
    let fixture = Fixture {
        hangs: true,
        ..Fixture::default()
    };
    let script = Stuck(model(&[calls(&[("1", "change", "{}")])]));
    let told = ask_through(
        script,
        fixture,
        json!({ "request": "change it", "allow_changes": true }),
    )
    .await;
    assert!(
        told.is_error && told.answer.contains("50 seconds"),
        "{}",
        told.answer
    );
    assert!(
        told.steps.contains("nobody knows whether it was done"),
        "{}",
        told.steps
    );
}

// rule: agent/limits-of-any-call
#[tokio::test]
async fn what_only_the_transport_can_answer_is_left_to_it() {
    let fixture = Fixture {
        refuses: true,
        ..Fixture::default()
    };
    let handler = on(model(&[calls(&[("1", "look", "{}")])]), fixture);
    let arguments = json!({ "request": "What broke?" })
        .as_object()
        .unwrap()
        .clone();
    let error = handler
        .call_tool(ToolCall::new("use_sentry", arguments))
        .await
        .unwrap_err();
    assert_eq!(error, CallError::Refused(fixture::Challenge));
}

#[tokio::test]
async fn a_tool_that_fails_and_a_call_that_is_none_go_back_to_the_model() {
    let script = model(&[
        calls(&[
            ("1", "any", "{\"name\":\"fail\\n\"}"),
            ("2", "nonsense", "{}"),
            ("3", "look", "[]"),
        ]),
        says("I see."),
    ]);
    let (told, _) = ask(script, Fixture::default(), json!({ "request": "go" })).await;
    assert_eq!(told.answer, "I see.");
    let lines: Vec<_> = told.steps.lines().skip(1).collect();
    assert_eq!(lines.len(), 3, "{}", told.steps);
    assert!(
        lines.iter().all(|line| line.contains(": failed: ")),
        "{}",
        told.steps
    );
}

// rule: agent/model-trouble: the model's trouble in our words; its key stays
#[tokio::test]
async fn a_model_that_cannot_be_asked_is_told_in_our_words() {
    let answer = |status, body: &str| {
        Ok(Response {
            status,
            headers: vec![],
            body: body.as_bytes().to_vec(),
        })
    };
    for (answer, says) in [
        (
            answer(401, "{\"error\":{\"message\":\"secret\"}}"),
            "LLM_API_KEY",
        ),
        (answer(404, ""), "LLM_MODEL"),
        (answer(429, "secret"), "rate"),
        (answer(400, "secret"), "did not take"),
        (answer(500, "secret"), "failed"),
        (answer(302, "secret"), "failed"),
        (answer(200, "secret"), "could not be read"),
        (
            answer(200, "{\"error\":{\"message\":\"secret\"}}"),
            "could not be read",
        ),
        (Err(FetchError::OverBudget), "Wait a minute"),
        (Err(FetchError::TooLarge(1)), "too long"),
        (
            Err(FetchError::Unreachable("secret".to_owned())),
            "could not be reached",
        ),
        (
            Err(FetchError::Timeout(std::time::Duration::from_secs(1))),
            "in time",
        ),
    ] {
        let script = Scripted::new().on(Method::Post, URL, answer);
        let (told, _) = ask(script, Fixture::default(), json!({ "request": "go" })).await;
        assert!(
            told.is_error && told.answer.contains(says),
            "{}",
            told.answer
        );
        assert!(!told.answer.contains("secret") && !told.steps.contains("secret"));
    }
}

/// An admission that gives the scripted answers in turn.
struct Door {
    asked: Rc<Cell<usize>>,
    answers: RefCell<Vec<Result<(), Denied<Challenge>>>>,
}

impl Admission<Challenge> for Door {
    fn admit(&self) -> LocalFuture<'_, Result<(), Denied<Challenge>>> {
        self.asked.set(self.asked.get() + 1);
        let answer = self.answers.borrow_mut().remove(0);
        Box::pin(async { answer })
    }
}

// rule: agent/each-request-admitted: every request in words is admitted for itself; a refusal holds
//    for the rest of its batch
#[tokio::test]
async fn every_request_in_words_is_admitted_for_itself_before_the_model_is_asked() {
    let asked = Rc::new(Cell::new(0));
    let door = Door {
        asked: Rc::clone(&asked),
        answers: RefCell::new(vec![
            Ok(()),
            Err(Denied::Words("Wait a minute.")),
            Err(Denied::Refused(Challenge)),
        ]),
    };
    let script = Rc::new(model(&[says("Yes.")]));
    let handler = admitted_by(door, Rc::clone(&script));
    let call = |name: &str, arguments: Value| {
        handler.call_tool(ToolCall::new(name, arguments.as_object().unwrap().clone()))
    };
    let wrong = call("use_sentry", json!({ "request": "" })).await;
    assert!(matches!(wrong, Ok(Outcome::Complete(result)) if result.is_error));
    assert!(call("look", json!({})).await.is_ok());
    assert_eq!(asked.get(), 0, "neither asks the model");
    let words = json!({ "request": "is it?" });
    let first = call("use_sentry", words.clone()).await;
    assert!(matches!(first, Ok(Outcome::Complete(result)) if !result.is_error));
    let second = call("use_sentry", words.clone()).await;
    let Ok(Outcome::Complete(second)) = second else {
        panic!("no result")
    };
    assert!(second.is_error && format!("{second:?}").contains("Wait a minute."));
    let third = call("use_sentry", words).await;
    assert!(matches!(third, Err(CallError::Refused(Challenge))));
    assert_eq!((asked.get(), script.requests().len()), (3, 1));
}
