//! A session of one project, or of one organization, at a Sentry that is full of others: no tool, prompt, resource,
//! completion, question or error says anything of them. [`tries`] has a row for every tool of the catalogue; one without
//! fails `every_tool_is_tried`.
// file rule: mcp/nothing-of-other-projects: nothing that a session is told names another project or
//    organization: every tool by name and through `execute_sentry_tool`, agent mode, resources,
//    prompts, completions, questions, errors

use std::rc::Rc;

use agent_mode::{AgentMode, Everybody, Mode, Model, USE_SENTRY};
use fetch::scripted::Scripted;
use fetch::{Fetch, FetchError, LocalFuture, Method, Request, Response};
use mcp::http::respond;
use mcp::{CallError, CallToolResult, Content, Handler, Input, Outcome, ToolCall};
use sentry_api::{BaseUrl, Client, Fixed, Token};
use sentry_tools::{Constraint, Listings, Remembered, Server, Session};
use serde_json::{Value, json};

use crate::crowded::{Crowded, Other, foreign, marks};
use crate::fixture::{BASE, session, slug};
use crate::monitors::{DOC, SEARCH};
use crate::sentry::issue;
use crate::tries::tries;

fn constraint(other: Other) -> Constraint {
    match other {
        Other::Organization => Constraint::Organization(slug("acme")),
        Other::Project => Constraint::Project {
            organization: slug("acme"),
            project: slug("web"),
        },
    }
}

fn server(constraint: Constraint, sentry: Rc<Crowded>) -> Server {
    let tokens = Rc::new(Fixed(Token::new("secret")));
    let client = Client::new(sentry, tokens, BaseUrl::parse(BASE).unwrap());
    let session = Session {
        constraint,
        ..session()
    };
    let verified = Rc::new(Remembered::default());
    Server::new(session, client, verified, Rc::new(Listings::default()))
}

/// Everything that a client is told.
fn told(outcome: Result<Outcome<CallToolResult>, CallError<sentry_tools::Refusal>>) -> String {
    match outcome {
        Ok(Outcome::Complete(result)) => {
            let mut told = String::new();
            for content in &result.content {
                match content {
                    Content::Text { text } => told.push_str(text),
                    other => panic!("a text: {other:?}"),
                }
                told.push('\n');
            }
            if let Some(structured) = &result.structured_content {
                told.push_str(structured.get());
            }
            told
        }
        Ok(Outcome::InputRequired(question)) => {
            let forms = question
                .requests
                .iter()
                .map(|(_, request)| request.params.as_str());
            forms.collect::<Vec<_>>().join("\n")
        }
        Err(error) => format!("{error:?}"),
    }
}

async fn call(server: &Server, name: &str, arguments: &Value, can_ask: bool) -> String {
    let mut input = Input::default();
    input.client.elicitation = can_ask;
    let call = ToolCall::new(name, arguments.as_object().cloned().unwrap()).with_input(input);
    told(server.call_tool(call).await)
}

/// The tool that stands for any other, and not for itself.
const EXECUTE: &str = "execute_sentry_tool";

/// The call by the tool's name, and through the tool that stands for any.
fn ways(tool: &'static str, arguments: &Value) -> Vec<(&'static str, Value)> {
    let mut ways = vec![(tool, arguments.clone())];
    if tool != EXECUTE {
        ways.push((EXECUTE, json!({ "name": tool, "arguments": arguments })));
    }
    ways
}

#[test]
fn every_tool_is_tried() {
    let tried: Vec<_> = tries().iter().map(|(tool, _)| *tool).collect();
    let all: Vec<_> = sentry_tools::reference::names().collect();
    let untried: Vec<_> = all.iter().filter(|name| !tried.contains(name)).collect();
    assert!(untried.is_empty(), "no row in tries(): {untried:?}");
    assert_eq!(tried.len(), all.len(), "one row a tool");
}

#[test]
fn the_marks_are_seen_where_they_are() {
    for mark in [
        foreign(&json!("x")).to_string(),
        foreign(&issue()).to_string(),
        "ZZ-FOREIGN-1".to_owned(),
        foreign(&json!(4501)).to_string(),
        "- Events: 770,077,012".to_owned(),
    ] {
        assert!(!marks(&mark).is_empty(), "{mark}");
    }
    let own = [issue().to_string(), json!(tries()).to_string()].concat();
    assert_eq!(
        marks(&own),
        [""; 0],
        "what is ours has none, so that no echo counts"
    );
}

#[tokio::test]
async fn no_tool_shows_another_project() {
    for project in ["web", "5"] {
        for (tool, tries) in tries() {
            for (arguments, shows) in tries {
                for (name, arguments) in ways(tool, &arguments) {
                    let sentry = Rc::new(Crowded::of(Other::Project));
                    let constraint = Constraint::Project {
                        organization: slug("acme"),
                        project: slug(project),
                    };
                    let server = server(constraint, sentry.clone());
                    let told = call(&server, name, &arguments, false).await;
                    let found = marks(&told);
                    assert!(found.is_empty(), "{name} {arguments}: {found:#?}\n{told}");
                    // Nothing said is no proof: what is the session's own is there.
                    let shows = shows.replace(
                        "\"projectSlug\":\"web\"",
                        &format!("\"projectSlug\":\"{project}\""),
                    );
                    assert!(
                        told.contains(&shows),
                        "{name} {arguments} says nothing of {shows:?}: {told}"
                    );
                    let asked = sentry.asked.borrow();
                    let outside = |url: &&String| {
                        let paths = [
                            "/auth/",
                            "/organizations/acme/",
                            "/projects/acme/web/",
                            "/projects/acme/5/",
                            DOC,
                            SEARCH,
                        ];
                        !paths.iter().any(|path| url.starts_with(path))
                    };
                    assert_eq!(asked.iter().find(outside), None, "{name} {arguments}");
                }
            }
        }
    }
}

#[tokio::test]
async fn no_failure_and_no_question_shows_another() {
    for other in [Other::Project, Other::Organization] {
        for (tool, tries) in tries() {
            for (arguments, _) in tries {
                for (name, arguments) in ways(tool, &arguments) {
                    let mut failing: Vec<_> =
                        [400, 403, 404, 429, 500].into_iter().map(Some).collect();
                    failing.push(None);
                    for fails in failing {
                        let mut sentry = Crowded::of(other);
                        sentry.fails = fails;
                        let server = server(constraint(other), Rc::new(sentry));
                        let told = call(&server, name, &arguments, true).await;
                        assert_eq!(marks(&told), [""; 0], "{name} {arguments} {fails:?}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn no_tool_shows_another_organization() {
    for (tool, tries) in tries() {
        for (arguments, _) in tries {
            for named in [None, Some("rival")] {
                let mut arguments = arguments.clone();
                if let Some(named) = named {
                    arguments["organizationSlug"] = named.into();
                }
                for (name, arguments) in ways(tool, &arguments) {
                    let sentry = Rc::new(Crowded::of(Other::Organization));
                    let server = server(constraint(Other::Organization), sentry.clone());
                    let told = call(&server, name, &arguments, false).await;
                    assert_eq!(marks(&told), [""; 0], "{name} {arguments}: {told}");
                    let asked = sentry.asked.borrow();
                    let outside = |url: &&String| {
                        let own = [
                            "/auth/",
                            "/organizations/acme/",
                            "/projects/acme/",
                            "/teams/acme/",
                            DOC,
                            SEARCH,
                        ];
                        !own.iter().any(|path| url.starts_with(path))
                    };
                    assert_eq!(asked.iter().find(outside), None, "{name} {arguments}");
                }
            }
        }
    }
}

/// A message as a client of 2025-11-25 sends it, and all of the answer.
async fn ask(server: &Server, method: &str, params: Value) -> Value {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
    let request = mcp::http::Request {
        content_type: Some("application/json"),
        protocol_version: Some("2025-11-25"),
        body: body.as_bytes(),
        ..mcp::http::Request::default()
    };
    let answer = respond(server, request).await.unwrap().body.unwrap();
    assert_eq!(marks(&answer), [""; 0], "{body}");
    serde_json::from_str(&answer).unwrap()
}

#[tokio::test]
async fn no_resource_prompt_or_completion_shows_another() {
    for other in [Other::Project, Other::Organization] {
        let server = server(constraint(other), Rc::new(Crowded::of(other)));
        for (uri, is_read) in [
            ("acme/issues/WEB-1A", true),
            // In an organization's session it is one of its own, and this Sentry does not have it.
            ("acme/issues/77", false),
            ("rival/issues/77", false),
        ] {
            let uri = format!("sentry://organizations/{uri}");
            let answer = ask(&server, "resources/read", json!({ "uri": uri })).await;
            let shows = answer.to_string().contains("TypeError: cart is null");
            assert_eq!(shows, is_read, "{answer}");
        }
        let prompts = ask(&server, "prompts/list", json!({})).await;
        let prompts = prompts["result"]["prompts"].as_array().unwrap();
        assert!(!prompts.is_empty());
        let mut references = vec![];
        for prompt in prompts {
            let name = &prompt["name"];
            references.push(json!({ "type": "ref/prompt", "name": name }));
            let given = json!({ "issue": "WEB-1A", "organization": "rival", "project": "rival" });
            let params = json!({ "name": name, "arguments": given });
            let answer = ask(&server, "prompts/get", params).await.to_string();
            assert!(!answer.contains("organizationSlug `rival`"), "{answer}");
            let is_of_project = other == Other::Project;
            assert!(!is_of_project || !answer.contains("rival"), "{answer}");
        }
        let template = "sentry://organizations/{organizationSlug}/issues/{issueId}";
        references.push(json!({ "type": "ref/resource", "uri": template }));
        let names = [
            "issue",
            "organization",
            "project",
            "organizationSlug",
            "issueId",
        ];
        let mut completed = 0;
        for reference in references {
            for name in names {
                for value in ["", "zz", "ac"] {
                    let params = json!({ "ref": reference, "argument": { "name": name, "value": value },
                        "context": { "arguments": { "organization": "rival" } } });
                    let answer = ask(&server, "completion/complete", params).await;
                    let values = answer["result"]["completion"]["values"].as_array();
                    completed += values.map_or(0, Vec::len);
                }
            }
        }
        assert!(completed > 0, "its own organization is offered");
    }
}

/// A model that waits for nothing.
struct Awake(Rc<Scripted>);

impl Fetch for Awake {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        self.0.fetch(request)
    }

    fn sleep(&self, _: std::time::Duration) -> LocalFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn agent_mode_shows_its_model_and_its_caller_no_other_project() {
    const URL: &str = "https://llm.example/v1/chat/completions";
    for (tool, tries) in tries() {
        for (arguments, shows) in tries {
            let through = match tool {
                EXECUTE => arguments.to_string(),
                _ => json!({ "name": tool, "arguments": arguments }).to_string(),
            };
            let function = json!({ "name": EXECUTE, "arguments": through });
            let says = |message: Value| json!({ "choices": [{ "message": message, "finish_reason": "stop" }] });
            let asks = says(
                json!({ "tool_calls": [{ "id": "1", "type": "function", "function": function }] }),
            );
            let script = Scripted::new()
                .json(Method::Post, URL, 200, &asks.to_string())
                .json(
                    Method::Post,
                    URL,
                    200,
                    &says(json!({ "content": "Done." })).to_string(),
                );
            let model = Rc::new(script);
            let mode = Mode {
                model: Some(Model::new("https://llm.example/v1", "key", "m").unwrap()),
                fetch: Rc::new(Awake(model.clone())),
                admission: Rc::new(Everybody),
                targets: |_, _| None,
                limits: String::new(),
                is_read_only: false,
            };
            let server = server(
                constraint(Other::Project),
                Rc::new(Crowded::of(Other::Project)),
            );
            let agent = AgentMode::over(server, Some(mode));
            let asked = json!({ "request": "Look.", "allow_changes": true });
            let call = ToolCall::new(USE_SENTRY, asked.as_object().cloned().unwrap());
            let told = told(agent.call_tool(call).await);
            let sent: Vec<_> = model
                .requests()
                .iter()
                .map(|request| String::from_utf8(request.body.clone().unwrap()).unwrap())
                .collect();
            assert_eq!(sent.len(), 2, "{told}");
            let said = sent.concat();
            let answered: Value = serde_json::from_str(&sent[1]).unwrap();
            let answered =
                answered["messages"].as_array().unwrap().last().unwrap()["content"].to_string();
            let shows = json!(shows).to_string();
            let is_there = answered.contains(shows.trim_matches('"'));
            assert!(is_there, "{tool} {arguments}: {answered}");
            for words in [told, said] {
                assert_eq!(marks(&words), [""; 0], "{tool} {arguments}");
            }
        }
    }
}
