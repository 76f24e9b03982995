//! Reads a JSON body, and reports errors in Sentry's words.

use axum::Json;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use super::error::ApiError;
use crate::state::State;

pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<State> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &State) -> Result<Self, ApiError> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(ApiError::Invalid(format!(
                "JSON parse error - {}",
                rejection.body_text()
            ))),
        }
    }
}

/// A required text that is not empty and has at most `most` characters.
pub(crate) fn text<'a>(
    name: &'static str,
    value: Option<&'a str>,
    most: usize,
) -> Result<&'a str, ApiError> {
    let invalid = |text: String| Err(ApiError::InvalidMember(name, text));
    match value.map(str::trim) {
        None => invalid(String::from("This field is required.")),
        Some("") => invalid(String::from("This field may not be blank.")),
        Some(text) if text.chars().count() > most => invalid(format!(
            "Ensure this field has no more than {most} characters."
        )),
        Some(text) => Ok(text),
    }
}
