//! The refresh tokens of a grant, each made from the one before.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::crypto::{Bytes, Secret, SecretHash, Wrapped, constant_time_eq, hmac_sha256};
use crate::time::UnixTime;

use super::Moment;
use super::terms::Terms;

/// The current refresh token and its predecessor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Family {
    /// Tags every refresh token of the family, so that an old one is told from a made-up one without keeping all
    /// hashes. It proves nothing else: somebody who reads it here could at most make up a token that looks old.
    tag_key: Bytes,
    /// Of the current token, from 0.
    generation: u32,
    current: Slot,
    previous: Option<Previous>,
    pub(super) expires_at: UnixTime,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Slot {
    hash: SecretHash,
    wrap: Wrapped,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Previous {
    slot: Slot,
    used_at: UnixTime,
    late_retries: u8,
}

/// A refresh token's secret and tag.
pub(super) type RefreshToken = (Secret, Bytes);

/// What a presented refresh token is to the family.
pub(super) enum Presented {
    /// Not of this family.
    Foreign,
    /// The newest.
    Current,
    /// The one before, while the newest is unused.
    Previous { used_at: UnixTime, late_retries: u8 },
    /// Superseded more than once.
    Older,
}

impl Family {
    /// The first token.
    pub(super) fn begin(
        props_key: &Secret,
        terms: &Terms,
        moment: &Moment<'_>,
        rng: &mut impl CryptoRng,
    ) -> Option<(Self, RefreshToken)> {
        let (secret, tag_key) = (Secret::draw(rng), Secret::draw(rng));
        let wrap = Wrapped::wrap(moment.keys, &secret, moment.id.as_bytes(), props_key, rng)?;
        let family = Self {
            tag_key: Bytes(tag_key.expose().to_vec()),
            generation: 0,
            current: Slot {
                hash: secret.hash(),
                wrap,
            },
            previous: None,
            expires_at: (moment.now + moment.policy.refresh).min(terms.ends_at),
        };
        let tag = family.tag(&secret);
        Some((family, (secret, tag)))
    }

    pub(super) fn recognise(&self, secret: &Secret, tag: &Bytes) -> Presented {
        if !constant_time_eq(&self.tag(secret).0, &tag.0) {
            return Presented::Foreign;
        }
        match &self.previous {
            _ if self.current.hash.matches(secret) => Presented::Current,
            Some(previous) if previous.slot.hash.matches(secret) => Presented::Previous {
                used_at: previous.used_at,
                late_retries: previous.late_retries,
            },
            _ => Presented::Older,
        }
    }

    /// Makes the successor of the current token. The presented secret unwraps the props key, and both make the
    /// successor; the old predecessor's wrap goes, so nothing is left to open with it. Both wraps are made anew: a
    /// server key that is about to go may have made the present one, and the answer may be lost.
    pub(super) fn rotate(
        mut self,
        secret: &Secret,
        terms: &Terms,
        moment: &Moment<'_>,
        rng: &mut impl CryptoRng,
    ) -> Option<(Self, Secret, RefreshToken)> {
        let about = moment.id.as_bytes();
        let props_key = self.current.wrap.unwrap(moment.keys, secret, about)?;
        let successor = successor(&props_key, self.generation, secret);
        let wrap = Wrapped::wrap(moment.keys, &successor, about, &props_key, rng)?;
        let slot = Slot {
            hash: successor.hash(),
            wrap,
        };
        self.previous = Some(Previous {
            slot: Slot {
                hash: std::mem::replace(&mut self.current, slot).hash,
                wrap: Wrapped::wrap(moment.keys, secret, about, &props_key, rng)?,
            },
            used_at: moment.now,
            late_retries: 0,
        });
        self.generation = self.generation.checked_add(1)?;
        self.expires_at = (moment.now + moment.policy.refresh).min(terms.ends_at);
        let tag = self.tag(&successor);
        Some((self, props_key, (successor, tag)))
    }

    /// Makes the same successor again from the predecessor: its client lost the answer, or asked twice at once.
    pub(super) fn retry(
        mut self,
        secret: &Secret,
        late: bool,
        moment: &Moment<'_>,
        rng: &mut impl CryptoRng,
    ) -> Option<(Self, Secret, RefreshToken)> {
        let about = moment.id.as_bytes();
        let previous = self.previous.as_mut()?;
        previous.late_retries = previous.late_retries.saturating_add(u8::from(late));
        let props_key = previous.slot.wrap.unwrap(moment.keys, secret, about)?;
        let successor = successor(&props_key, self.generation.checked_sub(1)?, secret);
        if !self.current.hash.matches(&successor) {
            return None;
        }
        // Both anew, since the first wraps may name a server key that is about to go, and this answer may be lost too.
        previous.slot.wrap = Wrapped::wrap(moment.keys, secret, about, &props_key, rng)?;
        self.current.wrap = Wrapped::wrap(moment.keys, &successor, about, &props_key, rng)?;
        let tag = self.tag(&successor);
        Some((self, props_key, (successor, tag)))
    }

    /// When it was last rotated.
    pub(super) fn used_at(&self) -> Option<UnixTime> {
        self.previous.as_ref().map(|previous| previous.used_at)
    }

    /// The props key, opened by the current token or its predecessor.
    pub(super) fn props_key(&self, secret: &Secret, moment: &Moment<'_>) -> Option<Secret> {
        let slots = std::iter::once(&self.current)
            .chain(self.previous.as_ref().map(|previous| &previous.slot));
        let slot = slots.into_iter().find(|slot| slot.hash.matches(secret))?;
        slot.wrap.unwrap(moment.keys, secret, moment.id.as_bytes())
    }

    fn tag(&self, secret: &Secret) -> Bytes {
        let key = self.tag_key.0.as_slice().try_into().unwrap_or([0; 32]);
        Bytes(
            hmac_sha256(&key, &[b"refresh tag", secret.expose()])
                .iter()
                .take(16)
                .copied()
                .collect(),
        )
    }
}

/// Deterministic, so that a client that presents the predecessor again gets the same successor, although nothing is
/// stored in the clear, and also after a rotation of the server's keys.
fn successor(props_key: &Secret, generation: u32, presented: &Secret) -> Secret {
    let parts: [&[u8]; 3] = [b"refresh", &generation.to_be_bytes(), presented.expose()];
    Secret::from_bytes(hmac_sha256(props_key.expose(), &parts))
}
