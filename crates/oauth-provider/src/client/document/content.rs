//! The content of a client metadata document (Client ID Metadata Document -02 §4), rule by rule.

use oauth_types::ClientMetadata;
use serde_json::{Map, Value};
use url::Url;

use crate::client::json::parse_object;
use crate::client::record::{Authentication, Client, Link, may_refresh};
use crate::client::text::name_for_display;
use crate::from_value;
use crate::settings::Settings;

use super::checklist::{Checklist, There};
use super::id_url::ClientIdUrl;
use super::method::{authentication, keys_address, keys_once, keys_public};
use super::problem::DocumentProblem;
use super::redirect_uris;
use super::rule::{Breach, Rule};

const DOCUMENT: &str = "CIMD §4";
const CREDENTIALS: &str = "CIMD §4.1";

const JSON: Rule = Rule {
    check: "the document is JSON",
    expected: "one JSON object without repeated keys",
    section: DOCUMENT,
};
const CLIENT_ID: Rule = Rule {
    check: "client_id is the document's own URL",
    expected: "the URL of the document, byte for byte",
    section: DOCUMENT,
};
const NO_SECRET: Rule = Rule {
    check: "the document holds no secret",
    expected: "neither member: anybody can read it",
    section: CREDENTIALS,
};
const TYPES: Rule = Rule {
    check: "members have their types",
    expected: "the types of RFC 7591 §2",
    section: "RFC 7591 §2",
};
const KEYS_ONCE: Rule = Rule {
    check: "one source of keys",
    expected: "one of them",
    section: "RFC 7591 §2",
};
const KEYS_PUBLIC: Rule = Rule {
    check: "the document holds no private key",
    expected: "public keys only",
    section: CREDENTIALS,
};
const KEYS_ADDRESS: Rule = Rule {
    check: "jwks_uri is usable",
    expected: "an https URL",
    section: "RFC 7591 §2",
};
const METHOD: Rule = Rule {
    check: "token_endpoint_auth_method is usable",
    expected: "none or private_key_jwt, or no such member",
    section: CREDENTIALS,
};
const GRANTS: Rule = Rule {
    check: "grant_types includes the code grant",
    expected: "authorization_code",
    section: "RFC 7591 §2",
};
const RESPONSES: Rule = Rule {
    check: "response_types includes code",
    expected: "code",
    section: "RFC 7591 §2",
};
const NAME: Rule = Rule {
    check: "client_name is present",
    expected: "a name that people know",
    section: "MCP authorization, Client ID Metadata Documents",
};
const REDIRECT_URIS: Rule = Rule {
    check: "redirect_uris are usable",
    expected: "at least one: https, loopback http, or an application's own scheme (com.example.app, or a known editor's)",
    section: "CIMD §4.2",
};

/// In the order of the checks.
pub(super) const RULES: &[&Rule] = &[
    &JSON,
    &CLIENT_ID,
    &NO_SECRET,
    &TYPES,
    &KEYS_ONCE,
    &KEYS_PUBLIC,
    &KEYS_ADDRESS,
    &METHOD,
    &GRANTS,
    &RESPONSES,
    &NAME,
    &REDIRECT_URIS,
];

const SECRETS: [&str; 2] = ["client_secret", "client_secret_expires_at"];
const METHODS: [&str; 2] = [
    "token_endpoint_auth_method",
    "token_endpoint_auth_methods_supported",
];

/// Checks a document that was served at `url`.
///
/// # Errors
/// The first rule that it breaks.
pub fn check_document(
    url: &ClientIdUrl,
    text: &str,
    settings: &Settings,
) -> Result<Client, DocumentProblem> {
    read_document(url, text, settings, &mut Checklist::until_broken())
}

/// The same with a list, which may ask for every rule instead of the first breach.
pub(super) fn read_document(
    url: &ClientIdUrl,
    text: &str,
    settings: &Settings,
    list: &mut Checklist,
) -> Result<Client, DocumentProblem> {
    let parsed = parse_object(text).map_err(Breach::found);
    let object = list.must(&JSON, parsed, There::Text("one JSON object"))?;
    list.take(
        &CLIENT_ID,
        client_id(url, &object),
        There::Text(url.as_str()),
    )?;
    list.take(
        &NO_SECRET,
        no_secret(&object),
        There::Members(&object, &SECRETS),
    )?;
    let typed = from_value::<ClientMetadata>(Value::Object(object.clone()));
    let typed = typed.map_err(|error| Breach::found(error.to_string()));
    let metadata = list.must(&TYPES, typed, There::Text("those types"))?;

    let there = |members| There::Members(&object, members);
    list.take(
        &KEYS_ONCE,
        keys_once(&metadata),
        there(&["jwks", "jwks_uri"]),
    )?;
    list.take(&KEYS_PUBLIC, keys_public(&object), there(&["jwks"]))?;
    list.take(&KEYS_ADDRESS, keys_address(&metadata), there(&["jwks_uri"]))?;
    let authentication = list.take(&METHOD, authentication(&metadata), there(&METHODS))?;
    let grants = includes(metadata.grant_types.as_ref(), "authorization_code");
    list.take(&GRANTS, grants, there(&["grant_types"]))?;
    let responses = includes(metadata.response_types.as_ref(), "code");
    list.take(&RESPONSES, responses, there(&["response_types"]))?;
    let name = list.take(&NAME, name(&metadata), there(&["client_name"]))?;
    let each = if list.wants_all() {
        redirect_uris::each(url, &metadata, settings)
    } else {
        String::new()
    };
    let uris = redirect_uris::usable(url, &metadata, settings);
    let uris = list.take(&REDIRECT_URIS, uris, There::Text(&each))?;
    let (redirect_uris, left_out) = uris.unwrap_or_default();

    list.passed()?;
    Ok(Client {
        id: url.as_str().to_owned(),
        verified_host: Some(url.authority()),
        by_operator: false,
        name,
        links: links(&metadata),
        redirect_uris,
        left_out,
        // Invariant: a method that is not usable is a breach, and ends above.
        authentication: authentication.unwrap_or(Authentication::Public),
        refresh: may_refresh(&metadata),
        is_new: true,
        is_known: false,
    })
}

/// "MUST contain a `client_id` property whose value MUST match the URL of the document using simple string
/// comparison".
fn client_id(url: &ClientIdUrl, object: &Map<String, Value>) -> Result<(), Breach> {
    match object.get("client_id") {
        Some(Value::String(id)) if id == url.as_str() => Ok(()),
        found => {
            let found = found.map_or_else(|| "no client_id".to_owned(), Value::to_string);
            Err(Breach::found(found).expected(url.as_str()))
        }
    }
}

/// "the `client_secret` and `client_secret_expires_at` properties MUST NOT be used"
fn no_secret(object: &Map<String, Value>) -> Result<(), Breach> {
    let member = SECRETS.into_iter().find(|m| object.contains_key(*m));
    member.map_or(Ok(()), |member| Err(Breach::found(member)))
}

/// Given, `grant_types` and `response_types` must include the code flow; others may stand beside it.
fn includes(values: Option<&Vec<String>>, wanted: &str) -> Result<(), Breach> {
    match values {
        Some(values) if !values.iter().any(|value| value == wanted) => {
            Err(Breach::found(values.join(", ")))
        }
        _ => Ok(()),
    }
}

fn name(metadata: &ClientMetadata) -> Result<String, Breach> {
    metadata
        .client_name
        .as_deref()
        .and_then(name_for_display)
        .ok_or_else(|| Breach::found("no visible client_name"))
}

/// As text with their hosts: nobody loads them, and who shows them says whose hosts these are (CIMD §9).
fn links(metadata: &ClientMetadata) -> Vec<Link> {
    let members = [
        ("client_uri", &metadata.client_uri),
        ("tos_uri", &metadata.tos_uri),
        ("policy_uri", &metadata.policy_uri),
    ];
    let link = |(member, uri): (&'static str, &Option<String>)| {
        let url = Url::parse(uri.as_deref()?).ok()?;
        let is_plain = url.username().is_empty() && url.password().is_none();
        let host = url.host_str()?;
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        (url.scheme() == "https" && is_plain && url.as_str().len() <= 200).then(|| Link {
            member,
            authority,
            url: String::from(url),
        })
    };
    members.into_iter().filter_map(link).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Origin;
    use crate::client::redirect_uri::LeftOut;

    const URL: &str = "https://client.example/oauth/meta.json";

    fn check(change: impl FnOnce(&mut Map<String, Value>)) -> Result<Client, &'static str> {
        let mut document = json!({
            "client_id": URL,
            "client_name": "Example",
            "redirect_uris": ["http://127.0.0.1/cb", "cursor://cb"],
        });
        change(document.as_object_mut().unwrap());
        let origin = Origin::of(&url::Url::parse("https://mcp.example.com").unwrap()).unwrap();
        let url = ClientIdUrl::parse(URL, &origin).unwrap();
        let settings = Settings::new(origin, "/mcp", &[], "Test");
        check_document(&url, &document.to_string(), &settings).map_err(|problem| problem.check)
    }

    #[test]
    fn a_document_as_it_should_be() {
        let client = check(|_| ()).unwrap();
        assert_eq!(client.verified_host.as_deref(), Some("client.example"));
        assert_eq!(client.redirect_uris.len(), 2);
        assert!(client.refresh);
    }

    // rule: clients/document-members: what a document holds, and does not [CIMD §4, §4.1, RFC 7591 §2]
    // rule: clients/document-redirect-uris: a dangerous redirect URI condemns a document; a merely
    //    unusable one is left out, with a line in the log
    #[test]
    fn each_rule_refuses_its_breach() {
        let cases: [(&str, Value, &str); 21] = [
            (
                "client_id",
                json!("https://client.example/oauth/meta.json?"),
                "client_id is the document's own URL",
            ),
            (
                "client_id",
                json!(null),
                "client_id is the document's own URL",
            ),
            ("client_secret", json!("s"), "the document holds no secret"),
            (
                "client_secret_expires_at",
                json!(0),
                "the document holds no secret",
            ),
            (
                "token_endpoint_auth_method",
                json!("client_secret_basic"),
                "token_endpoint_auth_method is usable",
            ),
            (
                "token_endpoint_auth_methods_supported",
                json!(["none", "client_secret_jwt"]),
                "token_endpoint_auth_method is usable",
            ),
            (
                "jwks",
                json!({"keys": [{"kty": "oct", "k": "AA"}]}),
                "the document holds no private key",
            ),
            (
                "jwks",
                json!([{"kty": "RSA", "d": "AA"}]),
                "the document holds no private key",
            ),
            (
                "jwks",
                json!({"keys": [{"kty": "EC", "d": "AA"}]}),
                "the document holds no private key",
            ),
            ("client_name", json!("\u{200b}"), "client_name is present"),
            ("client_name", json!(7), "members have their types"),
            (
                "grant_types",
                json!(["refresh_token"]),
                "grant_types includes the code grant",
            ),
            (
                "response_types",
                json!(["token"]),
                "response_types includes code",
            ),
            ("redirect_uris", json!([]), "redirect_uris are usable"),
            (
                "redirect_uris",
                json!(["http://client.example/cb"]),
                "redirect_uris are usable",
            ),
            (
                "redirect_uris",
                json!(["https://client.example/cb", "javascript:alert(1)"]),
                "redirect_uris are usable",
            ),
            (
                "redirect_uris",
                json!(["https://client.example/cb", "Search-MS:query=x"]),
                "redirect_uris are usable",
            ),
            (
                "redirect_uris",
                json!(["myapp:/cb"]),
                "redirect_uris are usable",
            ),
            (
                "redirect_uris",
                json!(["https://mcp.example.com/oauth/callback"]),
                "redirect_uris are usable",
            ),
            (
                "redirect_uris",
                json!("https://client.example/cb"),
                "members have their types",
            ),
            (
                "jwks_uri",
                json!("https://client.example/jwks"),
                "one source of keys",
            ),
        ];
        for (member, value, rule) in cases {
            let found = check(|document| {
                if member == "jwks_uri" {
                    document.insert("jwks".to_owned(), json!({"keys": []}));
                }
                document.insert(member.to_owned(), value.clone());
            });
            assert_eq!(found.err(), Some(rule), "{member}: {value}");
        }
    }

    // rule: clients/document-private-keys: no private key in a document, in \`jwks\` or anywhere else: the member is named,
    //    its value never [CIMD §4.1]
    #[test]
    fn private_keys_are_found_wherever_they_stand() {
        let d = "c2VjcmV0LXZhbHVl";
        let pem = "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0LXZhbHVl\n";
        let origin = Origin::of(&Url::parse("https://mcp.example.com").unwrap()).unwrap();
        let settings = Settings::new(origin, "/mcp", &[], "Test");
        let url = ClientIdUrl::parse(URL, &settings.origin).unwrap();
        let mut document = json!({
            "client_id": URL, "client_name": "Example", "redirect_uris": ["http://127.0.0.1/cb"],
        });
        for (member, value, found) in [
            (
                "jwks",
                json!({"keys": [{"kty": "EC"}, {"kty": "EC", "d": d}]}),
                "jwks.keys.1.d",
            ),
            (
                "jwks",
                json!({"keys": [{"kty": "RSA", "dq": d}]}),
                "jwks.keys.0.dq",
            ),
            (
                "jwks",
                json!({"keys": [{"kty": "oct", "k": d}]}),
                "jwks.keys.0.k",
            ),
            ("jwks", json!({"d": d}), "jwks.d"),
            (
                "x_key",
                json!([{"kty": "OKP", "crv": "Ed25519", "d": d}]),
                "x_key.0.d",
            ),
            ("x_pem", json!({"a": pem}), "x_pem.a"),
            ("x_theme", json!({"d": 1, "k": "ctrl"}), ""),
        ] {
            document[member] = value;
            let problem = check_document(&url, &document.to_string(), &settings).err();
            document.as_object_mut().unwrap().remove(member);
            let said = problem.map(|problem| problem.to_string());
            assert!(!said.as_deref().unwrap_or_default().contains(d), "{said:?}");
            let named = format!(
                "found a symmetric or private key: {found}; expected public keys only (CIMD §4.1)"
            );
            match said {
                Some(said) => assert!(said.ends_with(&named), "{member}: {said}"),
                None => assert_eq!(found, "", "{member}"),
            }
        }
    }

    // rule: clients/document-members
    // rule: clients/document-redirect-uris
    // rule: clients/document-links: a document's links are shown as text with their host, and never loaded; its logo is
    //    not shown [CIMD §8.8, §9]
    #[test]
    fn what_is_tolerated() {
        let client = check(|d| {
            d.insert(
                "redirect_uris".to_owned(),
                json!([
                    "http://client.example/cb",
                    "https://client.example/cb",
                    "myapp:/cb",
                    "http://mcp.example.com/cb",
                    "https://mcp.example.com:443/cb",
                ]),
            );
            d.insert(
                "grant_types".to_owned(),
                json!([
                    "authorization_code",
                    "urn:ietf:params:oauth:grant-type:device_code"
                ]),
            );
            d.insert(
                "token_endpoint_auth_methods_supported".to_owned(),
                json!(["private_key_jwt", "none"]),
            );
            for (member, uri) in [
                ("client_uri", "https://elsewhere.example/"),
                ("tos_uri", "https://client.example@evil.example/"),
                ("policy_uri", "https://legal.example:8443/privacy"),
                ("logo_uri", "https://client.example/logo.png"),
            ] {
                d.insert(member.to_owned(), json!(uri));
            }
            d.insert("x_extra".to_owned(), json!({"a": 1}));
        })
        .unwrap();
        assert_eq!(client.redirect_uris.len(), 1);
        let left_out: Vec<_> = client.left_out.iter().map(LeftOut::to_string).collect();
        assert_eq!(
            left_out,
            [
                "http://client.example/cb must be https unless the host is this computer: localhost, 127.0.0.0/8 or [::1]",
                "myapp:/cb uses a scheme that nobody can be asked about: it must be a domain name backwards \
                 (com.example.app), or a known editor's",
                "http://mcp.example.com/cb must be https unless the host is this computer: localhost, 127.0.0.0/8 or [::1]",
                "https://mcp.example.com:443/cb leads to this server itself",
            ]
        );
        assert!(!client.refresh, "grant_types without refresh_token");
        let links: Vec<_> = client
            .links
            .iter()
            .map(|l| (l.member, &*l.authority))
            .collect();
        assert_eq!(
            links,
            [
                ("client_uri", "elsewhere.example"),
                ("policy_uri", "legal.example:8443"),
            ],
            "https only, and nobody's name before the host"
        );
    }
}
