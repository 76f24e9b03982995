//! What known clients get wrong at servers like the one that was examined. It is no judgement on the server: most of
//! them have trouble where a server is right.

use std::fmt::{self, Write as _};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::answer::error_code;
use crate::checks::loopback_port;
use crate::evidence::Evidence;
use crate::json::list;
use crate::question::Question;
use crate::verdict::Finding;

/// A client with trouble at the server that was examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The client and the versions in which it was seen.
    pub client: &'static str,
    /// The property of the server that it has trouble with.
    pub server: &'static str,
    /// What it does there.
    pub does: &'static str,
    /// Where that is told.
    pub source: &'static str,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            client,
            server,
            does,
            source,
        } = self;
        write!(f, "{client}: this server {server}. It {does} ({source})")
    }
}

/// A known fault, and whether the evidence shows what it takes.
struct Known {
    note: Note,
    meets: fn(&Evidence) -> bool,
}

const KNOWN: [Known; 10] = [
    Known {
        note: Note {
            client: "Codex 0.142 to 0.144",
            server: "advertises authorization_response_iss_parameter_supported",
            does: "wants iss in the answer, loses it, and ends with \"Authorization server response missing required issuer\"",
            source: "openai/codex#31573",
        },
        meets: |evidence| flag(evidence, "authorization_response_iss_parameter_supported"),
    },
    Known {
        note: Note {
            client: "GitHub Copilot CLI 1.0.3 to 1.0.83",
            server: "refuses another loopback port than the registered one",
            does: "listens on another port than it has registered or its metadata document names, and is refused",
            source: "github/copilot-cli#1951, #4793",
        },
        meets: refuses_ports,
    },
    Known {
        note: Note {
            client: "Claude Code",
            server: "refuses another loopback port than the registered one",
            does: "names http://localhost/callback without a port in its metadata document, asks with one, and is refused",
            source: "anthropics/claude-code#42301",
        },
        meets: refuses_ports,
    },
    Known {
        note: Note {
            client: "Claude connectors, seen in August 2026",
            server: "takes metadata documents and does not list none among token_endpoint_auth_methods_supported",
            does: "does not use its document: it registers, or where it cannot, does not connect",
            source: "home-assistant/core#179326",
        },
        meets: |evidence| documents(evidence) && !takes(evidence, "none"),
    },
    Known {
        note: Note {
            client: "ChatGPT, connections of their own",
            server: "takes metadata documents and does not list private_key_jwt among token_endpoint_auth_methods_supported",
            does: "has a document whose one method is private_key_jwt, and is refused",
            source: "Altinity/altinity-mcp#118",
        },
        meets: |evidence| documents(evidence) && !takes(evidence, "private_key_jwt"),
    },
    Known {
        note: Note {
            client: "n8n before June 2026",
            server: "lists S256 and does not list none among token_endpoint_auth_methods_supported",
            does: "registers as a public client all the same, and is refused with invalid_client",
            source: "n8n-io/n8n#32289",
        },
        meets: |evidence| {
            lists(evidence, "code_challenge_methods_supported", "S256") && !takes(evidence, "none")
        },
    },
    Known {
        note: Note {
            client: "mcp-remote 0.15.1 and before",
            server: "names no scope, neither in its challenge nor in its metadata",
            does: "asks for \"openid email profile\", which a server that knows none of them refuses with invalid_scope",
            source: "punkpeye/mcp-remote#204, cloudflare/mcp-server-cloudflare#457",
        },
        meets: names_no_scope,
    },
    Known {
        note: Note {
            client: "Codex Desktop, seen in May 2026",
            server: "lists openid, profile or email among scopes_supported",
            does: "asks for them without having registered them, which a server that compares the two refuses with invalid_scope",
            source: "openai/codex#23242",
        },
        meets: |evidence| {
            let scopes = ["openid", "profile", "email"];
            scopes
                .iter()
                .any(|scope| lists(evidence, "scopes_supported", scope))
        },
    },
    Known {
        note: Note {
            client: "FastMCP 3.4.11 and 4.2.3, Pydantic AI 2.68.0 with them",
            server: "does not answer token requests at /token, and has its token endpoint elsewhere",
            does: "keeps tokens without metadata, refreshes at /token after a restart, and has its person sign in again",
            source: "OAuthClientProvider._refresh_token of the package mcp",
        },
        meets: |evidence| default_path_is_dead(evidence),
    },
    Known {
        note: Note {
            client: "Python SDK 1.30.0 and 2.3.0; LangChain and OpenAI Agents with them",
            server: "issues refresh tokens",
            does: "keeps no time of expiry with its tokens, and has its person sign in again after a restart",
            source: "OAuthClientProvider._initialize of the package mcp",
        },
        meets: |evidence| lists(evidence, "grant_types_supported", "refresh_token"),
    },
];

/// The known clients that have trouble at this server.
pub fn notes(evidence: &Evidence) -> Vec<Note> {
    let met = KNOWN.iter().filter(|known| (known.meets)(evidence));
    met.map(|known| known.note).collect()
}

/// All known faults as a Markdown table.
pub fn reference() -> String {
    let mut text = String::from(
        "## Clients\n\n| client | a server that | what it does | source |\n|---|---|---|---|\n",
    );
    for Known { note, .. } in &KNOWN {
        let Note {
            client,
            server,
            does,
            source,
        } = note;
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {client} | {server} | {does} | {source} |");
    }
    text
}

fn metadata(evidence: &Evidence) -> Option<Map<String, Value>> {
    evidence.metadata().map(|(_, metadata)| metadata)
}

fn flag(evidence: &Evidence, name: &str) -> bool {
    metadata(evidence).is_some_and(|metadata| metadata.get(name) == Some(&Value::Bool(true)))
}

fn lists(evidence: &Evidence, name: &str, wanted: &str) -> bool {
    let listed = metadata(evidence).and_then(|metadata| list(&metadata, name));
    listed.is_some_and(|listed| listed.iter().any(|value| value == wanted))
}

fn documents(evidence: &Evidence) -> bool {
    flag(evidence, "client_id_metadata_document_supported")
}

fn takes(evidence: &Evidence, method: &str) -> bool {
    lists(evidence, "token_endpoint_auth_methods_supported", method)
}

fn refuses_ports(evidence: &Evidence) -> bool {
    matches!(loopback_port(evidence), Err(Finding::Broken(_)))
}

fn names_no_scope(evidence: &Evidence) -> bool {
    let named =
        metadata(evidence).is_some_and(|metadata| metadata.contains_key("scopes_supported"));
    metadata(evidence).is_some() && !named && evidence.scope().is_none()
}

/// Whether a refresh at the old default path is answered by something else than a token endpoint.
fn default_path_is_dead(evidence: &Evidence) -> bool {
    let answer = evidence.answer(Question::UnknownTokenAtDefault).response();
    answer.is_some_and(|response| error_code(response).is_none())
}
