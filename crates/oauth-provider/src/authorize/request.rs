use fetch::Exchange;
use oauth_types::ErrorCode;

use crate::client::{ApprovedRedirectUri, Client, ClientStore, RegisteredRedirectUri};
use crate::params::Params;
use crate::pkce::CodeChallenge;
use crate::resource::Resource;
use crate::scope::Scope;
use crate::settings::Settings;
use crate::time::UnixTime;

use super::known::{Known, called, client_and_redirect_uri};
use super::problem::AuthorizeError;
use super::refusal::{Refusal, Way};
use super::response::AuthorizationResponse;

const MAX_STATE: usize = 2048;

/// An authorization request in which everything was checked (RFC 6749 §4.1.1).
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    /// The client that asks.
    pub client: Client,
    /// The redirect URI of this request.
    pub redirect_uri: RegisteredRedirectUri,
    /// The same for signed state, to be matched again later.
    pub approved_redirect_uri: ApprovedRedirectUri,
    /// Returned as it was sent.
    pub state: Option<String>,
    /// The PKCE challenge (RFC 7636 §4.3).
    pub challenge: CodeChallenge,
    /// RFC 8707; the base path if the request names none.
    pub resource: Resource,
    /// The query that `resource` had. It decides nothing here; a server may read limits from it that the client has put there.
    pub resource_query: Option<String>,
    /// The scope that is asked for; every scope if the request names none.
    pub scope: Scope,
    /// The issuer of the metadata document that the client used (RFC 9207).
    pub issuer: String,
}

impl AuthorizationRequest {
    /// The answer when the person declines, or the server refuses after all (RFC 6749 §4.1.2.1).
    #[must_use]
    pub fn refuse(&self, code: ErrorCode, description: &str) -> AuthorizationResponse {
        AuthorizationResponse {
            redirect_uri: self.redirect_uri.clone(),
            state: self.state.clone(),
            issuer: self.issuer.clone(),
            outcome: Err((code, description.to_owned())),
        }
    }
}

/// Checks an authorization request. The order of the checks is the security argument: nothing is redirected before
/// both client and redirect URI are known to be good, and everything is afterwards.
///
/// # Errors
/// The first check that fails.
pub async fn validate(
    params: &Params,
    settings: &Settings,
    clients: &impl ClientStore,
    fetch: &(impl Exchange + ?Sized),
    now: UnixTime,
) -> Result<AuthorizationRequest, AuthorizeError> {
    let known = client_and_redirect_uri(params, settings, clients, fetch, now)
        .await
        .map_err(AuthorizeError::Page)?;
    check(known, params, settings)
}

/// The checks whose errors go to the client.
#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::result_large_err, reason = "passed on once")
)]
pub(crate) fn check(
    (client, registered, redirect_uri): Known,
    params: &Params,
    settings: &Settings,
) -> Result<AuthorizationRequest, AuthorizeError> {
    let to = Answer {
        client: &client,
        redirect_uri: &redirect_uri,
        state: state(params),
        issuer: issuer(params, settings),
        settings,
    };
    utf8(params).map_err(|e| to.error(e))?;
    no_duplicates(params).map_err(|e| to.error(e))?;
    let issuer = to
        .issuer
        .clone()
        .ok_or_else(|| to.error((ErrorCode::InvalidRequest, "issuer is not this server's")))?;
    no_request_object(params).map_err(|e| to.error(e))?;
    response_type(params).map_err(|e| to.error(e))?;
    response_mode(params).map_err(|e| to.error(e))?;
    let challenge = pkce(params).map_err(|e| to.error(e))?;
    let resource = resource(params, settings).map_err(|e| to.error(e))?;
    let scope = scope(params, settings).map_err(|e| to.error(e))?;
    state_length(params).map_err(|e| to.error(e))?;
    prompt(params).map_err(|e| to.error(e))?;
    Ok(AuthorizationRequest {
        approved_redirect_uri: ApprovedRedirectUri::new(&registered, &redirect_uri),
        state: to.state,
        client,
        redirect_uri,
        challenge,
        resource,
        resource_query: resource_query(params),
        scope,
        issuer,
    })
}

type Check<T> = Result<T, (ErrorCode, &'static str)>;

/// What an error that is sent to the client needs.
struct Answer<'a> {
    client: &'a Client,
    redirect_uri: &'a RegisteredRedirectUri,
    state: Option<String>,
    issuer: Option<String>,
    settings: &'a Settings,
}

impl Answer<'_> {
    fn error(&self, (code, description): (ErrorCode, &'static str)) -> AuthorizeError {
        // Without a good `issuer` the root's is used: the error must carry one (RFC 9207 §2).
        let response = AuthorizationResponse {
            redirect_uri: self.redirect_uri.clone(),
            state: self.state.clone(),
            issuer: self
                .issuer
                .clone()
                .unwrap_or_else(|| self.settings.origin.to_string()),
            outcome: Err((code, description.to_owned())),
        };
        AuthorizeError::Redirect(Refusal {
            response,
            client: called(self.client),
            way: Way::of(self.client, self.redirect_uri),
        })
    }
}

/// To be returned as it was sent, so not one that was sent twice or changed by decoding.
fn state(params: &Params) -> Option<String> {
    let state = params.one("state").ok().flatten()?;
    (!state.contains(char::REPLACEMENT_CHARACTER)).then(|| state.to_owned())
}

/// Parameters are UTF-8 (RFC 6749 appendix B).
fn utf8(params: &Params) -> Check<()> {
    let problem = (ErrorCode::InvalidRequest, "parameters must be UTF-8");
    params.are_utf8().then_some(()).ok_or(problem)
}

/// RFC 6749 §3.1: "Request and response parameters MUST NOT be included more than once."
fn no_duplicates(params: &Params) -> Check<()> {
    params.no_duplicates_but("resource").map_err(|_| {
        (
            ErrorCode::InvalidRequest,
            "a parameter was given more than once",
        )
    })
}

/// RFC 9101 §5: neither request objects nor references to them.
fn no_request_object(params: &Params) -> Check<()> {
    if params.all("request").next().is_some() {
        return Err((
            ErrorCode::RequestNotSupported,
            "request objects are not supported",
        ));
    }
    if params.all("request_uri").next().is_some() {
        return Err((
            ErrorCode::InvalidRequestUri,
            "request_uri is not one that this server gave out",
        ));
    }
    Ok(())
}

/// `code` only (RFC 6749 §3.1.1).
fn response_type(params: &Params) -> Check<()> {
    match params.all("response_type").next() {
        Some("code") => Ok(()),
        Some(_) => Err((
            ErrorCode::UnsupportedResponseType,
            "response_type must be code",
        )),
        None => Err((
            ErrorCode::InvalidRequest,
            "response_type is missing; it must be code",
        )),
    }
}

/// `query` only (OAuth 2.0 Multiple Response Types §2.1).
fn response_mode(params: &Params) -> Check<()> {
    match params.all("response_mode").next() {
        None | Some("query") => Ok(()),
        Some(_) => Err((ErrorCode::InvalidRequest, "response_mode must be query")),
    }
}

/// RFC 7636 §4.4.1; `plain`, which an absent method means, is refused (RFC 9700 §2.1.1).
fn pkce(params: &Params) -> Check<CodeChallenge> {
    let challenge = params.all("code_challenge").next();
    let challenge = challenge.ok_or((
        ErrorCode::InvalidRequest,
        "code_challenge is missing: PKCE is required",
    ))?;
    if params.all("code_challenge_method").next() != Some("S256") {
        return Err((
            ErrorCode::InvalidRequest,
            "code_challenge_method must be S256",
        ));
    }
    CodeChallenge::parse(challenge).ok_or((
        ErrorCode::InvalidRequest,
        "code_challenge must be 43 base64url characters, the SHA-256 of the verifier",
    ))
}

/// At most one resource, which must be this server's (RFC 8707 §2).
fn resource(params: &Params, settings: &Settings) -> Check<Resource> {
    match params.all("resource").next() {
        None => Ok(settings.root_resource()),
        Some(text) => {
            Resource::parse(text, &settings.origin, settings.resource_base).map_err(|_| {
                (
                    ErrorCode::InvalidTarget,
                    "resource is not one of this server's",
                )
            })
        }
    }
}

/// What stands behind the first `?`: a resource has no fragment.
fn resource_query(params: &Params) -> Option<String> {
    let (_, query) = params.all("resource").next()?.split_once('?')?;
    Some(query.to_owned())
}

/// Known scopes only; every scope if the request names none (RFC 6749 §3.3).
fn scope(params: &Params, settings: &Settings) -> Check<Scope> {
    let asked = Scope::parse(
        params.all("scope").next().unwrap_or_default(),
        settings.scopes,
    )
    .map_err(|_| {
        (
            ErrorCode::InvalidScope,
            "scope names one that this server does not have",
        )
    })?;
    Ok(if asked.is_empty() {
        Scope::all(settings.scopes)
    } else {
        asked
    })
}

fn state_length(params: &Params) -> Check<()> {
    let fits = params
        .all("state")
        .next()
        .is_none_or(|state| state.len() <= MAX_STATE);
    fits.then_some(()).ok_or((
        ErrorCode::InvalidRequest,
        "state must not exceed 2048 bytes",
    ))
}

/// A person must always answer, so `none` cannot succeed (OpenID Connect Core §3.1.2.1).
fn prompt(params: &Params) -> Check<()> {
    let none = params
        .all("prompt")
        .next()
        .is_some_and(|prompt| prompt.split(' ').any(|value| value == "none"));
    if none {
        Err((ErrorCode::InteractionRequired, "a person must consent"))
    } else {
        Ok(())
    }
}

/// The issuer whose metadata the client read: ours, or one of the scoped ones, which put themselves into the query
/// of their authorization endpoint. `None` for anybody else's.
fn issuer(params: &Params, settings: &Settings) -> Option<String> {
    let origin = settings.origin.as_str();
    match params.all("issuer").next() {
        None => Some(origin.to_owned()),
        Some(issuer) if issuer == origin => Some(issuer.to_owned()),
        Some(issuer) => {
            let resource =
                Resource::from_path(issuer.strip_prefix(origin)?, settings.resource_base)?;
            (resource.url(&settings.origin) == issuer).then(|| issuer.to_owned())
        }
    }
}
