//! Sentry's side of OAuth: the page where a person approves, and the token endpoint.

pub(crate) mod authorize;
pub(crate) mod grants;
mod pkce;
mod redirect;
pub(crate) mod scope;
pub(crate) mod token;
