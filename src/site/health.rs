//! `/health`: which version runs, and that it answers.

use std::time::Duration;

use fetch::Fetch;
use futures_util::future::{Either, join, select};
use oauth_provider::client::ClientStore;
use oauth_provider::crypto::Secret;
use oauth_provider::grant::{GrantError, Inspect, Refusal};
use oauth_provider::http::Response;
use oauth_provider::store::{GrantStore, StoreError};
use serde_json::json;
use worker::Env;

use crate::runtime::bindings::{GRANTS, MCP_IP_RATE_LIMITER, OAUTH_KV};
use crate::runtime::fetch::Outgoing;
use crate::runtime::incoming::Incoming;
use crate::runtime::limits::{self, Cost};
use crate::runtime::{log, random, version};
use crate::site::errors::HandlerError;
use crate::stores::clients::Clients;
use crate::stores::grant_store::Grants;

/// How long a part may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// `GET /health`: that the worker answers, and which version it is.
pub fn shallow(env: &Env) -> Response {
    response(200, "ok", &[], env)
}

/// `GET /health?deep=1`: that a key of KV can be read and that an object answers, too. Nothing is stored.
///
/// # Errors
/// The address has asked too often.
pub async fn deep(
    request: &Incoming,
    env: &Env,
    clients: &Clients,
    grants: &Grants,
) -> Result<Response, HandlerError> {
    let key = request.address.key_of("health");
    limits::allow(env, MCP_IP_RATE_LIMITER, &key, Cost::Nothing)
        .await
        .map_err(limits::Refused::error)?;
    let (kv, object) = join(in_time(read_kv(clients)), in_time(ask_object(grants))).await;
    let failed: Vec<&str> = [(OAUTH_KV, kv), (GRANTS, object)]
        .into_iter()
        .filter_map(|(name, answered)| {
            let detail = answered.err()?.0;
            log::problem(&request.id, &format!("{name} does not answer"), &detail);
            Some(name)
        })
        .collect();
    Ok(if failed.is_empty() {
        shallow(env)
    } else {
        response(503, "failing", &failed, env).header("retry-after", "5")
    })
}

fn response(status: u16, word: &str, failed: &[&str], env: &Env) -> Response {
    let deployment = version::deployed(env);
    let version = env!("CARGO_PKG_VERSION");
    let body = if failed.is_empty() {
        json!({"status": word, "version": version, "deployment": deployment})
    } else {
        json!({"status": word, "version": version, "deployment": deployment, "failed": failed})
    };
    Response::json(status, &body)
}

/// No client has this id.
async fn read_kv(clients: &Clients) -> Result<(), StoreError> {
    clients.registration("health").await.map(|_| ())
}

/// The object of a grant that was never opened keeps nothing, whatever it is asked.
async fn ask_object(grants: &Grants) -> Result<(), StoreError> {
    let id = grants
        .unique_id()
        .map_err(|error| StoreError(error.to_string()))?;
    let secret = Secret::draw(&mut random::rng());
    match grants.ask(&id, Inspect { secret }).await {
        Ok(_) | Err(GrantError::Refused(Refusal::Unknown)) => Ok(()),
        Err(error) => Err(StoreError(error.to_string())),
    }
}

async fn in_time(answer: impl Future<Output = Result<(), StoreError>>) -> Result<(), StoreError> {
    let answer = Box::pin(answer);
    match select(answer, Outgoing.sleep(PATIENCE)).await {
        Either::Left((answered, _)) => answered,
        Either::Right(_) => Err(StoreError(format!("nothing for {} s", PATIENCE.as_secs()))),
    }
}
