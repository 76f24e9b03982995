//! The scripted language model: conversations step by step, in one piece and as a stream.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::*;

const PATH: &str = "/v1/chat/completions";

fn tool(name: &str, parameters: &[&str]) -> Value {
    let properties: serde_json::Map<_, _> = parameters
        .iter()
        .map(|name| ((*name).to_owned(), json!({"type": "string"})))
        .collect();
    json!({"type": "function", "function": {
        "name": name, "parameters": {"type": "object", "properties": properties},
    }})
}

/// The tools as the server offers them: some by name, the others through a tool that runs them.
fn tools() -> Value {
    json!([
        tool("find_organizations", &["query"]),
        tool(
            "search_issues",
            &["organizationSlug", "query", "sort", "limit"]
        ),
        tool("update_issue", &["organizationSlug", "issueId", "status"]),
        tool("execute_sentry_tool", &["name", "arguments"]),
    ])
}

/// A conversation in which `results` answer the tools in turn. Returns the calls and the final reply.
async fn talk(
    sentry: &Sentry,
    tools: Value,
    messages: &mut Vec<Value>,
    results: &[&str],
) -> (Vec<Value>, String) {
    let mut calls = Vec::new();
    let mut results = results.iter();
    loop {
        let body = json!({"model": "demo-model", "messages": messages, "tools": tools});
        let reply = sentry.send_json(Method::POST, PATH, "any-key", body).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let choice = reply.json()["choices"][0].clone();
        let message = choice["message"].clone();
        messages.push(message.clone());
        if choice["finish_reason"] == "stop" {
            return (calls, message["content"].as_str().unwrap().to_owned());
        }
        assert_eq!(choice["finish_reason"], "tool_calls");
        for call in message["tool_calls"].as_array().unwrap() {
            let arguments: Value =
                serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
            calls.push(json!([call["function"]["name"], arguments]));
            let result = results.next().unwrap();
            messages.push(json!({"role": "tool", "tool_call_id": call["id"], "content": result}));
        }
    }
}

const ORGANIZATIONS: &str =
    r#"{"organizations": [{"slug": "lighthouse-books"}], "hasMore": false}"#;
const FOUND: &str =
    "# Issues\n\n1. **SHOP-WINDOW-1** TypeError\n2. **CHECKOUT-1** GatewayUnavailable";
const DETAILS: &str = "# SHOP-WINDOW-1: TypeError in BasketLine\n\nmore";

#[tokio::test]
async fn what_broke_today_is_searched_looked_up_and_summed_up() {
    let sentry = sentry();
    let mut messages = vec![json!({"role": "user", "content": "What broke today?"})];
    let (calls, said) = talk(
        &sentry,
        tools(),
        &mut messages,
        &[ORGANIZATIONS, FOUND, DETAILS],
    )
    .await;
    assert_eq!(calls[0], json!(["find_organizations", {}]));
    assert_eq!(calls[1][0], "search_issues");
    assert_eq!(calls[1][1]["organizationSlug"], "lighthouse-books");
    let details = json!({"issueId": "SHOP-WINDOW-1", "organizationSlug": "lighthouse-books"});
    assert_eq!(
        calls[2],
        json!(["execute_sentry_tool", {"name": "get_issue_details", "arguments": details}])
    );
    assert!(
        said.contains("SHOP-WINDOW-1: TypeError in BasketLine"),
        "{said}"
    );

    messages.push(json!({"role": "user", "content": [{"type": "text", "text": "Resolve it, in organization lighthouse-books"}]}));
    let (calls, said) = talk(
        &sentry,
        tools(),
        &mut messages,
        &["# Updated SHOP-WINDOW-1"],
    )
    .await;
    let resolved = json!({"issueId": "SHOP-WINDOW-1", "status": "resolved", "organizationSlug": "lighthouse-books"});
    assert_eq!(calls, [json!(["update_issue", resolved])]);
    assert!(said.contains("SHOP-WINDOW-1 is resolved"), "{said}");
}

#[tokio::test]
async fn what_is_missing_is_said() {
    let sentry = sentry();
    let ask = |text: &str| vec![json!({"role": "user", "content": text})];
    let (calls, said) = talk(&sentry, json!([]), &mut ask("what broke today?"), &[]).await;
    assert!(
        calls.is_empty() && said.contains("find_organizations"),
        "{said}"
    );
    let none = r#"{"organizations": [], "hasMore": false}"#;
    let (_, said) = talk(&sentry, tools(), &mut ask("what broke today?"), &[none]).await;
    assert!(said.contains("no organization"), "{said}");
    let (_, said) = talk(
        &sentry,
        tools(),
        &mut ask("what broke today?"),
        &[ORGANIZATIONS, "# No issues in `lighthouse-books`"],
    )
    .await;
    assert!(said.contains("Nothing broke"), "{said}");
    let fixed = json!([tool("search_issues", &["query"])]);
    let (calls, _) = talk(&sentry, fixed, &mut ask("what broke today?"), &["# none"]).await;
    assert!(
        calls[0][1].get("organizationSlug").is_none(),
        "a session may fix the organization"
    );
    let (calls, said) = talk(&sentry, tools(), &mut ask("hello"), &[]).await;
    assert!(calls.is_empty() && said.contains("“what broke today?”"));
}

/// Joins the pieces of a stream: the text and the first call.
fn together(reply: &Reply) -> (String, String, String, Vec<Value>) {
    let (mut text, mut name, mut arguments) = (String::new(), String::new(), String::new());
    let mut chunks = Vec::new();
    let mut lines = reply
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("data: "));
    for line in lines.by_ref() {
        if line == "[DONE]" {
            break;
        }
        let chunk: Value = serde_json::from_str(line).unwrap();
        let delta = &chunk["choices"][0]["delta"];
        text += delta["content"].as_str().unwrap_or_default();
        let call = &delta["tool_calls"][0]["function"];
        name += call["name"].as_str().unwrap_or_default();
        arguments += call["arguments"].as_str().unwrap_or_default();
        chunks.push(chunk);
    }
    assert_eq!(lines.next(), None, "nothing after [DONE]");
    (text, name, arguments, chunks)
}

#[tokio::test]
async fn in_pieces_it_says_the_same() {
    let sentry = sentry();
    for question in ["hello", "what broke today?"] {
        let whole = json!({"messages": [{"role": "user", "content": question}], "tools": tools()});
        let mut pieces = whole.clone();
        pieces["stream"] = json!(true);
        pieces["stream_options"] = json!({"include_usage": true});
        let whole = sentry
            .send_json(Method::POST, PATH, "key", whole)
            .await
            .json();
        let reply = sentry.send_json(Method::POST, PATH, "key", pieces).await;
        assert!(
            reply
                .header("content-type")
                .starts_with("text/event-stream")
        );
        let (text, name, arguments, chunks) = together(&reply);
        let message = &whole["choices"][0]["message"];
        assert_eq!(text, message["content"].as_str().unwrap_or_default());
        let call = &message["tool_calls"][0]["function"];
        assert_eq!(name, call["name"].as_str().unwrap_or_default());
        assert_eq!(arguments, call["arguments"].as_str().unwrap_or_default());
        assert!(chunks.len() > 3 && chunks.iter().all(|chunk| chunk["id"] == whole["id"]));
        let [.., end, usage] = chunks.as_slice() else {
            panic!("{chunks:?}")
        };
        assert_eq!(
            end["choices"][0]["finish_reason"],
            whole["choices"][0]["finish_reason"]
        );
        assert_eq!(
            (&usage["usage"], &usage["choices"]),
            (&whole["usage"], &json!([]))
        );
    }
}

#[tokio::test]
async fn errors_are_openais_and_faults_apply() {
    let sentry = sentry();
    let hello = json!({"messages": [{"role": "user", "content": "hello"}]});
    let reply = sentry
        .send_json(Method::POST, PATH, "", hello.clone())
        .await;
    assert_eq!(
        (reply.status.as_u16(), &reply.json()["error"]["code"]),
        (401, &json!("invalid_api_key"))
    );
    let empty = sentry
        .send_json(Method::POST, PATH, "key", json!({"messages": []}))
        .await;
    assert_eq!(empty.status, 400);
    assert!(
        empty.json()["error"]["message"]
            .as_str()
            .unwrap()
            .contains("messages")
    );
    let fault = json!({"path": "/v1/", "kind": "status", "status": 503});
    sentry.control(Method::POST, "faults", fault).await;
    assert_eq!(
        sentry
            .send_json(Method::POST, PATH, "key", hello.clone())
            .await
            .status,
        503
    );
    assert_eq!(
        sentry
            .send_json(Method::POST, PATH, "key", hello)
            .await
            .status,
        200
    );
    let models = sentry.get_with("/v1/models", "key").await.json();
    assert_eq!(models["data"][0]["id"], "demo-model");
}

/// What no script knows is said to be unknown, with the tool that the server's own search finds for it.
#[tokio::test]
async fn any_other_question_is_not_answered() {
    let found = |name: &str| json!({ "query": "x", "results": [{ "name": name }] }).to_string();
    let sentry = sentry();
    let offered = || {
        let mut all = tools();
        all.as_array_mut()
            .unwrap()
            .push(tool("search_sentry_tools", &["query", "limit"]));
        all
    };
    let question = "Write me a poem about lighthouses";
    let asked = || vec![json!({"role": "user", "content": question})];
    for (result, begin) in [
        (
            found("create_team"),
            "That I cannot answer. The tool nearest to it is `create_team`",
        ),
        (
            "{\"results\": []}".to_owned(),
            "I am a demo model and only know",
        ),
        ("cut".to_owned(), "I am a demo model and only know"),
    ] {
        let (calls, said) = talk(&sentry, offered(), &mut asked(), &[&result]).await;
        let search = json!(["search_sentry_tools", {"query": question, "limit": 1}]);
        assert_eq!(calls, [search]);
        assert!(said.starts_with(begin), "{said}");
        assert!(said.contains("only know some questions"), "{said}");
    }
    let mut short = vec![json!({"role": "user", "content": "Hello there"})];
    let (calls, _) = talk(&sentry, offered(), &mut short, &[]).await;
    assert!(calls.is_empty());
}

/// What failed is never told as done, nor a failure of Sentry as something that is not there.
#[tokio::test]
async fn a_failure_is_told_as_one() {
    const FAILED: &str = "Sentry failed to answer (500).\nTry again.";
    let sentry = sentry();
    let asked = |question: &str| vec![json!({"role": "user", "content": question})];
    for (question, results) in [
        (
            "Resolve CHECKOUT-1 in organization lighthouse-books",
            vec!["The person declined."],
        ),
        (
            "resolve the newest issue",
            vec![ORGANIZATIONS, FOUND, FAILED],
        ),
        ("archive CHECKOUT-1", vec![ORGANIZATIONS, FAILED]),
        ("what broke today?", vec![FAILED]),
        ("what broke today?", vec![ORGANIZATIONS, FAILED]),
        ("what broke today?", vec![ORGANIZATIONS, FOUND, FAILED]),
        ("which projects are there?", vec![ORGANIZATIONS, FAILED]),
        (
            "what changed in the last release?",
            vec![ORGANIZATIONS, FAILED],
        ),
        ("why is it slow?", vec![ORGANIZATIONS, FAILED]),
        ("who am i?", vec![FAILED]),
    ] {
        let (calls, said) = talk(&sentry, tools(), &mut asked(question), &results).await;
        assert_eq!(calls.len(), results.len(), "{question}");
        let failed = "That did not work: ";
        assert!(said.starts_with(failed), "{question}: {said}");
    }
}

/// No question is answered with JSON.
#[tokio::test]
async fn answers_are_sentences() {
    let sentry = sentry();
    let asked = |question: &str| vec![json!({"role": "user", "content": question})];
    let projects = r#"{"projects":[{"slug":"checkout"}],"hasMore":false}"#;
    let releases = r#"{"releases":[{"version":"shop@1"}]}"#;
    let release = r#"{"release":{"version":"shop@1"},"commits":[{"message":"Load prices"}]}"#;
    let person = r#"{"user":{"id":"1","name":"Ada","email":"ada@lighthouse-books.example"}}"#;
    for (question, results, wanted) in [
        (
            "which projects are there?",
            vec![ORGANIZATIONS, projects],
            "- **checkout**",
        ),
        (
            "what changed in the last release?",
            vec![ORGANIZATIONS, releases, release],
            "The last release is **shop@1**. It changed:\n\n- Load prices",
        ),
        (
            "who am i signed in as?",
            vec![person],
            "You are signed in as Ada (ada@lighthouse-books.example).",
        ),
        (
            "resolve the newest issue",
            vec![ORGANIZATIONS, FOUND, "# Updated SHOP-WINDOW-1"],
            "Done: SHOP-WINDOW-1 is resolved.",
        ),
    ] {
        let (_, said) = talk(&sentry, tools(), &mut asked(question), &results).await;
        assert!(said.contains(wanted), "{question}: {said}");
        assert!(!said.contains("{\""), "{said}");
    }
}
