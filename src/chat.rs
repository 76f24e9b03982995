//! The chat's server: a model that uses the tools, for a person who is signed in to the page. To the rest of this server
//! it is a client like any other ([`client`], [`tools`]); what it is told and what it tells, docs/CHAT.md says.

mod agent;
mod auth;
mod client;
mod events;
mod live;
mod llm;
mod session;
mod tools;
mod wish;

use std::future::ready;
use std::rc::Rc;

use ::agent::{Reason, Tool};
use fetch::LocalFuture;
use oauth_provider::Origin;
use oauth_provider::http::Response;
use serde_json::Value;
use worker::Env;

use crate::deployment::Deployment;
use crate::router::Door;
use crate::runtime::address::Address;
use crate::runtime::bindings::CHAT_RATE_LIMITER;
use crate::runtime::edge::Outlet;
use crate::runtime::incoming::Incoming;
use crate::runtime::limits::{self, Cost, Refused};
use crate::runtime::respond::{method_not_allowed, not_found};
use crate::site::cookies::Jar;
use crate::site::errors::{Audience, ChatRefusal, HandlerError};
use crate::site::fetch_metadata::is_from_our_page;
use crate::site::no_such_page::{is_for_a_person, no_such_page};
use crate::upstream::person::Person;

use agent::{EXPIRED, Run, TIME};
use client::Client;
use events::Ended;
use live::{Live, Out, live};
use session::{Session, signed_out};
use tools::Endpoint;
use wish::Wish;

/// What the chat is given: no store and no way to a token or a tool but the door.
#[derive(Clone)]
pub struct Context {
    /// Configuration, settings, limiters and time.
    pub deployment: Deployment,
    /// The way in for its requests.
    pub door: Door,
    /// Keeps the worker alive while an answer is written.
    pub background: Rc<worker::Context>,
}

/// Routes `/api/auth/…` and `/api/chat`.
pub fn route<'a>(
    method: &str,
    path: &str,
    request: &'a mut Incoming,
    context: Context,
) -> LocalFuture<'a, Response> {
    let allowed = match (method, path) {
        ("GET", "/api/auth/authorize") => {
            return Box::pin(async move { auth::authorize(request, &context).await });
        }
        ("GET", "/api/auth/callback") if request.method == "GET" => {
            return Box::pin(async move { auth::callback(request, &context).await });
        }
        ("GET", "/api/auth/status") => {
            return Box::pin(async move { auth::status(request, &context).await });
        }
        ("POST", "/api/auth/logout") => {
            return Box::pin(async move {
                let outcome = auth::logout(request, &context).await;
                for_page(outcome, request, &context)
            });
        }
        ("POST", "/api/chat") => {
            return Box::pin(async move {
                let outcome = post(request, &context).await;
                for_page(outcome, request, &context)
            });
        }
        // A HEAD would use up what the GET behind it brings.
        (_, "/api/auth/callback") => method_not_allowed("GET"),
        (_, "/api/auth/authorize" | "/api/auth/status") => method_not_allowed("GET, HEAD"),
        (_, "/api/auth/logout" | "/api/chat") => method_not_allowed("POST"),
        _ if is_for_a_person(request) => {
            no_such_page(&request.id, &context.deployment.settings.origin)
        }
        _ => not_found(),
    };
    Box::pin(ready(allowed))
}

/// The answer for the script of the chat's page.
fn for_page(
    outcome: Result<Response, HandlerError>,
    request: &Incoming,
    context: &Context,
) -> Response {
    let settings = &context.deployment.settings;
    outcome.unwrap_or_else(|error| error.into_response(Audience::Chat, request, settings))
}

/// `POST /api/chat`. Checked in this order: the page that sent it, the body, whether there is a model, who is signed in,
/// their limit, their tokens.
async fn post(request: &mut Incoming, context: &Context) -> Result<Response, HandlerError> {
    let deployment = &context.deployment;
    check_ours(request)?;
    let wish = wish::read(request).await?;
    if wish.call.is_none() && deployment.config.model.is_none() {
        let description = "no language model is set up here: its operator sets LLM_API_KEY";
        return Err(refuse(503, "no_model", description).into());
    }
    let jar = Jar::of(deployment);
    let session = Session::of(request, &jar).ok_or_else(expired)?;
    // Nobody: signed in before it was always known here who that is.
    let person = Person::of(&session.user).ok_or_else(|| expired_for_good(jar.origin))?;
    count(&wish, &person, &request.address, &deployment.env).await?;
    let live = live(wish.resource.clone(), "tools/list", request, context).await;
    let live = live.map_err(|out| match out {
        Out::Unavailable => HandlerError::ours("the chat", "its own requests are not answered"),
        Out::Nobody | Out::Ended => expired_for_good(jar.origin).into(),
    })?;
    let outcome = match live.answer.status {
        200 => Ok(stream(wish, &live, request, context)),
        429 => Err(over(
            "too many calls; wait a minute",
            Refused::Over.retry_after(),
        )),
        status => Err(HandlerError::ours(
            "the chat's list of tools",
            status.to_string(),
        )),
    };
    let response = for_page(outcome, request, context);
    Ok(match live.cookie {
        Some(cookie) => response.header("set-cookie", cookie),
        None => response,
    })
}

/// Begins the answer; the run goes on behind it.
fn stream(wish: Wish, live: &Live, request: &mut Incoming, context: &Context) -> Response {
    let listed = tools::listed(&live.answer);
    let outlet = Outlet::new(TIME);
    if wish.call.as_deref() == Some("tools/list") {
        let done = events::done(Ended::Done(Reason::Answer), 0, 0);
        outlet.write(&[events::tools(&listed), done].concat());
        outlet.close();
    } else {
        let later = Context {
            door: context.door.for_later(),
            ..context.clone()
        };
        let client = Client::of(request, &later);
        let run = run(wish, &listed, live, client, outlet.clone(), context);
        context.background.wait_until(run.until_done());
    }
    request.outlet = Some(outlet);
    Response::empty(200)
        .header("content-type", "text/event-stream")
        .header("cache-control", "no-store")
}

/// A run with the tools that the endpoint has listed.
fn run(
    wish: Wish,
    listed: &[Value],
    live: &Live,
    client: Client,
    outlet: Outlet,
    context: &Context,
) -> Run {
    let deployment = &context.deployment;
    let mut offered: Vec<Tool> = listed.iter().filter_map(Tool::from_mcp).collect();
    if let Some(name) = &wish.call
        && let Some(changes) = sentry_tools::changes_something(name)
        && !offered.iter().any(|tool| tool.name == *name)
    {
        // A person may name any tool of the catalogue; whether they may use it, the endpoint says.
        let constraint = deployment.constraint(&wish.resource);
        offered.push(Tool {
            name: name.clone(),
            description: String::new(),
            parameters: sentry_tools::input_schema(name, &constraint).unwrap_or_default(),
            changes,
        });
    }
    let endpoint = Endpoint {
        resource: wish.resource,
        access: live.session.access.clone(),
        client,
    };
    let messages = wish.messages;
    let run = Run::new(
        messages,
        offered,
        &wish.decided,
        endpoint,
        outlet,
        deployment,
    );
    if wish.call.is_some() {
        run.call_only()
    } else {
        run
    }
}

/// Checks that the request is from a page of ours, and JSON, which no form of another page can send.
fn check_ours(request: &Incoming) -> Result<(), ChatRefusal> {
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

/// Counts a question as a use of the language model. A call without one counts for its person, and like any other call
/// at the endpoint to which it goes.
async fn count(
    wish: &Wish,
    person: &Person,
    address: &Address,
    env: &Env,
) -> Result<(), HandlerError> {
    let counted = if wish.call.is_some() {
        limits::allow(env, CHAT_RATE_LIMITER, person.key(), Cost::Nothing).await
    } else {
        person.may_use_model(env, address).await
    };
    counted.map_err(|refused| match refused {
        Refused::Over => over("too many questions; wait a minute", refused.retry_after()),
        Refused::Broken => HandlerError::ours("the chat", "its limiter failed"),
    })
}

fn over(description: &'static str, retry_after: &str) -> HandlerError {
    ChatRefusal {
        header: Some(("retry-after", retry_after.to_owned())),
        ..refuse(429, "rate_limited", description)
    }
    .into()
}

/// Nobody is signed in, or not any more.
const fn expired() -> ChatRefusal {
    refuse(401, "session_expired", EXPIRED)
}

/// As [`expired`]; the cookie is of no more use, and goes.
fn expired_for_good(origin: &Origin) -> ChatRefusal {
    ChatRefusal {
        header: Some(("set-cookie", signed_out(origin))),
        ..expired()
    }
}

const fn bad(why: &'static str) -> ChatRefusal {
    refuse(400, "invalid_request", why)
}

const fn refuse(status: u16, code: &'static str, description: &'static str) -> ChatRefusal {
    ChatRefusal {
        status,
        code,
        description,
        header: None,
    }
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
            include_str!("chat/live.rs"),
            include_str!("chat/llm.rs"),
            include_str!("chat/session.rs"),
            include_str!("chat/tools.rs"),
            include_str!("chat/wish.rs"),
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
                "crate::stores::grant_tokens",
                "crate::stores::grant_store",
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
