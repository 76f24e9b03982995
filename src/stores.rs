//! What the provider's ports are implemented with: KV and objects.

pub mod clients;
pub mod grant_store;
pub mod grant_tokens;
pub mod own_client;
pub mod pushed_request_store;
