use serde::{Deserialize, Serialize};

use crate::crypto::{Bytes, Secret};
use crate::pkce::{CodeChallenge, CodeVerifier};
use crate::resource::Resource;
use crate::scope::Scope;
use crate::time::UnixTime;

use super::flow_id::FlowId;
use super::id::GrantId;
use super::terms::{ClientBinding, KeyProof, Strength};

/// A message to a grant.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Begin with an authorization code. Succeeds once in the life of an id.
    Open(Open),
    /// Say once more what opening it was answered with, to a sender who knows the code.
    Repeat(Repeat),
    /// Exchange the code for tokens. Exactly one caller succeeds.
    Redeem(Redeem),
    /// Exchange a refresh token for the next one and a fresh access token.
    Refresh(Refresh),
    /// What an access token stands for.
    Inspect(Inspect),
    /// What a token of any kind stands for, for its client (RFC 7662).
    Introspect(Introspect),
    /// Replace the props. The sender must hold a live token.
    Reseal(Reseal),
    /// What a look at the client's document found.
    Looked(Looked),
    /// Revoke an access token or the grant (RFC 7009).
    Revoke(Revoke),
    /// End the grant and all its tokens.
    Close,
    /// Its person takes one choice back.
    Withhold(Withhold),
    /// Its person ends it.
    Recall(Recall),
}

/// What was approved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Open {
    /// As validated at approval.
    pub client: ClientBinding,
    /// The upstream's id of the person.
    pub subject: String,
    /// Exactly as the authorization request had it.
    pub redirect_uri: String,
    /// The PKCE challenge (RFC 7636 §4.3).
    pub challenge: CodeChallenge,
    /// Decided at the authorization request.
    pub resource: Resource,
    /// Granted by the person.
    pub scope: Scope,
    /// What the client asked for, which may be more. `None` from a version that did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Scope>,
    /// Opaque to this crate: whatever the resource server needs to act for the person.
    pub props: Bytes,
    /// When the props are of no more use; `None` for never.
    pub props_expire_at: Option<UnixTime>,
    /// When the approval can no longer be replayed, because its signed state has expired.
    pub approval_ends_at: UnixTime,
    /// The sign-in behind it, for logs. `None` from a version that did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowId>,
    /// The code that is to be given: a sender that had no answer sends it again, and is answered again
    /// ([`crate::authorize::Approval::code`]). `None` to have one drawn, which is given once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Secret>,
    /// What the person's list of grants will say of it ([`super::News::Opened`]). Opaque to this crate like the props, but
    /// no secret. `None` where there is no list, or its keeper is told by somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
}

/// What a grant was opened with, asked again.
#[derive(Debug, Serialize, Deserialize)]
pub struct Repeat {
    /// Refused unless it is the grant's, and still good.
    pub code: Secret,
}

/// The answer to an [`Open`].
#[derive(Debug)]
pub struct Opened {
    /// Of the authorization code.
    pub code: Secret,
    /// Whether the grant itself tells the keeper of the person's list. One of an earlier version does not.
    pub tells: bool,
}

/// A redemption (RFC 6749 §4.1.3).
#[derive(Debug, Serialize, Deserialize)]
pub struct Redeem {
    /// Of the code.
    pub secret: Secret,
    /// The client that redeems.
    pub client_id: String,
    /// How the client authenticated.
    pub strength: Strength,
    /// With which key, where that was with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyProof>,
    /// Compared where it is sent (OAuth 2.1 §10.2).
    pub redirect_uri: Option<String>,
    /// The PKCE verifier (RFC 7636 §4.5).
    pub verifier: CodeVerifier,
    /// Equal to or narrower than the grant's (RFC 8707 §2.2).
    pub resource: Option<Resource>,
}

/// A refresh (RFC 6749 §6).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Refresh {
    /// Of the refresh token.
    pub secret: Secret,
    /// Behind the secret in the token.
    pub tag: Bytes,
    /// The client that refreshes.
    pub client_id: String,
    /// How the client authenticated.
    pub strength: Strength,
    /// With which key, where that was with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyProof>,
    /// For this access token only. What was asked for and not granted is left out.
    pub scope: Option<Scope>,
    /// For this access token only; equal to or narrower than the grant's.
    pub resource: Option<Resource>,
}

/// A look at an access token.
#[derive(Debug, Serialize, Deserialize)]
pub struct Inspect {
    /// Of the access token.
    pub secret: Secret,
}

/// An introspection (RFC 7662).
#[derive(Debug, Serialize, Deserialize)]
pub struct Introspect {
    /// Of the token.
    pub secret: Secret,
    /// Present for a refresh token.
    pub tag: Option<Bytes>,
    /// The client that asks. Tokens of other clients are answered as unknown.
    pub client_id: String,
    /// How the client authenticated.
    pub strength: Strength,
}

/// New props for a grant.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reseal {
    /// Of any live token: it opens the key under which the props are sealed.
    pub secret: Secret,
    /// What replaces them.
    pub props: Bytes,
    /// When they are of no more use.
    pub props_expire_at: Option<UnixTime>,
}

/// A look at the client's document, which is over.
#[derive(Debug, Serialize, Deserialize)]
pub struct Looked(pub Found);

/// What a look at a client's document found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// Valid.
    Good,
    /// 404, 410, or a document that breaks a rule: which, in words for the client's developer.
    Gone(String),
    /// Unreachable, slow, 5xx: nothing is known.
    Unclear,
}

/// A revocation (RFC 7009): of an access token alone, or with a refresh token of the whole grant.
#[derive(Debug, Serialize, Deserialize)]
pub struct Revoke {
    /// Of the token.
    pub secret: Secret,
    /// Present for a refresh token.
    pub tag: Option<Bytes>,
    /// The client that revokes. Tokens of other clients stay as they are.
    pub client_id: String,
    /// How the client authenticated.
    pub strength: Strength,
}

/// The end of a grant, for a reason of the server's.
#[derive(Debug)]
pub struct Close;

/// The end of a grant, by its person.
#[derive(Debug, Serialize, Deserialize)]
pub struct Recall {
    /// The upstream's id of the person; refused unless they allowed the grant.
    pub subject: String,
}

/// A choice of the person's that is taken back.
#[derive(Debug, Serialize, Deserialize)]
pub struct Withhold {
    /// The upstream's id of the person; refused unless they allowed the grant.
    pub subject: String,
    /// Its name.
    pub choice: String,
    /// Everything that the person chose at the approval; the grant itself knows what was taken back since.
    pub choices: Vec<Choice>,
}

/// Something that a person may choose at the approval.
#[derive(Debug, Serialize, Deserialize)]
pub struct Choice {
    /// Opaque to this crate, like the props.
    pub name: String,
    /// The scope that it needs.
    pub scope: Scope,
}

/// The answer to a command. It may come from an object of another release: members that came later, or may go one day,
/// have defaults, and the others are those without which the reply would be none.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// To [`Command::Open`] and [`Command::Repeat`].
    Opened {
        /// Of the authorization code.
        code: Secret,
        /// Whether the grant tells the keeper of the person's list.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        tells: bool,
    },
    /// To [`Command::Redeem`] and [`Command::Refresh`].
    Issued(Issued),
    /// To [`Command::Inspect`].
    Valid(Inspected),
    /// To [`Command::Introspect`].
    Introspected(Introspected),
    /// To [`Command::Reseal`], [`Command::Looked`], [`Command::Revoke`], [`Command::Close`] and [`Command::Recall`]; to
    /// those of a client and of the server also where there was nothing to do.
    Done,
    /// To [`Command::Withhold`]: what the grant's tokens may do from now on. Nothing, where it has ended with that.
    Left(Scope),
    /// To any command.
    Refused(Refusal),
}

/// Fresh tokens.
#[derive(Debug, Serialize, Deserialize)]
pub struct Issued {
    /// Of the access token.
    pub access: Secret,
    /// Until the access token expires, in seconds.
    pub expires_in: u64,
    /// Of the refresh token and its tag; absent for a client that may not refresh.
    #[serde(default)]
    pub refresh: Option<(Secret, Bytes)>,
    /// Of the access token.
    pub scope: Scope,
    /// What to do after the answer has left.
    #[serde(default)]
    pub chores: Chores,
    /// The sign-in behind the grant, for logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowId>,
    /// The person, if the daily chores are due: their sign-in is then noted for the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// Work that no answer waits for. If it fails, a later answer hands it out again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Chores {
    /// Renew the client's record: at most daily.
    pub daily: bool,
    /// Look whether the client's document is still there: at most hourly.
    pub look: bool,
}

/// What a token stands for, without the props.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Introspected {
    /// The upstream's id of the person.
    pub subject: String,
    /// The resource at and below which it may be used (RFC 8707).
    pub resource: Resource,
    /// Its scope.
    pub scope: Scope,
    /// When the grant was opened.
    pub opened_at: UnixTime,
    /// When it ends.
    pub expires_at: UnixTime,
}

/// What a grant says of an access token. It is read through [`crate::bearer::UnboundToken`], so that nobody uses a token
/// whose audience they have not checked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Inspected {
    pub(crate) grant: GrantId,
    pub(crate) client_id: String,
    pub(crate) subject: String,
    pub(crate) resource: Resource,
    pub(crate) scope: Scope,
    pub(crate) expires_at: UnixTime,
    pub(crate) props: Bytes,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) withheld: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) flow: Option<FlowId>,
}

/// Why a command was refused. Unknown, expired, used up and issued to another client are one reason, so that a sender
/// without a valid token learns nothing about the grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Unknown, expired, used up, or issued to another client.
    Unknown,
    /// This id was opened before.
    AlreadyOpened,
    /// The right code, with another redirect URI than it was asked for.
    RedirectUri,
    /// The right code, with a verifier that does not match its challenge (RFC 7636 §4.6).
    Verifier,
    /// The client has shown better authentication than this before, or must.
    Strength,
    /// The client has shown a key that it did not publish when it was approved, nor beside such a one since.
    Key,
    /// Not covered by the grant's resource.
    Target,
    /// It names what was never asked for, or nothing that was granted.
    Scope,
    /// The client's document is gone for good, and how that was found.
    ClientGone(String),
    /// The props must be renewed first, and that did not work just now. Nothing was consumed.
    Unavailable,
    /// The grant ended with this command, and why. Who does not know this reply takes it for an outage, and hears
    /// [`Refusal::Unknown`] the next time.
    Ended(String),
}
