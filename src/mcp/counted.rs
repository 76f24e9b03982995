//! How often `/mcp` may be called. A call spends nothing of the operator's, so that one whose limiter fails goes on; what it
//! reaches that does, the language model, has limits of its own.

use mcp::http::Messages;
use worker::Env;

use super::Caller;
use crate::runtime::address::Address;
use crate::runtime::bindings::{MCP_IP_RATE_LIMITER, MCP_USER_RATE_LIMITER};
use crate::runtime::limits::{self, Cost, Refused};
use crate::site::errors::HandlerError;

/// One request of an address, before anything of it is looked at.
pub(super) async fn request(address: &Address, env: &Env) -> Result<(), HandlerError> {
    of_address(1, address, env).await
}

/// One request of a caller, before its body is read.
pub(super) async fn caller(caller: &Caller, env: &Env) -> Result<(), HandlerError> {
    of_caller(1, caller, env).await
}

/// The other messages of a batch: each counts like one that comes alone, and all of them before one runs. A batch that is
/// over a limit is refused as a whole, so that its sender may send it again.
pub(super) async fn rest(
    messages: &Messages,
    caller: &Caller,
    address: &Address,
    env: &Env,
) -> Result<(), HandlerError> {
    // Invariant: a batch has at most 20.
    let count = u32::try_from(messages.count()).unwrap_or(u32::MAX);
    let rest = count.saturating_sub(1);
    of_address(rest, address, env).await?;
    of_caller(rest, caller, env).await
}

async fn of_address(messages: u32, address: &Address, env: &Env) -> Result<(), HandlerError> {
    allow(MCP_IP_RATE_LIMITER, address.key(), messages, env).await
}

async fn of_caller(messages: u32, caller: &Caller, env: &Env) -> Result<(), HandlerError> {
    allow(MCP_USER_RATE_LIMITER, &caller.key, messages, env).await
}

async fn allow(
    limiter: &'static str,
    key: &str,
    messages: u32,
    env: &Env,
) -> Result<(), HandlerError> {
    limits::allow_times(env, limiter, key, messages, Cost::Nothing)
        .await
        .map_err(|refused| Refused::error(refused).into())
}
