//! From the challenge to the authorization server's metadata (MCP authorization, Authorization Server Discovery).

use serde_json::Value;
use url::Url;

use crate::ask::Asker;
use crate::evidence::{Evidence, Issuer};
use crate::location::{Location, of_resource, of_server};
use crate::made_up::TOKEN;
use crate::question::Question;

pub async fn discover(asker: &Asker<'_>, evidence: &mut Evidence) {
    let server = evidence.server.clone();
    evidence.keep(Question::NoToken, asker.call(&server, None, false).await);
    let from_page = asker.call(&server, None, true).await;
    evidence.keep(Question::NoTokenFromPage, from_page);
    let preflight = asker.preflight(server.clone()).await;
    evidence.keep(Question::McpPreflight, preflight);
    let made_up = asker.call(&server, Some(TOKEN), false).await;
    evidence.keep(Question::MadeUpToken, made_up);

    let mut places = Vec::new();
    let challenge = evidence.challenge(Question::NoToken).ok();
    let named = challenge.as_ref().and_then(|c| c.get("resource_metadata"));
    if let Some(url) = named.and_then(|text| Url::parse(text).ok()) {
        places.push(("as the challenge says", url));
    }
    for place in of_resource(&server) {
        if !places.contains(&place) && !places.iter().any(|(_, url)| *url == place.1) {
            places.push(place);
        }
    }
    evidence.resource_locations = look(places, asker).await;

    let issuer = issuer(evidence);
    if let Ok(url) = Url::parse(&issuer.text) {
        evidence.server_locations = look(of_server(&url), asker).await;
    }
    evidence.issuer = Some(issuer);
}

/// The first issuer that the resource names or, as in MCP's first revision, its own origin.
fn issuer(evidence: &Evidence) -> Issuer {
    let named = evidence.resource().and_then(|(_, document)| {
        let servers = document.get("authorization_servers")?.as_array()?;
        servers.iter().find_map(Value::as_str).map(str::to_owned)
    });
    Issuer {
        guessed: named.is_none(),
        text: named.unwrap_or_else(|| evidence.server.origin().ascii_serialization()),
    }
}

/// Requests every location, even after the document has been found, because clients differ in where they begin.
async fn look(places: Vec<(&'static str, Url)>, asker: &Asker<'_>) -> Vec<Location> {
    let mut locations = Vec::new();
    for (how, url) in places {
        let answer = asker.document(url.clone()).await;
        locations.push(Location { how, url, answer });
    }
    locations
}
