//! One visit to a server, as a client would make it. It sends every request that the checks need, in an order in which
//! no request affects the answer to another; what ends a grant has a sign-in of its own. Earlier answers decide which requests follow; the checks judge what they
//! mean.

mod authorize;
mod discovery;
mod grant;
mod registration;
mod tokens;
mod wrong_tokens;

pub use tokens::GRACE;

use crate::ask::Asker;
use crate::evidence::{Evidence, KnownClient};
use crate::jwt;
use crate::options::Options;
use crate::sign_in::{Credentials, SignIn, SignedIn};

/// Sends every request that the options allow.
pub async fn walk(
    options: &Options,
    asker: &Asker<'_>,
    sign_in: Option<&dyn SignIn>,
    evidence: &mut Evidence,
) {
    evidence.origin = asker.origin;
    discovery::discover(asker, evidence).await;
    if !evidence.sight.is_judged() {
        return;
    }
    registration::register(options.register, asker, evidence).await;
    let signed_in = match sign_in {
        Some(person) if evidence.metadata().is_some() => sign(person, evidence).await,
        _ => None,
    };
    authorize::try_requests(asker, evidence).await;
    wrong_tokens::try_requests(asker, evidence).await;
    tokens::try_tokens(sign_in, signed_in, asker, evidence).await;
}

async fn sign(person: &dyn SignIn, evidence: &mut Evidence) -> Option<SignedIn> {
    match person.sign_in(&evidence.server, None).await {
        Ok(signed_in) => {
            // The server certainly knows the client that has just signed in.
            evidence.client.get_or_insert_with(|| KnownClient {
                id: signed_in.client_id.clone(),
                redirect_uri: signed_in.redirect_uri.clone(),
            });
            evidence.refresh_token.clone_from(&signed_in.refresh_token);
            evidence.expires_in = signed_in.expires_in;
            evidence.is_confidential = !matches!(signed_in.credentials, Credentials::Public);
            evidence.is_self_contained = jwt::claims(&signed_in.access_token).is_some();
            Some(signed_in)
        }
        Err(why) => {
            evidence.sign_in_failed = Some(why);
            None
        }
    }
}
