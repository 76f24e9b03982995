//! Chores for a client and its grant, done after the tokens were answered. One that fails is handed out again later.

use oauth_provider::client::{look, renew};
use oauth_provider::grant::{Found, GrantId, Looked};
use oauth_provider::store::GrantStore;

use crate::deployment::Deployment;
use crate::runtime::fetch::DocumentFetch;
use crate::runtime::log;
use crate::stores::clients::Clients;
use crate::stores::grant_store::Grants;

/// What the chores after fresh tokens need.
pub struct AfterTokens {
    /// Keys, settings and time.
    pub deployment: Deployment,
    /// For the client's record.
    pub clients: Clients,
    /// Fetches the client's document.
    pub documents: DocumentFetch,
    /// For what a look at the document found.
    pub grants: Grants,
}

impl AfterTokens {
    /// Notes that the client is used, so that its record lives on. A failure is logged.
    pub async fn renew_record(&self, grant: &GrantId, client_id: &str, subject: Option<&str>) {
        let Deployment {
            config,
            settings,
            now,
            ..
        } = &self.deployment;
        let renewed = renew(
            client_id,
            subject,
            &config.keys,
            settings,
            &self.clients,
            *now,
        );
        if let Err(error) = renewed.await {
            log::problem(
                &grant.to_string(),
                "a client's record was not renewed",
                &error.0,
            );
        }
    }

    /// Looks whether the client's document is still there, and tells the grant. A failure is logged.
    pub async fn look_at_document(&self, grant: &GrantId, client_id: &str) {
        let found = look(client_id, &self.deployment.settings, &self.documents).await;
        if let Found::Gone(why) = &found {
            let detail = format!("{client_id}: {why}");
            log::note(&grant.to_string(), "a client's document is gone", &detail);
        }
        if let Err(error) = self.grants.ask(grant, Looked(found)).await {
            log::problem(
                &grant.to_string(),
                "a look at a document was not noted",
                &error.to_string(),
            );
        }
    }
}
