//! The two forms that a client id has: a plain one, under which a client is registered, and a URL.

use rand_core::CryptoRng;

use crate::crypto::Secret;
use crate::time::UnixTime;

/// Characters of the time in a drawn id, and of the rest.
const TIME: usize = 8;
const RANDOM: usize = 22;

/// An id for a client that registers now: the time in seconds as hexadecimal digits, and what nobody guesses.
pub(super) fn draw(now: UnixTime, rng: &mut impl CryptoRng) -> String {
    let secret = Secret::draw(rng).expose_text();
    let random = secret.chars().take(RANDOM);
    format!("{:0TIME$x}", now.0).chars().chain(random).collect()
}

/// When the client of this id registered, as far as the id says so: a store whose places do not learn of a write at once
/// knows by it that a record may be on its way. `None` for ids of another form, such as those drawn by earlier versions
/// and those that an operator gives. Anybody can make an id up, so it proves nothing.
#[must_use]
pub fn registered_at(client_id: &str) -> Option<UnixTime> {
    let (time, random) = client_id.split_at_checked(TIME)?;
    let is_ours = random.len() == RANDOM && time.bytes().all(|b| b.is_ascii_hexdigit());
    u64::from_str_radix(time, 16)
        .ok()
        .filter(|_| is_ours)
        .map(UnixTime)
}

/// Whether it has the form of the ids that [`super::register`] draws and that an operator may give: 1 to 128 letters,
/// digits, hyphens, underscores or dots. No other id is looked up.
pub(super) fn is_plain(client_id: &str) -> bool {
    (1..=128).contains(&client_id.len())
        && client_id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// Whether it is meant as a URL, well-formed or not.
pub(crate) fn is_url(client_id: &str) -> bool {
    client_id.contains("://") || client_id.to_ascii_lowercase().starts_with("https:")
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    // rule: clients/record-on-its-way
    #[test]
    fn an_id_says_when_its_client_registered() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let now = UnixTime(1_796_000_000);
        let (one, other) = (draw(now, &mut rng), draw(now, &mut rng));
        assert_eq!((one.len(), is_plain(&one)), (30, true));
        assert_ne!(one, other);
        assert_eq!(registered_at(&one), Some(now));
        for id in [
            "",
            "6b0c1d2",
            "+b0c1d2eAAAAAAAAAAAAAAAAAAAAAA",
            "6b0c1d2eAAAAAAAAAAAAAAAAAAAAA",
            "AAAAAAAAAAAAAAAAAAAAAA",
            "https://a.example/client.json1",
            "6b0c1d2äAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(registered_at(id), None, "{id}");
        }
    }
}
