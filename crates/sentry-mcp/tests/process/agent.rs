//! Agent mode with the local Sentry's scripted model.

use demo_sentry::Running;
use serde_json::{Value, json};

use crate::started::{Folder, Server, control, program, requests, sentry, text, user};

fn start(sentry: &Running, folder: &Folder, key: bool) -> Server {
    let mut command = program(sentry.origin(), folder);
    command
        .arg("--agent")
        .env("SENTRY_ACCESS_TOKEN", "demo-token-ada");
    command.env("LLM_BASE_URL", format!("{}/v1", sentry.origin()));
    if key {
        command.env("LLM_API_KEY", "any-key");
    }
    Server::start(&mut command)
}

async fn words(server: &mut Server, arguments: Value) -> (bool, String, String) {
    server.call(1, "use_sentry", arguments).await;
    let answer = server.answer().await;
    let steps = answer["result"]["content"][1]["text"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (
        answer["result"]["isError"] == true,
        text(&answer).to_owned(),
        steps,
    )
}

#[tokio::test]
async fn words_become_calls_and_each_is_told() {
    let (sentry, folder) = (sentry().await, Folder::new());
    let mut server = start(&sentry, &folder, true);
    server.ask(0, "tools/list", json!({})).await;
    let tools = server.answer().await;
    assert_eq!(tools["result"]["tools"].as_array().unwrap().len(), 1);
    assert_eq!(tools["result"]["tools"][0]["name"], "use_sentry");
    let (failed, answer, steps) =
        words(&mut server, json!({ "request": "what broke today?" })).await;
    assert!(
        !failed && answer.contains("The latest trouble is"),
        "{answer}"
    );
    for step in ["find_organizations", "search_issues", "get_issue_details"] {
        assert!(steps.contains(step), "{steps}");
    }
    assert_eq!(
        user(&server.whoami().await),
        "1001",
        "what is allowed stays"
    );
}

// rule: agent/allow-changes
#[tokio::test]
async fn nothing_is_changed_unless_that_was_allowed() {
    let (sentry, folder) = (sentry().await, Folder::new());
    let mut server = start(&sentry, &folder, true);
    let request = "resolve CHECKOUT-1 in organization lighthouse-books";
    let (failed, answer, steps) = words(&mut server, json!({ "request": request })).await;
    assert!(
        !failed && answer.starts_with("Nothing was changed"),
        "{answer}"
    );
    assert!(
        steps.contains("`update_issue`") && steps.ends_with(": not done"),
        "{steps}"
    );
    let written = |requests: Vec<Value>| requests.iter().any(|request| request["method"] == "PUT");
    assert!(!written(requests(&sentry, "/api/").await));
    let (failed, answer, steps) = words(
        &mut server,
        json!({ "request": request, "allow_changes": true }),
    )
    .await;
    assert!(!failed && answer.contains("resolved"), "{answer} {steps}");
    assert!(written(requests(&sentry, "/api/").await));
}

// rule: agent/one-tool-where-asked
#[tokio::test]
async fn without_a_key_it_is_not_offered_and_the_error_says_so() {
    let (sentry, folder) = (sentry().await, Folder::new());
    let mut server = start(&sentry, &folder, false);
    server.ask(0, "tools/list", json!({})).await;
    let tools = server.answer().await.to_string();
    assert!(!tools.contains("use_sentry") && tools.contains("search_issues"));
    server
        .call(1, "use_sentry", json!({ "request": "what broke today?" }))
        .await;
    let error = server.answer().await["error"].clone();
    assert_eq!(error["code"], -32602);
    assert!(
        error["message"].as_str().unwrap().contains("LLM_API_KEY"),
        "{error}"
    );
    server.close_input();
    assert!(server.end().await.1.contains("LLM_API_KEY"));
}

// rule: agent/model-trouble
#[tokio::test]
async fn trouble_with_the_model_is_told_in_our_words() {
    let (sentry, folder) = (sentry().await, Folder::new());
    let mut server = start(&sentry, &folder, true);
    for (fault, says) in [
        (
            json!({ "kind": "status", "status": 401, "body": "{\"error\":{\"message\":\"bad key any-key\"}}" }),
            "LLM_API_KEY",
        ),
        (json!({ "kind": "status", "status": 404 }), "LLM_MODEL"),
        (json!({ "kind": "status", "status": 429 }), "rate"),
        (json!({ "kind": "status", "status": 400 }), "did not take"),
        (json!({ "kind": "status", "status": 503 }), "failed"),
        (json!({ "kind": "malformed" }), "could not be read"),
        (json!({ "kind": "drop" }), "could not be reached"),
    ] {
        let mut fault = fault;
        fault["path"] = json!("/v1/");
        control(&sentry, "faults", fault).await;
        let (failed, answer, _) = words(&mut server, json!({ "request": "who am I?" })).await;
        assert!(failed && answer.contains(says), "{answer}");
        assert!(!answer.contains("any-key"));
    }
    for arguments in [
        json!({}),
        json!({ "request": " " }),
        json!({ "request": 7 }),
        json!({ "request": "x".repeat(20_000) }),
        json!({ "request": "a", "allow_changes": "yes" }),
    ] {
        let (failed, answer, _) = words(&mut server, arguments).await;
        assert!(failed && answer.starts_with('`'), "{answer}");
    }
    let (failed, answer, _) = words(&mut server, json!({ "request": "who am I?" })).await;
    assert!(!failed && answer.contains("Ada"), "{answer}");
}
