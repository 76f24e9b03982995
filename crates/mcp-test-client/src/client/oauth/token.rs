//! The token endpoint: exchanges codes and refresh tokens for tokens; and the revocation endpoint.

use std::time::Duration;

use fetch::{Fetch, Method as HttpMethod, Request, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::authorization::{AuthorizationRequest, AuthorizationResponse};
use super::identity::{Identity, Secret};
use super::server_metadata::ServerMetadata;
use crate::client::Error;

/// The tokens of one sign-in. They are stored for one server and never sent to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// The issuer of the tokens. They are worthless once the server trusts another issuer.
    pub issuer: String,
    /// The client to which they were issued.
    pub client_id: String,
    /// The resource identifier that they are for.
    pub resource: String,
    /// The token for the server's `Authorization` header.
    pub access_token: Secret,
    /// The refresh token, if the server issued one.
    pub refresh_token: Option<Secret>,
    /// When the access token expires, in seconds since the epoch, if the server says so.
    pub expires_at: Option<u64>,
    /// The granted scope; if the server names none, the requested one (RFC 6749 §5.1).
    pub scope: Option<String>,
}

impl Tokens {
    /// Whether the access token has expired, or will do so while a request is on its way.
    pub(super) fn has_ended(&self, now: u64) -> bool {
        self.expires_at.is_some_and(|end| end <= now + 10)
    }
}

/// Why a refresh returned no tokens.
#[derive(Debug)]
pub(super) enum Refused {
    /// The grant has ended: a person must sign in again.
    Grant(String),
    /// The server no longer knows the client: it must also register again.
    Client(String),
    /// Any other error. The tokens are kept.
    Other(Error),
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    token_type: String,
    expires_in: Option<Value>,
    refresh_token: Option<String>,
    scope: Option<String>,
}

/// Exchanges a code for tokens.
pub(super) async fn redeem(
    fetch: &dyn Fetch,
    server: &ServerMetadata,
    identity: &Identity,
    asked: &AuthorizationRequest,
    answer: &AuthorizationResponse,
    now: u64,
) -> Result<Tokens, Refused> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", &answer.code)
        .append_pair("redirect_uri", &asked.redirect_uri)
        .append_pair("code_verifier", asked.verifier.reveal())
        .append_pair("resource", &asked.resource);
    let before = (asked.resource.as_str(), asked.scope.as_deref(), None);
    send(
        fetch,
        server,
        identity,
        form,
        before,
        "redeeming the code",
        now,
    )
    .await
}

/// Refreshes tokens. `resource` is sent again, so that they remain bound to the server.
pub(super) async fn refresh(
    fetch: &dyn Fetch,
    server: &ServerMetadata,
    identity: &Identity,
    old: &Tokens,
    secret: &Secret,
    now: u64,
) -> Result<Tokens, Refused> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "refresh_token")
        .append_pair("refresh_token", secret.reveal())
        .append_pair("resource", &old.resource);
    let before = (old.resource.as_str(), old.scope.as_deref(), Some(secret));
    send(
        fetch,
        server,
        identity,
        form,
        before,
        "refreshing the token",
        now,
    )
    .await
}

/// Gets tokens for the client itself, without a person (RFC 6749 §4.4).
pub(super) async fn own(
    fetch: &dyn Fetch,
    server: &ServerMetadata,
    identity: &Identity,
    resource: &str,
    scope: Option<&str>,
    now: u64,
) -> Result<Tokens, Refused> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials")
        .append_pair("resource", resource);
    if let Some(scope) = scope.filter(|scope| !scope.is_empty()) {
        form.append_pair("scope", scope);
    }
    send(
        fetch,
        server,
        identity,
        form,
        (resource, scope, None),
        "asking for the client's own token",
        now,
    )
    .await
}

/// Asks the server to revoke a token (RFC 7009).
pub(super) async fn revoke(
    fetch: &dyn Fetch,
    endpoint: Url,
    identity: &Identity,
    token: &Secret,
) -> Result<(), Error> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("token", token.reveal());
    let answer = post(fetch, endpoint, identity, form, "revoking the token").await?;
    if answer.is_success() {
        return Ok(());
    }
    Err(Error::sign_in(
        "RFC 7009 §2.2",
        format!("the server did not revoke the token: {}", answer.status),
    ))
}

type Before<'a> = (&'a str, Option<&'a str>, Option<&'a Secret>);

async fn send(
    fetch: &dyn Fetch,
    server: &ServerMetadata,
    identity: &Identity,
    form: form_urlencoded::Serializer<'_, String>,
    (resource, scope, refresh_token): Before<'_>,
    doing: &str,
    now: u64,
) -> Result<Tokens, Refused> {
    let endpoint = server.token_endpoint().map_err(Refused::Other)?;
    let answer = post(fetch, endpoint, identity, form, doing)
        .await
        .map_err(Refused::Other)?;
    if !answer.is_success() {
        return Err(refused(doing, &answer));
    }
    let given: Given = serde_json::from_slice(&answer.body).map_err(|error| {
        Refused::Other(Error::sign_in(
            "RFC 6749 §5.1",
            format!("the token endpoint's answer cannot be read: {error}"),
        ))
    })?;
    if !given.token_type.eq_ignore_ascii_case("bearer") {
        // "The client MUST NOT use an access token if it does not understand the token type" (RFC 6749 §7.1).
        return Err(Refused::Other(Error::sign_in(
            "RFC 6749 §7.1",
            format!(
                "the server issued a token of the type {}, but this client supports only Bearer",
                given.token_type
            ),
        )));
    }
    let lifetime = given.expires_in.as_ref().and_then(|value| match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    });
    Ok(Tokens {
        issuer: server.issuer.clone(),
        client_id: identity.client_id.clone(),
        resource: resource.to_owned(),
        access_token: Secret::new(given.access_token),
        refresh_token: given
            .refresh_token
            .map(Secret::new)
            .or_else(|| refresh_token.cloned()),
        expires_at: lifetime.map(|seconds| now.saturating_add(seconds)),
        scope: given.scope.or_else(|| scope.map(str::to_owned)),
    })
}

/// Posts a form with the client's authentication. Where the header alone is refused, `client_id` is sent in the body as
/// well, and from then on.
async fn post(
    fetch: &dyn Fetch,
    endpoint: Url,
    identity: &Identity,
    mut form: form_urlencoded::Serializer<'_, String>,
    doing: &str,
) -> Result<Response, Error> {
    let body = form.finish();
    let answer = post_once(fetch, endpoint.clone(), identity, &body, doing).await?;
    let may_lack_id = identity.basic().is_some() && !identity.with_id.get();
    if !may_lack_id || !is_about_client(&answer) {
        return Ok(answer);
    }
    identity.with_id.set(true);
    let again = post_once(fetch, endpoint, identity, &body, doing).await;
    if again.as_ref().map_or(true, is_about_client) {
        identity.with_id.set(false);
    }
    again
}

/// Whether an answer refuses the client itself, or says that the request lacks something.
fn is_about_client(answer: &Response) -> bool {
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = said.get("error").and_then(Value::as_str);
    matches!(answer.status, 400 | 401)
        && matches!(
            code,
            Some("invalid_client" | "unauthorized_client" | "invalid_request")
        )
}

async fn post_once(
    fetch: &dyn Fetch,
    endpoint: Url,
    identity: &Identity,
    body: &str,
    doing: &str,
) -> Result<Response, Error> {
    let mut form = form_urlencoded::Serializer::new(body.to_owned());
    let shown = endpoint.to_string();
    let request = Request::new(HttpMethod::Post, endpoint)
        .header("accept", "application/json")
        .timeout(Duration::from_secs(30))
        .max_body(256 * 1024);
    let request = identity
        .authenticate(request, &mut form)
        .body("application/x-www-form-urlencoded", form.finish());
    fetch
        .fetch(request)
        .await
        .map_err(|source| Error::Unreachable {
            doing: format!("{doing} at {shown}"),
            source,
        })
}

/// Reads a refusal. Only `invalid_grant` and `invalid_client` end something; a server's temporary trouble does not.
fn refused(doing: &str, answer: &Response) -> Refused {
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let member = |name: &str| said.get(name).and_then(Value::as_str);
    let code = member("error");
    let text = format!(
        "{doing} was refused with {} {}{}",
        answer.status,
        code.unwrap_or("(no error code)"),
        member("error_description")
            .map(|text| format!(": {text}"))
            .unwrap_or_default(),
    );
    match code {
        Some("invalid_grant") => Refused::Grant(text),
        Some("invalid_client" | "unauthorized_client") => Refused::Client(text),
        _ => {
            let wait = match answer.header("retry-after") {
                Some(seconds) => format!("; it says to try again after {seconds} s"),
                None => String::new(),
            };
            Refused::Other(Error::sign_in("RFC 6749 §5.2", format!("{text}{wait}")))
        }
    }
}

impl Refused {
    /// The error to report if nothing can be done about the refusal.
    pub(super) fn into_error(self) -> Error {
        match self {
            Self::Grant(text) | Self::Client(text) => Error::sign_in("RFC 6749 §5.2", text),
            Self::Other(error) => error,
        }
    }
}
