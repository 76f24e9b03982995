//! Dynamic client registration (RFC 7591), and the clients of an operator's configuration, to which its rules apply too.

mod metadata;
mod preregistered;

use std::time::Duration;

use oauth_types::{ClientInformation, ErrorCode};
use rand_core::CryptoRng;

use crate::crypto::{Secret, SecretHash};
use crate::http::{Error, Request, Response};
use crate::params::body_of;
use crate::settings::Settings;
use crate::time::UnixTime;

use self::metadata::{effective, elsewhere, keys_url, parse, scope};
use super::client_store::ClientStore;
use super::id::draw;
use super::registered::Registration;

pub use preregistered::{PreregistrationError, preregistered};

/// A client that never completed an authorization is forgotten after this.
const UNUSED: Duration = Duration::from_secs(30 * 86_400);

/// Answers `POST /oauth/register` (RFC 7591 §3).
///
/// # Errors
/// RFC 7591 §3.2.2; [`ErrorCode::AccessDenied`] with 403 while registration is closed;
/// [`ErrorCode::TemporarilyUnavailable`] where the record could not be stored.
pub async fn register(
    request: &Request<'_>,
    settings: &Settings,
    clients: &impl ClientStore,
    now: UnixTime,
    rng: &mut impl CryptoRng,
) -> Result<Response, Error> {
    let body = body_of(request, "application/json")?;
    if !settings.registration_open {
        let description = "registration is closed here; clients that have registered go on, and one with a client metadata \
                           document needs none";
        return Err(Error::new(ErrorCode::AccessDenied, description).status(403));
    }
    let asked = parse(body)?;
    let (mut metadata, any_secret_method) = effective(asked)?;
    scope(&mut metadata, settings);
    elsewhere(&metadata, settings)?;
    if let Some(uri) = &metadata.jwks_uri {
        keys_url(uri, settings)?;
    }
    let method = metadata.token_endpoint_auth_method.as_deref();
    let shares_secret = method.is_some_and(|method| method.starts_with("client_secret"));
    let secret = shares_secret.then(|| Secret::draw(rng));
    let registration = Registration {
        client_id: draw(now, rng),
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
