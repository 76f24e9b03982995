//! `/_control/reset`

use axum::http::StatusCode;

use crate::state::State;

pub(crate) async fn reset(state: State) -> Result<StatusCode, (StatusCode, String)> {
    state
        .reset()
        .map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}
