//! `GET` and `POST /oauth/authorize/`: the page where a person approves or declines, and the redirect.
//!
//! The page carries the whole request in hidden fields; all of it is checked again when its form is submitted.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::grants::Approval;
use super::pkce::CodeChallenge;
use super::redirect::RedirectUri;
use super::scope::{Scopes, UnknownScope};
use crate::html::{Notice, page};
use crate::params::Params;
use crate::state::State;

/// A request that passed the checks (RFC 6749 §4.1.1).
struct AuthorizeRequest {
    client_id: String,
    redirect_uri: RedirectUri,
    scopes: Scopes,
    state: Option<String>,
    challenge: Option<CodeChallenge>,
}

#[derive(Template)]
#[template(path = "authorize.html")]
struct AuthorizePage<'a> {
    client_id: &'a str,
    redirect_origin: String,
    /// Names and values of the hidden fields, which repeat the request.
    hidden: Vec<(&'a str, &'a str)>,
    scopes: Vec<(&'static str, &'static str)>,
    users: Vec<UserChoice>,
}

pub(super) struct UserChoice {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) organizations: String,
}

/// The parameters of a request.
const PARAMETERS: &[&str] = &[
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
];

/// Shows the page.
pub(crate) async fn show(state: State, params: Params) -> Response {
    let request = match AuthorizeRequest::parse(&state, &params) {
        Ok(request) => request,
        Err(refusal) => return *refusal,
    };
    let hidden = PARAMETERS
        .iter()
        .filter_map(|name| Some((*name, params.first(name)?)))
        .collect();
    page(
        StatusCode::OK,
        &AuthorizePage {
            client_id: &request.client_id,
            redirect_origin: request.redirect_uri.origin(),
            hidden,
            scopes: request.scopes.explained(),
            users: users(&state),
        },
    )
}

/// Handles the submitted form.
pub(crate) async fn decide(state: State, body: String) -> Response {
    let form = Params::parse(&body);
    let request = match AuthorizeRequest::parse(&state, &form) {
        Ok(request) => request,
        Err(refusal) => return *refusal,
    };
    match form.first("action") {
        Some("approve") => approve(&state, request, form.first("user").unwrap_or_default()),
        Some("deny") => request.refuse("access_denied", "the person said no"),
        _ => refusal("The form says neither approve nor deny."),
    }
}

fn approve(state: &State, request: AuthorizeRequest, user: &str) -> Response {
    if state.data().user(user).is_none() {
        return refusal("Choose one of the users: the form names none that exists.");
    }
    let approval = Approval {
        user: user.to_owned(),
        scopes: request.scopes.clone(),
        redirect_uri: request.redirect_uri.clone(),
        challenge: request.challenge.clone(),
        at: state.clock().now(),
    };
    match state.grants().approve(approval) {
        Ok(code) => request
            .redirect_uri
            .answer(&[("code", &code)], request.state.as_deref()),
        Err(_) => request.refuse("server_error", "no randomness to draw a code from"),
    }
}

/// An error that is sent to the redirect URI: its code and description.
type Redirected = (&'static str, String);

impl AuthorizeRequest {
    /// Reads a request. An error is a page until the redirect URI has been checked; after that it goes there.
    fn parse(state: &State, params: &Params) -> Result<Self, Box<Response>> {
        let mut request =
            Self::addressed(state, params).map_err(|text| Box::new(refusal(&text)))?;
        match request.complete(params) {
            Ok(()) => Ok(request),
            Err((error, description)) => Err(Box::new(request.refuse(error, &description))),
        }
    }

    fn addressed(state: &State, params: &Params) -> Result<Self, String> {
        let client_id = params.first("client_id").unwrap_or_default();
        let known = &state.config().client_id;
        if client_id != known {
            return Err(format!(
                "No application has the client_id “{client_id}”. The only one is “{known}”."
            ));
        }
        let redirect_uri = params.first("redirect_uri").and_then(RedirectUri::parse);
        Ok(Self {
            client_id: client_id.to_owned(),
            redirect_uri: redirect_uri
                .ok_or("redirect_uri is not an absolute http or https address.")?,
            scopes: Scopes::default(),
            state: params.first("state").map(String::from),
            challenge: None,
        })
    }

    fn complete(&mut self, params: &Params) -> Result<(), Redirected> {
        if params.first("response_type") != Some("code") {
            return Err((
                "unsupported_response_type",
                String::from("response_type is code"),
            ));
        }
        self.challenge = challenge(params)?;
        self.scopes = Scopes::parse(params.first("scope").unwrap_or_default())
            .map_err(|UnknownScope(name)| ("invalid_scope", format!("unknown scope {name}")))?;
        Ok(())
    }

    /// Redirects with an error (RFC 6749 §4.1.2.1).
    fn refuse(&self, error: &str, description: &str) -> Response {
        self.redirect_uri.answer(
            &[("error", error), ("error_description", description)],
            self.state.as_deref(),
        )
    }
}

/// Reads the code challenge. As in Sentry, PKCE is optional; if used, it must be S256 and well formed.
fn challenge(params: &Params) -> Result<Option<CodeChallenge>, Redirected> {
    let invalid = |text: &str| ("invalid_request", String::from(text));
    match (
        params.first("code_challenge"),
        params.first("code_challenge_method"),
    ) {
        (None, None) => Ok(None),
        (Some(challenge), Some("S256")) => CodeChallenge::parse(challenge)
            .map(Some)
            .ok_or_else(|| invalid("code_challenge is not a SHA-256 hash in base64url")),
        _ => Err(invalid(
            "code_challenge comes with code_challenge_method=S256",
        )),
    }
}

fn refusal(text: &str) -> Response {
    page(
        StatusCode::BAD_REQUEST,
        &Notice {
            title: "This request cannot be approved",
            text,
        },
    )
}

pub(super) fn users(state: &State) -> Vec<UserChoice> {
    let data = state.data();
    data.users
        .iter()
        .map(|user| UserChoice {
            id: user.id.clone(),
            name: user.name.clone(),
            email: user.email.clone(),
            organizations: user
                .organizations
                .iter()
                .filter_map(|slug| Some(data.organization(slug)?.name.as_str()))
                .collect::<Vec<_>>()
                .join(", "),
        })
        .collect()
}

/// The style sheet of the pages.
pub(crate) async fn style() -> Response {
    let css = HeaderValue::from_static("text/css; charset=utf-8");
    (
        [(header::CONTENT_TYPE, css)],
        include_str!("../../templates/style.css"),
    )
        .into_response()
}
