//! Everything that a request may need, gathered once. The router takes it apart: no handler sees the whole.

use std::rc::Rc;

use oauth_provider::Origin;
use oauth_provider::client::Authenticator;
use worker::{Context, Env};

use crate::config::{Config, ConfigError};
use crate::deployment::Deployment;
use crate::objects::once::Once;
use crate::runtime::address::Address;
use crate::runtime::clock;
use crate::runtime::fetch::DocumentFetch;
use crate::runtime::signatures::WebCrypto;
use crate::sign_in::after_response::AfterTokens;
use crate::sign_in::authorize::Consenting;
use crate::stores::clients::Clients;
use crate::stores::grant_store::Grants;
use crate::stores::own_client;
use crate::stores::pushed_request_store::PushedObjects;

/// The parts of the worker, made for one request.
#[derive(Clone)]
pub struct App {
    /// Configuration, settings, bindings and time.
    pub deployment: Deployment,
    /// Registered clients, and documents that were kept.
    pub clients: Clients,
    /// The way to the objects of grants.
    pub grants: Grants,
    /// The way to the objects of pushed authorization requests.
    pub pushed: PushedObjects,
    /// Fetches clients' documents and keys from wherever they are, within the budget of the address.
    pub documents: DocumentFetch,
    /// The way to the objects of assertion ids.
    pub once: Once,
    /// Keeps the worker alive for what is done after the answer.
    pub context: Rc<Context>,
}

impl App {
    /// `address` is the client's, for the budgets of fetches and assertion ids.
    ///
    /// # Errors
    /// Names what the deployment lacks.
    pub fn new(
        env: Env,
        context: Context,
        origin: Origin,
        address: Address,
    ) -> Result<Self, ConfigError> {
        let config = Config::of(&env)?;
        let settings = config.settings(origin, own_client::described_in)?;
        let now = clock::now();
        Ok(Self {
            clients: Clients::new(env.clone(), now, Rc::clone(&config)),
            grants: Grants::new(env.clone()),
            pushed: PushedObjects::new(env.clone()),
            documents: DocumentFetch::new(env.clone(), address.clone()),
            once: Once::new(env.clone(), address),
            deployment: Deployment {
                config,
                settings,
                env,
                now,
            },
            context: Rc::new(context),
        })
    }

    /// The same at the present time, for requests that follow after the answer to this one has begun.
    pub fn at_present(&self) -> Self {
        let now = clock::now();
        let deployment = Deployment {
            now,
            ..self.deployment.clone()
        };
        let (env, config) = (deployment.env.clone(), Rc::clone(&deployment.config));
        Self {
            clients: Clients::new(env, now, config),
            deployment,
            ..self.clone()
        }
    }

    /// What authenticates the client of a request.
    pub fn authenticator(&self) -> Authenticator<'_, Clients, DocumentFetch, WebCrypto, Once> {
        Authenticator {
            settings: &self.deployment.settings,
            store: &self.clients,
            fetch: &self.documents,
            signatures: &WebCrypto,
            once: &self.once,
            now: self.deployment.now,
        }
    }

    /// What the consent page and its form need.
    pub const fn consenting(&self) -> Consenting<'_> {
        Consenting {
            deployment: &self.deployment,
            clients: &self.clients,
            documents: &self.documents,
            pushed: &self.pushed,
            grants: &self.grants,
        }
    }

    /// What the chores after fresh tokens need. Owned, since they outlive the request.
    pub fn after_tokens(&self) -> AfterTokens {
        AfterTokens {
            deployment: self.deployment.clone(),
            clients: self.clients.clone(),
            documents: self.documents.clone(),
            grants: self.grants.clone(),
        }
    }
}
