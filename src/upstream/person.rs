//! The person whom Sentry names, for limits by person.
// file rule: agent/confirmed-people-only: the model is for people whom Sentry has confirmed, for
//    half a minute

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use oauth_provider::UnixTime;
use oauth_provider::crypto::sha256;
use sentry_api::{ApiError, Client, Token};
use worker::Env;

use crate::runtime::address::Address;
use crate::runtime::bindings::CHAT_RATE_LIMITER;
use crate::runtime::limits::{Cost, Refused, allow};

/// How long a Sentry token counts as confirmed: as long as our own tokens do.
const KEPT: Duration = Duration::from_secs(30);
const MOST: usize = 1000;

thread_local! {
    static CONFIRMED: RefCell<HashMap<[u8; 32], (UnixTime, Person)>> = RefCell::default();
}

/// A person whom Sentry has confirmed: the one of a grant, or the owner of a Sentry token. They may have many grants and
/// tokens, and are counted as one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    key: String,
}

impl Person {
    /// The person with this id, which Sentry said. Without an id it is nobody.
    pub fn of(id: &str) -> Option<Self> {
        (!id.is_empty()).then(|| Self {
            key: ["person:", id].concat(),
        })
    }

    /// The person behind a Sentry token: within half a minute of the last look without asking Sentry.
    ///
    /// # Errors
    /// Sentry knows no such token, or does not answer.
    pub async fn behind(token: &Token, client: &Client, now: UnixTime) -> Result<Self, ApiError> {
        let name = name_of(token);
        if let Some(person) = recall(&name, now) {
            return Ok(person);
        }
        let user = client.user().await?;
        let person = Self::of(&user.id).ok_or(ApiError::Malformed("a user"))?;
        remember(name, person.clone(), now);
        Ok(person)
    }

    /// Counts one use of the language model: once for the person, across all their clients and tokens, and once for the
    /// address.
    ///
    /// # Errors
    /// It is one use too many, or the limiter failed.
    pub async fn may_use_model(&self, env: &Env, address: &Address) -> Result<(), Refused> {
        allow(env, CHAT_RATE_LIMITER, self.key(), Cost::Operator).await?;
        allow(env, CHAT_RATE_LIMITER, address.key(), Cost::Operator).await
    }

    /// The key for a limiter.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// Forgets a Sentry token that Sentry has refused.
pub fn forget(token: &Token) {
    CONFIRMED.with_borrow_mut(|confirmed| confirmed.remove(&name_of(token)));
}

fn name_of(token: &Token) -> [u8; 32] {
    sha256(token.expose().as_bytes())
}

fn recall(name: &[u8; 32], now: UnixTime) -> Option<Person> {
    CONFIRMED.with_borrow(|confirmed| {
        let (since, person) = confirmed.get(name)?;
        is_fresh(*since, now).then(|| person.clone())
    })
}

/// Keeps nothing when the memory is full: Sentry is asked again then.
fn remember(name: [u8; 32], person: Person, now: UnixTime) {
    CONFIRMED.with_borrow_mut(|confirmed| {
        if confirmed.len() >= MOST {
            confirmed.retain(|_, (since, _)| is_fresh(*since, now));
        }
        if confirmed.len() < MOST {
            confirmed.insert(name, (now, person));
        }
    });
}

/// An entry from the future is not fresh: a clock that was set back must not make it live for ever.
fn is_fresh(since: UnixTime, now: UnixTime) -> bool {
    since <= now && now.since(since) < KEPT
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use fetch::Method;
    use fetch::scripted::Scripted;
    use sentry_api::{BaseUrl, Fixed};

    use super::*;

    const AUTH: &str = "https://sentry.example/api/0/auth/";

    fn client(script: &Rc<Scripted>, token: &str) -> Client {
        let base = BaseUrl::parse("https://sentry.example").unwrap();
        Client::new(
            Rc::clone(script) as _,
            Rc::new(Fixed(Token::new(token))),
            base,
        )
    }

    #[tokio::test]
    async fn sentry_is_asked_once_in_half_a_minute_and_again_after_a_refusal() {
        let ada = r#"{"id":"1001","name":"Ada","email":null}"#;
        let script = (0..4).fold(Scripted::new(), |script, _| {
            script.json(Method::Get, AUTH, 200, ada)
        });
        let script = Rc::new(script);
        let token = Token::new("token of Ada");
        let at = async |now| {
            let client = client(&script, token.expose());
            Person::behind(&token, &client, UnixTime(now))
                .await
                .unwrap()
        };
        let asked = || script.requests().len();
        assert_eq!(at(1000).await.key(), "person:1001");
        at(1029).await;
        assert_eq!(asked(), 1);
        at(1030).await;
        assert_eq!(asked(), 2);
        at(1029).await;
        assert_eq!(asked(), 3, "a clock that was set back");
        forget(&token);
        at(1029).await;
        assert_eq!(asked(), 4);
    }

    #[tokio::test]
    async fn a_refusal_is_not_remembered_and_nobody_has_no_key() {
        let script = Scripted::new()
            .json(Method::Get, AUTH, 401, "{}")
            .json(
                Method::Get,
                AUTH,
                200,
                r#"{"id":"","name":null,"email":null}"#,
            )
            .json(
                Method::Get,
                AUTH,
                200,
                r#"{"id":"7","name":null,"email":null}"#,
            );
        let script = Rc::new(script);
        let token = Token::new("token of nobody yet");
        let client = client(&script, token.expose());
        let ask = async || Person::behind(&token, &client, UnixTime(1)).await;
        assert_eq!(ask().await, Err(ApiError::Unauthorized));
        assert!(ask().await.is_err());
        assert_eq!(ask().await, Ok(Person::of("7").unwrap()));
        assert_eq!(Person::of(""), None);
    }

    #[test]
    fn the_memory_is_bounded() {
        CONFIRMED.with_borrow_mut(HashMap::clear);
        let name = |number: u32| sha256(&number.to_be_bytes());
        let person = Person::of("1").unwrap();
        for number in 0..2000 {
            remember(name(number), person.clone(), UnixTime(1000));
        }
        assert_eq!(CONFIRMED.with_borrow(HashMap::len), MOST);
        remember(name(5000), person.clone(), UnixTime(1030));
        assert_eq!(recall(&name(5000), UnixTime(1030)), Some(person));
        assert_eq!(CONFIRMED.with_borrow(HashMap::len), 1);
    }
}
