//! Only a tool's own parameters count. Whatever else a client sends beside them, and whatever it sends for what the
//! session's URL fixes, changes nothing: not what is asked of Sentry, not what a person is asked, not the answer save for
//! a line that names it. Where something would be changed, or another thing be answered than was asked, it is refused.
// file rule: mcp/foreign-arguments: an argument that is none of the tool's, or that the URL fixes,
//    changes no decision, no question, no request and no answer

use mcp::{Handler, Input, Outcome, ToolCall};
use sentry_tools::{Constraint, Session};
use serde_json::{Map, Value, json};

use crate::fixture::{BASE, session, slug, text, world_of};
use crate::sentry::{calls, full};

/// Names that some tool reads, or that stand for something elsewhere.
fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        "confirm",
        "keyId",
        "uptimeMonitorId",
        "tool",
        "toolName",
        "scopes",
        "skills",
        "_meta",
    ]
    .map(str::to_owned)
    .to_vec();
    for tool in sentry_tools::reference::names() {
        let schema = sentry_tools::reference::schema_of(tool).unwrap();
        for name in schema["properties"].as_object().unwrap().keys() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

/// What decides something where it is a tool's own.
fn value(name: &str) -> Value {
    match name {
        "organizationSlug" | "projectSlug" | "projectSlugOrId" => "rival".into(),
        "issueUrl" | "url" => "https://rival.sentry.io/issues/RIVAL-9/".into(),
        "regionUrl" => "https://evil.example".into(),
        "arguments" => json!({ "issueId": "RIVAL-9", "organizationSlug": "rival" }),
        "confirm" => true.into(),
        "name" => "create_dsn".into(),
        _ => "RIVAL-9".into(),
    }
}

/// Those that a tool does not have: each alone where it decides something elsewhere, and all at once.
fn foreign(tool: &str, own: &[String]) -> Vec<Map<String, Value>> {
    const DECIDE: [&str; 9] = [
        "confirm",
        "issueId",
        "issueUrl",
        "keyId",
        "name",
        "organizationSlug",
        "projectSlug",
        "projectSlugOrId",
        "regionUrl",
    ];
    let mut all = Map::new();
    let mut rows = vec![];
    for name in names() {
        // A name that is near counts as the parameter's own: `written.rs`.
        if own.contains(&name) || sentry_tools::reference::takes(tool, &name) {
            continue;
        }
        all.insert(name.clone(), value(&name));
        if DECIDE.contains(&name.as_str()) {
            rows.push([(name.clone(), value(&name))].into_iter().collect());
        }
    }
    rows.push(all);
    rows
}

/// What came of a call: the answer or the question, and what Sentry was asked.
async fn outcome(
    constraint: &Constraint,
    name: &str,
    arguments: &Map<String, Value>,
    can_ask: bool,
) -> (String, Vec<String>) {
    let session = Session {
        constraint: constraint.clone(),
        ..session()
    };
    let world = world_of(BASE, session, full());
    let mut input = Input::default();
    input.client.elicitation = can_ask;
    let call = ToolCall::new(name, arguments.clone()).with_input(input);
    let told = match world.server.call_tool(call).await {
        Ok(Outcome::Complete(result)) => text(&result),
        Ok(Outcome::InputRequired(question)) => format!("asks: {}", question.requests[0].1.params),
        Err(error) => format!("{error:?}"),
    };
    let requests = world.sentry.requests();
    let asked = requests
        .iter()
        .map(|request| format!("{} {}", request.method.as_str(), request.url));
    (told, asked.collect())
}

/// What came of it is what comes without the foreign arguments, and a line that names them; or it was refused for them
/// before anything was asked.
fn is_unmoved(with: &(String, Vec<String>), plain: &(String, Vec<String>)) -> bool {
    let (told, asked) = with;
    let told = told.split("\n\nNot known here and not used: ").next();
    if asked == &plain.1 && told == Some(plain.0.as_str()) {
        return true;
    }
    let refused = [
        "is not known here: ",
        "Nothing was done: ",
        "put it inside",
        "say different things",
        "something else than",
    ];
    asked.is_empty() && refused.iter().any(|words| with.0.contains(words))
}

fn constraints() -> [Constraint; 3] {
    let organization = slug("acme");
    let project = slug("web");
    [
        Constraint::None,
        Constraint::Organization(organization.clone()),
        Constraint::Project {
            organization,
            project,
        },
    ]
}

/// The parameters that a session of that constraint has to read.
fn read(tool: &str, constraint: &Constraint) -> Vec<String> {
    let schema = sentry_tools::reference::schema_of(tool).unwrap();
    let names = schema["properties"].as_object().unwrap().keys().cloned();
    names
        .filter(|name| match name.as_str() {
            "organizationSlug" | "regionUrl" => constraint.organization().is_none(),
            "projectSlug" | "projectSlugOrId" => constraint.project().is_none(),
            _ => true,
        })
        .collect()
}

#[tokio::test]
async fn an_unknown_argument_never_changes_a_decision() {
    let mut rows: Vec<_> = calls()
        .into_iter()
        .map(|(tool, arguments, _)| (tool, arguments))
        .collect();
    rows.push(("search_sentry_tools", json!({ "query": "issue" })));
    let mut tried = 0;
    for constraint in constraints() {
        for (tool, arguments) in &rows {
            let own = read(tool, &constraint);
            // With all that it needs, and with nothing: then a person may be asked.
            for arguments in [arguments.as_object().cloned().unwrap(), Map::new()] {
                for can_ask in [true, false] {
                    let plain = outcome(&constraint, tool, &arguments, can_ask).await;
                    for foreign in foreign(tool, &own) {
                        let mut more = arguments.clone();
                        more.extend(foreign.clone());
                        let with = outcome(&constraint, tool, &more, can_ask).await;
                        assert!(
                            is_unmoved(&with, &plain),
                            "{constraint:?} {tool} {foreign:?}: {with:?}"
                        );
                        tried += 1;
                    }
                }
            }
        }
    }
    assert!(tried > 1_500, "{tried}");
}

#[tokio::test]
async fn nor_does_one_beside_or_inside_the_tool_that_stands_for_any() {
    for constraint in constraints() {
        for (tool, arguments, _) in calls() {
            let own = read(tool, &constraint);
            let through = |arguments: &Value| json!({ "name": tool, "arguments": arguments });
            let plain = outcome(
                &constraint,
                "execute_sentry_tool",
                through(&arguments).as_object().unwrap(),
                true,
            )
            .await;
            assert_eq!(
                plain,
                outcome(&constraint, tool, arguments.as_object().unwrap(), true).await,
                "{tool}"
            );
            let mut sent = vec![];
            let itself = ["name".to_owned(), "arguments".to_owned()];
            for foreign in foreign("execute_sentry_tool", &itself) {
                // Without `arguments`, what stands beside the name are the arguments.
                if arguments.as_object().unwrap().is_empty() {
                    continue;
                }
                let mut beside = through(&arguments);
                beside.as_object_mut().unwrap().extend(foreign);
                sent.push(beside);
            }
            for foreign in foreign(tool, &own) {
                let mut inside = arguments.clone();
                inside.as_object_mut().unwrap().extend(foreign);
                sent.push(through(&inside));
            }
            for sent in sent {
                let with = outcome(
                    &constraint,
                    "execute_sentry_tool",
                    sent.as_object().unwrap(),
                    true,
                )
                .await;
                assert!(
                    is_unmoved(&with, &plain),
                    "{constraint:?} {tool} {sent}: {with:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_key_is_not_made_by_a_foreign_id() {
    for foreign in ["", "issueId", "issueUrl", "keyId", "uptimeMonitorId"] {
        let mut arguments =
            json!({ "organizationSlug": "acme", "projectSlug": "web", "name": "New" });
        if !foreign.is_empty() {
            arguments[foreign] = "WEB-1A".into();
        }
        let (told, asked) = outcome(
            &Constraint::None,
            "create_dsn",
            arguments.as_object().unwrap(),
            true,
        )
        .await;
        let expected = if foreign.is_empty() {
            "asks: "
        } else {
            "Nothing was done: "
        };
        assert!(told.starts_with(expected), "{foreign}: {told}");
        assert!(asked.is_empty(), "{foreign}: {asked:?}");
    }
}
