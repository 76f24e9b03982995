//! Dynamic client registration (RFC 7591).

use std::time::Duration;

use oauth_types::{ClientInformation, ClientMetadata, ErrorCode};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::crypto::{Secret, SecretHash};
use crate::http::{Error, Request, Response};
use crate::params::body_of;
use crate::settings::Settings;
use crate::time::UnixTime;

use super::acquaintance::{Acquaintance, Newcomer};
use super::client_store::ClientStore;
use super::document::holds_private_key;
use super::json::parse_object;
use super::keys::KeySource;
use super::redirect_uri::{LeftOut, RedirectUri, RedirectUriError};
use super::resolve::{document_url, is_plain};
use super::text::{for_display, name_for_display};
use super::{Authentication, Client, ClientProblem, SecretMethod, may_refresh};

/// A client that never completed an authorization is forgotten after this.
const UNUSED: Duration = Duration::from_secs(30 * 86_400);
const MAX_REDIRECT_URIS: usize = 20;
const MAX_TEXT: usize = 2048;

/// A registered client as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Registration {
    /// Drawn at registration; never begins with `https://`.
    pub client_id: String,
    /// When it registered.
    pub issued_at: UnixTime,
    /// Of the secret, for a confidential client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_hash: Option<SecretHash>,
    /// Whether the method was left out, so that basic and post both work.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub any_secret_method: bool,
    /// Until when the record is kept, since somebody has completed a sign-in with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_until: Option<UnixTime>,
    /// While it is known and still new here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newcomer: Option<Newcomer>,
    /// Whether it comes from the operator's configuration.
    #[serde(skip)]
    pub preregistered: bool,
    /// Every effective value.
    pub metadata: ClientMetadata,
}

impl Registration {
    pub(super) fn acquaintance(&self) -> Acquaintance {
        Acquaintance {
            known_until: self.known_until,
            newcomer: self.newcomer.clone(),
        }
    }

    /// The client, or `None` where the record does not satisfy today's rules. How well it is known is a matter of the
    /// time, and of whoever resolves it.
    #[must_use]
    pub fn to_client(&self) -> Option<Client> {
        let mut redirect_uris = Vec::new();
        let mut left_out = Vec::new();
        for text in &self.metadata.redirect_uris {
            match RedirectUri::parse(text) {
                Ok(uri) => redirect_uris.push(uri),
                Err(error) => left_out.push(LeftOut {
                    uri: text.clone(),
                    error,
                }),
            }
        }
        let method = match self.metadata.token_endpoint_auth_method.as_deref() {
            Some("client_secret_post") => Some(SecretMethod::Post),
            _ => Some(SecretMethod::Basic),
        };
        let asked = self.metadata.token_endpoint_auth_method.as_deref();
        let authentication = match (asked, self.secret_hash) {
            (Some("private_key_jwt"), _) => Authentication::Keys {
                source: KeySource::of(&self.metadata).filter(KeySource::is_usable)?,
                required: true,
            },
            (_, Some(hash)) => Authentication::Secret {
                hash,
                method: method.filter(|_| !self.any_secret_method),
            },
            (Some("none"), None) => Authentication::Public,
            (_, None) => return None,
        };
        let lists_any = !(redirect_uris.is_empty() && left_out.is_empty());
        lists_any.then(|| Client {
            id: self.client_id.clone(),
            verified_host: None,
            by_operator: self.preregistered,
            name: self
                .metadata
                .client_name
                .as_deref()
                .and_then(name_for_display),
            uri: None,
            redirect_uris,
            left_out,
            authentication,
            refresh: may_refresh(&self.metadata),
            is_new: true,
            is_known: false,
        })
    }
}

/// What is wrong with a pre-registered client in an operator's configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{client_id}: {reason}")]
pub struct PreregistrationError {
    /// Which one.
    pub client_id: String,
    /// Why.
    pub reason: String,
}

/// Reads the clients that an operator registered: a JSON array of RFC 7591 metadata, each with `client_id` and, for a
/// confidential one, `client_secret_sha256` (64 hexadecimal digits, of the secret's text).
///
/// # Errors
/// Names the client and what is wrong with it.
pub fn preregistered(json: &str) -> Result<Vec<Registration>, PreregistrationError> {
    let error = |client_id: &str, reason: String| PreregistrationError {
        client_id: client_id.to_owned(),
        reason,
    };
    let clients: Vec<Map<String, Value>> = serde_json::from_slice(json.as_bytes())
        .map_err(|wrong| error("the list", wrong.to_string()))?;
    clients
        .into_iter()
        .map(|mut client| {
            let mut take = |name| match client.remove(name) {
                Some(Value::String(text)) => Some(text),
                _ => None,
            };
            let client_id = take("client_id").unwrap_or_default();
            let hash = take("client_secret_sha256");
            if !is_plain(&client_id) {
                let form =
                    "client_id must be 1 to 128 letters, digits, hyphens, underscores or dots";
                return Err(error(&client_id, form.to_owned()));
            }
            let secret_hash = match hash.map(|hash| SecretHash::from_hex(&hash)) {
                None => None,
                Some(Some(hash)) => Some(hash),
                Some(None) => {
                    return Err(error(
                        &client_id,
                        "client_secret_sha256 must be 64 hexadecimal digits".to_owned(),
                    ));
                }
            };
            if secret_hash.is_none() {
                client
                    .entry("token_endpoint_auth_method")
                    .or_insert_with(|| "none".into());
            }
            let metadata = serde_json::from_value(Value::Object(client))
                .map_err(|wrong| error(&client_id, wrong.to_string()))?;
            let (metadata, any_secret_method) =
                effective(metadata).map_err(|wrong| error(&client_id, wrong.description))?;
            let registration = Registration {
                client_id,
                issued_at: UnixTime(0),
                secret_hash,
                any_secret_method,
                // The operator knows it.
                known_until: Some(UnixTime(u64::MAX)),
                newcomer: None,
                preregistered: true,
                metadata,
            };
            match registration.to_client() {
                Some(_) => Ok(registration),
                None => Err(error(
                    &registration.client_id,
                    "a confidential client needs client_secret_sha256, or private_key_jwt and keys"
                        .to_owned(),
                )),
            }
        })
        .collect()
}

/// Answers `POST /oauth/register` (RFC 7591 §3).
///
/// # Errors
/// RFC 7591 §3.2.2; [`ErrorCode::TemporarilyUnavailable`] where the record could not be stored.
pub async fn register(
    request: &Request<'_>,
    settings: &Settings,
    clients: &impl ClientStore,
    now: UnixTime,
    rng: &mut impl CryptoRng,
) -> Result<Response, Error> {
    let body = body_of(request, "application/json")?;
    let asked = parse(body)?;
    let (metadata, any_secret_method) = effective(asked)?;
    elsewhere(&metadata, settings)?;
    if let Some(uri) = &metadata.jwks_uri {
        keys_url(uri, settings)?;
    }
    let method = metadata.token_endpoint_auth_method.as_deref();
    let shares_secret = method.is_some_and(|method| method.starts_with("client_secret"));
    let secret = shares_secret.then(|| Secret::draw(rng));
    let registration = Registration {
        client_id: Secret::draw(rng).expose_text().chars().take(22).collect(),
        issued_at: now,
        secret_hash: secret
            .as_ref()
            .map(|secret| SecretHash::of_text(&secret.expose_text())),
        any_secret_method,
        known_until: None,
        newcomer: None,
        preregistered: false,
        metadata,
    };
    let lifetime = UNUSED.min(settings.registration);
    clients
        .keep_registration(&registration, now + lifetime)
        .await
        .map_err(|error| Error::unavailable(error.to_string()))?;
    Ok(Response::json(
        201,
        &ClientInformation {
            client_id: registration.client_id,
            client_id_issued_at: now.0,
            client_secret_expires_at: secret.as_ref().map(|_| 0),
            client_secret: secret.map(|secret| secret.expose_text()),
            metadata: registration.metadata,
        },
    ))
}

fn invalid(description: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidClientMetadata, description)
}

fn parse(body: &[u8]) -> Result<ClientMetadata, Error> {
    let text = std::str::from_utf8(body).map_err(|_| invalid("the body must be UTF-8"))?;
    let object = parse_object(text)
        .map_err(|error| invalid(format!("the body must be one JSON object: {error}")))?;
    // RFC 7591 §2: members that are null are as good as absent; some clients send empty texts.
    let object = object
        .into_iter()
        .filter(|(_, value)| !value.is_null() && value.as_str() != Some(""))
        .collect();
    serde_json::from_value(Value::Object(object))
        .map_err(|error| invalid(format!("a member has another type: {error}")))
}

/// The metadata as it will hold: what we lack is dropped, what is missing gets its default.
fn effective(mut metadata: ClientMetadata) -> Result<(ClientMetadata, bool), Error> {
    redirect_uris(&metadata)?;
    keys(&metadata)?;
    texts(&mut metadata)?;
    let any_secret_method = metadata.token_endpoint_auth_method.is_none();
    let has_keys = KeySource::of(&metadata).is_some_and(|keys| keys.is_usable());
    match metadata
        .token_endpoint_auth_method
        .get_or_insert_with(|| "client_secret_basic".to_owned())
        .as_str()
    {
        "none" | "client_secret_basic" | "client_secret_post" => {}
        "private_key_jwt" if has_keys => {}
        "private_key_jwt" => {
            return Err(invalid(
                "private_key_jwt needs jwks with, or jwks_uri of, a public key that it can be used with: P-256, \
                 Ed25519, or RSA of 2048 to 4096 bits",
            ));
        }
        _ => {
            return Err(invalid(
                "token_endpoint_auth_method must be none, client_secret_basic, client_secret_post or private_key_jwt",
            ));
        }
    }
    metadata.token_endpoint_auth_methods_supported = None;
    retain(
        &mut metadata.grant_types,
        &["authorization_code", "refresh_token"],
        "authorization_code",
    )
    .ok_or_else(|| invalid("grant_types must include authorization_code"))?;
    retain(&mut metadata.response_types, &["code"], "code")
        .ok_or_else(|| invalid("response_types must include code"))?;
    Ok((metadata, any_secret_method))
}

/// Keeps of a list what we have; absent means all of it. `None` where the one that must be there is not.
fn retain(list: &mut Option<Vec<String>>, ours: &[&str], required: &str) -> Option<()> {
    match list {
        None => *list = Some(ours.iter().map(|s| (*s).to_owned()).collect()),
        Some(list) => list.retain(|item| ours.contains(&item.as_str())),
    }
    list.as_ref()?
        .iter()
        .any(|item| item == required)
        .then_some(())
}

fn redirect_uris(metadata: &ClientMetadata) -> Result<(), Error> {
    let error = |description: String| Error::new(ErrorCode::InvalidRedirectUri, description);
    let count = metadata.redirect_uris.len();
    if !(1..=MAX_REDIRECT_URIS).contains(&count) {
        return Err(error(format!(
            "redirect_uris must hold 1 to {MAX_REDIRECT_URIS} URIs, not {count}"
        )));
    }
    each_redirect_uri(metadata, RedirectUri::parse)
}

/// None leads back to this server, save the one that may.
fn elsewhere(metadata: &ClientMetadata, settings: &Settings) -> Result<(), Error> {
    each_redirect_uri(metadata, |text| RedirectUri::at_server(text, "", settings))
}

fn each_redirect_uri(
    metadata: &ClientMetadata,
    check: impl Fn(&str) -> Result<RedirectUri, RedirectUriError>,
) -> Result<(), Error> {
    metadata.redirect_uris.iter().try_for_each(|text| {
        check(text).map(|_| ()).map_err(|reason| {
            let shown = for_display(text, 100).unwrap_or_default();
            let description = format!("redirect URI {shown} {reason}");
            Error::new(ErrorCode::InvalidRedirectUri, description)
        })
    })
}

fn keys(metadata: &ClientMetadata) -> Result<(), Error> {
    if metadata.jwks.is_some() && metadata.jwks_uri.is_some() {
        return Err(invalid("jwks and jwks_uri exclude each other"));
    }
    if metadata.jwks.as_ref().is_some_and(holds_private_key) {
        return Err(invalid("jwks must hold public keys only"));
    }
    Ok(())
}

/// A `jwks_uri` will be fetched, as documents are.
fn keys_url(uri: &str, settings: &Settings) -> Result<(), Error> {
    document_url(uri, settings)
        .map(|_| ())
        .map_err(|problem| match problem {
            ClientProblem::Url { error, .. } => invalid(format!("jwks_uri {error}")),
            _ => invalid("jwks_uri is not taken here; send jwks"),
        })
}

fn is_link(text: &str) -> bool {
    text.len() <= MAX_TEXT
        && url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
}

/// Text is bounded, links lead to the web, unknown members are not stored; language-tagged ones are.
fn texts(metadata: &mut ClientMetadata) -> Result<(), Error> {
    let links = [
        &metadata.client_uri,
        &metadata.logo_uri,
        &metadata.tos_uri,
        &metadata.policy_uri,
        &metadata.jwks_uri,
    ];
    for link in links.into_iter().flatten() {
        if !is_link(link) {
            return Err(invalid(
                "client_uri, logo_uri, tos_uri, policy_uri and jwks_uri must be web URLs",
            ));
        }
    }
    metadata.other.retain(|name, value| {
        let text = value.as_str().unwrap_or_default();
        match name.split_once('#').map(|(base, _)| base) {
            Some("client_name") => (1..=MAX_TEXT).contains(&text.len()),
            Some("client_uri" | "logo_uri" | "tos_uri" | "policy_uri") => is_link(text),
            _ => false,
        }
    });
    let short = [
        &metadata.client_name,
        &metadata.software_id,
        &metadata.software_version,
        &metadata.application_type,
    ];
    if short
        .into_iter()
        .flatten()
        .any(|text| text.len() > MAX_TEXT)
    {
        return Err(invalid(format!("texts must not exceed {MAX_TEXT} bytes")));
    }
    Ok(())
}
