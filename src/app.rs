//! All that a handler needs, gathered once for a request.

use std::rc::Rc;

use oauth_provider::client::Authenticator;
use oauth_provider::discovery::path;
use oauth_provider::{Origin, Resource, Settings, UnixTime};
use sentry_api::Slug;
use sentry_tools::Constraint;
use worker::{Context, Env};

use crate::config::{Config, ConfigError};
use crate::objects::once::Once;
use crate::runtime::address::Address;
use crate::runtime::clock;
use crate::runtime::fetch::{DocumentFetch, Outgoing};
use crate::runtime::signatures::WebCrypto;
use crate::stores::clients::Clients;
use crate::stores::grant_store::Grants;
use crate::stores::own_client;
use crate::stores::pushed_request_store::PushedObjects;

pub struct App {
    pub config: Rc<Config>,
    pub settings: Rc<Settings>,
    pub clients: Clients,
    pub grants: Grants,
    pub pushed: PushedObjects,
    /// For requests to Sentry.
    pub fetch: Outgoing,
    /// To wherever clients have their documents, within the budget.
    pub documents: DocumentFetch,
    pub once: Once,
    pub now: UnixTime,
    pub env: Env,
    pub context: Rc<Context>,
}

impl App {
    /// `address` is the client's, for the budgets of fetches and assertion ids.
    ///
    /// # Errors
    /// Names what the deployment lacks.
    pub fn new(
        env: Env,
        context: Rc<Context>,
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
            config,
            settings,
            fetch: Outgoing,
            now,
            env,
            context,
        })
    }

    /// The same for what is done after the answer.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn for_later(&self, address: Address) -> Result<Self, ConfigError> {
        Self::new(
            self.env.clone(),
            Rc::clone(&self.context),
            self.settings.origin.clone(),
            address,
        )
    }

    /// For requests of clients.
    pub fn authenticator(&self) -> Authenticator<'_, Clients, DocumentFetch, WebCrypto, Once> {
        Authenticator {
            settings: &self.settings,
            store: &self.clients,
            fetch: &self.documents,
            signatures: &WebCrypto,
            once: &self.once,
            now: self.now,
        }
    }

    /// What a session at this resource is limited to.
    pub fn constraint(&self, resource: &Resource) -> Constraint {
        let segments = resource.segments(self.settings.resource_base);
        let slugs: Vec<Slug> = segments.filter_map(|s| Slug::parse(s).ok()).collect();
        match slugs.as_slice() {
            [organization, project] => Constraint::Project {
                organization: organization.clone(),
                project: project.clone(),
            },
            [organization] => Constraint::Organization(organization.clone()),
            _ => Constraint::None,
        }
    }

    /// The redirect URI that Sentry knows.
    pub fn callback_url(&self) -> String {
        format!("{}{}", self.settings.origin, path::CALLBACK)
    }
}
