//! From an answer to the runtime's response: one conversion, and the headers that belong to a kind of route.

use oauth_provider::http::Response;
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::runtime::edge::{self, Outlet};

/// Browsers take the content type from its header and do not guess it from the body.
const NOSNIFF: (&str, &str) = ("x-content-type-options", "nosniff");

/// Builds the runtime's response; with an outlet, its body is what is written there.
pub fn send(response: &Response, outlet: Option<&Outlet>) -> Result<web_sys::Response, JsValue> {
    let headers = response.headers.iter();
    let headers = headers.map(|(name, value)| (*name, value.as_str()));
    let head = edge::head(headers.chain([NOSNIFF])).ok_or("a header with a line break")?;
    match outlet {
        Some(outlet) => edge::answer_in_pieces(response.status, &head, outlet),
        None => edge::answer(response.status, &head, &response.body),
    }
}

/// A document that anybody may read, keep for `seconds`, and read from another origin's script.
pub fn public_json(body: &impl Serialize, seconds: u32) -> Response {
    // Invariant: our own structs of strings and numbers always serialize.
    public(
        serde_json::to_string(body).unwrap_or_default(),
        "application/json",
        seconds,
    )
}

/// As [`public_json`], of another type.
pub fn public(body: String, content_type: &str, seconds: u32) -> Response {
    Response {
        body,
        ..Response::empty(200)
    }
    .header("content-type", content_type)
    .header("cache-control", format!("public, max-age={seconds}"))
    .header("access-control-allow-origin", "*")
}

/// A plain "no such page", the same for every path that is not ours.
pub fn not_found() -> Response {
    Response {
        body: "Not found\n".to_owned(),
        ..Response::empty(404)
    }
    .header("content-type", "text/plain; charset=utf-8")
    .header("cache-control", "no-store")
}

/// The wrong method, and the right ones.
pub fn method_not_allowed(allow: &'static str) -> Response {
    Response::empty(405)
        .header("allow", allow)
        .header("cache-control", "no-store")
}

/// Browser clients call from their own origin, without credentials: a token is a header that their script sets.
pub fn with_cors(response: Response) -> Response {
    response.header("access-control-allow-origin", "*").header(
        "access-control-expose-headers",
        "WWW-Authenticate, Mcp-Session-Id",
    )
}

/// Servers call, no browser's script: there is no preflight, so `OPTIONS` is a method like any other wrong one.
pub fn without_cors(mut response: Response) -> Response {
    for (name, value) in &mut response.headers {
        if *name == "allow" {
            "POST".clone_into(value);
        }
    }
    response
}

/// The answer to a preflight: what such a client may send. Any other `Mcp-*` header that it asks for is fine, and the one that
/// forbids changes.
pub fn preflight(requested_headers: Option<&str>, methods: &'static str) -> Response {
    const ALLOWED: &str = "Authorization, Content-Type, Accept, Last-Event-ID, MCP-Protocol-Version, Mcp-Session-Id, \
                           Mcp-Method, Mcp-Name";
    let mut allowed = ALLOWED.to_owned();
    for name in requested_headers
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
    {
        let ours = ALLOWED
            .split(", ")
            .any(|known| known.eq_ignore_ascii_case(name));
        let token =
            name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let lower = name.to_ascii_lowercase();
        if !ours && token && (lower.starts_with("mcp-") || lower == "x-mcp-readonly") {
            allowed.push_str(", ");
            allowed.push_str(name);
        }
    }
    Response::empty(204)
        .header("access-control-allow-origin", "*")
        .header("access-control-allow-methods", methods)
        .header("access-control-allow-headers", allowed)
        .header("access-control-max-age", "86400")
        .header("vary", "Access-Control-Request-Headers")
}

#[cfg(test)]
mod tests {
    use super::preflight;

    #[test]
    fn other_mcp_headers_are_allowed_when_asked_for() {
        let response = preflight(
            Some("mcp-param-region, X-Evil, x-mcp-readonly, x-mcp-other, mcp-method, mcp-\u{e9}"),
            "POST, OPTIONS",
        );
        let allowed = response.get("access-control-allow-headers").unwrap();
        assert!(
            allowed.ends_with("Mcp-Name, mcp-param-region, x-mcp-readonly"),
            "{allowed}"
        );
    }
}
