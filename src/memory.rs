//! Caches of this isolate. An entry that is lost is asked for again.

pub mod constraint_cache;
pub mod pseudonyms;
pub mod seen_tokens;
