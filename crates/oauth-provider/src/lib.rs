//! An OAuth 2.1 authorization server as a library.
//!
//! It parses, decides and answers; it is handed the time, randomness, a store and a way to fetch. Clients are
//! accepted by Client ID Metadata Document (an https URL as `client_id`) and by dynamic registration.
//!
//! * [`client`]: who asks: client ids, metadata documents, registration, redirect URIs, authentication
//! * [`authorize`]: from an authorization request to the answer at the client's redirect URI
//! * [`grant`]: the state machine of a grant: code, tokens, rotation, revocation
//! * [`token`](token()), [`revoke`](revoke()), [`client::register`], [`par::par`]: the endpoints for clients
//! * [`bearer`]: the resource server's check, and its challenges
//! * [`discovery`]: the metadata documents
//! * [`store`]: what an adapter must keep, and [`memory`], which keeps it in maps
#![deny(missing_docs)]

pub mod authorize;
pub mod bearer;
pub mod client;
pub mod crypto;
pub mod discovery;
pub mod grant;
pub mod http;
mod introspect;
pub mod memory;
mod origin;
pub mod par;
pub mod params;
mod pkce;
mod resource;
mod revoke;
mod scope;
mod settings;
pub mod store;
mod time;
mod token;
mod token_cache;

pub use introspect::introspect;
pub use origin::Origin;
pub use pkce::{CodeChallenge, CodeVerifier};
pub use resource::{Resource, ResourceError, is_slug};
pub use revoke::{Revoked, revoke};
pub use scope::{Scope, UnknownScope};
pub use settings::{DocumentHosts, OwnDocument, Settings};
pub use time::UnixTime;
pub use token::{Granted, token};
pub use token_cache::TokenCache;
