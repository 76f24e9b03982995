//! Seer's analyses of issues.
// file rule: mcp/missing-members

use std::time::Duration;

use fetch::scripted::Scripted;
use fetch::{Method, Response};
use sentry_api::{ApiError, AutofixStatus};
use serde_json::{Value, json};

use crate::world::{BASE, ISSUE, answers, get, world};

#[tokio::test]
async fn little_patience_means_one_try() {
    let answer = Response {
        status: 503,
        headers: vec![],
        body: vec![],
    };
    let world =
        world(Scripted::new().on(Method::Get, &format!("{BASE}{ISSUE}/autofix/"), Ok(answer)));
    let hasty = world.client.with_patience(Duration::from_secs(5));
    let result = hasty
        .autofix(&world.region, &world.acme, &world.issue)
        .await;
    assert_eq!(result, Err(ApiError::Unavailable(503)));
    let requests = world.script.requests();
    assert_eq!(
        (requests.len(), requests[0].timeout),
        (1, Duration::from_secs(5))
    );
}

#[tokio::test]
async fn runs_of_seer_in_every_shape() {
    let path = format!("{ISSUE}/autofix/");
    let read = async |body: Value| {
        let world = get(&path, &body);
        let run = world
            .client
            .autofix(&world.region, &world.acme, &world.issue)
            .await;
        assert_eq!(world.asked(), [format!("{path}?llmFormat=markdown")]);
        run
    };
    assert_eq!(read(json!({ "autofix": null })).await, Ok(None));
    assert_eq!(read(json!({})).await, Ok(None));
    assert_eq!(
        read(json!([])).await,
        Err(ApiError::Malformed("a run of Seer"))
    );

    let run = read(json!({ "autofix": { "run_id": 7, "status": "COMPLETED", "blocks": [
        { "message": { "content": "thinking" }, "artifacts": [
            { "key": "root_cause", "data": { "one_line_description": "A null cart.", "five_whys": ["a", "b"],
              "reproduction_steps": [{ "title": "Open it" }] } },
            { "key": "root_cause", "data": null } ] },
        { "artifacts": [ { "key": "solution", "data": { "one_line_summary": "Check it.",
            "steps": [{ "title": "One", "description": "Do it." }] } } ] },
        null
    ] } }))
    .await
    .unwrap()
    .unwrap();
    assert_eq!(
        (run.id.as_deref(), run.status),
        (Some("7"), AutofixStatus::Completed)
    );
    assert_eq!(run.findings.len(), 2);
    assert_eq!(
        run.findings[0].text,
        "Cause: A null cart.\nWhy 1: a\nWhy 2: b\nReproduction 1: Open it\n"
    );
    assert!(run.findings[1].is_solution);
    assert_eq!(run.findings[1].text, "Check it.\nStep 1: One\nDo it.\n");
    assert_eq!(run.was_asked("look at carts"), None);
    assert_eq!(run.last_words.as_deref(), Some("thinking"));

    // The published, older shape.
    let run = read(
        json!({ "autofix": { "status": "need_more_information", "steps": [
        { "causes": [{ "description": "The cause." }] }, { "solution": [{ "title": "Fix" }] }
    ] } }),
    )
    .await
    .unwrap()
    .unwrap();
    assert_eq!(run.status, AutofixStatus::AwaitingInput);
    assert_eq!(
        (run.findings[0].text.as_str(), run.findings[1].text.as_str()),
        ("Cause: The cause.\n", "Step 1: Fix\n")
    );

    for asked in [
        json!({ "request": { "instruction": "Look at\n the carts" } }),
        json!({ "blocks": [{ "message": { "role": "user", "content": "Find it. Look at the carts" } }] }),
    ] {
        let run = read(json!({ "autofix": asked })).await.unwrap().unwrap();
        assert_eq!(run.was_asked(" Look  at the carts"), Some(true));
        assert_eq!(run.was_asked("Look at the tills"), Some(false));
    }
    let run =
        read(json!({ "autofix": { "status": "error", "formatted": { "content": "# All" } } }))
            .await
            .unwrap()
            .unwrap();
    assert_eq!(
        (run.status, run.formatted.as_deref()),
        (AutofixStatus::Error, Some("# All"))
    );
}

#[tokio::test]
async fn a_run_of_seer_is_started() {
    let path = format!("{ISSUE}/autofix/");
    for (instruction, body) in [
        (None, json!({ "step": "root_cause" })),
        (
            Some("look at carts"),
            json!({ "step": "root_cause", "user_context": "look at carts" }),
        ),
    ] {
        let world = answers(Method::Post, &path, &json!({ "run_id": 1 }));
        let (region, acme, issue) = (&world.region, &world.acme, &world.issue);
        world
            .client
            .start_autofix(region, acme, issue, instruction)
            .await
            .unwrap();
        assert_eq!(world.sent(), body);
    }
}
