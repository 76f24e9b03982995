//! The checks of `crates/oauth-provider/tests/features/untrusted_bytes.rs` and of
//! `crates/mcp/tests/protocol/untrusted_bytes.rs`, for the targets.

#[path = "../../crates/oauth-provider/tests/features/untrusted_bytes/checks.rs"]
pub mod checks;

#[path = "../../crates/oauth-provider/tests/features/untrusted_bytes/signed.rs"]
pub mod signed;
#[path = "../../crates/mcp/tests/protocol/untrusted_bytes/checks.rs"]
pub mod mcp_checks;

/// The input as text; what is not UTF-8 is not for these parsers.
pub fn text(input: &[u8]) -> &str {
    std::str::from_utf8(input).unwrap_or_default()
}

/// Two texts, parted by the first line feed.
pub fn two_texts(input: &[u8]) -> (&str, &str) {
    let text = text(input);
    text.split_once('\n').unwrap_or((text, ""))
}
