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

/// A slug that was sent, or one made from a name: lower-case letters, digits, `-` and `_`, and not digits alone.
pub(crate) fn slug_of(
    member: &'static str,
    sent: Option<&str>,
    name: &str,
    most: usize,
) -> Result<String, ApiError> {
    let slug = match sent {
        Some(sent) => text(member, Some(sent), most)?.to_owned(),
        None => {
            let words = name.split(|c: char| !c.is_ascii_alphanumeric());
            let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
            words.join("-").to_lowercase()
        }
    };
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    if slug.is_empty() || !slug.chars().all(is_plain) || slug.chars().all(|c| c.is_ascii_digit()) {
        return Err(ApiError::InvalidMember(
            member,
            String::from(
                "Enter a valid slug consisting of lowercase letters, numbers, underscores or hyphens. It cannot be \
                 entirely numeric.",
            ),
        ));
    }
    Ok(slug)
}
