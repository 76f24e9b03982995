use std::fmt;

use sentry_api::Token;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a sign-in came to, as it is kept. `Debug` shows no token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The application that signed in, and that renews.
    pub client_id: String,
    pub access_token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// When the access token ends, in seconds since 1970, where Sentry says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// Whose it is, for people.
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

/// A token is renewed when it has less than this left, in seconds: a call must not begin with one that ends in it.
const SOON: u64 = 60;

impl Grant {
    /// Reads an answer of the token endpoint (RFC 6749 §5.1). `before` gives what a renewal may leave out.
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

    #[must_use]
    pub fn token(&self) -> Token {
        Token::new(&*self.access_token)
    }

    /// Whether the token ends so soon that it is better renewed first.
    #[must_use]
    pub fn ends_soon(&self, now: u64) -> bool {
        self.expires_at
            .is_some_and(|end| end <= now.saturating_add(SOON))
    }
}
