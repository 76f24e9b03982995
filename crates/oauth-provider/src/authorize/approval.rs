//! From the approval to the callback: what travels through the upstream authorization server and the browser.

use std::time::Duration;

use oauth_types::ErrorCode;
use serde::{Deserialize, Serialize};

use crate::client::{ApprovedRedirectUri, RegisteredRedirectUri};
use crate::crypto::{Bytes, KeyRing, Purpose, Secret, base64url, from_base64url, sha256};
use crate::grant::{ClientBinding, FlowId, GrantId, Open};
use crate::pkce::{CodeChallenge, CodeVerifier};
use crate::resource::Resource;
use crate::scope::Scope;
use crate::time::UnixTime;

use super::request::AuthorizationRequest;
use super::response::AuthorizationResponse;

/// How long the upstream sign-in may take.
pub const FLOW_LIFETIME: Duration = Duration::from_secs(600);

/// An approved request, as it travels in the upstream `state`: signed, and good only together with a cookie that
/// the approval set in the same browser.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Approval {
    /// Drawn at the approval. Opening it twice is refused, which makes the approval single-use.
    #[serde(rename = "g")]
    pub grant: GrantId,
    #[serde(rename = "c")]
    client: ClientBinding,
    #[serde(rename = "u")]
    redirect_uri: ApprovedRedirectUri,
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(rename = "h")]
    challenge: CodeChallenge,
    #[serde(rename = "r")]
    resource: Resource,
    #[serde(rename = "o")]
    scope: Scope,
    /// What the client asked for. Absent in what a version signed that did not keep it.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    asked: Option<Scope>,
    #[serde(rename = "i")]
    issuer: String,
    #[serde(rename = "e")]
    expires_at: UnixTime,
    /// Which of the server's keys signed it, counted from the current one: the verifier was made with the same, also
    /// where the keys were rotated while the person was away.
    #[serde(skip)]
    key: usize,
    /// What else the person chose; opaque to this crate.
    #[serde(rename = "x")]
    pub choices: Vec<String>,
    /// What the server itself limits the grant to; opaque to this crate.
    #[serde(rename = "l", default, skip_serializing_if = "String::is_empty")]
    pub limits: String,
    /// What the client calls itself, as it was shown.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When the person was first shown what they approved. Absent in what a version signed that did not keep it.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub shown_at: Option<UnixTime>,
    /// The sign-in that it belongs to, for logs.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowId>,
}

/// What the browser is sent on with.
pub struct Approved {
    /// For the upstream's `state`.
    pub state: String,
    /// Name of the flow's cookie, without prefix.
    pub cookie_name: String,
    /// Its value.
    pub cookie_value: String,
    /// For the upstream's `code_challenge`.
    pub challenge: CodeChallenge,
}

/// Why a callback is refused. Nothing can be sent to a client, since it is not known which one asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    /// Altered, made up, or signed by a key that is no longer listed.
    #[error("the state was not made by this server")]
    Forged,
    /// The sign-in took longer than ten minutes.
    #[error("the sign-in took too long")]
    Expired,
    /// Begun in another browser, finished already, or cookies are blocked.
    #[error(
        "the sign-in was begun in another browser, was finished already, or cookies are blocked"
    )]
    OtherBrowser,
}

impl Approved {
    pub(super) fn new(state: String, verifier: &CodeVerifier, keys: &KeyRing) -> Self {
        Self {
            cookie_name: cookie_name(&state),
            cookie_value: base64url(&keys.digest(Purpose::Flow, state.as_bytes())),
            challenge: CodeChallenge::of(verifier),
            state,
        }
    }
}

impl Approval {
    /// Records what was approved: `scope` and `choices` are the person's, the rest the request's.
    #[must_use]
    pub fn new(
        request: AuthorizationRequest,
        grant: GrantId,
        scope: Scope,
        choices: Vec<String>,
        now: UnixTime,
    ) -> Self {
        Self {
            grant,
            client: request.client.binding(),
            name: request.client.name,
            redirect_uri: request.approved_redirect_uri,
            state: request.state,
            challenge: request.challenge,
            resource: request.resource,
            scope,
            asked: Some(request.scope),
            issuer: request.issuer,
            expires_at: now + FLOW_LIFETIME,
            key: 0,
            choices,
            limits: String::new(),
            shown_at: None,
            flow: None,
        }
    }

    /// The same with a text of the server's own on what the grant is limited to.
    #[must_use]
    pub fn limited_to(self, limits: String) -> Self {
        Self { limits, ..self }
    }

    /// The same with the time at which the page was first shown.
    #[must_use]
    pub fn shown_at(self, shown_at: UnixTime) -> Self {
        Self {
            shown_at: Some(shown_at),
            ..self
        }
    }

    /// When the person approved.
    #[must_use]
    pub const fn approved_at(&self) -> UnixTime {
        UnixTime(self.expires_at.0.saturating_sub(FLOW_LIFETIME.as_secs()))
    }

    /// Signs it for the way through the upstream.
    #[must_use]
    pub fn sign(&self, keys: &KeyRing) -> Approved {
        let state = keys.sign(Purpose::UpstreamState, self);
        Approved::new(state, &self.upstream_verifier(keys), keys)
    }

    /// Reads it back at the callback. `cookie` looks a cookie up by its name without prefix.
    ///
    /// # Errors
    /// When it is not this server's, too old, or another browser's.
    pub fn resume(
        state: &str,
        cookie: impl FnOnce(&str) -> Option<String>,
        keys: &KeyRing,
        now: UnixTime,
    ) -> Result<Self, ApprovalError> {
        let (mut approval, key): (Self, usize) = keys
            .verify_naming_key(Purpose::UpstreamState, state)
            .ok_or(ApprovalError::Forged)?;
        approval.key = key;
        // Before the cookie: that ends with the state, and the person is to hear which of the two it is.
        if approval.expires_at <= now {
            return Err(ApprovalError::Expired);
        }
        is_here(state, cookie, keys)?;
        Ok(approval)
    }

    /// The verifier towards the upstream: computed from the grant's id, so it stands in no URL and no cookie.
    #[must_use]
    pub fn upstream_verifier(&self, keys: &KeyRing) -> CodeVerifier {
        CodeVerifier::from_bytes(&keys.digest_under(
            self.key,
            Purpose::UpstreamVerifier,
            self.grant.as_bytes(),
        ))
    }

    /// The code that the client gets when this approval comes back with `upstream_code`: always the same, so that a return
    /// whose answer was lost can be answered again ([`Open::code`], [`crate::grant::Repeat`]). It follows from the server's
    /// key, which no storage has, and from the upstream's code, which nobody keeps.
    #[must_use]
    pub fn code(&self, upstream_code: &str, keys: &KeyRing) -> Secret {
        let about = [self.grant.as_bytes(), upstream_code.as_bytes()].concat();
        Secret::from_bytes(keys.digest_under(self.key, Purpose::Code, &about))
    }

    /// The redirect URI, matched again with the same function as at the approval.
    #[must_use]
    pub fn redirect_uri(&self) -> Option<RegisteredRedirectUri> {
        self.redirect_uri.check()
    }

    /// The resource that was asked for.
    #[must_use]
    pub const fn resource(&self) -> &Resource {
        &self.resource
    }

    /// The id of the client that asked.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client.id
    }

    /// What the person granted.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The message that opens the grant. [`Open::code`] and [`Open::line`] are for the caller to fill.
    #[must_use]
    pub fn open(
        &self,
        redirect_uri: &RegisteredRedirectUri,
        subject: String,
        props: Vec<u8>,
        props_expire_at: Option<UnixTime>,
    ) -> Open {
        Open {
            client: self.client.clone(),
            subject,
            redirect_uri: redirect_uri.as_str().to_owned(),
            challenge: self.challenge.clone(),
            resource: self.resource.clone(),
            scope: self.scope.clone(),
            asked: self.asked.clone(),
            props: Bytes(props),
            props_expire_at,
            approval_ends_at: self.expires_at,
            flow: self.flow.clone(),
            code: None,
            line: None,
        }
    }

    /// The answer to the client.
    #[must_use]
    pub fn respond(
        &self,
        redirect_uri: RegisteredRedirectUri,
        outcome: Result<String, (ErrorCode, String)>,
    ) -> AuthorizationResponse {
        AuthorizationResponse {
            redirect_uri,
            state: self.state.clone(),
            issuer: self.issuer.clone(),
            outcome,
        }
    }
}

/// Whether the browser that comes back is the one that was sent away.
pub(super) fn is_here(
    state: &str,
    cookie: impl FnOnce(&str) -> Option<String>,
    keys: &KeyRing,
) -> Result<(), ApprovalError> {
    let bound = cookie(&cookie_name(state))
        .and_then(|value| from_base64url(&value))
        .is_some_and(|digest| keys.digest_matches(Purpose::Flow, state.as_bytes(), &digest));
    bound.then_some(()).ok_or(ApprovalError::OtherBrowser)
}

/// One cookie a flow, so that two tabs both finish.
fn cookie_name(state: &str) -> String {
    let digest = sha256(state.as_bytes());
    format!(
        "smcp_flow_{}",
        base64url(digest.first_chunk::<6>().map_or(&[], |d| d.as_slice()))
    )
}
