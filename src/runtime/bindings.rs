//! The names of the bindings: they must match `wrangler.toml`, and a test compares them.

/// KV: registered clients and kept metadata documents.
pub const OAUTH_KV: &str = "OAUTH_KV";
/// Namespaces of the three Durable Objects.
pub const GRANTS: &str = "GRANTS";
pub const ACCOUNTS: &str = "ACCOUNTS";
pub const ONCE: &str = "ONCE";
/// Static files of the pages.
pub const ASSETS: &str = "ASSETS";
/// Optional: what runs, for `/health`.
pub const CF_VERSION_METADATA: &str = "CF_VERSION_METADATA";
/// Optional: counts finished requests.
pub const METRICS: &str = "METRICS";
/// Optional rate limiters; absent means no limit. By client address:
pub const MCP_IP_RATE_LIMITER: &str = "MCP_IP_RATE_LIMITER";
pub const REGISTER_RATE_LIMITER: &str = "REGISTER_RATE_LIMITER";
pub const CIMD_IP_RATE_LIMITER: &str = "CIMD_IP_RATE_LIMITER";
/// By grant, by document host, by person:
pub const MCP_USER_RATE_LIMITER: &str = "MCP_USER_RATE_LIMITER";
pub const CIMD_HOST_RATE_LIMITER: &str = "CIMD_HOST_RATE_LIMITER";
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
