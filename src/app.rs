//! Everything that a request may need, gathered once. The router takes it apart: no handler sees the whole.

use std::rc::Rc;

use js_sys::Promise;
use oauth_provider::Origin;
use oauth_provider::client::Authenticator;
use oauth_provider::http::Response;
use wasm_bindgen_futures::JsFuture;
use worker::{Context, Env};

use crate::config::{Config, ConfigError};
use crate::deployment::Deployment;
use crate::objects::once::Once;
use crate::runtime::address::Address;
use crate::runtime::facts::Facts;
use crate::runtime::family::family;
use crate::runtime::fetch::DocumentFetch;
use crate::runtime::incoming::Incoming;
use crate::runtime::signatures::WebCrypto;
use crate::runtime::{clock, edge, log, metrics};
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
        facts: Rc<Facts>,
    ) -> Result<Self, ConfigError> {
        let config = Config::of(&env)?;
        let settings = config.settings(origin, own_client::described_in)?;
        let now = clock::now();
        Ok(Self {
            clients: Clients::new(env.clone(), now, Rc::clone(&config), Rc::clone(&facts)),
            grants: Grants::new(env.clone(), Rc::clone(&facts)),
            pushed: PushedObjects::new(env.clone(), Rc::clone(&facts)),
            documents: DocumentFetch::new(env.clone(), address.clone()),
            once: Once::new(env.clone(), address),
            deployment: Deployment {
                config,
                settings,
                env,
                now,
                facts,
            },
            context: Rc::new(context),
        })
    }

    /// The same at the present time, for requests that follow after the answer to this one has begun.
    pub fn at_present(&self) -> Self {
        let now = clock::now();
        Self {
            deployment: Deployment {
                now,
                ..self.deployment.clone()
            },
            ..self.clone()
        }
        .on_behalf_of(&self.deployment.facts)
    }

    /// The same for another request, whose facts these are.
    pub fn on_behalf_of(&self, facts: &Rc<Facts>) -> Self {
        let deployment = Deployment {
            facts: Rc::clone(facts),
            ..self.deployment.clone()
        };
        let (env, config) = (&deployment.env, Rc::clone(&deployment.config));
        Self {
            clients: Clients::new(env.clone(), deployment.now, config, Rc::clone(facts)),
            grants: Grants::new(env.clone(), Rc::clone(facts)),
            pushed: PushedObjects::new(env.clone(), Rc::clone(facts)),
            deployment,
            ..self.clone()
        }
    }

    /// Writes down what became of a request: a line, and a point where points are kept.
    pub fn finished(&self, request: &Incoming, response: &Response) {
        let Deployment { config, env, .. } = &self.deployment;
        let is_nothing = log::is_nothing(response);
        if is_nothing && !config.metrics {
            return;
        }
        let (status, took) = (response.status, request.took());
        // Of a document that anybody may keep no header is read.
        let user_agent = || request.header("user-agent").unwrap_or_default();
        let line = request.facts.learn(|known| {
            if known.family.is_empty() && !is_nothing {
                known.family = family(&user_agent());
            }
            known.settle(status);
            if config.metrics {
                metrics::request(env, request, status, known, took);
            }
            if is_nothing {
                return None;
            }
            log::request(request, status, known, took, config.log)
        });
        if let Some(line) = line.filter(|_| !config.watch.is_off()) {
            let watched = self.watched(&line, request);
            self.context.wait_until(async move {
                // It answers nothing, and never an error.
                let _ = JsFuture::from(watched).await;
            });
        }
    }

    /// Sends the line to whoever else watches.
    fn watched(&self, line: &str, request: &Incoming) -> Promise {
        let to = Vec::from(self.deployment.config.watch.to.clone());
        let parent = request.facts.trace.parent.as_deref().unwrap_or_default();
        edge::watch(
            line,
            request.began as f64,
            parent,
            to,
            env!("CARGO_PKG_VERSION"),
        )
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
