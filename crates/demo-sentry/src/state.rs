//! Everything a request may touch.

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

/// The server's whole memory; a clone is a handle on the same one.
///
/// One lock per noun, each held for a synchronous moment and never across an `await`. A poisoned lock is
/// entered all the same: the data is a sample and every test may reset it.
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
    /// Reads the sample data, which is compiled in.
    ///
    /// # Errors
    /// When a data file does not have its shape; a test reads them all.
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

    /// Everything as after the start; what was issued is forgotten.
    ///
    /// # Errors
    /// As [`State::new`].
    pub fn reset(&self) -> Result<(), DataError> {
        *self.data_mut() = Data::load(self.clock().data_now(), self.config().scale)?;
        *self.grants() = Grants::with_dev_tokens(self.clock().now());
        *self.faults() = Faults::default();
        *self.requests() = RequestLog::default();
        *self.settings() = Settings::default();
        Ok(())
    }

    /// What this run was started with.
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

/// A handler takes the state as a plain argument.
impl FromRequestParts<State> for State {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, state: &State) -> Result<Self, Infallible> {
        Ok(state.clone())
    }
}

fn enter<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
