//! A server that was spoken to: which revision, and requests in it.
//!
//! Two families are spoken: those that begin with `initialize` (to 2025-11-25), and 2026-07-28, where every request
//! says version and capabilities itself and a server asks by its answer (MCP 2026-07-28 versioning).

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::Error;
use super::header::{self, Mirrored};
use super::transport::{Listener, Transport};

/// The one without a handshake.
const MODERN: &str = "2026-07-28";

/// Those with one, newest first.
const LEGACY: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];

/// The errors by which a server shows that it is a modern one: header mismatch, missing capability, unsupported version.
const MODERN_ERRORS: [i64; 3] = [-32020, -32021, UNSUPPORTED_VERSION];
const UNSUPPORTED_VERSION: i64 = -32022;
const HEADER_MISMATCH: i64 = -32020;

/// How often a server may ask for input before it has answered.
const ROUNDS: usize = 16;

/// How many pages of a list are read.
const PAGES: usize = 200;

/// A revision of the protocol that this client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision(&'static str);

impl Revision {
    /// All, newest first.
    #[must_use]
    pub fn all() -> Vec<&'static str> {
        let mut all = vec![MODERN];
        all.extend(LEGACY);
        all
    }

    /// The one of this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().into_iter().find(|one| *one == text).map(Self)
    }

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    fn is_modern(self) -> bool {
        self.0 == MODERN
    }
}

/// What the server says of itself; not verified by anybody.
#[derive(Debug, Clone, Default)]
pub struct ServerInfo {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// For a model.
    pub instructions: Option<String>,
    /// What it offers.
    pub capabilities: Value,
}

/// A server, and how to speak with it.
pub struct Connection {
    transport: Box<dyn Transport>,
    revision: Revision,
    server: ServerInfo,
    tools: Option<Vec<Value>>,
    mirrored: BTreeMap<String, Vec<Mirrored>>,
    last_id: u64,
}

impl Connection {
    /// Finds out what the server speaks, and begins. `wanted` is the only revision that will do.
    ///
    /// # Errors
    /// When it cannot be reached, or speaks nothing that we do.
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

    /// What is spoken.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        self.revision
    }

    /// Who answers.
    #[must_use]
    pub const fn server(&self) -> &ServerInfo {
        &self.server
    }

    /// The names of the tools, where they were listed.
    #[must_use]
    pub fn known_tools(&self) -> Vec<String> {
        let tools = self.tools.iter().flatten();
        tools
            .filter_map(|tool| tool.get("name")?.as_str().map(str::to_owned))
            .collect()
    }

    /// The end.
    pub async fn close(&mut self) {
        self.transport.close().await;
    }

    /// Attempts a modern request first. A recognized modern error means a modern server; anything else a legacy one
    /// (MCP 2026-07-28 versioning, Backward Compatibility).
    async fn discover(&mut self, is_fixed: bool, listener: &mut dyn Listener) -> Result<(), Error> {
        self.transport.speak(MODERN);
        for attempt in 0..2 {
            let message = self.message("server/discover", Map::new(), listener);
            let headers = header::standard("server/discover", &Map::new());
            // Some older servers say nothing at all to what they do not know. A sign-in on the way takes its time.
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
                Ok(None) => {
                    Error::Protocol("the server answered server/discover with nothing".to_owned())
                }
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
    async fn initialize(&mut self, listener: &mut dyn Listener) -> Result<(), Error> {
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

    /// One request, to its end: input that the server asks for is asked for, and a session that has ended is begun
    /// again.
    ///
    /// # Errors
    /// When there is no result.
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
            // Without `resultType` it is complete.
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

    /// The server's tools, as they came, asked for once. On HTTP, 2026-07-28 wants those left out whose annotations
    /// for headers break its rules.
    ///
    /// # Errors
    /// When they cannot be listed.
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

    /// All pages of a list.
    ///
    /// # Errors
    /// When it cannot be read.
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
    /// When there is no result.
    pub async fn call(
        &mut self,
        name: &str,
        arguments: Value,
        listener: &mut dyn Listener,
    ) -> Result<Value, Error> {
        if self.revision.is_modern() && self.transport.is_http() {
            // Which parameters are repeated in headers stands in the tool's schema.
            self.tools(listener).await?;
        }
        let mut params = Map::new();
        params.insert("name".to_owned(), name.into());
        params.insert("arguments".to_owned(), arguments);
        self.request("tools/call", params, listener).await
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn message(
        &mut self,
        method: &str,
        mut params: Map<String, Value>,
        listener: &dyn Listener,
    ) -> Value {
        let id = self.next_id();
        let mut meta = Map::new();
        if self.revision.is_modern() {
            for (name, value) in [
                ("protocolVersion", Value::from(MODERN)),
                ("clientInfo", client_info()),
                ("clientCapabilities", capabilities(listener)),
            ] {
                meta.insert(format!("io.modelcontextprotocol/{name}"), value);
            }
        }
        if method == "tools/call" {
            meta.insert("progressToken".to_owned(), id.into());
        }
        if !meta.is_empty() {
            params.insert("_meta".to_owned(), Value::Object(meta));
        }
        let mut message = json!({ "jsonrpc": "2.0", "id": id, "method": method });
        if let Value::Object(members) = &mut message
            && !params.is_empty()
        {
            members.insert("params".to_owned(), Value::Object(params));
        }
        message
    }

    fn headers(&self, method: &str, params: &Map<String, Value>) -> Vec<(String, String)> {
        if !self.revision.is_modern() {
            return Vec::new();
        }
        let mut headers = header::standard(method, params);
        let name = params.get("name").and_then(Value::as_str);
        if method == "tools/call"
            && let Some(mirrored) = name.and_then(|name| self.mirrored.get(name))
        {
            let arguments = params.get("arguments").unwrap_or(&Value::Null);
            headers.extend(header::custom(mirrored, arguments));
        }
        headers
    }
}

fn client_info() -> Value {
    json!({ "name": "mcp-test-client", "version": env!("CARGO_PKG_VERSION") })
}

/// What the server may ask for: a form, where somebody is there to fill it in.
fn capabilities(listener: &dyn Listener) -> Value {
    if listener.can_ask() {
        json!({ "elicitation": {} })
    } else {
        json!({})
    }
}

/// "The client MUST construct the requested inputs before retrying the original request", and "MUST echo back the
/// exact value" of `requestState`, and none where there was none (MCP 2026-07-28 mrtr).
fn answer_inputs(
    found: &Value,
    params: &mut Map<String, Value>,
    listener: &mut dyn Listener,
) -> Result<(), Error> {
    let asked = found.get("inputRequests").and_then(Value::as_object);
    let state = found.get("requestState");
    if asked.is_none() && state.is_none() {
        return Err(Error::Protocol(
            "the server wants input, and says neither which (inputRequests) nor for what (requestState)".to_owned(),
        ));
    }
    let mut answers = Map::new();
    for (key, request) in asked.into_iter().flatten() {
        let method = request
            .get("method")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if method != "elicitation/create" || !listener.can_ask() {
            return Err(Error::Protocol(format!(
                "the server asks for {method}, which this client did not offer"
            )));
        }
        let said = listener.asked(request.get("params").unwrap_or(&Value::Null));
        answers.insert(key.clone(), said);
    }
    if asked.is_some() {
        params.insert("inputResponses".to_owned(), Value::Object(answers));
    }
    if let Some(state) = state {
        params.insert("requestState".to_owned(), state.clone());
    }
    Ok(())
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

/// The best version that both sides speak, out of an error's list.
fn supported(data: Option<&Value>) -> Option<&'static str> {
    let listed = data?.get("supported")?.as_array()?;
    Revision::all()
        .into_iter()
        .find(|ours| listed.iter().any(|theirs| theirs == ours))
}

/// The `result` of a response.
fn result(answer: &Value, method: &str) -> Result<Value, Error> {
    if let Some(error) = answer.get("error") {
        let text = |member: &str| {
            error
                .get(member)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        return Err(Error::Rpc {
            method: method.to_owned(),
            code: error
                .get("code")
                .and_then(Value::as_i64)
                .unwrap_or_default(),
            message: text("message").to_owned(),
            data: error.get("data").cloned(),
        });
    }
    answer
        .get("result")
        .filter(|result| result.is_object())
        .cloned()
        .ok_or_else(|| {
            Error::Protocol(format!(
                "the server's answer to {method} has neither a result nor an error"
            ))
        })
}
