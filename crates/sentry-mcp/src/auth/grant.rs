use std::fmt;

use sentry_api::Token;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The result of a sign-in, as it is stored. `Debug` does not show the tokens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The OAuth application that signed in, and that refreshes the tokens.
    pub client_id: String,
    /// The access token, sent to Sentry with every call.
    pub access_token: String,
    /// The refresh token, if Sentry issued one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// When the access token expires, in seconds since 1970, if Sentry says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// The user who signed in, for people to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant")
            .field("client_id", &self.client_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// A token that expires within this many seconds is refreshed first, so that it does not expire during a call.
const SOON: u64 = 60;

impl Grant {
    /// Reads a response of the token endpoint (RFC 6749 §5.1). Values that a refresh may leave out are taken from
    /// `before`.
    #[must_use]
    pub fn read(answer: &Value, client_id: &str, now: u64, before: Option<&Self>) -> Option<Self> {
        let text = |value: &Value, name: &str| {
            let text = value.get(name)?.as_str()?;
            let sendable = !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
            sendable.then(|| text.to_owned())
        };
        let user = answer.get("user").and_then(|user| {
            let named = |name| user.get(name).and_then(Value::as_str);
            named("email")
                .or_else(|| named("name"))
                .map(crate::words::plain)
        });
        let lifetime = answer.get("expires_in").and_then(Value::as_u64);
        Some(Self {
            client_id: client_id.to_owned(),
            access_token: text(answer, "access_token")?,
            refresh_token: text(answer, "refresh_token")
                .or_else(|| before.and_then(|before| before.refresh_token.clone())),
            expires_at: lifetime.map(|seconds| now.saturating_add(seconds)),
            user: user.or_else(|| before.and_then(|before| before.user.clone())),
        })
    }

    /// The access token, in the form that the API client takes.
    #[must_use]
    pub fn token(&self) -> Token {
        Token::new(&*self.access_token)
    }

    /// Whether the token expires so soon that it should be refreshed first.
    #[must_use]
    pub fn ends_soon(&self, now: u64) -> bool {
        self.expires_at
            .is_some_and(|end| end <= now.saturating_add(SOON))
    }
}
