//! The content of a client metadata document (Client ID Metadata Document §4.1), rule by rule.

use std::fmt;

use oauth_types::ClientMetadata;
use serde_json::{Map, Value};

use crate::origin::is_loopback;

use super::json::parse_object;
use super::keys::KeySource;
use super::redirect_uri::{RedirectUri, RedirectUriError};
use super::text::for_display;
use super::{Authentication, Client, ClientIdUrl, may_refresh};

/// A rule that a document breaks, in words that a developer of the client can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentProblem {
    /// The rule.
    pub check: &'static str,
    /// What was there.
    pub found: String,
    /// What should have been there.
    pub expected: String,
    /// Where the rule stands.
    pub section: &'static str,
    /// Whether the network is at fault and the document may be fine: trying again can help.
    pub transient: bool,
    /// Whether the budget for fetching documents is used up, so that nobody is at fault.
    pub over_budget: bool,
    /// Whether this says that the document is not there any more, or not a valid one.
    pub(super) gone: bool,
}

impl DocumentProblem {
    pub(super) fn new(
        check: &'static str,
        found: impl Into<String>,
        expected: impl Into<String>,
        section: &'static str,
    ) -> Self {
        let found: String = found.into();
        // What was found comes from a stranger, and a page shows it.
        let found = for_display(&found, 300).unwrap_or_else(|| "nothing".to_owned());
        Self {
            check,
            found,
            expected: expected.into(),
            section,
            transient: false,
            over_budget: false,
            gone: true,
        }
    }

    /// Nothing is known of the document itself.
    pub(super) fn says_nothing(self) -> Self {
        Self {
            gone: false,
            ..self
        }
    }

    pub(super) const fn is_gone(&self) -> bool {
        self.gone
    }
}

impl fmt::Display for DocumentProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: found {}; expected {} ({})",
            self.check, self.found, self.expected, self.section
        )
    }
}

const DOCUMENT: &str = "CIMD §4.1";

/// Checks a document that was served at `url`.
///
/// # Errors
/// The first rule that it breaks.
pub fn check_document(url: &ClientIdUrl, text: &str) -> Result<Client, DocumentProblem> {
    let object = parse_object(text).map_err(|error| {
        DocumentProblem::new(
            "the document is JSON",
            error,
            "one JSON object without repeated keys",
            DOCUMENT,
        )
    })?;
    client_id(url, &object)?;
    no_secret(&object)?;
    let metadata: ClientMetadata =
        serde_json::from_value(Value::Object(object)).map_err(|error| {
            DocumentProblem::new(
                "members have their types",
                error.to_string(),
                "the types of RFC 7591 §2",
                "RFC 7591 §2",
            )
        })?;
    keys(&metadata)?;
    let authentication = authentication(&metadata)?;
    flow(&metadata)?;
    let name = name(&metadata)?;
    let (redirect_uris, left_out) = redirect_uris(&metadata)?;
    Ok(Client {
        id: url.as_str().to_owned(),
        verified_host: Some(url.host().to_owned()),
        name: Some(name),
        uri: client_uri(url, &metadata),
        redirect_uris,
        left_out,
        authentication,
        refresh: may_refresh(&metadata),
    })
}

/// "MUST contain a `client_id` property whose value MUST match the URL of the document using simple string
/// comparison".
fn client_id(url: &ClientIdUrl, object: &Map<String, Value>) -> Result<(), DocumentProblem> {
    match object.get("client_id") {
        Some(Value::String(id)) if id == url.as_str() => Ok(()),
        found => {
            let found = found.map_or_else(|| "no client_id".to_owned(), Value::to_string);
            Err(DocumentProblem::new(
                "client_id is the document's own URL",
                found,
                url.as_str(),
                DOCUMENT,
            ))
        }
    }
}

/// "the `client_secret` and `client_secret_expires_at` properties MUST NOT be used"
fn no_secret(object: &Map<String, Value>) -> Result<(), DocumentProblem> {
    let member = ["client_secret", "client_secret_expires_at"]
        .into_iter()
        .find(|m| object.contains_key(*m));
    member.map_or(Ok(()), |member| {
        Err(DocumentProblem::new(
            "the document holds no secret",
            member,
            "neither member: anybody can read it",
            DOCUMENT,
        ))
    })
}

/// No method with a shared secret, since there is no way to share one; of the others, `none` and `private_key_jwt`, or
/// either: then an assertion that is sent must verify, and none is `none`.
fn authentication(metadata: &ClientMetadata) -> Result<Authentication, DocumentProblem> {
    let one = metadata.token_endpoint_auth_method.as_slice();
    let several = metadata
        .token_endpoint_auth_methods_supported
        .as_deref()
        .unwrap_or_default();
    let problem = |found: &str, expected| {
        let check = "token_endpoint_auth_method is usable";
        Err(DocumentProblem::new(check, found, expected, DOCUMENT))
    };
    if let Some(method) = one
        .iter()
        .chain(several)
        .find(|method| method.starts_with("client_secret"))
    {
        return problem(method, "none; a published document cannot share a secret");
    }
    let methods: Vec<&String> = one.iter().chain(several).collect();
    let offers = |wanted: &str| methods.iter().any(|method| *method == wanted);
    let public = methods.is_empty() || offers("none");
    let keys = KeySource::of(metadata).filter(|_| offers("private_key_jwt"));
    match keys {
        Some(source) if public || source.is_usable() => Ok(Authentication::Keys {
            source,
            required: !public,
        }),
        _ if public => Ok(Authentication::Public),
        _ if offers("private_key_jwt") => problem(
            "private_key_jwt without a key that it can be used with",
            "jwks with, or jwks_uri of, a public key: P-256, Ed25519, or RSA of 2048 to 4096 bits",
        ),
        _ => problem(
            methods.first().map_or("", |m| m.as_str()),
            "none or private_key_jwt, or no such member",
        ),
    }
}

/// Key sets are public halves only, by value or by reference and not both (RFC 7591 §2).
fn keys(metadata: &ClientMetadata) -> Result<(), DocumentProblem> {
    if metadata.jwks.is_some() && metadata.jwks_uri.is_some() {
        return Err(DocumentProblem::new(
            "one source of keys",
            "jwks and jwks_uri",
            "one of them",
            "RFC 7591 §2",
        ));
    }
    if metadata.jwks.as_ref().is_some_and(holds_private_key) {
        let expected = "public keys only";
        return Err(DocumentProblem::new(
            "jwks holds no secret",
            "a symmetric or private key",
            expected,
            DOCUMENT,
        ));
    }
    if let Some(uri) = &metadata.jwks_uri
        && !is_web_url(uri)
    {
        return Err(DocumentProblem::new(
            "jwks_uri is usable",
            uri,
            "an https URL",
            "RFC 7591 §2",
        ));
    }
    Ok(())
}

/// Enough for a document that may never need its keys: the rules on hosts wait for the fetch.
fn is_web_url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        let local = url.scheme() == "http" && url.host().is_some_and(|host| is_loopback(&host));
        url.scheme() == "https" || local
    })
}

/// Members that only symmetric (`k`) and private keys (`d` and the RSA primes) have (RFC 7518 §6), wherever they
/// stand: who publishes a secret in a set of another form has published it all the same.
pub(super) fn holds_private_key(jwks: &Value) -> bool {
    const MEMBERS: [&str; 8] = ["k", "d", "p", "q", "dp", "dq", "qi", "oth"];
    match jwks {
        Value::Array(values) => values.iter().any(holds_private_key),
        Value::Object(object) => {
            object.get("kty").and_then(Value::as_str) == Some("oct")
                || MEMBERS.iter().any(|member| object.contains_key(*member))
                || object.values().any(holds_private_key)
        }
        _ => false,
    }
}

/// Given, `grant_types` and `response_types` must include the code flow; others may stand beside it.
fn flow(metadata: &ClientMetadata) -> Result<(), DocumentProblem> {
    let includes = |values: &Option<Vec<String>>, wanted: &str| {
        values
            .as_ref()
            .is_none_or(|values| values.iter().any(|value| value == wanted))
    };
    let found =
        |values: &Option<Vec<String>>| values.as_ref().map(|v| v.join(", ")).unwrap_or_default();
    if !includes(&metadata.grant_types, "authorization_code") {
        let (check, found) = (
            "grant_types includes the code grant",
            found(&metadata.grant_types),
        );
        return Err(DocumentProblem::new(
            check,
            found,
            "authorization_code",
            "RFC 7591 §2",
        ));
    }
    if !includes(&metadata.response_types, "code") {
        let (check, found) = (
            "response_types includes code",
            found(&metadata.response_types),
        );
        return Err(DocumentProblem::new(check, found, "code", "RFC 7591 §2"));
    }
    Ok(())
}

fn name(metadata: &ClientMetadata) -> Result<String, DocumentProblem> {
    metadata
        .client_name
        .as_deref()
        .and_then(|name| for_display(name, 80))
        .ok_or_else(|| {
            DocumentProblem::new(
                "client_name is present",
                "no visible client_name",
                "a name that people know",
                "MCP authorization, Client ID Metadata Documents",
            )
        })
}

/// Shown only if it is https and on the client's own host: another host's would lend the client its name.
fn client_uri(url: &ClientIdUrl, metadata: &ClientMetadata) -> Option<String> {
    let uri = url::Url::parse(metadata.client_uri.as_deref()?).ok()?;
    (uri.scheme() == "https" && uri.host_str() == Some(url.host()) && uri.as_str().len() <= 200)
        .then(|| uri.as_str().to_owned())
}

/// One dangerous URI condemns the document; those that are merely unusable are left out while another remains.
fn redirect_uris(
    metadata: &ClientMetadata,
) -> Result<(Vec<RedirectUri>, Vec<String>), DocumentProblem> {
    const CHECK: &str = "redirect_uris are usable";
    let mut usable = Vec::new();
    let mut left_out = Vec::new();
    for text in &metadata.redirect_uris {
        match RedirectUri::parse(text) {
            Ok(uri) => usable.push(uri),
            Err(error @ RedirectUriError::Dangerous) => {
                return Err(DocumentProblem::new(
                    CHECK,
                    format!("{text} {error}"),
                    "https, loopback http or an application's own scheme",
                    "RFC 9700 §4.1",
                ));
            }
            Err(error) => {
                let shown = for_display(text, 200).unwrap_or_default();
                left_out.push(format!("{shown} {error}"));
            }
        }
    }
    if usable.is_empty() {
        let found = left_out
            .into_iter()
            .next()
            .unwrap_or_else(|| "no redirect_uris".to_owned());
        return Err(DocumentProblem::new(
            CHECK,
            found,
            "at least one: https, loopback http or an application's own scheme",
            "CIMD §4.5",
        ));
    }
    Ok((usable, left_out))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Origin;

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
        check_document(&url, &document.to_string()).map_err(|problem| problem.check)
    }

    #[test]
    fn a_document_as_it_should_be() {
        let client = check(|_| ()).unwrap();
        assert_eq!(client.verified_host.as_deref(), Some("client.example"));
        assert_eq!(client.redirect_uris.len(), 2);
        assert!(client.refresh);
    }

    #[test]
    fn each_rule_refuses_its_breach() {
        let cases: [(&str, Value, &str); 18] = [
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
                "jwks holds no secret",
            ),
            (
                "jwks",
                json!([{"kty": "RSA", "d": "AA"}]),
                "jwks holds no secret",
            ),
            (
                "jwks",
                json!({"keys": [{"kty": "EC", "d": "AA"}]}),
                "jwks holds no secret",
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

    #[test]
    fn what_is_tolerated() {
        let client = check(|d| {
            d.insert(
                "redirect_uris".to_owned(),
                json!(["http://client.example/cb", "https://client.example/cb"]),
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
            d.insert("client_uri".to_owned(), json!("https://elsewhere.example/"));
            d.insert("x_extra".to_owned(), json!({"a": 1}));
        })
        .unwrap();
        assert_eq!(client.redirect_uris.len(), 1);
        assert_eq!(
            client.left_out,
            [
                "http://client.example/cb must be https unless the host is localhost, 127.0.0.1 or [::1]"
            ]
        );
        assert!(!client.refresh, "grant_types without refresh_token");
        assert_eq!(client.uri, None);
    }
}
