//! The headers that repeat parts of the body, so that intermediaries can route by them (MCP 2026-07-28 streamable-http,
//! Request Metadata). "Servers that process the request body MUST reject requests where the values specified in the
//! headers do not match".
// file rule: mcp/mirrored-headers

use serde_json::{Map, Value};

use crate::error::RpcError;
use crate::method::Method;

/// Checks `Mcp-Method`, which every request needs, and `Mcp-Name`, which requests need that name a tool, prompt or
/// resource.
pub(super) fn check(
    method_header: Option<&str>,
    name_header: Option<&str>,
    method: &str,
    params: Option<&Map<String, Value>>,
) -> Result<(), RpcError> {
    let mismatch = |message| Err(RpcError::new(RpcError::HEADER_MISMATCH, message));
    if method_header.map(str::trim) != Some(method) {
        return mismatch("`Mcp-Method` must be there and name the body's method.");
    }
    let Some(mirrored) = Method::mirrored(method) else {
        return Ok(());
    };
    let named = params
        .and_then(|params| params.get(mirrored))
        .and_then(Value::as_str);
    let agree = match (name_header.map(str::trim), named) {
        (Some(header), Some(name)) => says(header, name),
        // If the body has no name, the method's own check of its parameters reports what is missing.
        (header, None) => header.is_none(),
        (None, Some(_)) => false,
    };
    if agree {
        Ok(())
    } else {
        mismatch("`Mcp-Name` must be there and name what the body's `params` name.")
    }
}

/// Whether a header has this value, either plainly or as "the Base64 encoding of the UTF-8 representation" between
/// `=?base64?` and `?=` (Value Encoding). We encode the body's value instead of decoding the header, so that only the
/// canonical encoding is accepted.
fn says(header: &str, name: &str) -> bool {
    match header
        .strip_prefix("=?base64?")
        .and_then(|rest| rest.strip_suffix("?="))
    {
        Some(encoded) => encoded == base64(name.as_bytes()),
        None => header == name,
    }
}

/// Encodes in base64 with padding (RFC 4648 §4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4_usize {
            let sextet = (group >> (18 - 6 * place)) & 0x3f;
            // Invariant: six bits are below 64. Each byte that has been started yields a character; the others are
            // padding.
            out.push(match ALPHABET.get(sextet as usize) {
                Some(character) if place <= chunk.len() => char::from(*character),
                _ => '=',
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
            ("\u{ff}\u{3fb}?>", "w7/Puz8+"),
        ] {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn names() {
        for (header, name, agree) in [
            (Some("whoami"), "whoami", true),
            (Some("  whoami "), "whoami", true),
            (Some("Whoami"), "whoami", false),
            (None, "whoami", false),
            (Some(""), "whoami", false),
            (Some("=?base64?SGVsbG8sIOS4lueVjA==?="), "Hello, 世界", true),
            (Some("=?base64?SGVsbG8?="), "Hello", false),
            (Some("=?base64?SGVsbG8=?="), "Hello", true),
            (Some("=?base64?SGVs!!!bG8=?="), "Hello", false),
            (Some("=?BASE64?SGVsbG8=?="), "Hello", false),
            (Some("SGVsbG8="), "SGVsbG8=", true),
            (Some("=?base64?literal?="), "=?base64?literal?=", false),
            (
                Some("=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="),
                "=?base64?literal?=",
                true,
            ),
        ] {
            let params = json!({ "name": name });
            let checked = check(Some("tools/call"), header, "tools/call", params.as_object());
            assert_eq!(checked.is_ok(), agree, "{header:?} {name}");
        }
    }

    #[test]
    fn methods() {
        for (header, method, agree) in [
            (Some("tools/list"), "tools/list", true),
            (Some("TOOLS/LIST"), "tools/list", false),
            (Some("prompts/list"), "tools/list", false),
            (None, "tools/list", false),
        ] {
            assert_eq!(check(header, None, method, None).is_ok(), agree);
        }
        let uri = json!({ "uri": "sentry://a" });
        let read = |name| {
            check(
                Some("resources/read"),
                name,
                "resources/read",
                uri.as_object(),
            )
        };
        assert!(read(Some("sentry://a")).is_ok());
        assert!(read(Some("sentry://b")).is_err());
    }
}
