//! Clients of three kinds (pre-registered, registered, described by their own document) as one type, [`Client`].
//!
//! `registration` and `authentication` use `document`, which knows neither; they do not know each other.

mod acquaintance;
mod authentication;
mod callback;
mod chores;
mod client_store;
mod document;
mod id;
mod json;
mod keys;
mod problem;
mod record;
mod redirect_uri;
mod registered;
mod registration;
mod resolve;
mod scheme;
mod text;

pub use acquaintance::Newcomer;
pub(crate) use authentication::unresolved;
pub use authentication::{
    Authenticator, Claim, Claimant, Credentials, OnceStore, Presented, authenticate,
    authenticate_known,
};
pub use chores::{look, renew};
pub use client_store::{ClientStore, KeptDocument};
pub use document::{
    Check, ClientIdUrl, ClientIdUrlError, DocumentProblem, FetchedDocument, Report, check,
    check_document, fetch_document,
};
pub(crate) use id::is_url;
pub use id::registered_at;
pub use keys::{KeySet, KeySource};
pub use problem::ClientProblem;
pub use record::{Authentication, Client, Link, SecretMethod};
pub use redirect_uri::{
    ApprovedRedirectUri, LeftOut, RedirectKind, RedirectUri, RedirectUriError,
    RegisteredRedirectUri,
};
pub use registered::Registration;
pub use registration::{PreregistrationError, preregistered, register};
pub use resolve::{Resolved, is_known, resolve, resolve_again};
pub(crate) use text::for_display;
