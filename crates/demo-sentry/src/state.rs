//! The state that requests share.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::clock::Clock;
use crate::config::Config;
use crate::control::faults::Faults;
use crate::control::requests::RequestLog;
use crate::control::settings::Settings;
use crate::data::{Data, DataError};
use crate::oauth::grants::Grants;

/// The state of the server. A clone is a handle to the same state.
///
/// There is one lock per kind of data; each is held briefly, and never across an `await`. A poisoned lock is used all
/// the same, because the data is only a sample and any test may reset it.
#[derive(Clone)]
pub struct State(Arc<Inner>);

struct Inner {
    config: Config,
    clock: Clock,
    data: RwLock<Data>,
    grants: Mutex<Grants>,
    faults: Mutex<Faults>,
    requests: Mutex<RequestLog>,
    settings: Mutex<Settings>,
}

impl State {
    /// Loads the sample data, which is compiled in.
    ///
    /// # Errors
    /// If a data file does not have the expected form. A test loads them all.
    pub fn new(config: Config) -> Result<Self, DataError> {
        let clock = Clock::of(&config);
        Ok(Self(Arc::new(Inner {
            data: RwLock::new(Data::load(clock.data_now(), config.scale)?),
            grants: Mutex::new(Grants::with_dev_tokens(clock.now())),
            faults: Mutex::default(),
            requests: Mutex::default(),
            settings: Mutex::default(),
            config,
            clock,
        })))
    }

    /// Resets everything to the state after the start; codes and tokens are forgotten.
    ///
    /// # Errors
    /// The same as [`State::new`].
    pub fn reset(&self) -> Result<(), DataError> {
        *self.data_mut() = Data::load(self.clock().data_now(), self.config().scale)?;
        *self.grants() = Grants::with_dev_tokens(self.clock().now());
        *self.faults() = Faults::default();
        *self.requests() = RequestLog::default();
        *self.settings() = Settings::default();
        Ok(())
    }

    /// The settings of this run.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    pub(crate) fn clock(&self) -> Clock {
        self.0.clock
    }

    pub(crate) fn data(&self) -> RwLockReadGuard<'_, Data> {
        self.0.data.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn data_mut(&self) -> RwLockWriteGuard<'_, Data> {
        self.0.data.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn grants(&self) -> MutexGuard<'_, Grants> {
        enter(&self.0.grants)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        enter(&self.0.faults)
    }

    pub(crate) fn requests(&self) -> MutexGuard<'_, RequestLog> {
        enter(&self.0.requests)
    }

    pub(crate) fn settings(&self) -> MutexGuard<'_, Settings> {
        enter(&self.0.settings)
    }
}

/// Lets a handler take the state as a plain argument.
impl FromRequestParts<State> for State {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, state: &State) -> Result<Self, Infallible> {
        Ok(state.clone())
    }
}

fn enter<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
