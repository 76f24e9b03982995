//! `/users/me/regions/`: the regions that host a user's organizations on sentry.io. A self-hosted Sentry has no such
//! endpoint.

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
