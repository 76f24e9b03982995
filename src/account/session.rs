//! The session of a person who is signed in to their own pages: one signed cookie, for an hour. Nothing is stored, and the
//! cookie holds no secret: only who the person is, and when the session ends. No Sentry token outlives the sign-in.

use oauth_provider::UnixTime;
use oauth_provider::crypto::{KeyRing, Purpose};
use rand_core::Rng;

use crate::runtime::incoming::Incoming;
use crate::site::cookies::{self, Jar};
use crate::upstream::sentry::User;

/// How long a session lasts, in seconds.
const LIFETIME: u64 = 3600;

/// The most characters of a name that the cookie keeps.
const NAME: usize = 40;

/// In the cookie a list of texts: number, end, person, name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Sentry's id of the person.
    pub user: String,
    /// The name under which the person is shown to themselves.
    pub name: String,
    /// Tells this session from others of the same person.
    number: String,
    expires_at: UnixTime,
}

impl Session {
    /// A person has come back from Sentry. If the same person's session is still there it goes on, so that what
    /// another tab shows stays good.
    pub fn begin(user: User, before: Option<Self>, now: UnixTime, rng: &mut impl Rng) -> Self {
        let before = before.filter(|before| before.user == user.id);
        let mut names = [user.name, user.email].into_iter().flatten();
        let name = names.find(|name| !name.trim().is_empty());
        Self {
            number: before.map_or_else(
                || format!("{:016x}", rng.next_u64()),
                |before| before.number,
            ),
            name: name
                .unwrap_or_else(|| user.id.clone())
                .chars()
                .take(NAME)
                .collect(),
            user: user.id,
            expires_at: UnixTime(now.0.saturating_add(LIFETIME)),
        }
    }

    /// The session of this browser, while it lasts.
    pub fn of(request: &Incoming, jar: &Jar<'_>) -> Option<Self> {
        let value = request.cookie(&cookies::session_name(jar.origin))?;
        Self::read(&value, jar.keys, jar.now)
    }

    fn read(value: &str, keys: &KeyRing, now: UnixTime) -> Option<Self> {
        let parts: Vec<String> = keys.verify(Purpose::Session, value)?;
        let [number, end, user, name] = parts.try_into().ok()?;
        let expires_at = UnixTime(end.parse().ok()?);
        (expires_at > now).then_some(Self {
            user,
            name,
            number,
            expires_at,
        })
    }

    fn write(&self, purpose: Purpose, keys: &KeyRing) -> String {
        let end = self.expires_at.0.to_string();
        let parts = [&self.number, &end, &self.user, &self.name].map(String::clone);
        keys.sign(purpose, &Vec::from(parts))
    }

    /// The `Set-Cookie` value that begins or extends this session.
    pub fn cookie(&self, jar: &Jar<'_>) -> String {
        let value = self.write(Purpose::Session, jar.keys);
        let name = cookies::session_name(jar.origin);
        cookies::set(&name, &value, LIFETIME, jar.origin)
    }

    /// A text that only this session can have been given, for its forms and for what a page says after one.
    pub fn sign(&self, text: &str, keys: &KeyRing) -> String {
        let parts = vec![self.number.clone(), text.to_owned()];
        keys.sign(Purpose::SessionProof, &parts)
    }

    /// The text, if it was signed for this session.
    pub fn verify(&self, signed: &str, keys: &KeyRing) -> Option<String> {
        let parts: Vec<String> = keys.verify(Purpose::SessionProof, signed)?;
        let [number, text] = parts.try_into().ok()?;
        (number == self.number).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use rand_core::UnwrapErr;

    use super::*;

    const NOW: UnixTime = UnixTime(1_000_000);

    fn keys() -> KeyRing {
        KeyRing::parse("key", 1).unwrap()
    }

    fn user(id: &str, name: Option<&str>) -> User {
        User {
            id: id.to_owned(),
            name: name.map(str::to_owned),
            email: Some("ada@example.com".to_owned()),
        }
    }

    fn session(id: &str) -> Session {
        Session::begin(
            user(id, Some("Ada")),
            None,
            NOW,
            &mut UnwrapErr(getrandom::SysRng),
        )
    }

    // rule: apps/session: the session: an hour, unaltered, under its own key, this host's
    #[test]
    fn good_for_an_hour_and_unaltered_only() {
        let (keys, session) = (keys(), session("7"));
        let value = session.write(Purpose::Session, &keys);
        assert_eq!(
            Session::read(&value, &keys, UnixTime(NOW.0 + 3599)),
            Some(session.clone())
        );
        assert_eq!(Session::read(&value, &keys, UnixTime(NOW.0 + 3600)), None);
        for i in 0..value.len() {
            let mut bytes = value.clone().into_bytes();
            bytes[i] = if bytes[i] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(bytes).unwrap();
            assert_eq!(Session::read(&forged, &keys, NOW), None, "{forged}");
        }
        let other = KeyRing::parse("other", 1).unwrap();
        assert_eq!(Session::read(&value, &other, NOW), None);
        let rotated = KeyRing::parse("new,key", 1).unwrap();
        assert_eq!(Session::read(&value, &rotated, NOW), Some(session));
    }

    // rule: apps/session
    #[test]
    fn nothing_that_was_signed_for_another_purpose_is_one() {
        let (keys, session) = (keys(), session("7"));
        for purpose in [
            Purpose::Browser,
            Purpose::Form,
            Purpose::UpstreamState,
            Purpose::SignInState,
            Purpose::SessionProof,
        ] {
            let value = session.write(purpose, &keys);
            assert_eq!(Session::read(&value, &keys, NOW), None, "{purpose:?}");
        }
    }

    // rule: apps/forms: forms: from our page, in a session, with its own proof, well formed
    #[test]
    fn what_a_page_carries_is_good_in_its_session_only() {
        let (keys, mine, other) = (keys(), session("7"), session("7"));
        let signed = mine.sign("form", &keys);
        assert_eq!(mine.verify(&signed, &keys).as_deref(), Some("form"));
        assert_eq!(other.verify(&signed, &keys), None, "of the same person");
        let cookie = mine.write(Purpose::Session, &keys);
        assert_eq!(mine.verify(&cookie, &keys), None);
    }

    // rule: apps/two-tabs: a sign-in finishes in two tabs
    #[test]
    fn another_sign_in_of_the_same_person_keeps_the_other_tab_good() {
        let (keys, rng) = (keys(), &mut UnwrapErr(getrandom::SysRng));
        let first = session("7");
        let signed = first.sign("form", &keys);
        let same = Session::begin(user("7", None), Some(first.clone()), NOW, rng);
        assert!(same.verify(&signed, &keys).is_some());
        let other = Session::begin(user("8", None), Some(first), NOW, rng);
        assert!(other.verify(&signed, &keys).is_none());
    }

    #[test]
    fn a_person_without_a_name_is_shown_what_there_is() {
        let rng = &mut UnwrapErr(getrandom::SysRng);
        let mut shown = |name| Session::begin(user("7", name), None, NOW, rng).name;
        assert_eq!(shown(Some(" ")), "ada@example.com");
        assert_eq!(shown(None), "ada@example.com");
        assert_eq!(shown(Some(&"x".repeat(500))).len(), 40);
    }
}
