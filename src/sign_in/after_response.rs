//! What is done for a client and its grant after the tokens were answered. If it fails, it comes again in its time.

use oauth_provider::Granted;
use oauth_provider::client::{look, renew};
use oauth_provider::grant::{Found, Looked};
use oauth_provider::store::GrantStore;

use crate::app::App;
use crate::runtime::address::Address;
use crate::runtime::log;

/// Does the chores that came with fresh tokens, after the answer.
pub fn after_tokens(granted: &Granted, address: Address, app: &App) {
    let chores = granted.chores;
    if !chores.daily && !chores.look {
        return;
    }
    let (grant, client_id) = (granted.grant.clone(), granted.client_id.clone());
    let subject = granted.subject.clone();
    let again = app.for_later(address);
    app.context.wait_until(async move {
        let Ok(later) = again else { return };
        let renewed = async {
            let subject = subject.as_deref();
            let (keys, settings) = (&later.config.keys, &later.settings);
            renew(
                &client_id,
                subject,
                keys,
                settings,
                &later.clients,
                later.now,
            )
            .await
        };
        if chores.daily
            && let Err(error) = renewed.await
        {
            log::problem(
                &grant.to_string(),
                "a client's record was not renewed",
                &error.0,
            );
        }
        if chores.look {
            let found = look(&client_id, &later.settings, &later.documents).await;
            if let Found::Gone(why) = &found {
                let detail = format!("{client_id}: {why}");
                log::problem(&grant.to_string(), "a client's document is gone", &detail);
            }
            if let Err(error) = later.grants.ask(&grant, Looked(found)).await {
                let detail = error.to_string();
                log::problem(
                    &grant.to_string(),
                    "a look at a document was not noted",
                    &detail,
                );
            }
        }
    });
}
