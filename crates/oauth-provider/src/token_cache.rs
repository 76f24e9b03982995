//! Tokens that were found valid, for a short while: an authenticated request need not ask its grant again.

use std::collections::HashMap;
use std::time::Duration;

use crate::bearer::UnboundToken;
use crate::crypto::sha256;
use crate::grant::GrantId;
use crate::time::UnixTime;

/// So long a revoked token may live on where it was seen before.
const KEPT: Duration = Duration::from_secs(30);

/// Valid tokens by hash. Bounded; what was not used for longest goes first.
#[derive(Debug)]
pub struct TokenCache {
    most: usize,
    entries: HashMap<[u8; 32], Entry>,
}

#[derive(Debug)]
struct Entry {
    known: UnboundToken,
    checked_at: UnixTime,
    used_at: UnixTime,
}

impl TokenCache {
    /// An empty cache of at most `most` tokens.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            most,
            entries: HashMap::new(),
        }
    }

    /// What a token stands for, if its grant said so within the last half minute and it has not expired.
    pub fn get(&mut self, token: &str, now: UnixTime) -> Option<UnboundToken> {
        let entry = self.entries.get_mut(&sha256(token.as_bytes()))?;
        // A clock that was set back must not make an entry live for ever.
        let fresh = entry.checked_at <= now && now.since(entry.checked_at) < KEPT;
        if !fresh || entry.known.expires_at() <= now {
            return None;
        }
        entry.used_at = now;
        Some(entry.known.clone())
    }

    /// Keeps what a grant has just said.
    pub fn put(&mut self, token: &str, known: UnboundToken, now: UnixTime) {
        if self.entries.len() >= self.most {
            self.entries
                .retain(|_, entry| now.since(entry.checked_at) < KEPT);
        }
        if self.entries.len() >= self.most {
            let oldest = self
                .entries
                .iter()
                .min_by_key(|(_, entry)| entry.used_at)
                .map(|(hash, _)| *hash);
            oldest.map(|hash| self.entries.remove(&hash));
        }
        self.entries.insert(
            sha256(token.as_bytes()),
            Entry {
                known,
                checked_at: now,
                used_at: now,
            },
        );
    }

    /// Forgets the tokens of a grant: it was closed, or one of them was revoked, in this very place.
    pub fn forget(&mut self, grant: &GrantId) {
        self.entries.retain(|_, entry| entry.known.grant() != grant);
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    // rule: tokens/token-cache: a token is remembered 30 s at most, and not beyond its end
    #[test]
    fn for_half_a_minute_and_never_beyond_the_token() {
        let grant = GrantId::draw(&mut ChaCha20Rng::seed_from_u64(1));
        let mut cache = TokenCache::new(10);
        cache.put(
            "long",
            UnboundToken::for_test(&grant, 9_999),
            UnixTime(1_000),
        );
        cache.put(
            "short",
            UnboundToken::for_test(&grant, 1_010),
            UnixTime(1_000),
        );
        let mut live = |token: &str, now| cache.get(token, UnixTime(now)).is_some();
        assert!(live("long", 1_029) && !live("long", 1_030) && !live("long", 999));
        assert!(live("short", 1_009) && !live("short", 1_010));
        assert!(!live("other", 1_000));
    }

    // rule: tokens/token-cache
    #[test]
    fn a_grant_is_forgotten_as_a_whole_and_the_cache_is_bounded() {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        let (mine, other) = (GrantId::draw(rng), GrantId::draw(rng));
        let mut cache = TokenCache::new(2);
        cache.put("a", UnboundToken::for_test(&mine, 9_999), UnixTime(1));
        cache.put("b", UnboundToken::for_test(&other, 9_999), UnixTime(2));
        assert!(cache.get("a", UnixTime(3)).is_some());
        cache.put("c", UnboundToken::for_test(&mine, 9_999), UnixTime(4));
        assert!(
            cache.get("b", UnixTime(4)).is_none(),
            "the one that was not used for longest"
        );
        cache.forget(&mine);
        assert!(cache.get("a", UnixTime(4)).is_none() && cache.get("c", UnixTime(4)).is_none());
    }
}
