use serde::{Deserialize, Serialize};

use crate::resource::Resource;
use crate::scope::Scope;
use crate::time::UnixTime;

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
    /// What its client asked for. A refresh may name all of it, and gets what was granted (RFC 6749 §3.3). `None` where
    /// a version opened it that did not keep this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Scope>,
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
    /// The scope before any of them went. Read by the version before this one alone, which may still come back.
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

impl Terms {
    /// Whether its client has asked for all of this, as far as that is known.
    pub(super) fn was_asked_for(&self, scope: &Scope) -> bool {
        self.asked
            .as_ref()
            .is_none_or(|asked| scope.is_subset(asked))
    }
}

impl Withheld {
    const fn is_empty(&self) -> bool {
        self.choices.is_empty()
    }
}
