//! The chat's sealed cookies: its tokens while a person is signed in, and the state of a sign-in under way. Neither the
//! page's script nor anybody else can read them, and nothing of them is stored here.

use std::time::Duration;

use oauth_provider::crypto::{KeyRing, Purpose, constant_time_eq};
use oauth_provider::from_json;
use oauth_provider::{Origin, UnixTime};
use rand_core::CryptoRng;

use crate::runtime::hex::sha256_hex;
use crate::runtime::incoming::Incoming;
use crate::runtime::random;
use crate::site::cookies::{self, Jar};

/// An access token is renewed when it has this many seconds left: an answer may take so long.
const NEAR: u64 = 120;

/// How long a sign-in may take, in seconds.
const FLOW: u64 = 600;

/// The most bytes of a cookie's value. Browsers take 4,096 with name and attributes (RFC 6265 §6.1).
const MOST: usize = 3800;

/// The most characters of a name that the cookie keeps.
const NAME: usize = 40;

/// A person who is signed in to the chat. In the cookie a list of texts.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// The chat's access token.
    pub access: String,
    /// The chat's refresh token.
    pub refresh: String,
    /// When the access token ends.
    pub access_ends: UnixTime,
    /// The id of the client that the tokens are for.
    pub client: String,
    /// The name under which the person is shown to themselves. Empty if Sentry did not say.
    pub name: String,
    /// Sentry's id of the person, whose calls are counted together.
    pub user: String,
}

impl Session {
    /// A session of a client that has no tokens yet.
    pub const fn empty(client: String) -> Self {
        Self {
            access: String::new(),
            refresh: String::new(),
            access_ends: UnixTime(0),
            client,
            name: String::new(),
            user: String::new(),
        }
    }

    /// The session of this browser.
    pub fn of(request: &Incoming, jar: &Jar<'_>) -> Option<Self> {
        let value = request.cookie(&cookies::chat_name(jar.origin))?;
        Self::read(&value, jar.keys)
    }

    fn read(value: &str, keys: &KeyRing) -> Option<Self> {
        let [access, refresh, end, client, name, user] =
            open(keys, "tokens", value)?.try_into().ok()?;
        Some(Self {
            access,
            refresh,
            access_ends: UnixTime(end.parse().ok()?),
            client,
            name,
            user,
        })
    }

    fn write(&self, keys: &KeyRing, rng: &mut impl CryptoRng) -> Option<String> {
        let end = self.access_ends.0.to_string();
        let name: String = self.name.chars().take(NAME).collect();
        let parts = [
            &self.access,
            &self.refresh,
            &end,
            &self.client,
            &name,
            &self.user,
        ];
        seal(keys, "tokens", &parts, rng)
    }

    /// A `Set-Cookie` value that lasts as long as the refresh token; `None` if the tokens are too long for a cookie.
    pub fn cookie(&self, jar: &Jar<'_>, lifetime: Duration) -> Option<String> {
        let value = self.write(jar.keys, &mut random::rng())?;
        let name = cookies::chat_name(jar.origin);
        Some(cookies::set(&name, &value, lifetime.as_secs(), jar.origin))
    }

    /// Whether the access token should be renewed.
    pub fn is_near_its_end(&self, now: UnixTime) -> bool {
        self.access_ends.since(now) < Duration::from_secs(NEAR)
    }

    /// Whether the access token is of no use any more.
    pub fn has_ended(&self, now: UnixTime) -> bool {
        self.access_ends <= now
    }
}

/// A `Set-Cookie` value that signs out.
pub fn signed_out(origin: &Origin) -> String {
    cookies::delete(&cookies::chat_name(origin), origin)
}

/// A sign-in under way. Each has a cookie of its own, so that two tabs can both finish.
pub struct Flow {
    /// The authorization request's `state`, which names the flow.
    pub state: String,
    /// The PKCE code verifier (RFC 7636 §4.1).
    pub verifier: String,
    /// The id of the client that began it.
    pub client: String,
    /// Whether it happens in a popup, whose page closes it on return.
    pub popup: bool,
}

impl Flow {
    /// A `Set-Cookie` value; `None` if the flow is too long for a cookie.
    pub fn cookie(&self, jar: &Jar<'_>) -> Option<String> {
        let end = jar.now.0.saturating_add(FLOW).to_string();
        let popup = if self.popup { "popup" } else { "" };
        let parts = [&self.state, &self.verifier, &end, &self.client, popup];
        let value = seal(jar.keys, "flow", &parts, &mut random::rng())?;
        let name = name(&self.state, jar.origin);
        Some(cookies::set(&name, &value, FLOW, jar.origin))
    }

    /// The flow of this browser that has the `state` of a callback.
    pub fn of(state: &str, request: &Incoming, jar: &Jar<'_>) -> Option<Self> {
        let value = request.cookie(&name(state, jar.origin))?;
        Self::read(&value, state, jar.keys, jar.now)
    }

    fn read(value: &str, state: &str, keys: &KeyRing, now: UnixTime) -> Option<Self> {
        let [begun, verifier, end, client, popup] = open(keys, "flow", value)?.try_into().ok()?;
        let same = constant_time_eq(begun.as_bytes(), state.as_bytes());
        (same && UnixTime(end.parse().ok()?) > now).then_some(Self {
            state: begun,
            verifier,
            client,
            popup: popup == "popup",
        })
    }
}

/// The name of a flow's cookie.
pub fn name(state: &str, origin: &Origin) -> String {
    let hash: String = sha256_hex(state).chars().take(16).collect();
    cookies::flow_name(&[cookies::CHAT_FLOW, &hash].concat(), origin)
}

fn seal(
    keys: &KeyRing,
    about: &str,
    parts: &[impl AsRef<str>],
    rng: &mut impl CryptoRng,
) -> Option<String> {
    let mut json = String::new();
    mcp::json::array(&mut json, parts, |out, part| {
        mcp::json::text(out, part.as_ref());
    });
    let sealed = keys.seal(Purpose::OwnClient, about, json.as_bytes(), rng)?;
    (sealed.len() <= MOST).then_some(sealed)
}

fn open(keys: &KeyRing, about: &str, value: &str) -> Option<Vec<String>> {
    let json = keys.open(Purpose::OwnClient, about, value)?;
    from_json(&json).ok()
}

#[cfg(test)]
mod tests {
    use rand_core::UnwrapErr;

    use super::*;

    const NOW: UnixTime = UnixTime(1_000_000);

    fn keys() -> KeyRing {
        KeyRing::parse("key", 1).unwrap()
    }

    fn session() -> Session {
        Session {
            access: format!("smcp_a_{}.{}", "g".repeat(43), "s".repeat(43)),
            refresh: format!("smcp_r_{}.{}", "g".repeat(43), "s".repeat(64)),
            access_ends: UnixTime(NOW.0 + 3600),
            client: String::new(),
            name: "Ada \"Countess\" Marlowe".to_owned(),
            user: "1001".to_owned(),
        }
    }

    // rule: chat/sealed-cookie: tokens sealed in a small cookie, for one purpose, unaltered
    #[test]
    fn the_cookie_tells_nobody_and_is_small() {
        let rng = &mut UnwrapErr(getrandom::SysRng);
        let value = session().write(&keys(), rng).unwrap();
        for secret in ["smcp_a_", "ssss", "Ada", "1001"] {
            assert!(!value.contains(secret), "{secret}");
        }
        assert!(value.len() < 600, "{}", value.len());
        assert!(Session::read(&value, &keys()) == Some(session()));
        let other = KeyRing::parse("other", 1).unwrap();
        assert!(Session::read(&value, &other).is_none());
        for i in 0..value.len() {
            let mut bytes = value.clone().into_bytes();
            bytes[i] = if bytes[i] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(bytes).unwrap();
            assert!(Session::read(&forged, &keys()).is_none(), "{i}");
        }
    }

    // rule: chat/sealed-cookie
    #[test]
    fn tokens_too_long_for_a_cookie_are_not_cut() {
        let rng = &mut UnwrapErr(getrandom::SysRng);
        let access = "x".repeat(4000);
        let long = Session {
            access,
            ..session()
        };
        assert!(long.write(&keys(), rng).is_none());
    }

    // rule: chat/renewal: tokens are renewed before their end, by two tabs at once without harm;
    //    trouble that passes ends nothing
    #[test]
    fn a_token_near_its_end_is_renewed_before_it_ends() {
        let session = session();
        let left = |seconds| UnixTime(session.access_ends.0 - seconds);
        assert!(!session.is_near_its_end(left(120)));
        assert!(session.is_near_its_end(left(119)) && !session.has_ended(left(1)));
        assert!(session.has_ended(left(0)));
    }

    // rule: chat/state-and-iss
    #[test]
    fn a_flow_is_of_its_state_for_ten_minutes_and_is_no_session() {
        let (keys, rng) = (keys(), &mut UnwrapErr(getrandom::SysRng));
        let end = (NOW.0 + FLOW).to_string();
        let value = seal(
            &keys,
            "flow",
            &["state", "verifier", &end, "client", "popup"],
            rng,
        )
        .unwrap();
        let read = |state, now| Flow::read(&value, state, &keys, UnixTime(now));
        assert!(read("state", NOW.0 + FLOW - 1).unwrap().popup);
        assert!(read("state", NOW.0 + FLOW).is_none());
        assert!(read("other", NOW.0).is_none());
        assert!(Session::read(&value, &keys).is_none());
        let session = session().write(&keys, rng).unwrap();
        assert!(Flow::read(&session, "state", &keys, NOW).is_none());
        let six = ["a", "b", &end, "c", "d", "e"];
        let forged = seal(&keys, "flow", &six, rng).unwrap();
        assert!(
            Session::read(&forged, &keys).is_none(),
            "sealed as another thing"
        );
    }
}
