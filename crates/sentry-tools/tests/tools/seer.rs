//! `analyze_issue_with_seer`: starting, following, continuing, and giving up in time.
// file rule: mcp/seer-time: Seer within 50 s, whatever hangs

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use fetch::scripted::Scripted;
use fetch::{Fetch, FetchError, LocalFuture, Method, Request, Response};
use mcp::{Handler, Outcome, ToolCall};
use sentry_api::{BaseUrl, Client, Fixed, Token};
use sentry_tools::{Listings, Remembered, Server};
use serde_json::{Value, json};

use crate::fixture::{BASE, Script, World, session, text, world};
use crate::sentry::{answers, script};

const AUTOFIX: &str = "/organizations/acme/issues/4501/autofix/";

fn sentry(looks: &[Value]) -> Scripted {
    let mut answers = answers();
    answers.retain(|answer| answer.path != AUTOFIX);
    let url = format!("{BASE}/api/0{AUTOFIX}");
    let script = script(&answers).json(Method::Post, &url, 200, r#"{"run_id":1}"#);
    looks
        .iter()
        .fold(script, |script, look| script.get(AUTOFIX, look))
}

fn run(status: &str) -> Value {
    json!({ "autofix": { "run_id": 1, "status": status, "blocks": [
        { "message": { "role": "user", "content": "Find the cause.\n\nlook at  carts" } },
        { "message": { "role": "assistant", "content": "Is it so?" } }
    ] } })
}

fn starts(world: &World) -> usize {
    let requests = world.sentry.requests();
    requests
        .iter()
        .filter(|request| request.method == Method::Post)
        .count()
}

async fn analyze(world: &World, more: Value) -> String {
    let mut arguments = json!({ "organizationSlug": "acme", "issueId": "WEB-1A" });
    arguments
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    world.text("analyze_issue_with_seer", arguments).await
}

#[tokio::test]
async fn a_run_is_started_and_followed() {
    let world = world(sentry(&[
        json!({ "autofix": null }),
        json!({ "autofix": null }),
        run("processing"),
        run("COMPLETED"),
    ]));
    let text = analyze(&world, json!({ "instruction": "look at carts" })).await;
    assert!(
        text.contains(": done.") && text.contains("Is it so?"),
        "{text}"
    );
    assert_eq!(starts(&world), 1);
    assert_eq!(world.sentry.slept(), [Duration::from_secs(5); 3]);
}

#[tokio::test]
async fn a_run_that_takes_longer_is_continued_by_another_call() {
    let world = world(sentry(&[run("processing")]));
    let text = analyze(&world, json!({})).await;
    assert!(
        text.contains("still working") && text.contains("analyze_issue_with_seer again"),
        "{text}"
    );
    let slept: Duration = world.sentry.slept().iter().sum();
    assert!(slept < Duration::from_secs(50), "{slept:?}");
    assert_eq!(starts(&world), 0, "it runs already");
}

#[tokio::test]
async fn when_it_begins_anew() {
    for (status, arguments, begins) in [
        ("error", json!({}), 1),
        ("completed", json!({}), 0),
        ("completed", json!({ "instruction": "again" }), 1),
        ("completed", json!({ "instruction": " look at carts" }), 0),
        ("AWAITING_USER_INPUT", json!({}), 0),
        ("awaiting_user_input", json!({ "instruction": "again" }), 0),
    ] {
        let world = world(sentry(&[run(status), run("completed")]));
        let text = analyze(&world, arguments).await;
        assert_eq!(starts(&world), begins, "{status}: {text}");
    }
    // A server that does not say what a run was asked: the same call shows it, and starts nothing.
    let silent = json!({ "autofix": { "run_id": 1, "status": "completed", "blocks": [] } });
    let world_of_it = crate::fixture::world(sentry(&[silent]));
    let text = analyze(&world_of_it, json!({ "instruction": "look at carts" })).await;
    assert_eq!(starts(&world_of_it), 0, "{text}");
    assert!(
        text.contains("does not say what this run was asked"),
        "{text}"
    );
    let world = world(sentry(&[run("awaiting_user_input")]));
    let text = analyze(&world, json!({})).await;
    assert!(
        text.contains("a question, to be answered in Sentry") && text.contains("Is it so?"),
        "{text}"
    );
}

#[tokio::test]
async fn metric_issues_and_servers_without_it() {
    let mut of_metrics = answers();
    for answer in &mut of_metrics {
        if answer.path == "/organizations/acme/issues/WEB-1A/" {
            answer.body["issueCategory"] = "metric".into();
        }
    }
    let world = world(script(&of_metrics));
    let arguments = json!({ "organizationSlug": "acme", "issueId": "WEB-1A" });
    let words = world
        .error("analyze_issue_with_seer", arguments.clone())
        .await;
    assert!(words.contains("does not analyze metric issues"), "{words}");

    let without = crate::fixture::world(sentry(&[]).fails(AUTOFIX, 404));
    let words = without.error("analyze_issue_with_seer", arguments).await;
    assert!(words.contains("not available"), "{words}");
}

/// A Sentry that answers a few requests and then never again.
struct Hanging {
    script: Scripted,
    left: Cell<usize>,
}

impl Fetch for Hanging {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        match self.left.get() {
            0 => Box::pin(std::future::pending()),
            left => {
                self.left.set(left - 1);
                self.script.fetch(request)
            }
        }
    }

    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        // The clock runs; pauses between looks do not matter.
        self.script.sleep(duration)
    }
}

#[tokio::test]
async fn whatever_hangs_the_answer_comes() {
    for (answered, expected) in [
        (0, "did not answer within 48 s"),
        (1, "did not answer within 48 s"),
        (2, "still working"),
    ] {
        let hanging = Rc::new(Hanging {
            script: sentry(&[run("processing")]),
            left: Cell::new(answered),
        });
        let tokens = Rc::new(Fixed(Token::new("secret")));
        let client = Client::new(hanging, tokens, BaseUrl::parse(BASE).unwrap());
        let server = Server::new(
            session(),
            client,
            Rc::new(Remembered::default()),
            Rc::new(Listings::default()),
        );
        let Value::Object(arguments) = json!({ "organizationSlug": "acme", "issueId": "WEB-1A" })
        else {
            unreachable!()
        };
        let outcome = server
            .call_tool(ToolCall::new("analyze_issue_with_seer", arguments))
            .await
            .unwrap();
        let Outcome::Complete(result) = outcome else {
            panic!("nobody is asked")
        };
        assert!(
            text(&result).contains(expected),
            "{answered}: {}",
            text(&result)
        );
    }
}
