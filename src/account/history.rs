//! What happened to a person's connections: a page, and a file to keep.

use askama::Template;
use oauth_provider::grant::GrantId;
use oauth_provider::http::Response;
use oauth_provider::params::Params;
use oauth_provider::{Resource, Settings, UnixTime};
use sentry_tools::Skill;
use serde_json::Value;

use super::page::{self, NAMELESS};
use super::session::Session;
use super::sign_in;
use crate::deployment::Deployment;
use crate::objects::accounts::Accounts;
use crate::objects::accounts::history::part;
use crate::runtime::date::{Day, time_of_day};
use crate::runtime::incoming::Incoming;
use crate::site::cookies::Jar;
use crate::site::errors::HandlerError;
use crate::site::pages::{Forms, own_page};

/// Events on one page, and in one file.
const A_PAGE: usize = 50;
const A_FILE: usize = 1_000;

#[derive(Template)]
#[template(path = "account-history.html")]
struct HistoryPage<'a> {
    person: &'a str,
    /// Whether it is about one connection.
    of_one: bool,
    days: Vec<(Day, Vec<Entry<'a>>)>,
    /// Whether there is a newer part.
    is_older: bool,
    /// The query of the older part, if there is one.
    older: Option<String>,
    /// The query of the newest part.
    newest: String,
}

struct Entry<'a> {
    time: String,
    name: &'a str,
    text: String,
    /// Changes, one a line.
    values: Vec<String>,
    is_warning: bool,
}

/// `GET /account/history` and, as a file, `GET /account/history.json`: the newest thousand, and where the rest is.
///
/// # Errors
/// Nobody is signed in who asks for the file, or the account does not answer.
pub async fn show(
    request: &Incoming,
    is_file: bool,
    deployment: &Deployment,
) -> Result<Response, HandlerError> {
    let jar = Jar::of(deployment);
    let session = match Session::of(request, &jar) {
        Some(session) => session,
        None if is_file => return Err(page::SIGNED_OUT.into()),
        None => return Ok(sign_in::begin(request, deployment)),
    };
    let most = if is_file { A_FILE } else { A_PAGE };
    let params = Params::parse(request.url.query().unwrap_or_default());
    let one = |name: &'static str| params.one(name).ok().flatten();
    let of_one = one("of").and_then(GrantId::parse);
    let of_one = of_one.map(|grant| grant.to_string()).unwrap_or_default();
    // A place that cannot be read is the newest.
    let than = one("older").and_then(|place| {
        let (at, id) = place.split_once('~')?;
        Some((at.parse().ok()?, id))
    });
    let part = part(than, &of_one, most);
    let accounts = Accounts::new(deployment.env.clone(), &deployment.config.sentry);
    let ours = |error: String| HandlerError::ours("the account did not answer", error);
    let text = accounts.history(&session.user, part).await;
    let mut text = text.map_err(|error| ours(error.to_string()))?;
    if text.is_empty() {
        "[]".clone_into(&mut text);
    }
    let events: Vec<Value> =
        serde_json::from_slice(text.as_bytes()).map_err(|error| ours(error.to_string()))?;
    let last = events.last().filter(|_| events.len() >= most);
    let older = last.map(|last| query(&of_one, Some(last)));
    if is_file {
        return Ok(file(&session, &text, older, &jar));
    }
    let page = HistoryPage {
        person: &session.name,
        of_one: !of_one.is_empty(),
        is_older: than.is_some(),
        older,
        newest: query(&of_one, None),
        days: by_day(&events, &deployment.settings),
    };
    Ok(own_page(200, &page, jar.origin, Forms::Here))
}

/// The rows as they are kept: they are JSON, and hold no token.
fn file(session: &Session, events: &str, older: Option<String>, jar: &Jar<'_>) -> Response {
    let older = older.map(|query| format!("{}/account/history.json{query}", jar.origin));
    let (person, older) = (Value::from(session.user.as_str()), Value::from(older));
    let response = Response {
        body: format!(
            "{{\"person\":{person},\"kept_for_days\":90,\"older\":{older},\"events\":{events}}}"
        ),
        ..Response::empty(200)
    };
    response
        .header("content-type", "application/json")
        .header(
            "content-disposition",
            "attachment; filename=\"sentry-mcp-history.json\"",
        )
        .header("cache-control", "no-store")
        .header("cross-origin-resource-policy", "same-origin")
        .header("referrer-policy", "same-origin")
}

fn query(of_one: &str, than: Option<&Value>) -> String {
    let mut query = "?of=".to_owned() + of_one;
    if let Some(event) = than {
        // An id is made of what needs no escape in a query.
        query = format!("{query}&older={}~{}", event["at"], text(event, "id"));
    }
    query
}

fn text<'a>(event: &'a Value, name: &str) -> &'a str {
    event[name].as_str().unwrap_or_default()
}

fn by_day<'a>(events: &'a [Value], settings: &Settings) -> Vec<(Day, Vec<Entry<'a>>)> {
    let mut days: Vec<(Day, Vec<Entry<'a>>)> = Vec::new();
    for event in events {
        let at = UnixTime(event["at"].as_u64().unwrap_or_default());
        let (day, entry) = (Day::from(at), Entry::new(event, at, settings));
        match days.last_mut() {
            Some((last, entries)) if *last == day => entries.push(entry),
            _ => days.push((day, vec![entry])),
        }
    }
    days
}

impl<'a> Entry<'a> {
    fn new(event: &'a Value, at: UnixTime, settings: &Settings) -> Self {
        let values = event["values"].as_array();
        Self {
            time: time_of_day(at),
            name: event["name"].as_str().unwrap_or(NAMELESS),
            text: sentence(event, settings),
            values: values.into_iter().flatten().map(value).collect(),
            is_warning: event["event"] == "theft",
        }
    }
}

/// What the application did, or what was done to it: `{}` stands for what is said below.
fn sentence(event: &Value, settings: &Settings) -> String {
    let why = in_words(text(event, "why"));
    let parts = match text(event, "event") {
        "shown" => ["asked to use your Sentry", "", "", ""],
        "allowed" => {
            let resource = Resource::from_path(text(event, "resource"), settings.resource_base);
            let reach =
                resource.map(|resource| page::reach(resource.segments(settings.resource_base)));
            let reach = reach.unwrap_or_default();
            return ["was allowed ", &titles(event), ". Reaches: ", &reach, "."].concat();
        }
        "opened" => ["was connected, after you signed in at Sentry", "", "", ""],
        "refreshed" => ["was in use, and renewed its keys", "", "", ""],
        "changed" => {
            let (on, tool) = (text(event, "on"), text(event, "tool"));
            if event["unsure"] == true {
                [
                    "may have changed ",
                    on,
                    ", for Sentry’s answer was lost; tool: ",
                    tool,
                ]
            } else {
                ["changed ", on, " with ", tool]
            }
        }
        "narrowed" => return ["lost ", &titles(event), ": you took it away."].concat(),
        "theft" => ["may have been copied: ", why, "", ""],
        "revoked" | "closed" if why.is_empty() => ["was disconnected", "", "", ""],
        "revoked" | "closed" => ["was disconnected: ", why, "", ""],
        _ => [
            "did something that this page has no words for; the file has it",
            "",
            "",
            "",
        ],
    };
    parts.concat() + "."
}

/// A grant's own reason, as its person would say it.
fn in_words(why: &str) -> &str {
    match why {
        "its person ended it" => "you ended it",
        "its person took the last of it back" => "you took its last skill away",
        "its client revoked it" => "the application signed itself out",
        "its time was over" => "it was not used for long, or its time was over",
        "its code was redeemed twice" => "the key of its sign-in was used twice",
        "an old refresh token was used" => "a key was used that it had long replaced",
        "asked for" => "a newer connection took its place, or Sentry no longer accepted it",
        why => why,
    }
}

fn titles(event: &Value) -> String {
    let mut titles = String::new();
    for id in event["skills"].as_array().into_iter().flatten() {
        let id = id.as_str().unwrap_or_default();
        if !titles.is_empty() {
            titles.push_str(", ");
        }
        match Skill::parse(id) {
            Some(skill) => titles.push_str(skill.title()),
            None => titles.push_str(id),
        }
    }
    titles
}

/// `status: unresolved → resolved`
fn value(value: &Value) -> String {
    let part = |n: usize| value.get(n).and_then(Value::as_str);
    let name = part(0).unwrap_or_default();
    match (part(1), part(2)) {
        (None, None) => name.to_owned(),
        (before, after) => {
            let nothing = "–";
            let (before, after) = (before.unwrap_or(nothing), after.unwrap_or(nothing));
            [name, ": ", before, " → ", after].concat()
        }
    }
}
