use serde::{Deserialize, Serialize};

use crate::crypto::{Sealed, SecretHash, Wrapped};
use crate::pkce::CodeChallenge;
use crate::resource::Resource;
use crate::rows::{Row, Shape, Versions};
use crate::scope::Scope;
use crate::time::UnixTime;

use super::family::Family;
use super::outbox::{News, Outbox};
use super::terms::Terms;

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
    #[serde(default, skip_serializing_if = "Outbox::is_empty")]
    pub(super) outbox: Outbox,
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
    #[serde(default, skip_serializing_if = "Outbox::is_empty")]
    pub(super) outbox: Outbox,
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
    /// Stored also where it is empty: that the end was told.
    #[serde(default = "Outbox::of_a_closed_row")]
    pub(super) outbox: Outbox,
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

/// Why a grant ended that nobody ended.
const TIME: &str = "its time was over";

/// Raised as [`Versions`] says, with a line here that says what came.
///
/// * Row 2: `outbox`. A release that passes it over tells its account nothing, and allows no more.
impl Row for Lifecycle {
    const VERSIONS: Versions = Versions {
        row: 2,
        security: 1,
    };
    const SHAPE: Shape = Shape::Enum;
}

impl Lifecycle {
    /// When an alarm must ring: something ends, or news must be told again.
    #[must_use]
    pub fn rings_at(&self) -> UnixTime {
        match self {
            // What has ended and not told so stays, also when its time is over.
            Self::Closed(closed) => closed.outbox.again_at().unwrap_or(closed.until),
            Self::Pending(Pending { outbox, .. }) | Self::Active(Active { outbox, .. }) => {
                let end = self.ends_at();
                outbox.again_at().map_or(end, |again| again.min(end))
            }
        }
    }

    /// When something ends next by itself.
    #[must_use]
    pub fn ends_at(&self) -> UnixTime {
        match self {
            Self::Pending(pending) => pending.expires_at,
            Self::Active(active) => active.ends_at(),
            Self::Closed(closed) => closed.until,
        }
    }

    /// What the state is at `now`, by the passing of time alone: a pending or active grant closes, a closed one
    /// is forgotten when its account knows.
    #[must_use]
    pub fn at(self, now: UnixTime) -> Option<Self> {
        let end = self.ends_at();
        match self {
            Self::Closed(closed) if end <= now && closed.outbox.is_empty() => None,
            Self::Pending(_) | Self::Active(_) if end <= now => {
                let mut closed = self.into_closed();
                closed.outbox.add(News::Ended(TIME.to_owned()), end);
                Some(Self::Closed(closed))
            }
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
            Self::Pending(Pending { terms, outbox, .. })
            | Self::Active(Active { terms, outbox, .. }) => Closed {
                subject: terms.subject,
                until: terms.approval_ends_at,
                outbox,
            },
            Self::Closed(closed) => closed,
        }
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
