//! Reads what a self-contained token says of itself. Nothing is verified, and nothing of it is printed but its audience.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// The claims of a token, if it is a JSON Web Token (RFC 7519 §3).
pub fn claims(token: &str) -> Option<Map<String, Value>> {
    let mut parts = token.split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}

/// The audience of a token that names one (RFC 7519 §4.1.3).
pub fn audience(token: &str) -> Option<Vec<String>> {
    match claims(token)?.get("aud")? {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(all) => Some(
            all.iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audience_of_a_token() {
        let token = |claims: &str| format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims));
        let one = Some(vec!["a".to_owned()]);
        assert_eq!(audience(&token(r#"{"aud":"a"}"#)), one);
        assert_eq!(audience(&token(r#"{"aud":["a",1]}"#)), one);
        assert_eq!(audience(&token("{}")), None);
        for token in ["", "opaque", "a.b.c", "a.b", "e30.e30.x.y"] {
            assert_eq!(audience(token), None, "{token}");
        }
    }
}
