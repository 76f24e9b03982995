//! The assertion by which a client shows that it holds its key (RFC 7523 §3, RFC 7521 §5.2).

use std::fmt;

use oauth_types::ErrorCode;
use serde_json::{Map, Value};

use crate::client::json::parse_object;
use crate::crypto::{SignatureAlgorithm, from_base64url, sha256};
use crate::discovery::path;
use crate::http::Error;
use crate::resource::Resource;
use crate::settings::Settings;
use crate::time::UnixTime;

/// The one `client_assertion_type` that there is (RFC 7523 §2.2).
pub(super) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const MAX_BYTES: usize = 8 * 1024;
const MAX_ID: usize = 256;
/// How far ahead `exp` may lie, in seconds. A used `jti` is remembered for that long.
const LONGEST: u64 = 300;
/// How much two clocks may differ, in seconds.
const SKEW: u64 = 30;
/// Path of the endpoint for pushed requests, whose URL is a valid audience too (RFC 9126 §2).
const PUSHED: &str = "/oauth/par";

/// An assertion that was read, and of which nothing is verified yet.
#[derive(Clone)]
pub(super) struct Assertion {
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) key_id: Option<String>,
    /// `sub`; the claims' check compares it with `iss`.
    pub(super) client_id: String,
    pub(super) signature: Vec<u8>,
    /// Header and claims as they were signed.
    signed: String,
    claims: Map<String, Value>,
}

/// Leaves out signature and claims: an assertion that leaks before its use could be used by somebody else.
impl fmt::Debug for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assertion")
            .field("algorithm", &self.algorithm)
            .field("key_id", &self.key_id)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// What an assertion is remembered by once it was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Use {
    /// A hash of client id and `jti`.
    pub(super) name: [u8; 32],
    /// From this time on the assertion has expired, so its use need not be remembered.
    pub(super) ends_at: UnixTime,
}

fn refused(description: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidClient, description)
}

impl Assertion {
    /// Takes the compact form apart (RFC 7515 §7.1), and reads the header.
    pub(super) fn read(text: &str) -> Result<Self, Error> {
        if text.len() > MAX_BYTES {
            return Err(refused(format!(
                "client_assertion must not exceed {MAX_BYTES} bytes"
            )));
        }
        let form = || refused("client_assertion must be a signed JWT: header.claims.signature");
        let (signed, signature) = text.rsplit_once('.').ok_or_else(form)?;
        let (header, claims) = signed.split_once('.').ok_or_else(form)?;
        let signature = from_base64url(signature).ok_or_else(form)?;
        let header = object(header, "header")?;
        let claims = object(claims, "claims")?;
        let algorithm = header
            .get("alg")
            .and_then(Value::as_str)
            .and_then(SignatureAlgorithm::parse)
            .ok_or_else(|| {
                let names = SignatureAlgorithm::ALL.map(SignatureAlgorithm::as_str);
                refused(format!(
                    "the assertion's alg must be one of {}",
                    names.join(", ")
                ))
            })?;
        let key_id = match header.get("kid") {
            None => None,
            Some(Value::String(id)) if id.len() <= MAX_ID => Some(id.clone()),
            Some(_) => return Err(refused("the assertion's kid must be a short string")),
        };
        if header.contains_key("crit") {
            return Err(refused("the assertion's header must have no crit"));
        }
        typ(&header)?;
        let client_id = claims
            .get("sub")
            .and_then(Value::as_str)
            .ok_or_else(|| refused("the assertion's sub must be the client_id"))?
            .to_owned();
        Ok(Self {
            algorithm,
            key_id,
            client_id,
            signature,
            signed: signed.to_owned(),
            claims,
        })
    }

    /// What the signature is over.
    pub(super) fn signed(&self) -> &[u8] {
        self.signed.as_bytes()
    }

    /// Checks what is claimed, before anything is looked up or fetched for it.
    pub(super) fn check(&self, settings: &Settings, now: UnixTime) -> Result<Use, Error> {
        if self.claims.get("iss").and_then(Value::as_str) != Some(&self.client_id) {
            return Err(refused(
                "the assertion's iss and sub must both be the client_id",
            ));
        }
        self.audience(settings)?;
        let ends_at = self.lifetime(now)?;
        let id = match self.claims.get("jti") {
            Some(Value::String(id)) if (1..=MAX_ID).contains(&id.len()) => id,
            _ => {
                return Err(refused(format!(
                    "the assertion's jti must be a string of 1 to {MAX_ID} bytes"
                )));
            }
        };
        // No client id holds the separator.
        let named = format!("client assertion\0{}\0{id}", self.client_id);
        Ok(Use {
            name: sha256(named.as_bytes()),
            ends_at,
        })
    }

    /// RFC 7523 §3: "The JWT MUST contain an "aud" (audience) claim containing a value that identifies the
    /// authorization server", compared as a string.
    fn audience(&self, settings: &Settings) -> Result<(), Error> {
        let ours = |value: &Value| value.as_str().is_some_and(|text| is_us(text, settings));
        let meant = match self.claims.get("aud") {
            Some(Value::Array(values)) => values.iter().any(ours),
            Some(value) => ours(value),
            None => false,
        };
        if meant {
            return Ok(());
        }
        let origin = &settings.origin;
        Err(refused(format!(
            "the assertion's aud must be the issuer {origin} or {origin}{}",
            path::TOKEN
        )))
    }

    /// Until when it holds.
    fn lifetime(&self, now: UnixTime) -> Result<UnixTime, Error> {
        let time = |name: &str| match self.claims.get(name) {
            None => Ok(None),
            Some(value) => match seconds(value) {
                Some(time) => Ok(Some(time)),
                None => Err(refused(format!(
                    "the assertion's {name} must be a number of seconds since 1970"
                ))),
            },
        };
        let UnixTime(now) = now;
        let clock = format!("it is {now} here");
        let ends = time("exp")?.ok_or_else(|| refused("the assertion's exp is missing"))?;
        if ends.saturating_add(SKEW) <= now {
            return Err(refused(format!("the assertion's exp has passed: {clock}")));
        }
        if ends > now + LONGEST + SKEW {
            return Err(refused(format!(
                "the assertion's exp must be at most {LONGEST} s ahead: {clock}"
            )));
        }
        for name in ["nbf", "iat"] {
            let begins = time(name)?.unwrap_or(0);
            if begins > now + SKEW {
                return Err(refused(format!(
                    "the assertion's {name} lies in the future: {clock}"
                )));
            }
            if begins > ends {
                return Err(refused(format!(
                    "the assertion's {name} must not be after its exp"
                )));
            }
        }
        Ok(UnixTime(ends.saturating_add(SKEW)))
    }
}

/// RFC 8725 §3.11: a JWT that says to be of another kind was made for something else.
fn typ(header: &Map<String, Value>) -> Result<(), Error> {
    let Some(typ) = header.get("typ") else {
        return Ok(());
    };
    let typ = typ.as_str().unwrap_or_default().to_ascii_lowercase();
    let typ = typ.strip_prefix("application/").unwrap_or(&typ);
    if matches!(typ, "jwt" | "client-authentication+jwt") {
        return Ok(());
    }
    Err(refused(
        "the assertion's typ must be JWT or client-authentication+jwt",
    ))
}

fn object(part: &str, name: &str) -> Result<Map<String, Value>, Error> {
    from_base64url(part)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| parse_object(&text).ok())
        .ok_or_else(|| {
            refused(format!(
                "the assertion's {name} must be base64url of one JSON object without repeated keys"
            ))
        })
}

/// Any issuer of ours, the token endpoint, or the endpoint for pushed requests.
fn is_us(text: &str, settings: &Settings) -> bool {
    let origin = &settings.origin;
    let endpoint = text
        .strip_prefix(origin.as_str())
        .is_some_and(|rest| ["", path::TOKEN, PUSHED].contains(&rest));
    let scoped = || {
        Resource::parse(text, origin, settings.resource_base)
            .is_ok_and(|resource| resource.url(origin) == text)
    };
    endpoint || scoped()
}

/// RFC 7519 §2: "non-integer values can be represented".
fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        (0.0..9e15).contains(&number).then_some(number as u64)
    })
}
