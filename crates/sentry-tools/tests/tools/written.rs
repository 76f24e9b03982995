//! Arguments as models write them: taken for what they can only mean, or named. Each row is called directly and through
//! `execute_sentry_tool`.

use fetch::Method;
use fetch::scripted::Scripted;
use mcp::{Content, Handler, Input, Outcome, ToolCall};
use sentry_tools::{Constraint, Session};
use serde_json::{Map, Value, json};

use crate::fixture::{BASE, Script, session, slug, world_of};
use crate::sentry::full;

mod changes;
mod execute;
mod names;
mod nothing;
mod types;
mod values;

const E: &str = "0123456789abcdef0123456789abcdef";

struct Came {
    is_error: bool,
    /// All of it, the notes too.
    words: String,
    /// Method, URL and body of each request.
    sent: Vec<String>,
}

fn sentry() -> Scripted {
    let event = crate::sentry::event();
    let script = full()
        .get("/organizations/acme/issues/WEB-1A/events/oldest/", &event)
        .get("/organizations/acme/issues/4501/events/oldest/", &event)
        .get(
            &format!("/organizations/acme/issues/WEB-1A/events/{E}/"),
            &event,
        )
        .get("/organizations/acme/issues/4501/", &crate::sentry::issue())
        .get("/organizations/acme/issues/4501/events/latest/", &event);
    ["till", "web"].iter().fold(script, |script, project| {
        script.get(
            &format!("/projects/acme/{project}/"),
            &json!({ "id": "5", "slug": project }),
        )
    })
}

async fn call_in(session: Session, name: &str, arguments: Value) -> Came {
    let world = world_of(BASE, session, sentry());
    let result = world.call(name, arguments.clone()).await;
    let result = result.unwrap_or_else(|error| panic!("{name} {arguments}: {error:?}"));
    let mut words = String::new();
    for content in &result.content {
        let Content::Text { text } = content else {
            panic!("text")
        };
        words.push_str(text);
        words.push('\n');
    }
    let requests = world.sentry.requests();
    let sent = requests.iter().map(|request| {
        let body = request
            .body
            .as_ref()
            .map(|body| String::from_utf8_lossy(body).into_owned());
        format!(
            "{} {} {}",
            request.method.as_str(),
            request.url.as_str().replace(BASE, ""),
            body.unwrap_or_default()
        )
    });
    Came {
        is_error: result.is_error,
        words,
        sent: sent.collect(),
    }
}

async fn call(name: &str, arguments: Value) -> Came {
    call_in(session(), name, arguments).await
}

/// Directly, and through the tool that stands for others: the same comes of both.
async fn both(name: &str, arguments: Value) -> Came {
    let direct = call(name, arguments.clone()).await;
    for arguments in [arguments.clone(), arguments.to_string().into()] {
        let through = call(
            "execute_sentry_tool",
            json!({ "name": name, "arguments": arguments }),
        )
        .await;
        assert_eq!(through.words, direct.words, "{name} {arguments}");
        assert_eq!(through.sent, direct.sent, "{name} {arguments}");
    }
    direct
}

fn of_acme(more: &Value) -> Value {
    let mut arguments = json!({ "organizationSlug": "acme" });
    arguments
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    arguments
}

/// The call is as if it had been written as the schema says; `note` is in the answer, and nothing where it is empty.
async fn taken(name: &str, written: Value, plain: Value, note: &str) {
    let came = both(name, written.clone()).await;
    let as_declared = call(name, plain).await;
    assert!(!came.is_error, "{name} {written}: {}", came.words);
    assert_eq!(
        came.sent, as_declared.sent,
        "{name} {written}: {}",
        came.words
    );
    assert!(
        came.words.contains(note),
        "{name} {written}: {}",
        came.words
    );
    if note.is_empty() {
        assert_eq!(came.words, as_declared.words, "{name} {written}");
    }
}

/// An error that names what was sent and what is meant; nothing is asked of Sentry.
async fn named(name: &str, written: Value, parts: &[&str]) {
    let came = both(name, written.clone()).await;
    assert!(came.is_error, "{name} {written}: {}", came.words);
    assert!(came.sent.is_empty(), "{name} {written}: {:?}", came.sent);
    for part in parts {
        assert!(
            came.words.contains(part),
            "{name} {written}: {part} in {}",
            came.words
        );
    }
}
