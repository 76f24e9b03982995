//! The chat's server: a model that uses the tools, for a person who is signed in to the page. To the rest of this server
//! it is a client like any other ([`client`], [`tools`]); what it is told and what it tells, docs/CHAT.md says.

mod agent;
mod auth;
mod client;
mod events;
mod llm;
mod session;
mod tools;

use ::agent::{Asked, Malformed, Message, Tool};
use std::future::ready;

use fetch::LocalFuture;
use mcp::json::Object;
use oauth_provider::Resource;
use oauth_provider::http::Response;
use serde_json::Value;

use crate::app::App;
use crate::runtime::bindings::CHAT_RATE_LIMITER;
use crate::runtime::edge::Outlet;
use crate::runtime::incoming::Incoming;
use crate::runtime::limits::{Cost, Refused};
use crate::runtime::respond::{method_not_allowed, not_found};
use crate::runtime::{limits, log};
use crate::site::fetch_metadata::is_from_our_page;
use crate::site::problems::{is_for_a_person, no_such_page};
use crate::upstream::person::Person;

use agent::{Decided, EXPIRED, Run, TIME};
use client::{Behalf, NoTokens};
use session::{Session, signed_out};
use tools::Endpoint;

const MAX_BODY: usize = 512 * 1024;

/// The id of a call that a person makes without a model.
const CALL: &str = "call";

/// The parsed body of `POST /api/chat`.
struct Wish {
    resource: Resource,
    messages: Vec<Message>,
    /// Without a model: the name of the tool.
    call: Option<String>,
    decided: Decided,
}

/// `/api/auth/…` and `/api/chat`
pub fn route<'a>(
    method: &str,
    path: &str,
    request: &'a mut Incoming,
    app: &'a App,
) -> LocalFuture<'a, Response> {
    let allowed = match (method, path) {
        ("GET", "/api/auth/authorize") => return Box::pin(auth::authorize(request, app)),
        ("GET", "/api/auth/callback") if request.method == "GET" => {
            return Box::pin(auth::callback(request, app));
        }
        ("GET", "/api/auth/status") => return Box::pin(auth::status(request, app)),
        ("POST", "/api/auth/logout") => return Box::pin(auth::logout(request, app)),
        ("POST", "/api/chat") => return Box::pin(post(request, app)),
        // A HEAD would use up what the GET behind it brings.
        (_, "/api/auth/callback") => method_not_allowed("GET"),
        (_, "/api/auth/authorize" | "/api/auth/status") => method_not_allowed("GET, HEAD"),
        (_, "/api/auth/logout" | "/api/chat") => method_not_allowed("POST"),
        _ if is_for_a_person(request) => no_such_page(request, app),
        _ => not_found(),
    };
    Box::pin(ready(allowed))
}

/// `POST /api/chat`
async fn post(request: &mut Incoming, app: &App) -> Response {
    if let Err(refused) = is_ours(request) {
        return refused;
    }
    let wish = match wish(request).await {
        Ok(wish) => wish,
        Err(refused) => return refused,
    };
    let lists = wish.call.as_deref() == Some("tools/list");
    if wish.call.is_none() && app.config.model.is_none() {
        return refuse(
            503,
            "no_model",
            "no language model is set up here: its operator sets LLM_API_KEY",
        );
    }
    let Some(session) = Session::of(request, app) else {
        return refuse(401, "session_expired", EXPIRED);
    };
    let Some(person) = Person::of(&session.user) else {
        // Signed in before it was always known here who that is.
        return refuse(401, "session_expired", EXPIRED).header("set-cookie", signed_out(app));
    };
    if let Err(refused) = count(&wish, &person, request, app).await {
        return over(refused);
    }
    let live = match live(wish.resource.clone(), "tools/list", request, app).await {
        Ok(live) => live,
        Err(Out::Unavailable) => return unavailable(),
        Err(Out::Nobody | Out::Ended) => {
            return refuse(401, "session_expired", EXPIRED).header("set-cookie", signed_out(app));
        }
    };
    let response = match live.answer.status {
        200 => stream(wish, lists, &live, request, app),
        429 => {
            refuse(429, "rate_limited", "too many calls; wait a minute").header("retry-after", "60")
        }
        status => {
            log::problem(&request.id, "the chat's list of tools", &status.to_string());
            unavailable()
        }
    };
    match live.cookie {
        Some(cookie) => response.header("set-cookie", cookie),
        None => response,
    }
}

/// Begins the answer; the run goes on behind it.
fn stream(wish: Wish, lists: bool, live: &Live, request: &mut Incoming, app: &App) -> Response {
    let behalf = Behalf::of(request);
    let Ok(later) = app.for_later(behalf.address.clone()) else {
        return unavailable();
    };
    let listed = tools::listed(&live.answer);
    let outlet = Outlet::new(TIME);
    if lists {
        let all = [events::tools(&listed), events::done("answer", 0, 0)].concat();
        outlet.write(&all);
        outlet.close();
    } else {
        let mut offered: Vec<Tool> = listed.iter().filter_map(Tool::from_mcp).collect();
        if let Some(name) = &wish.call
            && let Some(changes) = sentry_tools::changes_something(name)
            && !offered.iter().any(|tool| tool.name == *name)
        {
            // A person may name any tool of the catalogue; whether they may use it, the endpoint says.
            offered.push(Tool {
                name: name.clone(),
                description: String::new(),
                parameters: sentry_tools::input_schema(name, &app.constraint(&wish.resource))
                    .unwrap_or_default(),
                changes,
            });
        }
        let endpoint = Endpoint {
            resource: wish.resource,
            access: live.session.access.clone(),
            behalf,
        };
        let ours = outlet.clone();
        let run = Run::new(wish.messages, offered, &wish.decided, endpoint, ours, later);
        let run = if wish.call.is_some() {
            run.call_only()
        } else {
            run
        };
        app.context.wait_until(run.until_done());
    }
    request.outlet = Some(outlet);
    Response::empty(200)
        .header("content-type", "text/event-stream")
        .header("cache-control", "no-store")
}

/// A session whose tokens an endpoint has just accepted, with that endpoint's answer.
pub struct Live {
    session: Session,
    /// The `Set-Cookie` value, if the tokens were renewed.
    cookie: Option<String>,
    answer: Response,
}

/// Why there is no live session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Out {
    /// Nobody is signed in.
    Nobody,
    /// Somebody was, and has to sign in again.
    Ended,
    /// The token endpoint or the MCP endpoint does not answer; the session may still be good.
    Unavailable,
}

/// Sends a message without parameters with tokens that will last: renewed before, where they are near their end, and
/// after, where they were refused.
async fn live(
    resource: Resource,
    method: &str,
    request: &Incoming,
    app: &App,
) -> Result<Live, Out> {
    let behalf = Behalf::of(request);
    let mut session = Session::of(request, app).ok_or(Out::Nobody)?;
    let (mut cookie, mut refused) = (None, false);
    loop {
        if refused || session.is_near_its_end(app.now) {
            match client::refresh(session.clone(), &behalf, app).await {
                Ok(fresh) => {
                    cookie = fresh.cookie(app);
                    session = fresh;
                }
                Err(NoTokens::Ended) => return Err(Out::Ended),
                Err(NoTokens::Unavailable) if refused || session.has_ended(app.now) => {
                    return Err(Out::Unavailable);
                }
                Err(NoTokens::Unavailable) => {}
            }
        }
        let endpoint = Endpoint {
            resource: resource.clone(),
            access: session.access.clone(),
            behalf: behalf.clone(),
        };
        let answer = endpoint.ask(method, None, app).await;
        if answer.status != 401 {
            return Ok(Live {
                session,
                cookie,
                answer,
            });
        }
        if refused || cookie.is_some() {
            return Err(Out::Ended);
        }
        refused = true;
    }
}

/// Whether the request is from a page of ours, and JSON, which no form of another page can send.
fn is_ours(request: &Incoming) -> Result<(), Response> {
    if !is_from_our_page(request) {
        return Err(refuse(
            403,
            "cross_site",
            "only pages of this server may ask",
        ));
    }
    let kind = request.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(refuse(
            415,
            "invalid_request",
            "the body must be application/json",
        ))
    }
}

async fn wish(request: &mut Incoming) -> Result<Wish, Response> {
    let body = match request.body(MAX_BODY).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return Err(refuse(413, "too_large", "the body must not exceed 512 KiB")),
        Err(_) => return Err(bad("the body could not be read")),
    };
    let body: Value = serde_json::from_slice(&body).map_err(|_| bad("the body must be JSON"))?;
    // Anything but a text is no endpoint, and must not become the widest.
    let endpoint = match body.get("endpoint") {
        None => Some("/mcp"),
        Some(endpoint) => endpoint.as_str(),
    };
    let resource = endpoint.and_then(tools::resource).ok_or_else(|| {
        bad("`endpoint` must be /mcp, /mcp/organization or /mcp/organization/project")
    })?;
    let (messages, call) = match body.get("call").filter(|call| !call.is_null()) {
        Some(call) => {
            let name =
                client::text(call, "name").ok_or_else(|| bad("`call.name` must be a string"))?;
            // As a text they keep their order and every digit, and a name that stands twice is seen.
            let arguments = match call.get("arguments") {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => text.clone(),
                Some(_) => return Err(bad("`call.arguments` must be a string of JSON")),
            };
            let asked = Asked {
                id: CALL.to_owned(),
                name: name.clone(),
                arguments,
            };
            let messages = vec![Message::Assistant {
                text: String::new(),
                calls: vec![asked],
            }];
            (messages, Some(name))
        }
        None => {
            let messages = body.get("messages").unwrap_or(&Value::Null);
            let messages = Message::conversation(messages).map_err(|Malformed(why)| bad(why))?;
            (messages, None)
        }
    };
    Ok(Wish {
        resource,
        messages,
        call,
        decided: Decided {
            approved: ids(&body, "approved")?,
            declined: ids(&body, "declined")?,
        },
    })
}

fn ids(body: &Value, name: &str) -> Result<Vec<String>, Response> {
    let Some(list) = body.get(name).filter(|list| !list.is_null()) else {
        return Ok(Vec::new());
    };
    let mut ids = Vec::new();
    for id in list.as_array().into_iter().flatten() {
        ids.extend(id.as_str().map(str::to_owned));
    }
    let sent = list.as_array().map(Vec::len);
    if sent == Some(ids.len()) && ids.len() <= 100 {
        Ok(ids)
    } else {
        Err(bad("`approved` and `declined` must be lists of calls' ids"))
    }
}

/// A question counts as a use of the language model. A call without one counts for its person, and like any other call
/// where it goes.
async fn count(wish: &Wish, person: &Person, request: &Incoming, app: &App) -> Result<(), Refused> {
    if wish.call.is_some() {
        limits::allow(&app.env, CHAT_RATE_LIMITER, person.key(), Cost::Nothing).await
    } else {
        person.may_use_model(&app.env, &request.address).await
    }
}

fn over(refused: Refused) -> Response {
    match refused {
        Refused::Over => refuse(429, "rate_limited", "too many questions; wait a minute")
            .header("retry-after", refused.retry_after()),
        Refused::Broken => unavailable(),
    }
}

fn bad(why: &str) -> Response {
    refuse(400, "invalid_request", why)
}

fn unavailable() -> Response {
    refuse(
        503,
        "temporarily_unavailable",
        "the server cannot answer at the moment; try again",
    )
    .header("retry-after", "5")
}

fn refuse(status: u16, error: &str, description: &str) -> Response {
    let mut body = String::new();
    Object::begin(&mut body)
        .text("error", error)
        .text("error_description", description)
        .end();
    Response {
        body,
        ..Response::empty(status)
    }
    .header("content-type", "application/json")
    .header("cache-control", "no-store")
}

#[cfg(test)]
mod tests {
    // rule: chat/no-privilege
    /// The files that talk to this server, and what of it is named in them. Requests go through `router::route`, so that
    /// the names of what stands behind it have no place here.
    #[test]
    fn nothing_here_goes_around_the_router() {
        let files = [
            include_str!("chat.rs"),
            include_str!("chat/agent.rs"),
            include_str!("chat/auth.rs"),
            include_str!("chat/client.rs"),
            include_str!("chat/events.rs"),
            include_str!("chat/llm.rs"),
            include_str!("chat/session.rs"),
            include_str!("chat/tools.rs"),
        ];
        for file in files {
            let code = file.split("#[cfg(test)]").next().unwrap();
            for way in [
                "crate::runtime::fetch",
                ".grants",
                ".clients",
                ".pushed",
                ".documents",
                ".once",
                ".fetch",
                "authenticator",
                "GrantStore",
                "ClientStore",
                "TokenCache",
                "Command",
                "sentry_api",
                "Sentry-Bearer",
                "crate::mcp",
                "crate::stores::tokens",
                "crate::grant",
                "crate::stores::clients",
                "crate::upstream::sentry",
                "oauth_provider::token",
                "oauth_provider::revoke",
                "register::",
            ] {
                assert!(!code.contains(way), "{way}");
            }
        }
    }
}
