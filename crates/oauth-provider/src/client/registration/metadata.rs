//! The metadata that a client registers (RFC 7591 §2): what is refused, what is dropped, and what is taken for granted.

use oauth_types::{ClientMetadata, ErrorCode};
use serde_json::Value;

use crate::client::json::parse_object;
use crate::client::keys::{KeySource, private_member};
use crate::client::problem::{ClientProblem, document_url};
use crate::client::redirect_uri::{RedirectUri, RedirectUriError};
use crate::client::text::for_display;
use crate::from_value;
use crate::http::Error;
use crate::scope::Scope;
use crate::settings::Settings;

const MAX_REDIRECT_URIS: usize = 20;
const MAX_TEXT: usize = 2048;

fn invalid(description: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidClientMetadata, description)
}

/// Reads the body of a registration.
pub(super) fn parse(body: &[u8]) -> Result<ClientMetadata, Error> {
    let text = std::str::from_utf8(body).map_err(|_| invalid("the body must be UTF-8"))?;
    let mut object = parse_object(text)
        .map_err(|error| invalid(format!("the body must be one JSON object: {error}")))?;
    // RFC 7591 §2: members that are null are as good as absent; some clients send empty texts.
    object.retain(|_, value| !value.is_null() && value.as_str() != Some(""));
    from_value(Value::Object(object))
        .map_err(|error| invalid(format!("a member has another type: {error}")))
}

/// The metadata as they will apply, and whether the authentication method was left out: values that this server does not
/// support are dropped, missing ones get their default (RFC 7591 §2).
pub(super) fn effective(mut metadata: ClientMetadata) -> Result<(ClientMetadata, bool), Error> {
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

/// RFC 7591 §3.2.1: what is answered is what counts. A client asks later for the scope that it was told, so that is what
/// the authorization endpoint takes, or none at all, which stands for every scope there.
pub(super) fn scope(metadata: &mut ClientMetadata, settings: &Settings) {
    let asked = metadata.scope.take().unwrap_or_default();
    let scope = Scope::effective(&asked, settings.scopes);
    metadata.scope = (!scope.is_empty()).then(|| scope.to_string());
}

/// Keeps the values of a list that this server supports; an absent list gets all of them. `None` if the required one is
/// missing.
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

/// No redirect URI leads back to this server, except [`Settings::own_redirect_uri`].
pub(super) fn elsewhere(metadata: &ClientMetadata, settings: &Settings) -> Result<(), Error> {
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
    if let Some(member) = metadata.jwks.as_ref().and_then(private_member) {
        let member = for_display(&member, 100).unwrap_or_default();
        return Err(invalid(format!(
            "jwks must hold public keys only, and has {member}"
        )));
    }
    Ok(())
}

/// A `jwks_uri` will be fetched, as documents are.
pub(super) fn keys_url(uri: &str, settings: &Settings) -> Result<(), Error> {
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
