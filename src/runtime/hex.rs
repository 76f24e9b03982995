//! Hexadecimal names for keys and objects.

use oauth_provider::crypto::sha256;

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Names a text without telling it: the SHA-256 in hexadecimal digits.
pub fn sha256_hex(text: &str) -> String {
    hex(&sha256(text.as_bytes()))
}
