//! `/mcp?agent=1`: one tool that takes a request in words, if a language model is set up. The query decides what is
//! offered, and nothing about what is allowed.

use std::cell::Cell;
use std::rc::Rc;

use agent_mode::{Admission, Denied, Mode, Model};
use fetch::LocalFuture;
use oauth_provider::UnixTime;
use sentry_api::{ApiError, Client, Token};
use sentry_tools::{Refusal, Session};
use worker::Env;

use crate::deployment::Deployment;
use crate::runtime::address::Address;
use crate::runtime::fetch::Outgoing;
use crate::runtime::incoming::Incoming;
use crate::runtime::limits::Refused;
use crate::runtime::log;
use crate::upstream::person::Person;

/// On whose behalf the model is asked.
pub enum Who {
    /// An OAuth session: the person that Sentry named when the grant was opened.
    Grant(Option<Person>),
    /// A `Sentry-Bearer` token, whose person Sentry must be asked about.
    Holder(Token),
}

/// Agent mode, if the request's URL asks for it. `client` asks Sentry in the name of `who`.
pub fn of(
    request: &Incoming,
    who: Who,
    client: &Client,
    session: &Session,
    deployment: &Deployment,
) -> Option<Mode<Refusal>> {
    let query = request.url.query()?;
    if !query.split('&').any(|pair| pair == "agent=1") {
        return None;
    }
    let model = deployment.config.model.as_ref();
    Some(Mode {
        model: model.map(|model| Model::at(model.url.clone(), model.key.expose(), &model.name)),
        admission: Rc::new(Counted {
            env: deployment.env.clone(),
            now: deployment.now,
            request_id: request.id.clone(),
            address: request.address.clone(),
            who,
            client: client.clone(),
            denied: Cell::new(None),
        }),
        fetch: Rc::new(Outgoing),
        targets: sentry_tools::targets(&session.constraint),
        limits: session.limits.in_words(),
        is_read_only: session.limits.are_read_only(),
    })
}

/// Lets people ask the model whom Sentry has confirmed, within the limits of the person and the address. A request in
/// words counts once, however often it asks the model.
struct Counted {
    env: Env,
    now: UnixTime,
    request_id: String,
    address: Address,
    who: Who,
    client: Client,
    /// The first refusal holds for the rest of the request, so that a batch is refused once and not message by message.
    denied: Cell<Option<Denied<Refusal>>>,
}

impl Counted {
    async fn decide(&self) -> Result<(), Denied<Refusal>> {
        let person = self.person().await?;
        person
            .may_use_model(&self.env, &self.address)
            .await
            .map_err(|refused| {
                Denied::Words(match refused {
                    Refused::Over => "There were too many such requests. Wait a minute.",
                    Refused::Broken => NOT_NOW,
                })
            })
    }

    async fn person(&self) -> Result<Person, Denied<Refusal>> {
        match &self.who {
            Who::Grant(person) => person.clone().ok_or(Denied::Words(NOBODY)),
            Who::Holder(token) => Person::behind(token, &self.client, self.now)
                .await
                .map_err(|error| self.unconfirmed(&error)),
        }
    }

    fn unconfirmed(&self, error: &ApiError) -> Denied<Refusal> {
        match error {
            ApiError::Unauthorized => Denied::Refused(Refusal::Unauthorized),
            ApiError::Forbidden | ApiError::NotFound | ApiError::Rejected(_) => {
                Denied::Words(NOBODY)
            }
            error => {
                log::trouble(&self.request_id, "whose token it is", &error.to_string());
                Denied::Words(NOT_NOW)
            }
        }
    }
}

impl Admission<Refusal> for Counted {
    fn admit(&self) -> LocalFuture<'_, Result<(), Denied<Refusal>>> {
        Box::pin(async move {
            if let Some(denied) = self.denied.get() {
                return Err(denied);
            }
            let decided = self.decide().await;
            self.denied.set(decided.err());
            decided
        })
    }
}

const NOT_NOW: &str = "The language model cannot be used at the moment. Try again in a minute.";

const NOBODY: &str = "Sentry does not say which person this token is of, and the language model is for persons: use a token \
of a person, or sign in with OAuth.";
