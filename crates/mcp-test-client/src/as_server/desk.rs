//! The strict server as a state machine: a request in, an answer out, and notes on how the client behaves.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use url::form_urlencoded;

use super::Trial;
use super::rules::Notes;
use crate::client::Error;

/// The most clients, codes and tokens that are remembered.
pub const MOST: usize = 1000;
/// The scope that the challenge names.
pub const SCOPE: &str = "notes:read";

/// A request. Names of headers are in lower case.
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(String::as_str)
            .unwrap_or_default()
    }

    pub fn query_pairs(&self) -> BTreeMap<String, String> {
        form_urlencoded::parse(self.query.as_bytes())
            .into_owned()
            .collect()
    }

    pub fn form(&self) -> BTreeMap<String, String> {
        form_urlencoded::parse(&self.body).into_owned().collect()
    }

    /// The token of the Authorization header.
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization").split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token)
    }
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("cache-control", "no-store".to_owned()),
            ],
            body: body.to_string(),
        }
    }

    pub fn error(status: u16, code: &str, words: &str) -> Self {
        Self::json(
            status,
            &json!({ "error": code, "error_description": words }),
        )
    }

    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A code that was issued.
pub struct Code {
    pub client_id: String,
    pub redirect_uri: String,
    pub challenge: String,
    pub is_redeemed: bool,
    /// The rule that is broken if this code is redeemed at all.
    pub trap: Option<&'static str>,
}

/// The server's memory, and its notes.
pub struct Desk {
    pub origin: String,
    pub trial: Trial,
    /// How long an access token is good, in seconds.
    pub lifetime: u64,
    pub notes: Notes,
    /// Redirect URIs by client id.
    pub clients: BTreeMap<String, Vec<String>>,
    pub codes: BTreeMap<String, Code>,
    /// When each access token ends.
    pub access: BTreeMap<String, u64>,
    /// The newest refresh tokens, with their clients.
    pub refresh: BTreeMap<String, String>,
    /// Refresh tokens that have a successor.
    pub spent: BTreeMap<String, ()>,
    pub has_ended: bool,
    pub is_initialized: bool,
    pub client: String,
    pub now: u64,
}

impl Desk {
    pub fn new(origin: &str, trial: Trial, lifetime: u64) -> Self {
        Self {
            origin: origin.to_owned(),
            trial,
            lifetime,
            notes: Notes::default(),
            clients: BTreeMap::new(),
            codes: BTreeMap::new(),
            access: BTreeMap::new(),
            refresh: BTreeMap::new(),
            spent: BTreeMap::new(),
            has_ended: false,
            is_initialized: false,
            client: "the client".to_owned(),
            now: 0,
        }
    }

    /// The identifier of the MCP server.
    pub fn resource(&self) -> String {
        format!("{}/mcp", self.origin)
    }

    /// Answers a request.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn answer(&mut self, asked: &Asked, now: u64) -> Result<Reply, Error> {
        self.now = now;
        // A page of another origin whose name leads here must not get an answer.
        if asked.header("host") != self.origin.trim_start_matches("http://") {
            return Ok(Reply::empty(421));
        }
        if asked.path != "/mcp" && asked.bearer().is_some() {
            let found = format!("a token at {}", asked.path);
            self.notes.note("token-stays", false, found);
        }
        match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/.well-known/oauth-protected-resource/mcp") => Ok(self.resource_metadata()),
            ("GET", "/.well-known/oauth-authorization-server") => Ok(self.server_metadata()),
            ("POST", "/register") => self.register(asked),
            ("GET", "/authorize") => Ok(self.authorize(asked)),
            ("POST", "/authorize") => self.agree(asked),
            ("POST", "/token") => self.token(asked),
            (_, "/mcp") => Ok(self.message(asked)),
            _ => Ok(Reply::empty(404)),
        }
    }

    fn resource_metadata(&mut self) -> Reply {
        self.notes.note("resource-metadata", true, "fetched");
        Reply::json(
            200,
            &json!({
                "resource": self.resource(),
                "authorization_servers": [self.origin],
                "scopes_supported": [SCOPE],
                "bearer_methods_supported": ["header"],
            }),
        )
    }

    fn server_metadata(&mut self) -> Reply {
        self.notes.note("server-metadata", true, "fetched");
        let at = |path: &str| format!("{}{path}", self.origin);
        Reply::json(
            200,
            &json!({
                "issuer": self.origin,
                "authorization_endpoint": at("/authorize"),
                "token_endpoint": at("/token"),
                "registration_endpoint": at("/register"),
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "scopes_supported": [SCOPE],
                "client_id_metadata_document_supported": true,
                "authorization_response_iss_parameter_supported": true,
            }),
        )
    }
}
