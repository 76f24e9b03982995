//! The names of the bindings: they must match `wrangler.toml`, and a test compares them.

/// KV: registered clients and kept metadata documents.
pub const OAUTH_KV: &str = "OAUTH_KV";
/// The namespace of the Durable Objects of grants.
pub const GRANTS: &str = "GRANTS";
/// The namespace of the Durable Objects of accounts: lists of a person's grants.
pub const ACCOUNTS: &str = "ACCOUNTS";
/// The namespace of the Durable Objects of things that may be used once.
pub const ONCE: &str = "ONCE";
/// Static files of the pages.
pub const ASSETS: &str = "ASSETS";
/// Optional: what runs, for `/health`.
pub const CF_VERSION_METADATA: &str = "CF_VERSION_METADATA";
/// Optional: counts finished requests.
pub const METRICS: &str = "METRICS";
/// Optional, as all limiters: without one there is no limit. By client address: calls of `/mcp`, returns from Sentry, and
/// assertions of clients.
pub const MCP_IP_RATE_LIMITER: &str = "MCP_IP_RATE_LIMITER";
/// By client address: registrations and pushed requests.
pub const REGISTER_RATE_LIMITER: &str = "REGISTER_RATE_LIMITER";
/// By client address: fetches of clients' documents and keys.
pub const CIMD_IP_RATE_LIMITER: &str = "CIMD_IP_RATE_LIMITER";
/// By grant, or by the hash of a Sentry token: calls of `/mcp`.
pub const MCP_USER_RATE_LIMITER: &str = "MCP_USER_RATE_LIMITER";
/// By document host: fetches of clients' documents and keys.
pub const CIMD_HOST_RATE_LIMITER: &str = "CIMD_HOST_RATE_LIMITER";
/// By person and by client address: uses of the language model; by person: calls from the chat's page.
pub const CHAT_RATE_LIMITER: &str = "CHAT_RATE_LIMITER";
/// Uses a minute that each limiter must allow in `wrangler.toml`.
pub const RATE_LIMITERS: [(&str, i64); 6] = [
    (MCP_IP_RATE_LIMITER, 300),
    (MCP_USER_RATE_LIMITER, 60),
    (REGISTER_RATE_LIMITER, 20),
    (CHAT_RATE_LIMITER, 10),
    (CIMD_HOST_RATE_LIMITER, 30),
    (CIMD_IP_RATE_LIMITER, 20),
];
