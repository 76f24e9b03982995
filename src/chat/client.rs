//! The chat as a client of this server's own endpoints. It sends what a foreign client would send, as requests that go
//! in through the same router: there is no other way to a token or a tool from here.

use std::rc::Rc;

use fetch::LocalFuture;
use oauth_provider::discovery::path;
use oauth_provider::http::Response;
use oauth_provider::{Origin, UnixTime};
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::Context;
use super::session::{Flow, Session};
use crate::runtime::address::Address;
use crate::runtime::facts::Facts;
use crate::runtime::family::CHAT;
use crate::runtime::incoming::Incoming;
use crate::runtime::trace::Trace;
use crate::runtime::{edge, log};
use crate::stores::own_client;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Why there are no tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTokens {
    /// There will be none until the person signs in again.
    Ended,
    /// There may be some in a moment. What there was is still good.
    Unavailable,
}

/// The chat as an OAuth client, on behalf of one browser.
#[derive(Clone)]
pub struct Client {
    context: Context,
    /// The browser's address, for limits.
    address: Address,
    /// The id of the browser's request, for the log.
    pub request_id: String,
    /// The trace of the browser's request.
    trace: Trace,
}

impl Client {
    /// On behalf of the browser that sent this request.
    pub fn of(request: &Incoming, context: &Context) -> Self {
        Self {
            context: context.clone(),
            address: request.address.clone(),
            request_id: request.id.clone(),
            trace: request.facts.trace.clone(),
        }
    }

    /// Sends a request to this server, as it would come from outside.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> LocalFuture<'_, Response> {
        let url = [self.origin().as_str(), path].concat();
        let request = edge::head_of(headers)
            .and_then(|head| edge::own_request(method, &url, &head, body).ok())
            .and_then(|request| Incoming::new(request).ok());
        Box::pin(async move {
            match request {
                Some(mut request) => {
                    request.id.clone_from(&self.request_id);
                    request.facts =
                        Rc::new(Facts::new(self.request_id.clone(), self.trace.clone()));
                    request.facts.learn(|known| known.family = CHAT);
                    request.address = self.address.clone();
                    self.context.door.enter(&mut request).await
                }
                None => Response::empty(400),
            }
        })
    }

    async fn post(&self, path: &str, content_type: &str, body: &str) -> Response {
        let headers = [("content-type", content_type)];
        self.send("POST", path, &headers, Some(body)).await
    }

    fn origin(&self) -> &Origin {
        &self.context.deployment.settings.origin
    }

    /// The id that the chat has here: the place of its document, or on plain http one that it registered, which is kept
    /// for the deployment.
    pub async fn known(&self) -> Option<String> {
        let origin = self.origin();
        if origin.is_secure() {
            return Some(own_client::id(origin));
        }
        own_client::kept_id(origin, &self.context.deployment.env).await
    }

    /// Registers: for the first time, or since the server does not know the client any more.
    ///
    /// # Errors
    /// The registration failed.
    pub async fn register(&self) -> Result<String, NoTokens> {
        let origin = self.origin();
        let body = own_client::registration(origin);
        let answer = self.post(path::REGISTER, JSON, &body).await;
        let (201, Some(id)) = (answer.status, text(&read(&answer), "client_id")) else {
            let status = answer.status.to_string();
            log::problem(&self.request_id, "the chat could not register", &status);
            return Err(NoTokens::Unavailable);
        };
        let deployment = &self.context.deployment;
        let seconds = deployment.settings.registration.as_secs();
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        own_client::keep_id(&id, seconds, origin, &deployment.env).await;
        Ok(id)
    }

    /// The path of the authorization endpoint with the chat's request.
    pub fn authorize_path(&self, client_id: &str, state: &str, challenge: &str) -> String {
        let settings = &self.context.deployment.settings;
        let origin = self.origin();
        let query = form(&[
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", &own_client::redirect_uri(origin)),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256"),
            ("state", state),
            ("resource", &settings.root_resource().url(origin)),
            ("scope", &settings.scopes.join(" ")),
        ]);
        [path::AUTHORIZE, "?", &query].concat()
    }

    /// Exchanges an authorization code for tokens.
    ///
    /// # Errors
    /// The code is good no more, or the server does not answer.
    pub async fn redeem(&self, code: &str, flow: &Flow) -> Result<Session, NoTokens> {
        let settings = &self.context.deployment.settings;
        let origin = self.origin();
        let body = form(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", &flow.verifier),
            ("client_id", &flow.client),
            ("redirect_uri", &own_client::redirect_uri(origin)),
            ("resource", &settings.root_resource().url(origin)),
        ]);
        self.tokens(&body, Session::empty(flow.client.clone()))
            .await
    }

    /// Fresh tokens for a session. Two tabs that ask at once get the same refresh token.
    ///
    /// # Errors
    /// The session has ended, or the server does not answer.
    pub async fn refresh(&self, session: Session) -> Result<Session, NoTokens> {
        let body = form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", &session.refresh),
            ("client_id", &session.client),
        ]);
        self.tokens(&body, session).await
    }

    async fn tokens(&self, body: &str, before: Session) -> Result<Session, NoTokens> {
        let answer = self.post(path::TOKEN, FORM, body).await;
        let said = read(&answer);
        let (Some(access), Some(refresh)) =
            (text(&said, "access_token"), text(&said, "refresh_token"))
        else {
            // These two are final (RFC 6749 §5.2); any other trouble may pass.
            let error = text(&said, "error").unwrap_or_default();
            return Err(if error == "invalid_grant" || error == "invalid_client" {
                NoTokens::Ended
            } else {
                NoTokens::Unavailable
            });
        };
        let seconds = said.get("expires_in").and_then(Value::as_u64);
        let now = self.context.deployment.now.0;
        Ok(Session {
            access,
            refresh,
            access_ends: UnixTime(now.saturating_add(seconds.unwrap_or_default())),
            ..before
        })
    }

    /// Sentry's id of the person whose tokens these are, as any client may learn it of its own tokens (RFC 7662 §2.2).
    pub async fn subject(&self, session: &Session) -> Option<String> {
        let answer = self
            .post(path::INTROSPECT, FORM, &about_tokens(session))
            .await;
        text(&read(&answer), "sub").filter(|subject| !subject.is_empty())
    }

    /// Gives the tokens back (RFC 7009). Answers whether that is done.
    pub async fn revoke(&self, session: &Session) -> bool {
        let answer = self.post(path::REVOKE, FORM, &about_tokens(session)).await;
        // A client that is not known here any more has no tokens either.
        matches!(answer.status, 200 | 401)
    }
}

/// The form that names a session's tokens, for introspection and revocation.
fn about_tokens(session: &Session) -> String {
    form(&[
        ("token", &session.refresh),
        ("token_type_hint", "refresh_token"),
        ("client_id", &session.client),
    ])
}

/// The JSON of an answer; null if it is not JSON.
pub fn read(answer: &Response) -> Value {
    serde_json::from_slice(answer.body.as_bytes()).unwrap_or_default()
}

fn form(pairs: &[(&str, &str)]) -> String {
    let mut form = Serializer::new(String::new());
    for (name, value) in pairs {
        form.append_pair(name, value);
    }
    form.finish()
}

/// A member of an object, if it is a string.
pub fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}
