//! Errors as Sentry words them.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An error response.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// 401, with the words for `detail`.
    Unauthenticated(&'static str),
    /// 403: the token lacks a scope, or the user is not a member.
    Forbidden,
    /// 404.
    NotFound,
    /// 404, in Sentry's words for an event.
    NoEvent,
    /// 409, with the words for `detail`.
    Conflict(String),
    /// 400, with the words for `detail`.
    Invalid(String),
    /// 400 for one member of a body: its name, and what is wrong with it.
    InvalidMember(&'static str, String),
}

impl ApiError {
    pub(crate) fn invalid(error: impl std::fmt::Display) -> Self {
        Self::Invalid(error.to_string())
    }

    fn answer(&self) -> (StatusCode, Value) {
        let detail = |detail: &str| json!({"detail": detail});
        match self {
            Self::Unauthenticated(text) => (StatusCode::UNAUTHORIZED, detail(text)),
            Self::Forbidden => (
                StatusCode::FORBIDDEN,
                detail("You do not have permission to perform this action."),
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                detail("The requested resource does not exist"),
            ),
            Self::NoEvent => (StatusCode::NOT_FOUND, detail("No matching event")),
            Self::Conflict(text) => (StatusCode::CONFLICT, detail(text)),
            Self::Invalid(text) => (StatusCode::BAD_REQUEST, detail(text)),
            Self::InvalidMember(name, text) => (StatusCode::BAD_REQUEST, json!({*name: [text]})),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, body) = self.answer();
        let mut response = (status, Json(body)).into_response();
        if matches!(self, Self::Unauthenticated(_)) {
            let challenge = HeaderValue::from_static("Bearer realm=\"api\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
