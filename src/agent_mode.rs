//! `/mcp?agent=1`: one tool that takes a request in words, where there is a language model. The query decides what is
//! offered, and nothing about what is allowed.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use agent_mode::{Mode, Model};
use fetch::{Fetch, FetchError, LocalFuture, Request, Response};
use worker::Env;

use crate::app::App;
use crate::chat;
use crate::config::CHAT_RATE_LIMITER;
use crate::fetch::Outgoing;
use crate::incoming::Incoming;
use crate::limits;

/// Agent mode, where the request's URL asks for it. `key` is whose uses of the model are counted together.
pub fn of(request: &Incoming, key: &str, app: &App) -> Option<Mode> {
    let query = request.url.query()?;
    if !query.split('&').any(|pair| pair == "agent=1") {
        return None;
    }
    let model = app.config.model.as_ref();
    Some(Mode {
        model: model.map(|model| Model::at(model.url.clone(), model.key.expose(), &model.name)),
        fetch: Rc::new(ModelFetch {
            env: app.env.clone(),
            key: key.to_owned(),
            counted: Cell::new(false),
        }),
        targets: chat::target,
    })
}

/// Asks the model. A request in words counts once, however often it asks.
struct ModelFetch {
    env: Env,
    key: String,
    counted: Cell<bool>,
}

impl Fetch for ModelFetch {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        Box::pin(async move {
            if !self.counted.replace(true)
                && !limits::allows(&self.env, CHAT_RATE_LIMITER, &self.key).await
            {
                return Err(FetchError::OverBudget);
            }
            Outgoing.fetch(request).await
        })
    }

    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        Outgoing.sleep(duration)
    }
}
