//! A connection to a server: the negotiated revision, and requests in it.
//!
//! There are two families of revisions: those that begin with `initialize` (up to 2025-11-25), and 2026-07-28, in which
//! every request states the version and the capabilities itself, and a server asks questions by its answer (MCP
//! 2026-07-28 versioning).

mod input;
mod message;
mod negotiation;
mod revision;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Error;
use super::header::{self, Mirrored};
use super::transport::{Listener, Transport};

pub use revision::Revision;

use input::answer_inputs;
use message::result;
use revision::MODERN;

/// The error code of a server that finds different values in headers and body.
const HEADER_MISMATCH: i64 = -32020;

/// How many rounds of questions a server may ask before it answers a request.
const ROUNDS: usize = 16;

/// Maximum number of pages of a list that are read.
const PAGES: usize = 200;

/// How the server describes itself. None of it is verified.
#[derive(Debug, Clone, Default)]
pub struct ServerInfo {
    /// The server's name.
    pub name: String,
    /// The version of the server's software.
    pub version: String,
    /// Instructions for a model.
    pub instructions: Option<String>,
    /// The capabilities that the server declares, as sent.
    pub capabilities: Value,
}

/// A connection to a server.
pub struct Connection {
    transport: Box<dyn Transport>,
    revision: Revision,
    server: ServerInfo,
    tools: Option<Vec<Value>>,
    mirrored: BTreeMap<String, Vec<Mirrored>>,
    last_id: u64,
}

impl Connection {
    /// Finds out which revision the server speaks, and begins. With `wanted`, only that revision is tried.
    ///
    /// # Errors
    /// If the server cannot be reached, or speaks no revision that we do.
    pub async fn open(
        transport: Box<dyn Transport>,
        wanted: Option<Revision>,
        listener: &mut dyn Listener,
    ) -> Result<Self, Error> {
        let mut connection = Self {
            transport,
            revision: wanted.unwrap_or(Revision(MODERN)),
            server: ServerInfo::default(),
            tools: None,
            mirrored: BTreeMap::new(),
            last_id: 0,
        };
        if connection.revision.is_modern() {
            connection.discover(wanted.is_some(), listener).await?;
        } else {
            connection.initialize(listener).await?;
        }
        Ok(connection)
    }

    /// The revision in use.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        self.revision
    }

    /// How the server describes itself.
    #[must_use]
    pub const fn server(&self) -> &ServerInfo {
        &self.server
    }

    /// The names of the tools, if they have been listed.
    #[must_use]
    pub fn known_tools(&self) -> Vec<String> {
        let tools = self.tools.iter().flatten();
        tools
            .filter_map(|tool| tool.get("name")?.as_str().map(str::to_owned))
            .collect()
    }

    /// Ends the connection.
    pub async fn close(&mut self) {
        self.transport.close().await;
    }

    /// Sends a request and returns its result. Questions of the server are passed to `listener`, and a session that has
    /// ended is begun again.
    ///
    /// # Errors
    /// If there is no result.
    pub async fn request(
        &mut self,
        method: &str,
        params: Map<String, Value>,
        listener: &mut dyn Listener,
    ) -> Result<Value, Error> {
        let mut current = params.clone();
        let mut is_renewed = false;
        let mut is_listed_anew = false;
        for _ in 0..ROUNDS {
            let message = self.message(method, current.clone(), listener);
            let headers = self.headers(method, &params);
            let answer = match self.transport.send(&message, &headers, listener).await {
                Err(Error::SessionEnded) if !is_renewed => {
                    is_renewed = true;
                    listener.warned("the server has ended the session; a new one is begun");
                    self.initialize(listener).await?;
                    continue;
                }
                answer => answer?.unwrap_or_default(),
            };
            let found = match result(&answer, method) {
                Err(Error::Rpc {
                    code: HEADER_MISMATCH,
                    ..
                }) if method == "tools/call" && !is_listed_anew => {
                    // "The client SHOULD call `tools/list` to check for changes […], then retry."
                    is_listed_anew = true;
                    self.tools = None;
                    Box::pin(self.tools(listener)).await?;
                    continue;
                }
                found => found?,
            };
            // A result without `resultType` is complete.
            if !self.revision.is_modern()
                || found.get("resultType").and_then(Value::as_str) != Some("input_required")
            {
                return Ok(found);
            }
            current = params.clone();
            answer_inputs(&found, &mut current, listener)?;
        }
        Err(Error::Protocol(format!(
            "the server asked for input {ROUNDS} times for one {method}, without an answer"
        )))
    }

    /// The server's tools as it sent them; they are requested only once. Over HTTP, 2026-07-28 requires that tools are
    /// left out whose header annotations break its rules.
    ///
    /// # Errors
    /// If they cannot be listed.
    pub async fn tools(&mut self, listener: &mut dyn Listener) -> Result<Vec<Value>, Error> {
        if let Some(tools) = &self.tools {
            return Ok(tools.clone());
        }
        let mut tools = self.list("tools/list", "tools", listener).await?;
        if self.revision.is_modern() && self.transport.is_http() {
            self.mirrored.clear();
            let mirrored = &mut self.mirrored;
            tools.retain(|tool| {
                let name = tool.get("name").and_then(Value::as_str).unwrap_or_default();
                match header::mirrored(tool.get("inputSchema").unwrap_or(&Value::Null)) {
                    Ok(found) => {
                        mirrored.insert(name.to_owned(), found);
                        true
                    }
                    Err(why) => {
                        listener.warned(&format!(
                            "the tool `{name}` is left out: {why} (x-mcp-header)"
                        ));
                        false
                    }
                }
            });
        }
        self.tools = Some(tools.clone());
        Ok(tools)
    }

    /// Reads all pages of a list.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn list(
        &mut self,
        method: &str,
        member: &str,
        listener: &mut dyn Listener,
    ) -> Result<Vec<Value>, Error> {
        let mut all = Vec::new();
        let mut cursor = None;
        for _ in 0..PAGES {
            let mut params = Map::new();
            if let Some(cursor) = cursor {
                params.insert("cursor".to_owned(), cursor);
            }
            let mut page = Box::pin(self.request(method, params, listener)).await?;
            match page.get_mut(member).map(Value::take) {
                Some(Value::Array(found)) => all.extend(found),
                _ => {
                    return Err(Error::Protocol(format!(
                        "the server's answer to {method} has no array `{member}`"
                    )));
                }
            }
            cursor = page
                .get_mut("nextCursor")
                .map(Value::take)
                .filter(Value::is_string);
            if cursor.is_none() {
                return Ok(all);
            }
        }
        Err(Error::Protocol(format!(
            "{method} has more than {PAGES} pages"
        )))
    }

    /// Calls a tool. The result may say that the tool failed (`isError`).
    ///
    /// # Errors
    /// If there is no result.
    pub async fn call(
        &mut self,
        name: &str,
        arguments: Value,
        listener: &mut dyn Listener,
    ) -> Result<Value, Error> {
        if self.revision.is_modern() && self.transport.is_http() {
            // The tool's schema says which parameters are repeated in headers, so the tools are listed first.
            self.tools(listener).await?;
        }
        let mut params = Map::new();
        params.insert("name".to_owned(), name.into());
        params.insert("arguments".to_owned(), arguments);
        self.request("tools/call", params, listener).await
    }
}
