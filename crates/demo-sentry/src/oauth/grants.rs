//! What users have approved: codes, access tokens, refresh tokens.
//!
//! Tokens are stored in plain text, because they give access to nothing but sample data on loopback.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};

use super::device::DeviceRequest;
use super::pkce::CodeChallenge;
use super::redirect::RedirectUri;
use super::scope::Scopes;

/// How long a code is valid.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// Token, user id, scopes (`None` means all), and whether the token has expired.
const DEV_TOKENS: &[(&str, &str, Option<&str>, bool)] = &[
    ("demo-token-ada", "1001", None, false),
    (
        "demo-token-ada-readonly",
        "1001",
        Some("org:read project:read team:read event:read"),
        false,
    ),
    ("demo-token-ada-expired", "1001", None, true),
    ("demo-token-bo", "1002", None, false),
];

/// All codes and tokens that are valid or have expired.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    codes: HashMap<String, Approval>,
    live: Vec<Grant>,
    /// Device sign-ins that wait for a person.
    pub(super) devices: Vec<DeviceRequest>,
}

/// What a person approved, until its code is redeemed.
#[derive(Clone, Debug)]
pub(crate) struct Approval {
    pub(crate) user: String,
    pub(crate) scopes: Scopes,
    pub(crate) redirect_uri: RedirectUri,
    pub(crate) challenge: Option<CodeChallenge>,
    pub(crate) at: Timestamp,
}

/// A redeemed approval. It has one access token and one refresh token at any time.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) user: String,
    pub(crate) scopes: Scopes,
    pub(crate) access: String,
    /// When the access token expires; `None` means never.
    pub(crate) access_ends: Option<Timestamp>,
    /// The refresh token; `None` for a development token, which cannot be refreshed.
    pub(crate) refresh: Option<String>,
    /// Whether it was issued to a device, which has no secret and needs none to refresh.
    pub(crate) public: bool,
}

/// Why a code or a refresh token is refused: the description of `invalid_grant`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidGrant {
    #[error("the code is unknown, used, or older than ten minutes")]
    Code,
    #[error("redirect_uri is not the one of the authorization request")]
    RedirectUri,
    #[error("code_verifier does not fit the code_challenge")]
    Verifier,
    #[error("the refresh token is unknown, used or revoked")]
    RefreshToken,
}

/// Why an access token is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Unknown,
    Expired,
}

/// The tokens that a control request selects.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(crate) user: Option<String>,
    /// An access token or a refresh token.
    pub(crate) token: Option<String>,
}

impl Grants {
    pub(crate) fn with_dev_tokens(now: Timestamp) -> Self {
        let live = DEV_TOKENS
            .iter()
            .map(|(token, user, scopes, expired)| Grant {
                user: (*user).to_owned(),
                scopes: scopes
                    .and_then(|scopes| Scopes::parse(scopes).ok())
                    .unwrap_or_else(Scopes::all),
                access: (*token).to_owned(),
                access_ends: expired.then_some(now),
                refresh: None,
                public: false,
            });
        Self {
            codes: HashMap::new(),
            live: live.collect(),
            devices: Vec::new(),
        }
    }

    /// Issues a code for an approval.
    pub(crate) fn approve(&mut self, approval: Approval) -> Result<String, getrandom::Error> {
        let code = secret()?;
        self.codes.insert(code.clone(), approval);
        Ok(code)
    }

    /// Redeems a code. It is removed in any case, so only one request can succeed.
    pub(crate) fn redeem(
        &mut self,
        code: &str,
        redirect_uri: Option<&str>,
        verifier: Option<&str>,
        now: Timestamp,
    ) -> Result<Approval, InvalidGrant> {
        let approval = self.codes.remove(code).ok_or(InvalidGrant::Code)?;
        if now.duration_since(approval.at) > CODE_LIFETIME {
            return Err(InvalidGrant::Code);
        }
        if redirect_uri != Some(approval.redirect_uri.as_str()) {
            return Err(InvalidGrant::RedirectUri);
        }
        // A verifier without a challenge is refused too (RFC 9700 §2.1.1).
        let fits = match (&approval.challenge, verifier) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => challenge.fits(verifier),
            _ => false,
        };
        if fits {
            Ok(approval)
        } else {
            Err(InvalidGrant::Verifier)
        }
    }

    /// Issues the first tokens for a redeemed approval.
    pub(crate) fn open(
        &mut self,
        approval: Approval,
        ends: Timestamp,
    ) -> Result<Grant, getrandom::Error> {
        self.open_for(approval.user, approval.scopes, false, ends)
    }

    pub(super) fn open_for(
        &mut self,
        user: String,
        scopes: Scopes,
        public: bool,
        ends: Timestamp,
    ) -> Result<Grant, getrandom::Error> {
        let grant = Grant {
            user,
            scopes,
            access: secret()?,
            access_ends: Some(ends),
            refresh: Some(secret()?),
            public,
        };
        self.live.push(grant.clone());
        Ok(grant)
    }

    /// Replaces both tokens; the old ones stop working at once. `None` if the refresh token does not exist, or needs a
    /// secret and none was sent.
    pub(crate) fn rotate(
        &mut self,
        refresh: &str,
        with_secret: bool,
        ends: Timestamp,
    ) -> Result<Option<Grant>, getrandom::Error> {
        let Some(grant) = self
            .live
            .iter_mut()
            .find(|grant| grant.refresh.as_deref() == Some(refresh))
            .filter(|grant| with_secret || grant.public)
        else {
            return Ok(None);
        };
        grant.access = secret()?;
        grant.access_ends = Some(ends);
        grant.refresh = Some(secret()?);
        Ok(Some(grant.clone()))
    }

    /// The grant of an access token.
    pub(crate) fn opened_by(&self, access: &str, now: Timestamp) -> Result<Grant, Refused> {
        let grant = self
            .live
            .iter()
            .find(|grant| grant.access == access)
            .ok_or(Refused::Unknown)?;
        match grant.access_ends {
            Some(ends) if ends <= now => Err(Refused::Expired),
            _ => Ok(grant.clone()),
        }
    }

    /// Removes the grants of the selected tokens, and returns how many there were.
    pub(crate) fn revoke(&mut self, selection: &Selection) -> usize {
        let before = self.live.len();
        self.live.retain(|grant| !selection.includes(grant));
        before - self.live.len()
    }

    /// Makes the selected access tokens expire now; refresh tokens remain valid. Returns how many there were.
    pub(crate) fn expire(&mut self, selection: &Selection, now: Timestamp) -> usize {
        let selected = self
            .live
            .iter_mut()
            .filter(|grant| selection.includes(grant));
        selected.map(|grant| grant.access_ends = Some(now)).count()
    }
}

impl Selection {
    fn includes(&self, grant: &Grant) -> bool {
        let is_user = self.user.as_ref().is_none_or(|user| user == &grant.user);
        let is_token = self
            .token
            .as_ref()
            .is_none_or(|token| token == &grant.access || Some(token) == grant.refresh.as_ref());
        is_user && is_token
    }
}

/// Generates a token of 256 random bits.
fn secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
