//! What a person is asked before a tool runs, where the client can ask.
// file rule: mcp/person-is-asked

use fetch::Method;
use fetch::scripted::Scripted;
use mcp::{CallError, CallToolResult, Handler, Input, Outcome, ToolCall};
use sentry_tools::{Constraint, Refusal, Session};
use serde_json::{Value, json};

use crate::fixture::{BASE, Script, World, session, slug, text, world, world_of};

/// A call of a client that can ask, with a person's answer if there is one.
async fn call(
    world: &World,
    arguments: Value,
    answer: Option<Value>,
) -> Result<Outcome<CallToolResult>, CallError<Refusal>> {
    let mut input = Input::default();
    input.client.elicitation = true;
    if let Some(answer) = answer {
        input.responses.insert("arguments".to_owned(), answer);
    }
    let Value::Object(arguments) = arguments else {
        panic!("arguments are an object")
    };
    let call = ToolCall::new("search_issues", arguments).with_input(input);
    world.server.call_tool(call).await
}

/// The form that was asked for.
async fn form(world: &World, arguments: Value, answer: Option<Value>) -> Value {
    match call(world, arguments, answer).await.unwrap() {
        Outcome::InputRequired(question) => {
            assert_eq!(question.state, None, "nothing has to be kept");
            serde_json::from_str(&question.requests[0].1.params).unwrap()
        }
        Outcome::Complete(result) => panic!("{}", text(&result)),
    }
}

fn two_organizations() -> Scripted {
    Scripted::new()
        .get(
            "/organizations/",
            &json!([{ "slug": "acme" }, { "slug": "other" }]),
        )
        .get("/organizations/other/issues/", &json!([]))
}

#[tokio::test]
async fn an_ambiguous_organization_is_chosen_from_a_list() {
    let world = world(two_organizations());
    let asked = form(&world, json!({}), None).await;
    assert_eq!(
        asked,
        json!({
            "mode": "form",
            "message": "Which Sentry organization is meant?",
            "requestedSchema": {
                "type": "object",
                "properties": { "organizationSlug": {
                    "type": "string", "title": "Organization", "enum": ["acme", "other"],
                } },
                "required": ["organizationSlug"],
            },
        })
    );
    let answer = json!({ "action": "accept", "content": { "organizationSlug": "other" } });
    let Outcome::Complete(result) = call(&world, json!({}), Some(answer)).await.unwrap() else {
        panic!("it was answered")
    };
    assert!(!result.is_error, "{}", text(&result));
    assert!(
        world
            .asked()
            .last()
            .unwrap()
            .starts_with("/organizations/other/issues/")
    );
}

#[tokio::test]
async fn what_is_named_is_not_asked_for() {
    let world = world(two_organizations());
    let arguments = json!({ "organizationSlug": "other" });
    let answer = json!({ "action": "accept", "content": { "organizationSlug": "acme" } });
    // Nor does an answer change it.
    for answer in [None, Some(answer)] {
        assert!(matches!(
            call(&world, arguments.clone(), answer).await,
            Ok(Outcome::Complete(_))
        ));
        assert!(
            world
                .asked()
                .last()
                .unwrap()
                .starts_with("/organizations/other/issues/")
        );
    }
    let fixed = Session {
        constraint: Constraint::Organization(slug("other")),
        ..session()
    };
    let script = two_organizations().get("/organizations/other/", &json!({ "slug": "other" }));
    let world = world_of(BASE, fixed, script);
    assert!(matches!(
        call(&world, json!({}), None).await,
        Ok(Outcome::Complete(_))
    ));
}

#[tokio::test]
async fn the_only_organization_is_meant() {
    let script = Scripted::new()
        .get(
            "/organizations/",
            &json!([{ "slug": "other" }, { "slug": "" }]),
        )
        .get("/organizations/other/issues/", &json!([]));
    let world = world(script);
    let Outcome::Complete(result) = call(&world, json!({}), None).await.unwrap() else {
        panic!("there is nothing to choose")
    };
    assert!(!result.is_error, "{}", text(&result));
}

#[tokio::test]
async fn more_than_fit_are_typed() {
    let many: Vec<_> = (0..26)
        .map(|n| json!({ "slug": format!("org-{n}") }))
        .collect();
    let world = world(Scripted::new().get("/organizations/", &json!(many)));
    let asked = form(&world, json!({}), None).await;
    assert_eq!(
        asked["requestedSchema"]["properties"]["organizationSlug"],
        json!({ "type": "string", "title": "Organization" })
    );
}

#[tokio::test]
async fn no_is_no() {
    let world = world(two_organizations());
    for action in ["decline", "cancel"] {
        let answer = json!({ "action": action });
        let Outcome::Complete(result) = call(&world, json!({}), Some(answer)).await.unwrap() else {
            panic!("it was answered")
        };
        assert!(result.is_error);
        assert!(text(&result).starts_with("The person said no"));
    }
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn what_a_person_types_is_checked_like_any_argument() {
    let world = world(two_organizations());
    for odd in ["../other", "a b", &"x".repeat(101)] {
        let answer = json!({ "action": "accept", "content": { "organizationSlug": odd } });
        let Outcome::Complete(result) = call(&world, json!({}), Some(answer)).await.unwrap() else {
            panic!("it was answered")
        };
        assert!(result.is_error);
    }
    assert!(world.asked().is_empty());
    // No answer to this question is no answer.
    for content in [
        json!({}),
        json!({ "organizationSlug": 7 }),
        json!({ "organizationSlug": " " }),
    ] {
        let answer = json!({ "action": "accept", "content": content });
        form(&world, json!({}), Some(answer)).await;
    }
}

#[tokio::test]
async fn a_client_that_cannot_ask_is_told_which_there_are() {
    for (tool, arguments) in [
        ("search_issues", json!({})),
        ("get_issue_details", json!({ "issueId": "WEB-1" })),
        (
            "get_sentry_resource",
            json!({ "resourceType": "issue", "resourceId": "WEB-1" }),
        ),
        (
            "update_issue",
            json!({ "issueId": "WEB-1", "status": "resolved" }),
        ),
        (
            "execute_sentry_tool",
            json!({ "name": "find_teams", "arguments": {} }),
        ),
    ] {
        let world = world(two_organizations());
        let words = world.error(tool, arguments).await;
        assert_eq!(
            words,
            "`organizationSlug` is required, since there are several organizations: `acme`, `other`. Take the one that the \
             user or the code names; if none is named, ask."
        );
        assert_eq!(world.asked(), ["/organizations/?per_page=26"]);
    }
    // Where Sentry does not say, the tool says what it needs.
    let silent = world(Scripted::new().fails("/organizations/", 403));
    let words = silent.error("search_issues", json!({})).await;
    assert_eq!(words, "`organizationSlug` is required.");
    let ended = world(Scripted::new().fails("/organizations/", 401));
    let refused = ended.call("search_issues", json!({})).await.unwrap_err();
    assert_eq!(refused, CallError::Refused(Refusal::Unauthorized));
}

#[tokio::test]
async fn the_only_organization_is_meant_and_the_answer_says_so() {
    let one = || Scripted::new().get("/organizations/", &json!([{ "slug": "acme" }]));
    let world1 = world(one().get("/organizations/acme/issues/", &json!([])));
    let words = world1.text("search_issues", json!({})).await;
    assert!(
        words.ends_with("\n\n`organizationSlug` was taken to be `acme`, the only one."),
        "{words}"
    );
    // A program that reads JSON is not disturbed.
    let world2 = world(one().get("/organizations/acme/projects/", &json!([])));
    let found = world2.json("find_projects", json!({})).await;
    assert_eq!(found["projects"], json!([]));
    // Nor is anything asked where it is said, by whatever name, or by the URL.
    let named = world(one().get("/organizations/beta/projects/", &json!([])));
    named.json("find_projects", json!({ "org": "beta" })).await;
    assert_eq!(named.asked().len(), 1);
    let constraint = Constraint::Organization(slug("acme"));
    let session = Session {
        constraint,
        ..session()
    };
    let script = Scripted::new()
        .get("/organizations/acme/", &json!({ "slug": "acme" }))
        .get("/organizations/acme/projects/", &json!([]));
    let fixed = world_of(BASE, session, script);
    fixed.json("find_projects", json!({})).await;
    assert!(
        !fixed
            .asked()
            .iter()
            .any(|url| url.starts_with("/organizations/?"))
    );
}

#[tokio::test]
async fn one_organization_beside_a_region_that_is_silent_is_not_taken() {
    let sentry = Scripted::new()
        .json(
            Method::Get,
            "https://sentry.io/api/0/users/me/regions/",
            200,
            r#"{"regions":[{"url":"https://us.sentry.io"},{"url":"https://de.sentry.io"}]}"#,
        )
        .json(
            Method::Get,
            "https://us.sentry.io/api/0/organizations/",
            200,
            r#"[{"slug":"acme"}]"#,
        );
    let world = world_of("https://sentry.io", session(), sentry);
    let words = world.error("search_issues", json!({})).await;
    assert!(words.contains("`acme`, and perhaps others."), "{words}");
}

#[test]
fn no_schema_requires_an_organization() {
    for tool in sentry_tools::reference::names() {
        let schema = sentry_tools::reference::schema_of(tool).unwrap();
        let required = schema["required"].to_string();
        assert!(!required.contains("organizationSlug"), "{tool}");
    }
}

#[tokio::test]
async fn trouble_while_asking_is_the_tools_trouble() {
    let world1 = world(Scripted::new().fails("/organizations/", 403));
    let Outcome::Complete(result) = call(&world1, json!({}), None).await.unwrap() else {
        panic!("there is nothing to choose from")
    };
    assert!(result.is_error);
    let ended = world(Scripted::new().fails("/organizations/", 401));
    let refused = call(&ended, json!({}), None).await.unwrap_err();
    assert_eq!(refused, CallError::Refused(Refusal::Unauthorized));
}

#[tokio::test]
async fn nobody_is_asked_what_a_tool_can_do_without() {
    let mut input = Input::default();
    input.client.elicitation = true;
    for (tool, arguments, _) in crate::sentry::calls() {
        // What is made, and what is changed without being named by an issue, is agreed to.
        let asks = ["create_", "delete_", "update_uptime"];
        if asks.iter().any(|what| tool.starts_with(what)) {
            continue;
        }
        let Value::Object(arguments) = arguments else {
            panic!("arguments are an object")
        };
        // What is changed without being named by its own id is agreed to.
        let is_named = ["issueId", "keyId"]
            .iter()
            .any(|id| arguments.contains_key(*id));
        if sentry_tools::changes_something(tool) == Some(true) && !is_named {
            continue;
        }
        let call = ToolCall::new(tool, arguments).with_input(input.clone());
        let outcome = world(crate::sentry::full())
            .server
            .call_tool(call)
            .await
            .unwrap();
        assert!(
            matches!(outcome, Outcome::Complete(_)),
            "{tool}: {outcome:?}"
        );
    }
}
