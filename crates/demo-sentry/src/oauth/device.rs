//! Sign-in on another device (RFC 8628): `POST /oauth/device/code/`, and the page `/oauth/device/`.

mod waiting;

use askama::Template;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::authorize::{UserChoice, users};
use super::scope::{Scopes, UnknownScope};
use crate::html::{Notice, page};
use crate::params::Params;
use crate::state::State;

pub(super) use waiting::NoToken;

/// How long the codes are valid, in seconds.
const LIFETIME: u32 = 600;
/// Seconds between two polls of the client.
const INTERVAL: u32 = 5;
/// No vowels, so that no code is a word, and no letters that look alike.
const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";

/// A sign-in that waits for a person.
#[derive(Clone, Debug)]
pub(crate) struct DeviceRequest {
    device_code: String,
    user_code: String,
    scopes: Scopes,
    ends: Timestamp,
    answer: Answer,
}

/// The person's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    Nothing,
    /// Approved by the user with this id.
    Yes(String),
    No,
}

impl DeviceRequest {
    fn is_over(&self, now: Timestamp) -> bool {
        self.ends <= now
    }
}

/// The device authorization endpoint (RFC 8628 §3.2).
pub(crate) async fn code(state: State, body: String) -> Response {
    match begin(&state, &Params::parse(&body)) {
        Ok(answer) => ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response(),
        Err((status, error, description)) => {
            let body = json!({"error": error, "error_description": description});
            (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
        }
    }
}

fn begin(state: &State, form: &Params) -> Result<Value, (StatusCode, &'static str, String)> {
    let config = state.config();
    if form.first("client_id") != Some(&config.client_id) {
        let text = String::from("client_id is wrong");
        return Err((StatusCode::UNAUTHORIZED, "invalid_client", text));
    }
    let scopes =
        Scopes::parse(form.first("scope").unwrap_or_default()).map_err(|UnknownScope(name)| {
            (
                StatusCode::BAD_REQUEST,
                "invalid_scope",
                format!("unknown scope {name}"),
            )
        })?;
    let request = DeviceRequest::new(scopes, state.clock().now()).map_err(|_| {
        let text = String::from("no randomness to draw a code from");
        (StatusCode::INTERNAL_SERVER_ERROR, "server_error", text)
    })?;
    let address = format!("{}/oauth/device/", config.origin);
    let answer = json!({
        "device_code": request.device_code,
        "user_code": request.user_code,
        "verification_uri": address,
        "verification_uri_complete": format!("{address}?user_code={}", request.user_code),
        "expires_in": LIFETIME,
        "interval": INTERVAL,
    });
    state.grants().await_device(request);
    Ok(answer)
}

impl DeviceRequest {
    fn new(scopes: Scopes, now: Timestamp) -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 40];
        getrandom::fill(&mut bytes)?;
        let (secret, letters) = bytes.split_at(32);
        let letter = |byte: &u8| LETTERS.get(usize::from(*byte) % LETTERS.len()).copied();
        let mut user_code: String = letters.iter().filter_map(letter).map(char::from).collect();
        user_code.insert(4, '-');
        let lifetime = SignedDuration::from_secs(i64::from(LIFETIME));
        Ok(Self {
            device_code: URL_SAFE_NO_PAD.encode(secret),
            user_code,
            scopes,
            ends: now.checked_add(lifetime).unwrap_or(Timestamp::MAX),
            answer: Answer::Nothing,
        })
    }

    /// Compares a code as people type it, ignoring case and dashes.
    fn has_user_code(&self, typed: &str) -> bool {
        let plain = |text: &str| text.replace(['-', ' '], "").to_ascii_uppercase();
        plain(&self.user_code) == plain(typed)
    }
}

#[derive(Template)]
#[template(path = "device.html")]
struct DevicePage<'a> {
    user_code: &'a str,
    users: Vec<UserChoice>,
}

pub(crate) async fn show(state: State, params: Params) -> Response {
    let user_code = params.first("user_code").unwrap_or_default();
    page(
        StatusCode::OK,
        &DevicePage {
            user_code,
            users: users(&state),
        },
    )
}

/// Handles the page's form: `user_code`, `user`, `action`.
pub(crate) async fn decide(state: State, body: String) -> Response {
    let form = Params::parse(&body);
    let user = form.first("user").unwrap_or_default();
    let answer = match form.first("action") {
        Some("approve") if state.data().user(user).is_some() => Answer::Yes(user.to_owned()),
        Some("approve") => {
            return notice(
                StatusCode::BAD_REQUEST,
                "The form names no user that exists.",
            );
        }
        Some("deny") => Answer::No,
        _ => {
            return notice(
                StatusCode::BAD_REQUEST,
                "The form says neither approve nor deny.",
            );
        }
    };
    let now = state.clock().now();
    let code = form.first("user_code").unwrap_or_default();
    if state.grants().answer_device(code, answer, now) {
        notice(StatusCode::OK, "Done. You can go back to your device.")
    } else {
        notice(
            StatusCode::BAD_REQUEST,
            "No sign-in waits for this code: it is wrong, used, or too old.",
        )
    }
}

fn notice(status: StatusCode, text: &str) -> Response {
    let title = "Sign in on a device";
    page(status, &Notice { title, text })
}
