//! What the provider's ports are implemented with: KV, objects, and this isolate's memory.

pub mod clients;
pub mod constraint_cache;
pub mod grant_store;
pub mod own_client;
pub mod pushed_request_store;
pub mod tokens;
