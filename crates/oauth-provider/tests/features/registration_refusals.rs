//! What is no registration (RFC 7591 §3.2.2).

use serde_json::json;

use crate::support::server::{CALLBACK, Server, json_post, outcome};

// rule: clients/registration-refused: what is no registration: 1 to 20 redirect URIs, 64 KiB, one
//    JSON object, no private key whatever the method [RFC 7591 §3.2.2]
#[test]
fn refusals() {
    let uris =
        |n: usize| -> Vec<String> { (0..n).map(|n| format!("https://app.example/{n}")).collect() };
    let long = "x".repeat(2049);
    for (asked, expected) in [
        (json!({}), "400 invalid_redirect_uri"),
        (json!({"redirect_uris": null}), "400 invalid_redirect_uri"),
        (json!({"redirect_uris": []}), "400 invalid_redirect_uri"),
        (json!({"redirect_uris": uris(20)}), "201 ok"),
        (
            json!({"redirect_uris": uris(21)}),
            "400 invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": CALLBACK}),
            "400 invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [CALLBACK, 7]}),
            "400 invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [CALLBACK, "/cb"]}),
            "400 invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["http://app.example/cb"]}),
            "400 invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["https://*.example/cb"]}),
            "400 invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["https://app.example/cb#f"]}),
            "400 invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["https://u:p@app.example/cb"]}),
            "400 invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["javascript:alert(1)"]}),
            "400 invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["data:text/html,\"\\é"]}),
            "400 invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": [CALLBACK, "Search-MS:query=x"]}),
            "400 invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": [CALLBACK, "myapp:/cb"]}),
            "400 invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": [CALLBACK, "https://mcp.example.com:443/x"]}),
            "400 invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": [CALLBACK], "grant_types": ["client_credentials"]}),
            "400 invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [CALLBACK], "grant_types": []}),
            "400 invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [CALLBACK], "response_types": ["token"]}),
            "400 invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "tls_client_auth"}),
            "400 invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "client_secret_jwt"}),
            "400 invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [CALLBACK], "client_name": 7}),
            "400 invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [CALLBACK], "client_name": long}),
            "400 invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [CALLBACK], "client_uri": "javascript:alert(1)"}),
            "400 invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [CALLBACK], "logo_uri": "data:image/png,x"}),
            "400 invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [CALLBACK], "policy_uri": "/privacy"}),
            "400 invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [CALLBACK], "jwks": {"keys": []}, "jwks_uri": "https://app.example/k"}),
            "400 invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [CALLBACK], "jwks": {"keys": [{"kty": "oct", "k": "AA"}]}}),
            "400 invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [CALLBACK], "jwks": {"keys": [{"kty": "RSA", "n": "AA", "d": "AA"}]}, "token_endpoint_auth_method": "none"}),
            "400 invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [CALLBACK], "jwks": [{"kty": "EC", "d": "AA"}]}),
            "400 invalid_client_metadata",
        ),
        (json!([]), "400 invalid_client_metadata"),
        (json!("x"), "400 invalid_client_metadata"),
    ] {
        assert_eq!(
            outcome(&Server::new().register(&asked)),
            expected,
            "{asked}"
        );
    }
}

// rule: clients/registration-refused
#[test]
fn bodies_that_are_not_one_json_object() {
    let server = Server::new();
    for text in [
        &b""[..],
        b"{",
        b"{} {}",
        b"\xff",
        b"{\"redirect_uris\":[\"https://a.example/\"],\"redirect_uris\":[\"https://b.example/\"]}",
        b"{\"redirect_uris\":[\"https://a.example/\"],\"jwks\":{\"keys\":[],\"keys\":[]}}",
    ] {
        let answer = server.register_at(&json_post(text), &server.store);
        assert_eq!(
            outcome(&answer),
            "400 invalid_client_metadata",
            "{}",
            text.escape_ascii()
        );
    }
    let deep = format!("{{\"redirect_uris\":{}", "[".repeat(60_000));
    assert_eq!(
        outcome(&server.register_at(&json_post(deep.as_bytes()), &server.store)),
        "400 invalid_client_metadata"
    );
}
