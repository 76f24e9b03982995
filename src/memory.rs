//! What this isolate remembers for a while: losing it costs a question, and nothing else.

pub mod constraint_cache;
pub mod seen_tokens;
