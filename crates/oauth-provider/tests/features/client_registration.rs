//! Dynamic client registration (RFC 7591).

use oauth_provider::client::preregistered;
use oauth_provider::store::ClientStore;
use serde_json::{Value, json};

use crate::support::server::{CALLBACK, Server, body, now, query, shown};
use crate::support::{DAY, NOW};

fn minimal() -> Value {
    json!({"redirect_uris": [CALLBACK]})
}

/// The effective metadata of a registration with changes.
fn registered(changes: Value) -> Value {
    let server = Server::new();
    let mut asked = minimal();
    let changes = changes.as_object().unwrap().clone();
    asked.as_object_mut().unwrap().extend(changes);
    let answer = server.register(&asked);
    assert_eq!(answer.status, 201, "{asked}: {}", answer.body);
    body(&answer)
}

// rule: clients/registration-answer: registration: shape, defaults, every effective value in the
//    answer [RFC 7591 §2, §3.2.1]
#[test]
fn the_least_there_can_be() {
    let answer = Server::new().register(&minimal());
    insta::assert_snapshot!(shown(&answer), @r#"
    201
    content-type: application/json
    cache-control: no-store
    pragma: no-cache

    {"client_id":"6b49d200LPjMtJVkbhc0DRG7WBsX0x","client_id_issued_at":1800000000,"client_secret":"jgu3U0_PTxKsdFj7gJL-UpzlbqC7aO22O19syxaKrZM","client_secret_expires_at":0,"redirect_uris":["https://app.example/cb"],"token_endpoint_auth_method":"client_secret_basic","grant_types":["authorization_code","refresh_token"],"response_types":["code"]}
    "#);
}

// rule: clients/registration-answer
#[test]
fn a_public_client_gets_no_secret() {
    let answer = registered(json!({"token_endpoint_auth_method": "none"}));
    assert_eq!(answer.get("client_secret"), None);
    assert_eq!(answer.get("client_secret_expires_at"), None);
    assert_eq!(answer["token_endpoint_auth_method"], "none");
}

// rule: clients/secrets-stored-as-hashes: client secrets are random, and stored as hashes
#[test]
fn ids_and_secrets_are_random_and_no_urls() {
    let server = Server::new();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let answer = body(&server.register(&minimal()));
        for member in ["client_id", "client_secret"] {
            let text = answer[member].as_str().unwrap().to_owned();
            assert!(
                text.len() >= 22
                    && text
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            );
            assert!(seen.insert(text));
        }
    }
}

// rule: clients/secrets-stored-as-hashes
#[test]
fn secrets_rest_as_hashes() {
    let server = Server::new();
    let answer = body(&server.register(&minimal()));
    let id = answer["client_id"].as_str().unwrap();
    let record = now(server.store.registration(id)).unwrap().unwrap();
    let stored = serde_json::to_string(&record).unwrap();
    assert!(!stored.contains(answer["client_secret"].as_str().unwrap()));
    let again: oauth_provider::client::Registration = serde_json::from_str(&stored).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), stored);
}

// rule: clients/registration-answer
// rule: clients/registration-drops-unknown: grant and response types that we lack are dropped;
//    `application_type` and language-tagged members are kept, others not [RFC 7591 §2, §2.2]
#[test]
fn what_we_lack_is_dropped_and_what_we_have_is_stated() {
    for (asked, member, effective) in [
        (
            json!({"grant_types": ["authorization_code", "client_credentials", "refresh_token"]}),
            "grant_types",
            json!(["authorization_code", "refresh_token"]),
        ),
        (
            json!({"grant_types": ["authorization_code"]}),
            "grant_types",
            json!(["authorization_code"]),
        ),
        (
            json!({"grant_types": null}),
            "grant_types",
            json!(["authorization_code", "refresh_token"]),
        ),
        (
            json!({"response_types": ["code", "id_token"]}),
            "response_types",
            json!(["code"]),
        ),
        (
            json!({"response_types": null}),
            "response_types",
            json!(["code"]),
        ),
        (
            json!({"token_endpoint_auth_method": null}),
            "token_endpoint_auth_method",
            json!("client_secret_basic"),
        ),
        (
            json!({"token_endpoint_auth_method": "client_secret_post"}),
            "token_endpoint_auth_method",
            json!("client_secret_post"),
        ),
        (
            json!({"application_type": "native"}),
            "application_type",
            json!("native"),
        ),
        (json!({"client_name": "日本"}), "client_name", json!("日本")),
        (
            json!({"client_name#ja": "日本"}),
            "client_name#ja",
            json!("日本"),
        ),
        (
            json!({"client_uri": "https://app.example/"}),
            "client_uri",
            json!("https://app.example/"),
        ),
        (
            json!({"tos_uri#fr": "https://app.example/fr"}),
            "tos_uri#fr",
            json!("https://app.example/fr"),
        ),
        (json!({"logo_uri": null}), "logo_uri", Value::Null),
        // Some clients send empty texts for what they do not have.
        (json!({"logo_uri": ""}), "logo_uri", Value::Null),
        (
            json!({"token_endpoint_auth_method": ""}),
            "token_endpoint_auth_method",
            json!("client_secret_basic"),
        ),
        (json!({"scope": "org:read"}), "scope", json!("org:read")),
        (
            json!({"scope": "openid org:read org:admin"}),
            "scope",
            json!("org:read"),
        ),
        (json!({"scope": "openid profile"}), "scope", json!(null)),
        (json!({"scope": "org:admin"}), "scope", json!(null)),
        (json!({"scope": ""}), "scope", json!(null)),
        (
            json!({"contacts": ["a@app.example"]}),
            "contacts",
            json!(["a@app.example"]),
        ),
        (
            json!({"software_id": "x", "software_version": "1"}),
            "software_version",
            json!("1"),
        ),
        (
            json!({"jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}}),
            "jwks",
            json!({"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}),
        ),
        // Not ours to keep, nor for a client to choose.
        (json!({"x_unknown": {"a": 1}}), "x_unknown", Value::Null),
        (json!({"unknown#ja": "x"}), "unknown#ja", Value::Null),
        (json!({"client_name#ja": 7}), "client_name#ja", Value::Null),
        (
            json!({"client_uri#ja": "javascript:alert(1)"}),
            "client_uri#ja",
            Value::Null,
        ),
        (json!({"logo_uri#ja": "/logo"}), "logo_uri#ja", Value::Null),
        (
            json!({"token_endpoint_auth_methods_supported": ["none"]}),
            "token_endpoint_auth_methods_supported",
            Value::Null,
        ),
    ] {
        assert_eq!(
            registered(asked.clone())
                .get(member)
                .cloned()
                .unwrap_or_default(),
            effective,
            "{asked}"
        );
    }
    let mine = json!({"client_id": "mine", "client_secret": "mine", "client_id_issued_at": 1});
    let answer = registered(mine);
    for member in ["client_id", "client_secret", "client_id_issued_at"] {
        assert!(answer[member] != "mine" && answer[member] != 1, "{member}");
    }
}

// rule: clients/registration-answer
#[test]
fn every_kind_of_redirect_uri() {
    for uri in [
        "https://app.example/cb?x=1",
        "http://localhost:3000/cb",
        "http://127.0.0.1/cb",
        "http://[::1]:7/cb",
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "com.example.app:/cb",
    ] {
        assert_eq!(
            registered(json!({"redirect_uris": [uri]}))["redirect_uris"],
            json!([uri])
        );
    }
}

// rule: clients/unused-registration-ends: a registration that is never used ends
// rule: clients/record-slides
#[test]
fn a_client_that_never_signs_anybody_in_is_forgotten_after_thirty_days() {
    let server = Server::new();
    let client = server.public();
    server.wait(30 * DAY - 1);
    assert!(server.authorize(&query(&client, &[])).is_ok());
    server.wait(1);
    assert!(server.authorize(&query(&client, &[])).is_err());
    let mut server = Server::new();
    server.settings.registration = std::time::Duration::from_secs(60);
    let client = server.public();
    assert_eq!(server.time(), NOW);
    server.wait(60);
    assert!(
        server.authorize(&query(&client, &[])).is_err(),
        "where the operator says less, then"
    );
}

// rule: clients/names-cleaned-and-cut
#[test]
fn a_registered_name_proves_nothing_and_is_cleaned() {
    let server = Server::new();
    let answer = body(&server.register(&json!({
        "redirect_uris": [CALLBACK], "client_name": "\u{202e}Edi\u{200b}tor\n", "client_uri": "https://editor.example/",
    })));
    let client = server
        .authorize(&query(answer["client_id"].as_str().unwrap(), &[]))
        .unwrap()
        .client;
    assert_eq!(client.name.as_deref(), Some("Editor"));
    assert_eq!((client.verified_host, client.links.len()), (None, 0));
}

// rule: clients/operators-clients: clients of the operator: public, confidential, unusable
#[test]
fn what_an_operator_lists_is_found_again_or_refused() {
    let list = |client_id: &str| {
        let client = json!([{"client_id": client_id, "redirect_uris": [CALLBACK]}]);
        preregistered(&client.to_string())
    };
    for id in ["house-editor", "a", "A_b.c-9", &"x".repeat(128)] {
        let server = Server::new();
        for client in list(id).unwrap() {
            let forever = server.time() + std::time::Duration::from_secs(DAY);
            now(server.store.keep_registration(&client, forever)).unwrap();
        }
        assert!(server.authorize(&query(id, &[])).is_ok(), "{id}");
    }
    for id in [
        "",
        "house editor",
        "https://client.example/c",
        "a/b",
        "a:b",
        "é",
        &"x".repeat(129),
    ] {
        let error = list(id).unwrap_err();
        assert!(
            error.reason.starts_with("client_id must be"),
            "{id}: {error}"
        );
    }
}
