//! The MCP endpoint: bearer check, then the dispatcher.

pub mod agent_mode;
mod changed;
mod connection;
mod counted;

use std::cell::RefCell;
use std::rc::Rc;

use ::agent_mode::{AgentMode, USE_SENTRY};
use mcp::http::{MAX_BODY, Messages, read};
use mcp::{Ended, Version};
use oauth_provider::bearer::BearerError;
use oauth_provider::crypto::Secret;
use oauth_provider::discovery::AskedResource;
use oauth_provider::from_json;
use oauth_provider::grant::{Close, GrantId};
use oauth_provider::http::{Error, Response};
use oauth_provider::store::GrantStore;
use oauth_provider::{Scope, UnixTime};
use oauth_types::ErrorCode;
use sentry_api::{Client, Fixed, Token, TokenSource};
use sentry_tools::{
    Changes, Constraint, Limits, Listings, Scopes, Server, Session, Skill, Skills, Verified,
};
use url::Url;
use worker::{Context, Env};

use crate::deployment::Deployment;
use crate::mcp::agent_mode::Who;
use crate::mcp::connection::Connection;
use crate::memory::constraint_cache::VerifiedHere;
use crate::memory::seen_tokens;
use crate::runtime::facts::{Facts, Fault, Known};
use crate::runtime::family::family;
use crate::runtime::fetch::Upstream;
use crate::runtime::hex::sha256_hex;
use crate::runtime::incoming::{BodyError, Incoming};
use crate::runtime::log;
use crate::site::errors::{HandlerError, Refusal};
use crate::stores::grant_store::Grants;
use crate::stores::grant_tokens::GrantTokens;
use crate::upstream::person;
use crate::upstream::person::Person;
use crate::upstream::sentry::{Props, read_confirmed};

/// The authenticated caller of a request.
struct Caller {
    /// The grant of an OAuth session, with its access token's secret; a caller with a Sentry token has none.
    grant: Option<(GrantId, Secret)>,
    /// The person of an OAuth session, whom Sentry named when it began.
    person: Option<Person>,
    /// Sentry's id of that person.
    subject: String,
    /// The key under which calls are counted and constraints remembered. Anybody can make up a `Sentry-Bearer`
    /// token, and a key with it: what holds those is the limit by address.
    key: String,
    token: Token,
    skills: Skills,
    scopes: Scopes,
    /// What the grant knows of the organization and project of its own address, and since when.
    confirmed: Option<(Constraint, UnixTime, Verified)>,
    /// What the connection asks for, within the limits that it had when it was signed in.
    connection: Connection,
}

impl Caller {
    /// The source of Sentry tokens for this caller: an OAuth session's grant renews its token.
    fn tokens(&self, env: &Env, facts: &Rc<Facts>) -> Rc<dyn TokenSource> {
        match &self.grant {
            Some((grant, access)) => Rc::new(GrantTokens::new(
                env.clone(),
                grant.clone(),
                access.clone(),
                self.token.clone(),
                Rc::clone(facts),
            )),
            None => Rc::new(Fixed(self.token.clone())),
        }
    }
}

/// `POST /mcp`, `/mcp/{org}`, `/mcp/{org}/{project}`. Checked in this order: the page that sent it, the address's limit,
/// what its URL asks for, the token, the caller's limit, the body.
///
/// # Errors
/// The caller may not call, or not now; or one of its calls needs another token.
pub async fn post(
    request: &mut Incoming,
    asked: AskedResource,
    deployment: &Deployment,
    grants: &Grants,
    background: &Context,
) -> Result<Response, HandlerError> {
    check_origin(request, deployment)?;
    counted::request(&request.address, &deployment.env).await?;
    let connection = Connection::read(request, deployment)?;
    let caller = identify(request, &asked, connection, deployment, grants).await?;
    counted::caller(&caller, &deployment.env).await?;
    let body = request.body(MAX_BODY).await.map_err(|error| match error {
        BodyError::TooLarge => refuse(413, "the body must not exceed 1 MiB"),
        BodyError::CutOff => refuse(400, "the body could not be read"),
    })?;
    let changes = Rc::<Changes>::default();
    let noted = Rc::clone(&changes);
    let about = (
        caller.grant.as_ref().map(|(grant, _)| grant.clone()),
        caller.subject.clone(),
    );
    let answered = answer(caller, &body, request, asked, deployment, grants, noted).await;
    changed::note(&changes.take(), about, &request.id, deployment, background);
    answered
}

async fn answer(
    caller: Caller,
    body: &[u8],
    request: &Incoming,
    asked: AskedResource,
    deployment: &Deployment,
    grants: &Grants,
    noted: Rc<Changes>,
) -> Result<Response, HandlerError> {
    let (content_type, accept) = (request.header("content-type"), request.header("accept"));
    let protocol_version = request.header("mcp-protocol-version");
    // Earlier versions have neither, and asking the runtime for a header costs.
    let stateless = protocol_version
        .as_deref()
        .and_then(Version::parse)
        .is_some_and(Version::is_stateless);
    let mirrored = |name| stateless.then(|| request.header(name)).flatten();
    let (method, name) = (mirrored("mcp-method"), mirrored("mcp-name"));
    let message = mcp::http::Request {
        content_type: content_type.as_deref(),
        accept: accept.as_deref(),
        protocol_version: protocol_version.as_deref(),
        method: method.as_deref(),
        name: name.as_deref(),
        body,
    };
    let messages = match read(&message) {
        Ok(messages) => messages,
        Err(response) => return Ok(sent(response, &request.facts)),
    };
    request.facts.learn(|known| about(&messages, known));
    counted::rest(&messages, &caller, &request.address, &deployment.env).await?;
    let server = server(&caller, request, &asked, deployment, noted);
    match messages.answer(&server).await {
        Ok(response) => Ok(sent(response, &request.facts)),
        Err(refusal) => Err(refused(refusal, &caller, &request.id, asked, grants).await),
    }
}

/// For the log: what is asked. What the client calls itself here counts more than its `User-Agent`.
fn about(messages: &Messages, known: &mut Known) {
    let about = messages.about();
    known.operation = about.method;
    known.version = about.version;
    if let Some(client) = about.client {
        known.family = family(client);
    }
    if let Some(name) = about.tool {
        let of_agent_mode = (name == USE_SENTRY).then_some(USE_SENTRY);
        let tool = of_agent_mode.or_else(|| sentry_tools::called(name, about.arguments));
        known.tool = tool.unwrap_or("unknown");
    }
}

/// For the log: how it ended.
fn ended(ended: Ended, known: &mut Known) {
    match ended {
        Ended::Well => {}
        Ended::Asked => known.outcome = "asked",
        Ended::ToolFailed(why) => {
            let fault = if why.is_trouble {
                Fault::Upstream
            } else {
                Fault::Client
            };
            known.refused(fault, "tool_failed", why.words);
            known.outcome = "failed";
        }
        Ended::Refused(code, words) => {
            known.refused(Fault::Client, code, words);
            known.outcome = "refused";
        }
    }
}

fn sent(response: mcp::http::Response, facts: &Facts) -> Response {
    facts.learn(|known| ended(response.ended, known));
    let mcp::http::Response { status, body, .. } = response;
    let response = Response {
        body: body.unwrap_or_default(),
        ..Response::empty(status)
    };
    let response = response.header("cache-control", "no-store");
    if response.body.is_empty() {
        response
    } else {
        response.header("content-type", "application/json")
    }
}

fn server(
    caller: &Caller,
    request: &Incoming,
    asked: &AskedResource,
    deployment: &Deployment,
    noted: Rc<Changes>,
) -> AgentMode<Server> {
    thread_local! {
        static LISTINGS: RefCell<Rc<Listings>> = RefCell::default();
    }
    let connection = &caller.connection;
    let session = Session {
        skills: caller.skills,
        scopes: caller.scopes,
        constraint: deployment.constraint(&asked.resource),
        request_id: request.id.clone(),
        untrusted: connection.untrusted,
        limits: connection.limits.clone(),
        lists_all: connection.lists_all,
    };
    let base = deployment.config.sentry.base.clone();
    let tokens = caller.tokens(&deployment.env, &request.facts);
    let upstream = Upstream::of(Rc::clone(&request.facts));
    let [_, _, url, key] = &deployment.config.watch.to;
    let client = Client::new(Rc::new(upstream), tokens, base).reporting_to(url, key);
    let verified = VerifiedHere::new(caller.key.clone(), deployment.now);
    let verified = Rc::new(verified.with(caller.confirmed.clone()));
    let origin = &deployment.settings.origin;
    let icon = origin.is_secure().then(|| format!("{origin}/favicon.ico"));
    let listings = LISTINGS.with_borrow(Rc::clone);
    let who = match &caller.grant {
        Some(_) => Who::Grant(caller.person.clone()),
        None => Who::Holder(caller.token.clone()),
    };
    let mode = agent_mode::of(request, who, &client, &session, deployment);
    let server = Server::new(session, client, verified, listings);
    let server = server.with_icon(icon).noting(noted);
    AgentMode::over(server, mode)
}

/// From the `Authorization` header to a caller.
async fn identify(
    request: &Incoming,
    asked: &AskedResource,
    mut connection: Connection,
    deployment: &Deployment,
    grants: &Grants,
) -> Result<Caller, HandlerError> {
    let header = request.header("authorization");
    if let Some(token) = header.as_deref().and_then(sentry_bearer) {
        let token = if deployment.config.sentry_bearer {
            Token::read(token)
        } else {
            Err("this server does not take Sentry tokens; sign in with OAuth")
        };
        request.facts.learn(|known| known.kind = "sentry_bearer");
        return token
            .map(|token| direct(token, connection))
            .map_err(|description| HandlerError::Peer(Refusal::SentryBearer(description)));
    }
    let verified = seen_tokens::verify(header.as_deref(), asked, grants, deployment.now).await;
    let info = verified.map_err(|error| challenge(error, asked.clone()))?;
    request.facts.grant(&info.grant);
    request.facts.sign_in(info.flow.as_ref());
    deployment.note_client(&info.client_id);
    deployment.note_person(&info.subject);
    if deployment.settings.denies_client(&info.client_id) {
        return Err(Error::denied_client().into());
    }
    let props: Props = from_json(&info.props.0).map_err(|_| {
        log::problem(&request.id, "a grant's props cannot be read", "");
        challenge(BearerError::Invalid, asked.clone())
    })?;
    connection.limits.add(&Limits::stored(&props.limits));
    let confirmed = read_confirmed(&props.confirmed, &deployment.config.sentry.base)
        .map(|(since, verified)| (deployment.constraint(&info.resource), since, verified));
    Ok(Caller {
        person: Person::of(&info.subject),
        subject: info.subject,
        key: info.grant.to_string(),
        grant: Some((info.grant, info.secret)),
        token: Token::new(props.access_token),
        skills: props
            .skills
            .iter()
            // The props are sealed since the sign-in: they do not know what the person took back.
            .filter(|id| !info.withheld.contains(id))
            .filter_map(|id| Skill::parse(id))
            .collect(),
        scopes: Scopes::parse(&info.scope.to_string()),
        confirmed,
        connection,
    })
}

/// What stands behind the scheme, which may be nothing. Two headers come as one, with a comma between them.
fn sentry_bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once([' ', '\t', ',']).unwrap_or((header, ""));
    scheme
        .eq_ignore_ascii_case("sentry-bearer")
        .then_some(token)
}

/// A caller with a Sentry token of their own, which is outside MCP's authorization profile.
fn direct(token: Token, connection: Connection) -> Caller {
    Caller {
        grant: None,
        person: None,
        subject: String::new(),
        key: sha256_hex(token.expose()),
        token,
        skills: Skills::ALL,
        scopes: Scopes::ALL,
        confirmed: None,
        connection,
    }
}

/// A call that the dispatcher leaves to the transport.
async fn refused(
    refusal: sentry_tools::Refusal,
    caller: &Caller,
    request_id: &str,
    asked: AskedResource,
    grants: &Grants,
) -> HandlerError {
    match (refusal, &caller.grant) {
        (sentry_tools::Refusal::Unauthorized, None) => {
            person::forget(&caller.token);
            HandlerError::Peer(Refusal::SentryBearer("Sentry does not take this token"))
        }
        (sentry_tools::Refusal::Unauthorized, Some((grant, _))) => {
            seen_tokens::forget(grant);
            // Its tokens would lead to the same refusal for ever: closed, they lead to a new sign-in.
            if let Err(error) = grants.ask(grant, Close).await {
                log::problem(request_id, "a grant did not close", &error.to_string());
            }
            challenge(BearerError::Ended, asked)
        }
        (sentry_tools::Refusal::InsufficientScope { scopes, skill }, _) => {
            let scope: Scope = scopes
                .iter()
                .map(|scope| scope.as_str().to_owned())
                .collect();
            let description = format!(
                "connect again and tick the skill {} ({})",
                skill.title(),
                skill.as_str()
            );
            challenge(BearerError::InsufficientScope { scope, description }, asked)
        }
    }
}

/// The answer to a token that is not good here, or not good enough.
fn challenge(error: BearerError, asked: AskedResource) -> HandlerError {
    match error {
        BearerError::Storage(error) => HandlerError::ours("a grant did not answer", error.0),
        error => HandlerError::Peer(Refusal::Bearer(Box::new((error, asked)))),
    }
}

fn refuse(status: u16, description: &str) -> HandlerError {
    Error::new(ErrorCode::InvalidRequest, description)
        .status(status)
        .into()
}

/// DNS rebinding (MCP transports, Security Warning): a page of somebody else's must not reach a server on this
/// computer; under a name that was pointed here it has not come as far as this ([`crate::site::plain_http`]). On a public host
/// access is by bearer token and never by cookie, so any page may try.
fn check_origin(request: &Incoming, deployment: &Deployment) -> Result<(), HandlerError> {
    let origin = request.header("origin");
    let here = &deployment.settings.origin;
    let local = |text: &str| {
        Url::parse(text)
            .ok()
            .and_then(|url| oauth_provider::Origin::of(&url))
            .is_some_and(|o| o.is_loopback())
    };
    let foreign = here.is_loopback() && origin.as_deref().is_some_and(|origin| !local(origin));
    let narrowed = origin
        .as_deref()
        .is_some_and(|origin| !deployment.config.allows_origin(origin));
    if foreign || narrowed {
        return Err(refuse(403, "this Origin may not call this server"));
    }
    Ok(())
}
