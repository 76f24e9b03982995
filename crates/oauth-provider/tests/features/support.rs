//! A fixed clock, seeded randomness, a store in memory, and the way of a client through it.

pub mod assertion;
pub mod grant;
pub mod grant_model;
pub mod grant_world;
pub mod renewal_host;
pub mod server;

use std::time::Duration;

use oauth_provider::crypto::KeyRing;
use oauth_provider::grant::Policy;
use oauth_provider::{CodeChallenge, CodeVerifier, DocumentHosts, Origin, Settings, UnixTime};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use url::Url;

pub const NOW: UnixTime = UnixTime(1_800_000_000);
pub const ORIGIN: &str = "https://mcp.example.com";
pub const OLD: &str = "old-old-old-old-old-old-old-old-old-";
pub const NEW: &str = "new-new-new-new-new-new-new-new-new-";
/// RFC 7636 appendix B
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub const SCOPES: &[&str] = &["org:read", "project:write", "team:write", "event:write"];
pub const DAY: u64 = 86_400;

pub fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(7)
}

pub fn keys(text: &str) -> KeyRing {
    KeyRing::parse(text, 32).unwrap()
}

pub fn verifier() -> CodeVerifier {
    CodeVerifier::parse(VERIFIER).unwrap()
}

pub fn challenge() -> CodeChallenge {
    CodeChallenge::parse(CHALLENGE).unwrap()
}

pub fn after(seconds: u64) -> UnixTime {
    NOW + Duration::from_secs(seconds)
}

pub fn origin(text: &str) -> Origin {
    Origin::of(&Url::parse(text).unwrap()).unwrap()
}

pub fn settings() -> Settings {
    Settings {
        origin: origin(ORIGIN),
        resource_base: "/mcp",
        scopes: SCOPES,
        resource_name: "Example MCP",
        documentation_path: "/",
        metadata_documents: true,
        own_document: None,
        own_redirect_uri: None,
        document_hosts: DocumentHosts::default(),
        clients_denied: Vec::new(),
        registration: Duration::from_secs(90 * DAY),
        registration_open: true,
        grants: Policy::default(),
    }
}
