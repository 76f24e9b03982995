//! `/users/me/regions/`: where organizations live, on sentry.io; a self-hosted Sentry has no such address.

use axum::Json;
use serde_json::{Value, json};

use super::caller::Caller;
use super::error::ApiError;
use crate::state::State;

pub(crate) async fn list(state: State, _: Caller) -> Result<Json<Value>, ApiError> {
    if !state.settings().regions {
        return Err(ApiError::NotFound);
    }
    Ok(Json(
        json!({"regions": [{"name": "local", "url": state.config().origin}]}),
    ))
}
