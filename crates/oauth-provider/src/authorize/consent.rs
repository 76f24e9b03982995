use std::time::Duration;

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::crypto::{Bytes, KeyRing, Purpose, base64url, constant_time_eq, sha256};
use crate::grant::FlowId;
use crate::par::PushedName;
use crate::time::UnixTime;

use super::asked::Asked;
use super::browser::Browser;
use super::request::AuthorizationRequest;

/// How long a consent form may be posted.
pub const TICKET_LIFETIME: Duration = Duration::from_secs(3600);

/// What the consent form carries: the request as the client made it, signed, and bound to the browser that was
/// shown the page. The approval runs the whole validation on it again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentTicket {
    /// The query of the authorization request.
    #[serde(rename = "q")]
    pub query: String,
    /// For a pushed request its name, which the approval uses up.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<PushedName>,
    /// The sign-in that it belongs to, for logs.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowId>,
    /// The form's own name.
    #[serde(skip)]
    pub id: TicketId,
    /// Absent in forms that were made before there was this.
    #[serde(rename = "s", default)]
    shown: Option<Shown>,
    /// No two forms are the same, also of one request in one second.
    #[serde(rename = "n", default)]
    nonce: String,
    #[serde(rename = "b")]
    browser: Bytes,
    #[serde(rename = "e")]
    expires_at: UnixTime,
}

/// What a page says of a client, as far as the client can change it while the page lies open. An approval is good for
/// what was shown, and for nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// What it calls itself.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// [`crate::client::Client::verified_host`]
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub verified_host: Option<String>,
    /// The redirect URI.
    #[serde(rename = "u")]
    pub redirect_uri: String,
    /// A hash of the rest of what the client can change: its other redirect URIs, its method, its keys (CIMD §8.4). Absent
    /// in forms that were made before there was this.
    #[serde(rename = "d", default)]
    pub agreed: Option<Bytes>,
}

impl From<&AuthorizationRequest> for Shown {
    fn from(request: &AuthorizationRequest) -> Self {
        Self {
            name: request.client.name.clone(),
            verified_host: request.client.verified_host.clone(),
            redirect_uri: request.redirect_uri.as_str().to_owned(),
            agreed: Some(request.client.agreed()),
        }
    }
}

/// Tells one form from another: a hash of its ticket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TicketId(String);

impl TicketId {
    pub(crate) fn of(text: &str) -> Self {
        Self(base64url(&sha256(text.as_bytes())))
    }
}

/// Why a form is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// Altered, made up, or signed by a key that is no longer listed.
    #[error("the form was not made by this server")]
    Forged,
    /// Older than an hour.
    #[error("the form is too old")]
    Expired,
    /// From another browser than the one that was shown the page, or one that keeps no cookies.
    #[error("the form belongs to another browser, or cookies are blocked")]
    OtherBrowser,
}

impl ConsentTicket {
    /// The text of the hidden field, on a page that shows this.
    #[must_use]
    pub fn sign(
        asked: impl Into<Asked>,
        shown: Shown,
        browser: &Browser,
        keys: &KeyRing,
        now: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> String {
        let Asked {
            query,
            pushed,
            flow,
        } = asked.into();
        let ticket = Self {
            query,
            pushed,
            flow,
            id: TicketId::default(),
            shown: Some(shown),
            nonce: draw(rng),
            browser: Bytes(binding(browser)),
            expires_at: now + TICKET_LIFETIME,
        };
        keys.sign(Purpose::Form, &ticket)
    }

    /// The text for another page of the same request, which shows this instead. It is good no longer than the first: a
    /// pushed request's use is remembered for so long.
    #[must_use]
    pub fn sign_again(&self, shown: Shown, keys: &KeyRing, rng: &mut impl CryptoRng) -> String {
        let ticket = Self {
            shown: Some(shown),
            nonce: draw(rng),
            ..self.clone()
        };
        keys.sign(Purpose::Form, &ticket)
    }

    /// When the page was first shown.
    #[must_use]
    pub const fn shown_at(&self) -> UnixTime {
        UnixTime(self.expires_at.0.saturating_sub(TICKET_LIFETIME.as_secs()))
    }

    /// What the person saw.
    #[must_use]
    pub const fn shown(&self) -> Option<&Shown> {
        self.shown.as_ref()
    }

    /// Reads the hidden field back.
    ///
    /// # Errors
    /// When it is not this server's, too old, or another browser's.
    pub fn open(
        text: &str,
        browser: Option<&Browser>,
        keys: &KeyRing,
        now: UnixTime,
    ) -> Result<Self, TicketError> {
        let ticket: Self = keys
            .verify(Purpose::Form, text)
            .ok_or(TicketError::Forged)?;
        if ticket.expires_at <= now {
            return Err(TicketError::Expired);
        }
        let same =
            browser.is_some_and(|browser| constant_time_eq(&binding(browser), &ticket.browser.0));
        if same {
            Ok(Self {
                id: TicketId::of(text),
                ..ticket
            })
        } else {
            Err(TicketError::OtherBrowser)
        }
    }
}

fn draw(rng: &mut impl CryptoRng) -> String {
    let mut nonce = [0; 16];
    rng.fill_bytes(&mut nonce);
    base64url(&nonce)
}

/// A hash, since anybody who sees the page can read the form's content.
fn binding(browser: &Browser) -> Vec<u8> {
    sha256(browser.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    fn shown(name: &str) -> Shown {
        Shown {
            name: Some(name.to_owned()),
            verified_host: None,
            redirect_uri: "https://app.example/cb".to_owned(),
            agreed: None,
        }
    }

    // rule: authorization/forms-are-their-own: each page's form is one of its own
    #[test]
    fn two_forms_of_one_second_are_two() {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        let keys = KeyRing::parse("key", 1).unwrap();
        let browser = Browser::draw(rng);
        let now = UnixTime(1_000_000);
        let mut sign = || ConsentTicket::sign("q", shown("A"), &browser, &keys, now, rng);
        let (one, other) = (sign(), sign());
        let id = |text: &str| {
            ConsentTicket::open(text, Some(&browser), &keys, now)
                .map(|ticket| ticket.id)
                .unwrap()
        };
        assert_eq!(id(&one), id(&one));
        assert_ne!(id(&one), id(&other));
    }

    // rule: authorization/good-for-what-was-shown: an approval is good for the name, host and
    //    address that were shown
    #[test]
    fn a_form_says_what_was_shown_and_another_page_does_not_prolong_it() {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        let keys = KeyRing::parse("key", 1).unwrap();
        let browser = Browser::draw(rng);
        let now = UnixTime(1_000_000);
        let open = |text: &str, now| ConsentTicket::open(text, Some(&browser), &keys, now);
        let first = ConsentTicket::sign("q", shown("A"), &browser, &keys, now, rng);
        let later = now + std::time::Duration::from_secs(3000);
        let first = open(&first, later).unwrap();
        assert_eq!(first.shown(), Some(&shown("A")));
        let second = first.sign_again(shown("B"), &keys, rng);
        let opened = open(&second, later).unwrap();
        assert_eq!(
            (opened.query.as_str(), opened.shown()),
            ("q", Some(&shown("B")))
        );
        assert_ne!(opened.id, first.id);
        assert_eq!(
            open(&second, now + TICKET_LIFETIME).err(),
            Some(TicketError::Expired)
        );
    }

    // rule: authorization/consent-form: the consent form: browser, age, signature, page
    #[test]
    fn good_in_its_browser_for_an_hour() {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        let keys = KeyRing::parse("key", 1).unwrap();
        let (mine, other) = (Browser::draw(rng), Browser::draw(rng));
        let now = UnixTime(1_000_000);
        let text = ConsentTicket::sign("client_id=x", shown("A"), &mine, &keys, now, rng);
        let open = |text: &str, browser, now| {
            ConsentTicket::open(text, browser, &keys, now).map(|t| t.query)
        };
        assert_eq!(open(&text, Some(&mine), now), Ok("client_id=x".to_owned()));
        assert_eq!(
            open(&text, Some(&other), now),
            Err(TicketError::OtherBrowser)
        );
        assert_eq!(open(&text, None, now), Err(TicketError::OtherBrowser));
        assert_eq!(
            open(&text, Some(&mine), now + TICKET_LIFETIME),
            Err(TicketError::Expired)
        );
        assert_eq!(open("x.y", Some(&mine), now), Err(TicketError::Forged));
        assert_eq!(
            Browser::from_cookie(&mine.cookie_value(&keys), &keys),
            Some(mine)
        );
        assert_eq!(Browser::from_cookie("AAAA", &keys), None);
    }
}
