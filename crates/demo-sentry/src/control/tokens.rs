//! `/_control/tokens/`

use axum::Json;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::oauth::grants::Selection;
use crate::state::State;

/// The tokens that a request selects; an empty body selects all.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    user: Option<String>,
    token: Option<String>,
}

impl From<Which> for Selection {
    fn from(which: Which) -> Self {
        Self {
            user: which.user,
            token: which.token,
        }
    }
}

pub(crate) async fn revoke(state: State, Json(which): Json<Which>) -> Json<Value> {
    Json(json!({"changed": state.grants().revoke(&which.into())}))
}

pub(crate) async fn expire(state: State, Json(which): Json<Which>) -> Json<Value> {
    let now = state.clock().now();
    Json(json!({"changed": state.grants().expire(&which.into(), now)}))
}
