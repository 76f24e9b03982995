use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::crypto::{Bytes, KeyRing, Purpose, base64url, constant_time_eq, sha256};
use crate::par::PushedName;
use crate::time::UnixTime;

use super::asked::Asked;
use super::browser::Browser;

/// A person may think about it for so long.
pub const TICKET_LIFETIME: Duration = Duration::from_secs(3600);

/// What the consent form carries: the request as the client made it, signed, and bound to the browser that was
/// shown the page. The approval runs the whole validation on it again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentTicket {
    /// The query of the authorization request.
    #[serde(rename = "q")]
    pub query: String,
    /// Where it was pushed: what the approval uses up.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<PushedName>,
    /// The form's own name.
    #[serde(skip)]
    pub id: TicketId,
    #[serde(rename = "b")]
    browser: Bytes,
    #[serde(rename = "e")]
    expires_at: UnixTime,
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
    /// The text of the form's hidden field.
    #[must_use]
    pub fn sign(
        asked: impl Into<Asked>,
        browser: &Browser,
        keys: &KeyRing,
        now: UnixTime,
    ) -> String {
        let Asked { query, pushed } = asked.into();
        let ticket = Self {
            query,
            pushed,
            id: TicketId::default(),
            browser: Bytes(binding(browser)),
            expires_at: now + TICKET_LIFETIME,
        };
        keys.sign(Purpose::Form, &ticket)
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

/// A hash, since the form's content can be read by whoever sees the page.
fn binding(browser: &Browser) -> Vec<u8> {
    sha256(browser.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    #[test]
    fn good_in_its_browser_for_an_hour() {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        let keys = KeyRing::parse("key", 1).unwrap();
        let (mine, other) = (Browser::draw(rng), Browser::draw(rng));
        let now = UnixTime(1_000_000);
        let text = ConsentTicket::sign("client_id=x", &mine, &keys, now);
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
