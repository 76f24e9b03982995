//! From a server's URL and its challenge to the authorization server's metadata.

use std::time::Duration;

use fetch::{Fetch, Method, Request};
use serde::de::DeserializeOwned;
use url::Url;

use super::challenge::Challenge;
use super::endpoint;
use super::resource_metadata::ResourceMetadata;
use super::server_metadata::ServerMetadata;
use crate::client::Error;

const MOST: usize = 256 * 1024;
const PATIENCE: Duration = Duration::from_secs(20);

/// The result of discovery: what a sign-in needs to know.
#[derive(Debug, Clone)]
pub struct Discovered {
    /// The resource identifier to ask tokens for, exactly as the server publishes it.
    pub resource: String,
    /// The issuer that was asked. Its metadata names the same one.
    pub issuer: String,
    /// The issuer's metadata.
    pub server: ServerMetadata,
    /// The scope to ask for first (MCP 2026-07-28 authorization, Scope Selection Strategy): the challenge's scope,
    /// otherwise all scopes of the resource, otherwise none.
    pub scope: Option<String>,
    /// What the server does otherwise than the rules say, and was let pass.
    pub notes: Vec<String>,
}

/// Finds the authorization server. `wanted` is the issuer that the person has chosen; `without_metadata` allows the
/// default endpoints of 2025-03-26 for a server without metadata.
///
/// # Errors
/// If a document cannot be reached, or breaks a rule.
pub async fn discover(
    fetch: &dyn Fetch,
    server: &Url,
    challenge: Option<&Challenge>,
    wanted: Option<&str>,
    without_metadata: bool,
) -> Result<Discovered, Error> {
    if !endpoint::is_secure(server) {
        return Err(Error::sign_in(
            "MCP authorization, Communication Security",
            format!(
                "tokens are sent only over https (or http on this computer), but the server is {server}"
            ),
        ));
    }
    let challenged = challenge.and_then(|challenge| challenge.scope.clone());
    let mut notes = Vec::new();
    let Some(metadata) = resource_metadata(fetch, server, challenge, &mut notes).await? else {
        return legacy(fetch, server, challenged, without_metadata).await;
    };
    metadata.is_about(server)?;
    let issuer = metadata.issuer(wanted)?;
    let found = server_metadata(fetch, server, &issuer, &mut notes).await?;
    let Some(found) = found.document else {
        return Err(nothing_at(&issuer, &found.tried));
    };
    let issuer = found.issuer.clone();
    local_only_from_here(server, &found)?;
    Ok(Discovered {
        scope: challenged.or_else(|| metadata.scopes_supported.map(|scopes| scopes.join(" "))),
        resource: metadata.resource,
        issuer,
        server: found,
        notes,
    })
}

/// "MCP clients MUST support both discovery mechanisms and use the resource metadata URL from the parsed
/// `WWW-Authenticate` headers when present; otherwise, they MUST fall back to […] the well-known URIs in the order
/// listed above" (MCP 2026-07-28 authorization-server-discovery).
async fn resource_metadata(
    fetch: &dyn Fetch,
    server: &Url,
    challenge: Option<&Challenge>,
    notes: &mut Vec<String>,
) -> Result<Option<ResourceMetadata>, Error> {
    let what = "the protected-resource metadata";
    if let Some(named) = challenge.and_then(|challenge| challenge.resource_metadata.as_deref()) {
        let url = endpoint::read("resource_metadata", named, "RFC 9728 §5.1")?;
        near(server, "resource_metadata", &url)?;
        let section = "RFC 9728 §3.2";
        return match document(fetch, what, url, section).await? {
            Ok(found) => Ok(Some(found)),
            Err(why) => {
                if let Some(found) = under_prefix(fetch, server, notes).await? {
                    return Ok(Some(found));
                }
                Err(Error::sign_in(
                    section,
                    format!("the server's challenge names its metadata at {named}, which {why}"),
                ))
            }
        };
    }
    let path = server.path().trim_end_matches('/');
    let mut places = vec![well_known(server, "oauth-protected-resource", path)];
    if let Some(place) = places.first_mut() {
        place.set_query(server.query());
    }
    if !path.is_empty() {
        places.push(well_known(server, "oauth-protected-resource", ""));
    }
    for url in places {
        if let Ok(found) = document(fetch, what, url, "RFC 9728 §3.2").await? {
            return Ok(Some(found));
        }
    }
    under_prefix(fetch, server, notes).await
}

/// Looks under the endpoint's path prefix, where servers that are mounted there serve their documents by mistake.
async fn under_prefix(
    fetch: &dyn Fetch,
    server: &Url,
    notes: &mut Vec<String>,
) -> Result<Option<ResourceMetadata>, Error> {
    let path = server.path().trim_end_matches('/');
    let Some((prefix, last)) = path
        .rsplit_once('/')
        .filter(|(prefix, _)| !prefix.is_empty())
    else {
        return Ok(None);
    };
    for rest in [path, &format!("/{last}"), ""] {
        let mut url = server.clone();
        url.set_query(None);
        url.set_path(&format!(
            "{prefix}/.well-known/oauth-protected-resource{rest}"
        ));
        let place = url.to_string();
        let what = "the protected-resource metadata";
        if let Ok(found) = document::<ResourceMetadata>(fetch, what, url, "RFC 9728 §3.2").await? {
            notes.push(format!(
                "the resource metadata are at {place}, under a path prefix, where no client looks (RFC 9728 §3.1)"
            ));
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Whether two issuers differ only in the slash after the host: whoever has one has the other.
fn differ_in_slash(one: &str, other: &str) -> bool {
    let root = |text: &str| Url::parse(text).is_ok_and(|url| url.path() == "/");
    root(one) && root(other) && one.trim_end_matches('/') == other.trim_end_matches('/')
}

struct Probed {
    document: Option<ServerMetadata>,
    tried: Vec<String>,
}

/// Tries the well-known URLs in MCP's order. A document counts only if its `issuer` is the one that was asked:
/// otherwise "the client MUST NOT use the metadata" (RFC 8414 §3.3).
async fn server_metadata(
    fetch: &dyn Fetch,
    server: &Url,
    issuer: &str,
    notes: &mut Vec<String>,
) -> Result<Probed, Error> {
    let url = endpoint::read("the issuer", issuer, "RFC 8414 §2")?;
    near(server, "the issuer", &url)?;
    let path = url.path().trim_end_matches('/').to_owned();
    let mut places = vec![
        well_known(&url, "oauth-authorization-server", &path),
        well_known(&url, "openid-configuration", &path),
    ];
    if !path.is_empty() {
        let mut appended = url.clone();
        appended.set_path(&format!("{path}/.well-known/openid-configuration"));
        places.push(appended.clone());
        // No rule names this place; servers that are mounted under a prefix have their metadata here.
        appended.set_path(&format!("{path}/.well-known/oauth-authorization-server"));
        places.push(appended);
    }
    let mut tried = Vec::new();
    for place in places {
        let shown = place.to_string();
        let what = "the authorization server's metadata";
        match document::<ServerMetadata>(fetch, what, place, "RFC 8414 §3.2").await? {
            Ok(found) if found.issuer == issuer || differ_in_slash(&found.issuer, issuer) => {
                if found.issuer != issuer {
                    notes.push(format!(
                        "the server names the issuer {issuer}, which calls itself {}; they are taken for the same, and should be one text (RFC 8414 §3.3)",
                        found.issuer
                    ));
                }
                return Ok(Probed {
                    document: Some(found),
                    tried,
                });
            }
            Ok(found) => {
                return Err(Error::sign_in(
                    "RFC 8414 §3.3",
                    format!(
                        "the metadata at {shown} says that its issuer is {}, but {issuer} was asked; it is not used",
                        found.issuer
                    ),
                ));
            }
            Err(why) => tried.push(format!("{shown} {why}")),
        }
    }
    Ok(Probed {
        document: None,
        tried,
    })
}

/// For a server without protected resource metadata: its origin is the issuer (MCP 2025-03-26 authorization,
/// Authorization Base URL).
async fn legacy(
    fetch: &dyn Fetch,
    server: &Url,
    scope: Option<String>,
    without_metadata: bool,
) -> Result<Discovered, Error> {
    let origin = server.origin().ascii_serialization();
    let mut notes = Vec::new();
    let probed = server_metadata(fetch, server, &origin, &mut notes).await?;
    let found = match probed.document {
        Some(found) => found,
        None if without_metadata => ServerMetadata::without_discovery(&origin),
        None => {
            return Err(Error::sign_in(
                "RFC 9728 §3.1, MCP authorization, Protected Resource Metadata Discovery Requirements",
                format!(
                    "the server asks for a sign-in and does not say where: no resource_metadata in its challenge, and nothing under /.well-known/oauth-protected-resource. \
                     As an authorization server itself it is silent too: {}. (--protocol-version 2025-03-26 tries {origin}/authorize, /token and /register.)",
                    probed.tried.join("; ")
                ),
            ));
        }
    };
    local_only_from_here(server, &found)?;
    Ok(Discovered {
        resource: canonical(server),
        issuer: found.issuer.clone(),
        notes,
        server: found,
        scope,
    })
}

fn nothing_at(issuer: &str, tried: &[String]) -> Error {
    Error::sign_in(
        "RFC 8414 §3, MCP authorization, Authorization Server Metadata Discovery",
        format!(
            "the authorization server {issuer} has no metadata: {}",
            tried.join("; ")
        ),
    )
}

/// Reads one document; the inner error says what was found instead.
async fn document<T: DeserializeOwned>(
    fetch: &dyn Fetch,
    what: &str,
    url: Url,
    section: &'static str,
) -> Result<Result<T, String>, Error> {
    let shown = url.to_string();
    let request = Request::new(Method::Get, url)
        .header("accept", "application/json")
        .timeout(PATIENCE)
        .max_body(MOST);
    let answer = fetch
        .fetch(request)
        .await
        .map_err(|source| Error::Unreachable {
            doing: format!("reading {what} at {shown}"),
            source,
        })?;
    if answer.status != 200 {
        return Ok(Err(match answer.header("location") {
            Some(location) if (300..400).contains(&answer.status) => format!(
                "redirects ({} to {location}), which is not followed",
                answer.status
            ),
            _ => format!("answers {}", answer.status),
        }));
    }
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(&answer.body) else {
        let kind = answer.header("content-type").unwrap_or("no type");
        return Ok(Err(format!("answers 200 with {kind}, which is not JSON")));
    };
    serde_json::from_value(value).map(Ok).map_err(|error| {
        Error::sign_in(
            section,
            format!("{what} at {shown} cannot be read: {error}"),
        )
    })
}

fn well_known(of: &Url, name: &str, path: &str) -> Url {
    let mut url = of.clone();
    url.set_path(&format!("/.well-known/{name}{path}"));
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// The server's URL as a resource identifier: "Implementations SHOULD consistently use the form without the trailing
/// slash" (MCP 2026-07-28 authorization, Canonical Server URI).
fn canonical(server: &Url) -> String {
    let text = server.as_str();
    text.strip_suffix('/').unwrap_or(text).to_owned()
}

/// Refuses URLs of this computer from a server that is elsewhere (RFC 9728 §7.7).
fn near(server: &Url, what: &str, url: &Url) -> Result<(), Error> {
    if endpoint::is_loopback(url) && !endpoint::is_loopback(server) {
        return Err(Error::sign_in(
            "RFC 9728 §7.7",
            format!(
                "{what} is on this computer ({url}), but the server is not ({server}); no request is sent there"
            ),
        ));
    }
    Ok(())
}

fn local_only_from_here(server: &Url, metadata: &ServerMetadata) -> Result<(), Error> {
    for (member, found) in [
        ("authorization_endpoint", &metadata.authorization_endpoint),
        ("token_endpoint", &metadata.token_endpoint),
        ("registration_endpoint", &metadata.registration_endpoint),
        ("revocation_endpoint", &metadata.revocation_endpoint),
    ] {
        if let Some(url) = found.as_deref().and_then(|text| Url::parse(text).ok()) {
            near(server, member, &url)?;
        }
    }
    Ok(())
}
