//! The provider's ports, implemented with KV and Durable Objects.

pub mod clients;
pub mod grant_store;
pub mod grant_tokens;
pub mod own_client;
pub mod pushed_request_store;
