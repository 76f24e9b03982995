//! What the walk has seen. It cannot be printed, because it contains tokens.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use url::Url;

use crate::answer::{Answer, values};
use crate::challenge::{Challenge, parse};
use crate::location::{Location, first_document};
use crate::question::Question;
use crate::sight::Sight;
use crate::verdict::Finding;

/// What the walk has collected for the checks; they see nothing else.
pub struct Evidence {
    /// The MCP endpoint.
    pub server: Url,
    /// The origin of the page on whose behalf requests were made.
    pub origin: &'static str,
    /// The URLs where protected resource metadata were looked for, with the answers.
    pub resource_locations: Vec<Location>,
    /// The authorization server that was examined.
    pub issuer: Option<Issuer>,
    /// The URLs where its metadata were looked for, with the answers.
    pub server_locations: Vec<Location>,
    /// The client in whose name authorization requests were made.
    pub client: Option<KnownClient>,
    /// The refresh token from the sign-in.
    pub refresh_token: Option<String>,
    /// How long the access token of the sign-in is valid, in seconds, if the server says so.
    pub expires_in: Option<u64>,
    /// Whether the client of the sign-in has a secret.
    pub is_confidential: bool,
    /// Whether the access token is self-contained (a JSON Web Token), so that a server need not ask about it.
    pub is_self_contained: bool,
    /// Whether an old refresh token was accepted at first, and tried again after the longest usual grace.
    pub waited_for_grace: bool,
    /// For whom a token says it is that was asked for another resource.
    pub foreign_audience: Option<Vec<String>>,
    /// What there is at the URL that was given.
    pub sight: Sight,
    /// A document of the resource at a place where no client looks.
    pub stray: Option<Url>,
    /// Why a sign-in that was asked for failed.
    pub sign_in_failed: Option<String>,
    /// How long an access token remained valid after its revocation, in seconds.
    pub outlived: u64,
    answers: BTreeMap<Question, Answer>,
}

/// An authorization server, as the resource names it.
pub struct Issuer {
    /// The identifier exactly as written, because issuers are compared byte for byte.
    pub text: String,
    /// Whether it is the resource's own origin, assumed because the resource names no issuer (MCP 2025-03-26).
    pub guessed: bool,
}

/// A client that the server knows, in whose name authorization requests are made.
pub struct KnownClient {
    /// The `client_id`.
    pub id: String,
    /// A redirect URI that the client has registered.
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
            expires_in: None,
            is_confidential: false,
            is_self_contained: false,
            waited_for_grace: false,
            foreign_audience: None,
            sight: Sight::default(),
            stray: None,
            sign_in_failed: None,
            outlived: 0,
            answers: BTreeMap::new(),
        }
    }

    /// Stores an answer, and replaces an earlier one to the same question.
    pub fn keep(&mut self, question: Question, answer: Answer) {
        self.answers.insert(question, answer);
    }

    /// Records why the questions among these that have no answer yet were not asked.
    pub fn skip(&mut self, questions: &[Question], why: &'static str) {
        for question in questions {
            self.answers
                .entry(*question)
                .or_insert(Answer::NotAsked(why));
        }
    }

    /// The answer to a question.
    pub fn answer(&self, question: Question) -> &Answer {
        const UNASKED: &Answer = &Answer::NotAsked("it was not asked");
        self.answers.get(&question).unwrap_or(UNASKED)
    }

    /// The bearer challenge of an answer; the error says what is wrong with the header.
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

    /// The protected resource metadata that a client would use, and their location.
    pub fn resource(&self) -> Option<(&Location, Map<String, Value>)> {
        let (at, document) = first_document(&self.resource_locations)?;
        Some((self.resource_locations.get(at)?, document))
    }

    /// The authorization server metadata that a client would use, and their location.
    pub fn metadata(&self) -> Option<(&Location, Map<String, Value>)> {
        let (at, document) = first_document(&self.server_locations)?;
        Some((self.server_locations.get(at)?, document))
    }

    /// The members of the authorization server metadata; skips the check if there are none.
    pub fn metadata_members(&self) -> Result<Map<String, Value>, Finding> {
        let (_, members) = self.metadata().ok_or(Finding::Skipped(NO_METADATA))?;
        Ok(members)
    }

    /// The URL of an advertised endpoint; the error says why there is none.
    pub fn endpoint(&self, member: &str) -> Result<Url, &'static str> {
        let (_, metadata) = self.metadata().ok_or(NO_METADATA)?;
        let text = metadata.get(member).and_then(Value::as_str);
        let text = text.ok_or("no such endpoint is advertised")?;
        Url::parse(text).map_err(|_| "the endpoint is not a URL")
    }

    /// Whether the metadata belong to the issuer. Otherwise they "MUST NOT be used" (RFC 8414 §3.3), and no token may
    /// go there.
    pub fn is_issuers_own(&self) -> bool {
        let issuer = self.issuer.as_ref().map(|issuer| issuer.text.as_str());
        self.metadata().is_some_and(|(_, metadata)| {
            let found = metadata.get("issuer").and_then(Value::as_str);
            found
                .zip(issuer)
                .is_some_and(|(found, issuer)| is_same_origin_root(found, issuer))
        })
    }

    /// The resource identifier that clients put into their requests (RFC 8707 §2).
    pub fn resource_identifier(&self) -> String {
        let named = self.resource().and_then(|(_, document)| {
            let text = document.get("resource").and_then(Value::as_str)?;
            // The identifier of another resource must not be used (RFC 9728 §3.3).
            let own = self.server.as_str().starts_with(text);
            own.then(|| text.to_owned())
        });
        named.unwrap_or_else(|| self.server.as_str().to_owned())
    }

    /// The scope that a client would ask for (MCP authorization, Scope Selection Strategy).
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

/// Whether two issuers are the same text, or differ only in the slash after the host. That breaks RFC 8414 §3.3, but
/// whoever has one has the other.
fn is_same_origin_root(one: &str, other: &str) -> bool {
    let root = |text: &str| Url::parse(text).is_ok_and(|url| url.path() == "/");
    one == other || (root(one) && one.trim_end_matches('/') == other.trim_end_matches('/'))
}

/// Why a question is skipped that needs a client the server knows.
pub const NO_CLIENT: &str = "needs --register or --sign-in";
/// Why a question is skipped that needs an endpoint.
pub const NO_METADATA: &str = "there are no authorization server metadata";
