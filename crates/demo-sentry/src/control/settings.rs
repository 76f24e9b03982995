//! `/_control/settings`

use axum::Json;
use serde::{Deserialize, Serialize};

use crate::state::State;

/// The settings that can be changed while the server runs. `PATCH` takes any of these members.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Lifetime of new access tokens in seconds; 30 days by default. Existing tokens keep their expiry.
    pub expires_in: u32,
    /// Whether `/users/me/regions/` exists, as on sentry.io. Off by default: it is a 404, as in a self-hosted Sentry.
    pub regions: bool,
    /// Whether `trace-meta` answers in camelCase, as newer servers do; off by default.
    pub camel_trace_meta: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            expires_in: 30 * 24 * 60 * 60,
            regions: false,
            camel_trace_meta: false,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Change {
    expires_in: Option<u32>,
    regions: Option<bool>,
    camel_trace_meta: Option<bool>,
}

pub(crate) async fn show(state: State) -> Json<Settings> {
    Json(state.settings().clone())
}

pub(crate) async fn change(state: State, Json(change): Json<Change>) -> Json<Settings> {
    let mut settings = state.settings();
    settings.expires_in = change.expires_in.unwrap_or(settings.expires_in);
    settings.regions = change.regions.unwrap_or(settings.regions);
    settings.camel_trace_meta = change.camel_trace_meta.unwrap_or(settings.camel_trace_meta);
    Json(settings.clone())
}
