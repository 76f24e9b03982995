//! Finds out which revision a server speaks (MCP 2026-07-28 versioning, Backward Compatibility).

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::message::{capabilities, client_info, result};
use super::revision::{LEGACY, MODERN, Revision};
use super::{Connection, ServerInfo};
use crate::client::Error;
use crate::client::header;
use crate::client::transport::Listener;

/// Error codes that only servers of 2026-07-28 send: header mismatch, missing capability, unsupported version.
const MODERN_ERRORS: [i64; 3] = [-32020, -32021, UNSUPPORTED_VERSION];
const UNSUPPORTED_VERSION: i64 = -32022;

impl Connection {
    /// Tries a modern request first. A recognized modern error means a modern server; any other error means a legacy
    /// one (MCP 2026-07-28 versioning, Backward Compatibility).
    pub(super) async fn discover(
        &mut self,
        is_fixed: bool,
        listener: &mut dyn Listener,
    ) -> Result<(), Error> {
        self.transport.speak(MODERN);
        for attempt in 0..2 {
            let message = self.message("server/discover", Map::new(), listener);
            let headers = header::standard("server/discover", &Map::new());
            // Some older servers never answer an unknown method. Over HTTP the time includes a sign-in.
            let patience = Duration::from_secs(if self.transport.is_http() { 900 } else { 10 });
            let sent = self.transport.send(&message, &headers, listener);
            let came = match tokio::time::timeout(patience, sent).await {
                Ok(came) => came,
                Err(_) if !is_fixed => break,
                Err(_) => {
                    return Err(Error::Protocol(
                        "the server does not answer server/discover".to_owned(),
                    ));
                }
            };
            let error = match came {
                Ok(Some(answer)) => match result(&answer, "server/discover") {
                    Ok(found) => return self.take_in(&found),
                    Err(error) => error,
                },
                Ok(None) => Error::Protocol(
                    "the server answered server/discover with an empty response".to_owned(),
                ),
                Err(error @ (Error::Status { .. } | Error::Protocol(_))) => error,
                Err(error) => return Err(error),
            };
            match &error {
                Error::Rpc { code, data, .. } if *code == UNSUPPORTED_VERSION => {
                    match supported(data.as_ref()) {
                        Some(MODERN) if attempt == 0 => continue,
                        Some(legacy) if legacy != MODERN && !is_fixed => {
                            self.revision = Revision(legacy);
                            break;
                        }
                        _ => return Err(error),
                    }
                }
                Error::Rpc { code, .. } if MODERN_ERRORS.contains(code) => return Err(error),
                Error::Status { status: 500.., .. } => return Err(error),
                _ if is_fixed => return Err(error),
                _ => break,
            }
        }
        if self.revision.is_modern() {
            let [newest, ..] = LEGACY;
            self.revision = Revision(newest);
        }
        self.initialize(listener).await
    }

    fn take_in(&mut self, found: &Value) -> Result<(), Error> {
        let versions = found.get("supportedVersions").and_then(Value::as_array);
        let speaks = versions.is_none_or(|versions| versions.iter().any(|one| one == MODERN));
        if !speaks {
            return Err(Error::Protocol(format!(
                "the server answers {MODERN} and does not list it among its supportedVersions"
            )));
        }
        let own = found
            .pointer("/_meta/io.modelcontextprotocol~1serverInfo")
            .or(found.get("serverInfo"));
        self.server = server_info(own, found);
        Ok(())
    }

    /// The handshake of the older revisions (MCP 2025-11-25 lifecycle).
    pub(super) async fn initialize(&mut self, listener: &mut dyn Listener) -> Result<(), Error> {
        let params = json!({
            "protocolVersion": self.revision.0,
            "capabilities": capabilities(listener),
            "clientInfo": client_info(),
        });
        let id = self.next_id();
        let message =
            json!({ "jsonrpc": "2.0", "id": id, "method": "initialize", "params": params });
        let answer = self.transport.send(&message, &[], listener).await?;
        let found = result(&answer.unwrap_or_default(), "initialize")?;
        let version = found.get("protocolVersion").and_then(Value::as_str);
        let version = version.unwrap_or_default();
        self.revision = LEGACY
            .into_iter()
            .find(|one| *one == version)
            .map(Revision)
            .ok_or_else(|| {
                Error::Protocol(format!(
                    "the server wants to speak the revision `{version}`, and this client speaks {}",
                    Revision::all().join(", ")
                ))
            })?;
        if self.revision.0 >= "2025-06-18" {
            self.transport.speak(self.revision.0);
        }
        self.server = server_info(found.get("serverInfo"), &found);
        let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        self.transport.send(&ready, &[], listener).await?;
        Ok(())
    }
}

fn server_info(own: Option<&Value>, found: &Value) -> ServerInfo {
    let text = |member: &str| {
        let value = own.and_then(|own| own.get(member)).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    };
    ServerInfo {
        name: text("name"),
        version: text("version"),
        instructions: found
            .get("instructions")
            .and_then(Value::as_str)
            .map(str::to_owned),
        capabilities: found.get("capabilities").cloned().unwrap_or_default(),
    }
}

/// The newest version in the error's list that we speak too.
fn supported(data: Option<&Value>) -> Option<&'static str> {
    let listed = data?.get("supported")?.as_array()?;
    Revision::all()
        .into_iter()
        .find(|ours| listed.iter().any(|theirs| theirs == ours))
}
