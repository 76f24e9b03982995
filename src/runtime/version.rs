//! Which version of the worker is deployed.

use worker::Env;

use crate::runtime::bindings::CF_VERSION_METADATA;

/// The id of the deployed version, where that is bound.
pub fn deployed(env: &Env) -> Option<String> {
    js_sys::Reflect::get(env, &CF_VERSION_METADATA.into())
        .and_then(|metadata| js_sys::Reflect::get(&metadata, &"id".into()))
        .ok()
        .and_then(|id| id.as_string())
}
