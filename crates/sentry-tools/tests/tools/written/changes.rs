//! What would change something: refused where anything is unknown, and shown as it runs.
// file rule: mcp/arguments-as-written: arguments as models write them are taken, or named; nothing is dropped without a
//    word

use super::*;

/// What a tool that changes something does not know is refused, and nothing is done.
#[tokio::test]
async fn a_change_with_something_unknown_is_refused() {
    for (tool, arguments) in [
        (
            "update_issue",
            json!({ "issueId": "WEB-1A", "status": "resolved" }),
        ),
        (
            "add_issue_note",
            json!({ "issueId": "WEB-1A", "text": "x" }),
        ),
        ("create_dsn", json!({ "projectSlug": "web", "name": "x" })),
        ("analyze_issue_with_seer", json!({ "issueId": "WEB-1A" })),
    ] {
        for (unknown, value) in [
            ("verbose", json!(true)),
            ("onlyIf", json!({ "a": 1 })),
            ("dry_run", json!(true)),
            ("confirm", json!(true)),
        ] {
            let mut written = of_acme(&arguments);
            written[unknown] = value;
            named(
                tool,
                written,
                &["Nothing was done", &format!("`{unknown}`"), tool],
            )
            .await;
        }
    }
}

/// A name that is near counts for what the session's URL fixes exactly as the name itself.
#[tokio::test]
async fn no_spelling_leaves_the_session() {
    let project = Session {
        constraint: Constraint::Project {
            organization: slug("acme"),
            project: slug("web"),
        },
        ..session()
    };
    for (name, value) in [
        ("organization", "rival"),
        ("org", "rival"),
        ("organization_slug", "rival"),
        ("ORGANIZATIONSLUG", "rival"),
        ("project", "rival"),
        ("project_slug", "rival"),
        ("projectSlugOrId", "rival"),
        ("projectId", "99"),
        ("region", "https://evil.example"),
        ("region_url", "https://evil.example"),
    ] {
        for (tool, arguments) in [
            ("search_issues", json!({})),
            ("search_events", json!({})),
            ("get_issue_details", json!({ "issueId": "WEB-1A" })),
            (
                "update_issue",
                json!({ "issueId": "WEB-1A", "status": "resolved" }),
            ),
            ("create_dsn", json!({ "name": "x" })),
        ] {
            let plain = call_in(project.clone(), tool, arguments.clone()).await;
            let mut written = arguments;
            written[name] = value.into();
            let is_own = sentry_tools::reference::schema_of(tool)
                .unwrap()
                .to_string()
                .contains("roject");
            if name.to_lowercase().contains("project") && !is_own {
                continue;
            }
            let came = call_in(project.clone(), tool, written.clone()).await;
            assert_eq!(came.sent, plain.sent, "{tool} {written}");
            let through = json!({ "name": tool, "arguments": written.to_string() });
            let came = call_in(project.clone(), "execute_sentry_tool", through).await;
            assert_eq!(came.sent, plain.sent, "{tool} {written}");
        }
    }
}

/// What a person is asked is what is then done: the tool's own names and values, whatever they were sent as.
#[tokio::test]
async fn a_confirmation_shows_what_runs() {
    let world = world_of(BASE, session(), sentry());
    let mut input = Input::default();
    input.client.elicitation = true;
    let written = json!({ "org": "acme", "project": "web", "name": " Till 3 " });
    let Value::Object(written) = written else {
        panic!()
    };
    for (tool, arguments) in [
        ("create_dsn", written.clone()),
        (
            "execute_sentry_tool",
            [
                ("tool".to_owned(), json!("create_dsn")),
                ("args".to_owned(), Value::Object(written).to_string().into()),
            ]
            .into_iter()
            .collect::<Map<_, _>>(),
        ),
    ] {
        let call = ToolCall::new(tool, arguments).with_input(input.clone());
        let Ok(Outcome::InputRequired(question)) = world.server.call_tool(call).await else {
            panic!("a person is asked")
        };
        let params: Value = serde_json::from_str(&question.requests[0].1.params).unwrap();
        let message = params["message"].as_str().unwrap();
        for part in [
            "\"organizationSlug\": \"acme\"",
            "\"projectSlug\": \"web\"",
            "\"name\": \"Till 3\"",
        ] {
            assert!(message.contains(part), "{message}");
        }
        assert!(!message.contains("org\""), "{message}");
    }
    assert!(
        world
            .sentry
            .requests()
            .iter()
            .all(|request| request.method == Method::Get)
    );
}

/// Whoever asks a person before a call knows what the server would run, and that a call in another shape is one to refuse.
#[tokio::test]
async fn what_stands_behind_a_call_is_told_as_it_runs() {
    let target = sentry_tools::targets(&Constraint::None);
    let of = |written: Value| target("execute_sentry_tool", written.as_object().unwrap()).unwrap();
    let arguments =
        json!({ "organizationSlug": "acme", "issueId": "WEB-1A", "status": "resolved" });
    let plain = of(json!({ "name": "update_issue", "arguments": arguments }));
    assert!(plain.changes && plain.foreign.is_none() && plain.name == "update_issue");
    for written in [
        json!({ "name": "update_issue", "arguments": arguments.to_string() }),
        json!({ "tool": "update_issue", "arguments": arguments }),
        json!({ "name": "update_issue", "args": arguments }),
        json!({ "name": "update_issue", "arguments": arguments, "status": "unresolved" }),
        json!({ "name": "update_issue", "arguments": "not json" }),
        json!({ "name": " update_issue ", "arguments": arguments, "tool": "whoami" }),
        json!({ "name": "update_issue", "organizationSlug": "acme", "issueId": "WEB-1A", "status": "resolved" }),
        json!({ "name": "update_issue", "arguments": { "org": "acme", "issueId": "WEB-1A", "status": "resolved" } }),
    ] {
        let target = of(written.clone());
        assert!(
            target.changes && target.name == "update_issue",
            "{written}: {target:?}"
        );
        assert!(target.foreign.is_some(), "{written}: {target:?}");
    }
    for name in ["updateIssue", "sentry__update_issue", "update-issue"] {
        let written = json!({ "name": name, "arguments": arguments });
        assert!(!of(written.clone()).changes, "{name}");
        let came = call("execute_sentry_tool", written).await;
        assert!(
            came.is_error && came.sent.is_empty(),
            "{name}: it runs nothing"
        );
    }
}
