//! Clients that an operator registers in the server's configuration.

use serde_json::{Map, Value};

use crate::client::id::is_plain;
use crate::client::registered::Registration;
use crate::crypto::SecretHash;
use crate::from_value;
use crate::time::UnixTime;

use super::metadata::effective;

/// What is wrong with a pre-registered client in an operator's configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{client_id}: {reason}")]
pub struct PreregistrationError {
    /// The client, or "the list" if it cannot be read at all.
    pub client_id: String,
    /// Why.
    pub reason: String,
}

impl PreregistrationError {
    fn new(client_id: &str, reason: impl Into<String>) -> Self {
        Self {
            client_id: client_id.to_owned(),
            reason: reason.into(),
        }
    }
}

/// Reads the clients that an operator registered: a JSON array of RFC 7591 metadata, each with `client_id` and, for a
/// confidential one, `client_secret_sha256` (64 hexadecimal digits, of the secret's text).
///
/// # Errors
/// Names the client and what is wrong with it.
pub fn preregistered(json: &str) -> Result<Vec<Registration>, PreregistrationError> {
    let clients: Vec<Map<String, Value>> = serde_json::from_slice(json.as_bytes())
        .map_err(|wrong| PreregistrationError::new("the list", wrong.to_string()))?;
    clients.into_iter().map(one).collect()
}

fn one(mut client: Map<String, Value>) -> Result<Registration, PreregistrationError> {
    let mut take = |name| match client.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let client_id = take("client_id").unwrap_or_default();
    let hash = take("client_secret_sha256");
    let error = |reason: &str| PreregistrationError::new(&client_id, reason);
    if !is_plain(&client_id) {
        return Err(error(
            "client_id must be 1 to 128 letters, digits, hyphens, underscores or dots",
        ));
    }
    let secret_hash = hash
        .map(|hash| {
            SecretHash::from_hex(&hash)
                .ok_or_else(|| error("client_secret_sha256 must be 64 hexadecimal digits"))
        })
        .transpose()?;
    if secret_hash.is_none() {
        client
            .entry("token_endpoint_auth_method")
            .or_insert_with(|| "none".into());
    }
    let metadata = from_value(Value::Object(client)).map_err(|wrong| error(&wrong.to_string()))?;
    let (metadata, any_secret_method) =
        effective(metadata).map_err(|wrong| error(&wrong.description))?;
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
    if registration.to_client().is_none() {
        return Err(PreregistrationError::new(
            &registration.client_id,
            "a confidential client needs client_secret_sha256, or private_key_jwt and keys",
        ));
    }
    Ok(registration)
}
