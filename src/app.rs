//! All that a handler needs, gathered once for a request.

use std::rc::Rc;

use oauth_provider::discovery::path;
use oauth_provider::{Settings, UnixTime};
use worker::Env;

use crate::clients::Clients;
use crate::clock;
use crate::config::{Config, ConfigError, GRANTS, OAUTH_KV};
use crate::fetch::Outgoing;
use crate::grants::Grants;
use crate::incoming::Incoming;

pub struct App {
    pub config: Rc<Config>,
    pub settings: Settings,
    pub clients: Clients,
    pub grants: Grants,
    pub fetch: Outgoing,
    pub now: UnixTime,
    pub env: Env,
}

impl App {
    /// # Errors
    /// Names what the deployment lacks.
    pub fn new(env: Env, request: &Incoming) -> Result<Self, ConfigError> {
        let config = Config::of(&env)?;
        let settings = config.settings(request.origin.clone())?;
        let now = clock::now();
        let kv = env
            .kv(OAUTH_KV)
            .map_err(|_| ConfigError::MissingBinding(OAUTH_KV))?;
        let grants = env
            .durable_object(GRANTS)
            .map_err(|_| ConfigError::MissingBinding(GRANTS))?;
        let (clients, grants) = (Clients::new(kv, now), Grants::new(grants));
        Ok(Self {
            config,
            settings,
            clients,
            grants,
            fetch: Outgoing,
            now,
            env,
        })
    }

    /// Where Sentry sends people back to.
    pub fn callback_url(&self) -> String {
        format!("{}{}", self.settings.origin, path::CALLBACK)
    }
}
