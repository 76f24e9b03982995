//! This deployment, as one request finds it.

use std::rc::Rc;

use oauth_provider::{Resource, Settings, UnixTime};
use sentry_api::Slug;
use sentry_tools::Constraint;
use worker::Env;

use crate::config::Config;
use crate::memory::pseudonyms::pseudonym;
use crate::runtime::facts::Facts;

/// What its operator configured, what the OAuth server is at the origin that was asked for, the bindings, and the time.
#[derive(Clone)]
pub struct Deployment {
    /// Secrets and variables.
    pub config: Rc<Config>,
    /// The OAuth server's settings, with the origin of this request.
    pub settings: Rc<Settings>,
    /// The bindings: limiters, objects, files.
    pub env: Env,
    /// When the request came.
    pub now: UnixTime,
    /// What is learned of the request.
    pub facts: Rc<Facts>,
}

impl Deployment {
    /// For the log: the client of the request.
    pub fn note_client(&self, id: &str) {
        let by_operator = self.config.preregistered(id).is_some();
        self.facts.learn(|known| known.client(id, by_operator));
    }

    /// For the log: the person of the request.
    pub fn note_person(&self, subject: &str) {
        let person = pseudonym(subject, &self.config.keys);
        self.facts.learn(|known| known.person = person);
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
}
