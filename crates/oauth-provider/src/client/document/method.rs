//! How the client of a document authenticates, and the keys for that (CIMD §4.1, §8.2, RFC 7591 §2).

use oauth_types::ClientMetadata;
use serde_json::{Map, Value};

use crate::client::keys::{KeySource, private_key_in, private_member};
use crate::client::record::Authentication;
use crate::origin::is_loopback;

use super::rule::{Breach, Standing};

/// No method with a shared secret, since there is no way to share one; of the others, `none` and `private_key_jwt`, or
/// either: then an assertion that is sent must verify, and none is `none`.
pub(super) fn authentication(metadata: &ClientMetadata) -> Result<Authentication, Breach> {
    let one = metadata.token_endpoint_auth_method.as_slice();
    let several = metadata
        .token_endpoint_auth_methods_supported
        .as_deref()
        .unwrap_or_default();
    if let Some(method) = one
        .iter()
        .chain(several)
        .find(|method| method.starts_with("client_secret"))
    {
        let expected = "none; a published document cannot share a secret";
        return Err(Breach::found(method.as_str()).expected(expected));
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
        _ if offers("private_key_jwt") => Err(Breach::found(
            "private_key_jwt without a key that it can be used with",
        )
        .expected(
            "jwks with, or jwks_uri of, a public key: P-256, Ed25519, or RSA of 2048 to 4096 bits",
        )),
        _ => Err(Breach::found(methods.first().map_or("", |m| m.as_str()))),
    }
}

/// By value or by reference, not both (RFC 7591 §2).
pub(super) fn keys_once(metadata: &ClientMetadata) -> Result<(), Breach> {
    if metadata.jwks.is_some() && metadata.jwks_uri.is_some() {
        return Err(Breach::found("jwks and jwks_uri"));
    }
    Ok(())
}

/// No private key: neither in `jwks` nor anywhere else. The member is named, its value never.
pub(super) fn keys_public(object: &Map<String, Value>) -> Result<(), Breach> {
    let breach = |member: &str| Breach::found(format!("a symmetric or private key: {member}"));
    if let Some(member) = object.get("jwks").and_then(private_member) {
        return Err(breach(&format!("jwks.{member}")));
    }
    match private_key_in(&Value::Object(object.clone())) {
        // A document that was good before there was this rule has not gone away.
        Some(member) => Err(breach(&member).standing(Standing::Silent)),
        None => Ok(()),
    }
}

pub(super) fn keys_address(metadata: &ClientMetadata) -> Result<(), Breach> {
    match &metadata.jwks_uri {
        Some(uri) if !is_web_url(uri) => Err(Breach::found(uri.as_str())),
        _ => Ok(()),
    }
}

/// Enough for a document that may never need its keys: the rules on hosts wait for the fetch.
fn is_web_url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        let local = url.scheme() == "http" && url.host().is_some_and(|host| is_loopback(&host));
        url.scheme() == "https" || local
    })
}
