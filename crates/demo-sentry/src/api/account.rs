//! `/auth/`: the account that a token belongs to. Any token may ask.

use axum::Json;
use serde_json::Value;

use super::caller::Caller;

pub(crate) async fn show(caller: Caller) -> Json<Value> {
    Json(caller.user.account())
}
