//! A session over a scripted Sentry.

use std::rc::Rc;

use fetch::scripted::Scripted;
use fetch::{FetchError, Method, Response};
use mcp::{CallError, CallToolResult, Content, Handler, List, Outcome, ToolCall, Version};
use sentry_api::{BaseUrl, Client, Fixed, Slug, Token};
use sentry_tools::{
    Constraint, Limits, Listings, Refusal, Remembered, Scopes, Server, Session, Skills, Untrusted,
};
use serde_json::Value;

use crate::published::Held;

pub(crate) const BASE: &str = "https://sentry.example";

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) sentry: Rc<Scripted>,
}

pub(crate) fn session() -> Session {
    Session {
        skills: Skills::ALL,
        scopes: Scopes::ALL,
        constraint: Constraint::None,
        request_id: "req-1".to_owned(),
        untrusted: Untrusted::Quote,
        limits: Limits::default(),
        lists_all: false,
    }
}

pub(crate) fn world(sentry: Scripted) -> World {
    world_of(BASE, session(), sentry)
}

pub(crate) fn world_of(base: &str, session: Session, sentry: Scripted) -> World {
    let sentry = Rc::new(sentry);
    let server = server(base, session, sentry.clone(), Rc::default());
    World { server, sentry }
}

/// A server that asks nobody, beside others that have the same lists.
pub(crate) fn sharing(session: Session, listings: &Rc<Listings>) -> Server {
    server(BASE, session, Rc::new(Scripted::new()), Rc::clone(listings))
}

fn server(base: &str, session: Session, sentry: Rc<Scripted>, listings: Rc<Listings>) -> Server {
    let tokens = Rc::new(Fixed(Token::new("secret")));
    let client = Client::new(Rc::new(Held(sentry)), tokens, BaseUrl::parse(base).unwrap());
    Server::new(session, client, Rc::new(Remembered::default()), listings)
}

pub(crate) fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

impl World {
    pub(crate) async fn call(
        &self,
        name: &str,
        arguments: Value,
    ) -> Result<CallToolResult, CallError<Refusal>> {
        let Value::Object(arguments) = arguments else {
            panic!("arguments are an object")
        };
        match self
            .server
            .call_tool(ToolCall::new(name, arguments))
            .await?
        {
            Outcome::Complete(result) => Ok(result),
            Outcome::InputRequired(question) => panic!("nobody can be asked: {question:?}"),
        }
    }

    /// The text of a success.
    pub(crate) async fn text(&self, name: &str, arguments: Value) -> String {
        let result = self.call(name, arguments).await.unwrap();
        assert!(!result.is_error, "{}", text(&result));
        text(&result)
    }

    /// The text of a tool failure.
    pub(crate) async fn error(&self, name: &str, arguments: Value) -> String {
        let result = self.call(name, arguments).await.unwrap();
        assert!(result.is_error, "{}", text(&result));
        text(&result)
    }

    /// Structured output, checked against the tool's schema and against the text beside it.
    pub(crate) async fn json(&self, name: &str, arguments: Value) -> Value {
        let result = self.call(name, arguments).await.unwrap();
        assert!(!result.is_error, "{}", text(&result));
        let json = result.structured_content.as_ref().unwrap().get();
        assert_eq!(json, text(&result));
        let json = serde_json::from_str(json).unwrap();
        let schema = sentry_tools::reference::output_schema(name).unwrap();
        let schema = serde_json::from_str(&schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&json)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}\n{json}");
        json
    }

    pub(crate) fn tools(&self, version: Version) -> Value {
        serde_json::from_str(self.server.list(List::Tools, version).get()).unwrap()
    }

    pub(crate) fn tool(&self, name: &str) -> Option<Value> {
        let tools = self.tools(Version::LATEST);
        tools
            .as_array()
            .unwrap()
            .iter()
            .find(|tool| tool["name"] == name)
            .cloned()
    }

    /// What Sentry was asked: path and query, without the base.
    pub(crate) fn asked(&self) -> Vec<String> {
        let urls = self.sentry.requests();
        urls.iter()
            .map(|request| request.url.as_str().replace(&format!("{BASE}/api/0"), ""))
            .collect()
    }
}

pub(crate) fn text(result: &CallToolResult) -> String {
    match result.content.as_slice() {
        [Content::Text { text }] => text.clone(),
        // What was made of the arguments stands behind what a program reads.
        [Content::Text { text }, Content::Text { .. }] if result.structured_content.is_some() => {
            text.clone()
        }
        // Images and files stand behind the text.
        [Content::Text { text }, rest @ ..]
            if rest
                .iter()
                .all(|one| matches!(one, Content::Image { .. } | Content::Resource(_))) =>
        {
            text.clone()
        }
        other => panic!("one text: {other:?}"),
    }
}

pub(crate) trait Script {
    /// A 200 with JSON at a path below `/api/0`.
    fn get(self, path: &str, body: &Value) -> Self;
    /// A failure with an upstream body that must not be handed through.
    fn fails(self, path: &str, status: u16) -> Self;
    /// No answer at all.
    fn breaks(self, path: &str, error: FetchError) -> Self;
}

impl Script for Scripted {
    fn get(self, path: &str, body: &Value) -> Self {
        self.json(
            Method::Get,
            &format!("{BASE}/api/0{path}"),
            200,
            &body.to_string(),
        )
    }

    fn fails(self, path: &str, status: u16) -> Self {
        let body = br#"{"detail":"upstream words"}"#.to_vec();
        let headers = if status == 429 {
            vec![("retry-after".to_owned(), "42".to_owned())]
        } else {
            Vec::new()
        };
        let answer = Response {
            status,
            headers,
            body,
        };
        self.on(Method::Get, &format!("{BASE}/api/0{path}"), Ok(answer))
    }

    fn breaks(self, path: &str, error: FetchError) -> Self {
        self.on(Method::Get, &format!("{BASE}/api/0{path}"), Err(error))
    }
}
