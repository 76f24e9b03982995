//! `POST /oauth/token/`: the token endpoint.

use axum::Json;
use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::device::NoToken;
use super::grants::{Grant, InvalidGrant};
use crate::control::requests::GrantType;
use crate::state::State;

#[derive(Deserialize)]
pub(crate) struct TokenRequest {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    refresh_token: Option<String>,
    device_code: Option<String>,
}

/// The grant type (RFC 8628 §3.4).
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

#[derive(Serialize)]
struct TokenResponse {
    access_token: String,
    refresh_token: Option<String>,
    token_type: &'static str,
    /// Lifetime of the access token, in seconds.
    expires_in: u32,
    expires_at: Timestamp,
    user: TokenUser,
    scope: String,
}

#[derive(Serialize)]
struct TokenUser {
    id: String,
    name: String,
    email: String,
}

/// An error response (RFC 6749 §5.2).
#[derive(Debug, thiserror::Error)]
enum TokenError {
    #[error("{0}")]
    InvalidRequest(String),
    #[error("client_id or client_secret is wrong")]
    InvalidClient,
    #[error(transparent)]
    InvalidGrant(#[from] InvalidGrant),
    #[error("{}", no_token(*.0).1)]
    NoToken(NoToken),
    #[error("grant_type is authorization_code, refresh_token or {DEVICE_CODE}")]
    UnsupportedGrantType,
    #[error("no randomness to draw a token from")]
    NoRandomness(#[from] getrandom::Error),
}

/// Redeems a code or refreshes a grant.
pub(crate) async fn exchange(
    state: State,
    form: Result<Form<TokenRequest>, FormRejection>,
) -> Response {
    let request = match form {
        Ok(Form(request)) => request,
        Err(rejection) => return TokenError::InvalidRequest(rejection.body_text()).into_response(),
    };
    let grant_type = request.grant_type.clone();
    let mut response = match answer(&state, request) {
        Ok(response) => (no_store(), Json(response)).into_response(),
        Err(error) => error.into_response(),
    };
    if let Some(grant_type) = grant_type {
        response.extensions_mut().insert(GrantType(grant_type));
    }
    response
}

fn answer(state: &State, request: TokenRequest) -> Result<TokenResponse, TokenError> {
    let grant_type = needed(request.grant_type, "grant_type")?;
    let with_secret = check_client(
        state,
        request.client_id.as_deref(),
        request.client_secret.as_deref(),
    )?;
    let now = state.clock().now();
    let expires_in = state.settings().expires_in;
    let ends = now
        .checked_add(SignedDuration::from_secs(i64::from(expires_in)))
        .unwrap_or(Timestamp::MAX);
    let grant = match grant_type.as_str() {
        "authorization_code" if !with_secret => return Err(TokenError::InvalidClient),
        "authorization_code" => {
            let code = needed(request.code, "code")?;
            let mut grants = state.grants();
            let approval = grants.redeem(
                &code,
                request.redirect_uri.as_deref(),
                request.code_verifier.as_deref(),
                now,
            )?;
            grants.open(approval, ends)?
        }
        "refresh_token" => {
            let refresh = needed(request.refresh_token, "refresh_token")?;
            state
                .grants()
                .rotate(&refresh, with_secret, ends)?
                .ok_or(match with_secret {
                    true => TokenError::InvalidGrant(InvalidGrant::RefreshToken),
                    false => TokenError::InvalidClient,
                })?
        }
        DEVICE_CODE => {
            let code = needed(request.device_code, "device_code")?;
            let redeemed = state.grants().redeem_device(&code, now, ends)?;
            redeemed.map_err(TokenError::NoToken)?
        }
        _ => return Err(TokenError::UnsupportedGrantType),
    };
    Ok(TokenResponse::of(state, grant, expires_in, ends))
}

/// Checks the client's id and, if sent, its secret. Like Sentry, it accepts a secret only in the body. A device sends
/// none, but a wrong one is always an error. Returns whether a secret was sent.
fn check_client(state: &State, id: Option<&str>, secret: Option<&str>) -> Result<bool, TokenError> {
    let config = state.config();
    if id == Some(&config.client_id) && secret.is_none_or(|secret| secret == config.client_secret) {
        Ok(secret.is_some())
    } else {
        Err(TokenError::InvalidClient)
    }
}

/// The error code and its description (RFC 8628 §3.5).
fn no_token(why: NoToken) -> (&'static str, &'static str) {
    match why {
        NoToken::Pending => ("authorization_pending", "the person has not answered yet"),
        NoToken::Denied => ("access_denied", "the person said no"),
        NoToken::Expired => (
            "expired_token",
            "the device code is unknown, used, or too old",
        ),
    }
}

fn needed(value: Option<String>, name: &str) -> Result<String, TokenError> {
    value.ok_or_else(|| TokenError::InvalidRequest(format!("{name} is missing")))
}

fn no_store() -> [(header::HeaderName, &'static str); 2] {
    [
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
    ]
}

impl TokenResponse {
    fn of(state: &State, grant: Grant, expires_in: u32, expires_at: Timestamp) -> Self {
        let data = state.data();
        let user = data.user(&grant.user);
        Self {
            access_token: grant.access,
            refresh_token: grant.refresh,
            token_type: "bearer",
            expires_in,
            expires_at,
            user: TokenUser {
                name: user.map(|user| user.name.clone()).unwrap_or_default(),
                email: user.map(|user| user.email.clone()).unwrap_or_default(),
                id: grant.user,
            },
            scope: grant.scopes.to_string(),
        }
    }
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (status, code) = match self {
            Self::InvalidRequest(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client"),
            Self::InvalidGrant(_) => (StatusCode::BAD_REQUEST, "invalid_grant"),
            Self::NoToken(why) => (StatusCode::BAD_REQUEST, no_token(why).0),
            Self::UnsupportedGrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
            Self::NoRandomness(_) => (StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
        };
        (
            status,
            no_store(),
            Json(json!({"error": code, "error_description": self.to_string()})),
        )
            .into_response()
    }
}
