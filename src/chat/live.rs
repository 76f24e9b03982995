//! A session that works: its tokens are renewed when they are near their end, or when an endpoint refuses them.

use oauth_provider::Resource;
use oauth_provider::http::Response;

use super::Context;
use super::client::{Client, NoTokens};
use super::session::Session;
use super::tools::Endpoint;
use crate::runtime::incoming::Incoming;
use crate::site::cookies::Jar;

/// A session whose tokens an endpoint has just accepted, with that endpoint's answer.
pub struct Live {
    /// The session, with those tokens.
    pub session: Session,
    /// The `Set-Cookie` value, if the tokens were renewed.
    pub cookie: Option<String>,
    /// What the endpoint answered.
    pub answer: Response,
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

/// Sends a message without parameters with tokens that will last: renewed before if they are near their end, and after
/// if they were refused.
///
/// # Errors
/// There is no such session.
pub async fn live(
    resource: Resource,
    method: &str,
    request: &Incoming,
    context: &Context,
) -> Result<Live, Out> {
    let jar = Jar::of(&context.deployment);
    let client = Client::of(request, context);
    let mut session = Session::of(request, &jar).ok_or(Out::Nobody)?;
    let (mut cookie, mut refused) = (None, false);
    loop {
        if refused || session.is_near_its_end(jar.now) {
            match client.refresh(session.clone()).await {
                Ok(fresh) => {
                    cookie = fresh.cookie(&jar, context.deployment.config.policy().refresh);
                    session = fresh;
                }
                Err(NoTokens::Ended) => return Err(Out::Ended),
                Err(NoTokens::Unavailable) if refused || session.has_ended(jar.now) => {
                    return Err(Out::Unavailable);
                }
                Err(NoTokens::Unavailable) => {}
            }
        }
        let endpoint = Endpoint {
            resource: resource.clone(),
            access: session.access.clone(),
            client: client.clone(),
        };
        let answer = endpoint.ask(method, None).await;
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
