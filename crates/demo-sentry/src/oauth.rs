//! Sentry's part of OAuth: the pages where a person approves, and the token endpoint.

pub(crate) mod authorize;
pub(crate) mod device;
pub(crate) mod grants;
mod pkce;
mod redirect;
pub(crate) mod scope;
pub(crate) mod token;
