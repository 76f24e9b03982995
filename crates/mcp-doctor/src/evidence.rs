//! What the walk has seen. Not printable: there are tokens in it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use url::Url;

use crate::answer::{Answer, values};
use crate::challenge::{Challenge, parse};
use crate::location::{Location, first_document};
use crate::question::Question;
use crate::verdict::Finding;

/// What the walk keeps for the checks; they see nothing else.
pub struct Evidence {
    /// The MCP endpoint.
    pub server: Url,
    /// The origin of the page in whose place was asked.
    pub origin: &'static str,
    /// Where protected resource metadata were looked for.
    pub resource_locations: Vec<Location>,
    /// Which authorization server was looked at.
    pub issuer: Option<Issuer>,
    /// Where its metadata were looked for.
    pub server_locations: Vec<Location>,
    /// As whom authorization requests were made.
    pub client: Option<Client>,
    /// The refresh token that the sign-in brought.
    pub refresh_token: Option<String>,
    /// Why there was no sign-in, where one was wanted.
    pub sign_in_failed: Option<String>,
    /// How long an access token outlived its revocation, in seconds.
    pub outlived: u64,
    answers: BTreeMap<Question, Answer>,
}

/// An authorization server, as the resource names it.
pub struct Issuer {
    /// As it was written, byte for byte: issuers are compared so.
    pub text: String,
    /// Whether it is only the resource's own origin, since nobody named one (MCP 2025-03-26).
    pub guessed: bool,
}

/// The client in whose name authorization requests are made.
pub struct Client {
    /// The `client_id`.
    pub id: String,
    /// A redirect URI that is registered for it.
    pub redirect_uri: String,
}

impl Evidence {
    pub fn new(server: Url) -> Self {
        Self {
            server,
            origin: "",
            resource_locations: Vec::new(),
            issuer: None,
            server_locations: Vec::new(),
            client: None,
            refresh_token: None,
            sign_in_failed: None,
            outlived: 0,
            answers: BTreeMap::new(),
        }
    }

    /// Keeps an answer, in place of an earlier one to the same question.
    pub fn keep(&mut self, question: Question, answer: Answer) {
        self.answers.insert(question, answer);
    }

    /// Gives those questions that have no answer yet the reason why.
    pub fn skip(&mut self, questions: &[Question], why: &'static str) {
        for question in questions {
            self.answers
                .entry(*question)
                .or_insert(Answer::NotAsked(why));
        }
    }

    /// What came of a question.
    pub fn answer(&self, question: Question) -> &Answer {
        const UNASKED: &Answer = &Answer::NotAsked("it was not asked");
        self.answers.get(&question).unwrap_or(UNASKED)
    }

    /// The bearer challenge of an answer, or what is wrong with its header.
    pub fn challenge(&self, question: Question) -> Result<Challenge, String> {
        let Some(response) = self.answer(question).response() else {
            return Err("there was no answer".to_owned());
        };
        let mut all = Vec::new();
        for line in values(response, "www-authenticate") {
            all.extend(parse(line)?);
        }
        let schemes = all.iter().map(|c| c.scheme.clone()).collect::<Vec<_>>();
        all.into_iter()
            .find(|challenge| challenge.scheme == "bearer")
            .ok_or_else(|| match schemes.as_slice() {
                [] => "no WWW-Authenticate header".to_owned(),
                schemes => format!("no Bearer challenge, but {}", schemes.join(", ")),
            })
    }

    /// The protected resource metadata that a client would use, and where it lies.
    pub fn resource(&self) -> Option<(&Location, Map<String, Value>)> {
        let (at, document) = first_document(&self.resource_locations)?;
        Some((self.resource_locations.get(at)?, document))
    }

    /// The authorization server metadata that a client would use, and where it lies.
    pub fn metadata(&self) -> Option<(&Location, Map<String, Value>)> {
        let (at, document) = first_document(&self.server_locations)?;
        Some((self.server_locations.get(at)?, document))
    }

    /// The authorization server metadata, for a check of one of their members.
    pub fn metadata_members(&self) -> Result<Map<String, Value>, Finding> {
        let (_, members) = self.metadata().ok_or(Finding::Skipped(NO_METADATA))?;
        Ok(members)
    }

    /// An advertised endpoint, or the reason why there is none.
    pub fn endpoint(&self, member: &str) -> Result<Url, &'static str> {
        let (_, metadata) = self.metadata().ok_or(NO_METADATA)?;
        let text = metadata.get(member).and_then(Value::as_str);
        let text = text.ok_or("no such endpoint is advertised")?;
        Url::parse(text).map_err(|_| "the endpoint is no URL")
    }

    /// Whether the metadata are the issuer's own. Otherwise nobody "MUST use" them, least of all with a token.
    pub fn is_issuers_own(&self) -> bool {
        let issuer = self.issuer.as_ref().map(|issuer| issuer.text.as_str());
        self.metadata().is_some_and(|(_, metadata)| {
            metadata.get("issuer").and_then(Value::as_str) == issuer && issuer.is_some()
        })
    }

    /// The resource's own name for itself, which clients put into their requests (RFC 8707 §2).
    pub fn resource_identifier(&self) -> String {
        let named = self.resource().and_then(|(_, document)| {
            let text = document.get("resource").and_then(Value::as_str)?;
            // Another's is not to be used (RFC 9728 §3.3).
            let own = self.server.as_str().starts_with(text);
            own.then(|| text.to_owned())
        });
        named.unwrap_or_else(|| self.server.as_str().to_owned())
    }

    /// The scopes that a client would ask for (MCP authorization, Scope Selection Strategy).
    pub fn scope(&self) -> Option<String> {
        let challenge = self.challenge(Question::NoToken).ok();
        if let Some(scope) = challenge.as_ref().and_then(|c| c.get("scope")) {
            return Some(scope.to_owned());
        }
        let (_, resource) = self.resource()?;
        let scopes = resource.get("scopes_supported")?.as_array()?;
        let scopes: Vec<&str> = scopes.iter().filter_map(Value::as_str).collect();
        Some(scopes.join(" "))
    }
}

/// The reason for skipping what needs a client that the server knows.
pub const NO_CLIENT: &str = "needs --register or --sign-in";
/// The reason for skipping what needs an endpoint.
pub const NO_METADATA: &str = "there are no authorization server metadata";
