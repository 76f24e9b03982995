//! Signs in to an MCP server: from its 401 to tokens, and later to new tokens.
//!
//! The order of the checks is the security argument: a document is used only after it has been found to be about the
//! server that it was requested for, and the browser's answer only after `state` and `iss` have been compared.

mod authorization;
mod authorizer;
mod browser;
mod challenge;
mod clock;
mod discovery;
mod endpoint;
mod identity;
mod loopback;
mod pkce;
mod registration;
mod resource_metadata;
mod scope;
mod server_metadata;
mod store;
mod token;

pub use authorization::{AuthorizationRequest, AuthorizationResponse};
pub use authorizer::{Authorizer, ClientChoice, Note, Outcome, Settings};
pub use browser::{Browser, Opened};
pub use challenge::Challenge;
pub use clock::{Clock, system_clock};
pub use discovery::{Discovered, discover};
pub(crate) use endpoint::is_secure;
pub use identity::{Identity, Method, Secret};
pub use loopback::Loopback;
pub use pkce::{Verifier, random};
pub use registration::Registration;
pub use resource_metadata::ResourceMetadata;
pub use server_metadata::ServerMetadata;
pub use store::{FileStore, MemoryStore, Store, Stored};
pub use token::Tokens;
