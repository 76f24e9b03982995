//! Values that the walk makes up. Checks recognise some of them in an answer, and an operator can find them in a log.

/// A redirect URI without a listener: no answer is ever awaited there.
pub const REDIRECT_URI: &str = "http://127.0.0.1/callback";
/// A port of this computer that no client has registered.
pub const OTHER_PORT: u16 = 49_151;
/// A redirect URI that nobody can have registered (RFC 6761 §6.4).
pub const FOREIGN_URI: &str = "https://client.invalid/callback";
/// A state in which every character would change if it were decoded once too often or encoded once too few times.
pub const STATE: &str = "doctor+state /%41&=~";
/// The id of a client that is not registered.
pub const UNKNOWN_CLIENT: &str = "mcp-test-client-doctor-is-not-registered";
/// The id of a client whose metadata document does not exist.
pub const UNKNOWN_DOCUMENT: &str = "https://client.invalid/client-metadata.json";
/// A code or token that nobody issued.
pub const TOKEN: &str = "mcp-test-client-doctor-made-this-up";
/// A resource that is not the server's.
pub const FOREIGN_RESOURCE: &str = "https://resource.invalid/mcp";
/// The code challenge of RFC 7636, Appendix B. No code is ever redeemed with it.
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The verifier of [`CHALLENGE`].
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
