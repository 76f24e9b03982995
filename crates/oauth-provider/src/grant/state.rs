use serde::{Deserialize, Serialize};

use crate::crypto::{Sealed, SecretHash, Wrapped};
use crate::pkce::CodeChallenge;
use crate::resource::Resource;
use crate::scope::Scope;
use crate::time::UnixTime;

use super::family::Family;

/// The state of a grant, from the approval to its end. Stored as JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    /// Approved; the client holds a code.
    Pending(Pending),
    /// The client holds tokens.
    Active(Active),
    /// Ended. Kept until the approval that made it could no longer be replayed, then deleted.
    Closed(Closed),
}

/// A grant whose code was not redeemed yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pending {
    pub(super) terms: Terms,
    pub(super) code: SecretHash,
    pub(super) wrap: Wrapped,
    pub(super) props: Props,
    pub(super) challenge: CodeChallenge,
    pub(super) redirect_uri: String,
    pub(super) expires_at: UnixTime,
    pub(super) wrong_tries: u8,
}

/// A grant with live tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Active {
    pub(super) terms: Terms,
    /// Of the redeemed code, to recognise a second redemption.
    pub(super) code: SecretHash,
    pub(super) props: Props,
    /// Absent for a client that may not refresh.
    pub(super) family: Option<Family>,
    /// Oldest first.
    pub(super) accesses: Vec<Access>,
    /// How often a token older than the predecessor was used.
    pub(super) reuse_seen: u32,
    /// How often an answer was fetched again after the grace.
    pub(super) late_retries: u32,
    /// When chores were last handed out.
    pub(super) chores_at: UnixTime,
    /// What is known of its client's document.
    pub(super) document: DocumentWatch,
}

/// The props, sealed under the grant's own key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Props {
    #[serde(rename = "s")]
    pub(super) sealed: Sealed,
    /// When they are of no more use; `None` for never.
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    pub(super) expire_at: Option<UnixTime>,
}

/// A client that is described by a document is looked after: one whose document is gone for good may not refresh.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct DocumentWatch {
    /// When it was last looked at.
    pub(super) looked_at: UnixTime,
    /// Since when every look found it gone or invalid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gone_since: Option<UnixTime>,
    /// Found so at two looks at least an hour apart.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) gone: bool,
    /// What the last of those looks found, for the client's developer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<String>,
}

/// A grant that ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Closed {
    /// The upstream's id of the person whose list of grants it must still leave.
    pub(super) subject: String,
    pub(super) until: UnixTime,
}

/// What was agreed, for the whole life of the grant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Terms {
    /// The client that may use it.
    pub client: ClientBinding,
    /// The upstream's id of the person who allowed it.
    pub subject: String,
    /// The widest resource at which its tokens may be used (RFC 8707).
    pub resource: Resource,
    /// The widest scope of its tokens: what was granted, less what was taken back.
    pub scope: Scope,
    /// What its person has taken back.
    #[serde(default, skip_serializing_if = "Withheld::is_empty")]
    pub withheld: Withheld,
    /// When it was allowed.
    pub opened_at: UnixTime,
    /// When it ends at the latest.
    pub ends_at: UnixTime,
    /// When the approval behind it could be replayed at the latest.
    pub approval_ends_at: UnixTime,
}

/// What a person has taken back of a grant that lives.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Withheld {
    /// By name, in the order in which they went.
    pub choices: Vec<String>,
    /// The scope before any of them went. A client may go on asking for it, and is told what it gets (RFC 6749 §3.3).
    pub granted: Scope,
}

/// The client as validated at approval: all that later requests need to know of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClientBinding {
    /// Compared byte for byte.
    pub id: String,
    /// The least authentication that is accepted from it. Raised when it shows more.
    pub strength: Strength,
    /// Whether it gets refresh tokens.
    pub refresh: bool,
}

/// How a request to the token endpoint was authenticated, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// `none`: a public client.
    None,
    /// A shared secret.
    Secret,
    /// `private_key_jwt`
    PrivateKeyJwt,
}

/// A live access token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Access {
    #[serde(rename = "h")]
    pub(super) hash: SecretHash,
    #[serde(rename = "w")]
    pub(super) wrap: Wrapped,
    #[serde(rename = "e")]
    pub(super) expires_at: UnixTime,
    /// Its own scope, if that is narrower than the grant's.
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<Scope>,
    /// Its own resource, if that is narrower than the grant's.
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    pub(super) resource: Option<Resource>,
}

impl Lifecycle {
    /// When something ends next by itself: the time for an alarm.
    #[must_use]
    pub fn ends_at(&self) -> UnixTime {
        match self {
            Self::Pending(pending) => pending.expires_at,
            Self::Active(active) => active.ends_at(),
            Self::Closed(closed) => closed.until,
        }
    }

    /// What the state is at `now`, by the passing of time alone: a pending or active grant closes, a closed one
    /// is forgotten.
    #[must_use]
    pub fn at(self, now: UnixTime) -> Option<Self> {
        let ended = self.ends_at() <= now;
        match self {
            Self::Closed(_) if ended => None,
            Self::Pending(_) | Self::Active(_) if ended => Self::Closed(self.into_closed()).at(now),
            state => Some(state),
        }
    }

    /// What was agreed; `None` once it ended.
    #[must_use]
    pub const fn terms(&self) -> Option<&Terms> {
        match self {
            Self::Pending(pending) => Some(&pending.terms),
            Self::Active(active) => Some(&active.terms),
            Self::Closed(_) => None,
        }
    }

    /// The upstream's id of the person.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::Pending(Pending { terms, .. }) | Self::Active(Active { terms, .. }) => {
                &terms.subject
            }
            Self::Closed(closed) => &closed.subject,
        }
    }

    /// Whether it has ended.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Closed(_))
    }

    pub(super) fn into_closed(self) -> Closed {
        match self {
            Self::Pending(Pending { terms, .. }) | Self::Active(Active { terms, .. }) => {
                terms.close()
            }
            Self::Closed(closed) => closed,
        }
    }
}

impl Terms {
    /// The widest scope that its client may ask for.
    pub(super) const fn granted(&self) -> &Scope {
        if self.withheld.is_empty() {
            &self.scope
        } else {
            &self.withheld.granted
        }
    }

    pub(super) fn close(self) -> Closed {
        Closed {
            subject: self.subject,
            until: self.approval_ends_at,
        }
    }
}

impl Withheld {
    const fn is_empty(&self) -> bool {
        self.choices.is_empty()
    }
}

impl Active {
    /// With refresh tokens the family's end, without them that of the last access token.
    fn ends_at(&self) -> UnixTime {
        let tokens = match &self.family {
            Some(family) => family.expires_at,
            None => self
                .accesses
                .iter()
                .map(|a| a.expires_at)
                .max()
                .unwrap_or(self.terms.opened_at),
        };
        tokens.min(self.terms.ends_at)
    }
}
