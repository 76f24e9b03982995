//! How often `/mcp` may be called. A call spends nothing of the operator's, so that one whose limiter fails goes on; what it
//! reaches that does, the language model, has limits of its own.

use mcp::http::Messages;
use oauth_provider::http::Response;
use oauth_types::ErrorCode;

use super::{Caller, refuse};
use crate::app::App;
use crate::runtime::bindings::{MCP_IP_RATE_LIMITER, MCP_USER_RATE_LIMITER};
use crate::runtime::incoming::Incoming;
use crate::runtime::limits::{self, Cost, Refused};

/// One request of an address, before anything of it is looked at.
pub(super) async fn request(request: &Incoming, app: &App) -> Result<(), Response> {
    of_address(1, request, app).await.map_err(too_many)
}

/// One request of a caller, before its body is read.
pub(super) async fn caller(caller: &Caller, app: &App) -> Result<(), Response> {
    of_caller(1, caller, app).await.map_err(too_many)
}

/// The other messages of a batch: each counts like one that comes alone, and all of them before one runs. A batch that is
/// over a limit is refused as a whole, so that its sender may send it again.
pub(super) async fn rest(
    messages: &Messages,
    caller: &Caller,
    request: &Incoming,
    app: &App,
) -> Result<(), Response> {
    // Invariant: a batch has at most 20.
    let count = u32::try_from(messages.count()).unwrap_or(u32::MAX);
    let rest = count.saturating_sub(1);
    of_address(rest, request, app).await.map_err(too_many)?;
    of_caller(rest, caller, app).await.map_err(too_many)
}

async fn of_address(messages: u32, request: &Incoming, app: &App) -> Result<(), Refused> {
    let key = request.address.key();
    limits::allow_times(&app.env, MCP_IP_RATE_LIMITER, key, messages, Cost::Nothing).await
}

async fn of_caller(messages: u32, caller: &Caller, app: &App) -> Result<(), Refused> {
    let key = &caller.key;
    limits::allow_times(
        &app.env,
        MCP_USER_RATE_LIMITER,
        key,
        messages,
        Cost::Nothing,
    )
    .await
}

fn too_many(refused: Refused) -> Response {
    let code = ErrorCode::TemporarilyUnavailable;
    refuse(refused.status(), code, refused.words()).header("retry-after", refused.retry_after())
}
