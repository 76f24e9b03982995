//! From the challenge to the authorization server's metadata (MCP authorization, Authorization Server Discovery).

use serde_json::Value;
use url::Url;

use crate::answer::{media_type, object};
use crate::ask::Asker;
use crate::evidence::{Evidence, Issuer};
use crate::location::{Location, of_resource, of_server};
use crate::made_up::TOKEN;
use crate::question::Question;
use crate::sight::{Kind, Sight, further, is_endpoint, under_prefixes};

pub async fn discover(asker: &Asker<'_>, evidence: &mut Evidence) {
    let server = evidence.server.clone();
    evidence.keep(Question::NoToken, asker.call(&server, None, false).await);
    if evidence.answer(Question::NoToken).response().is_none() {
        evidence.sight = Sight::of(evidence.answer(Question::NoToken), false);
        return;
    }
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
    see(asker, evidence).await;
    if !evidence.sight.is_judged() {
        return;
    }

    let issuer = issuer(evidence);
    if let Ok(url) = Url::parse(&issuer.text) {
        evidence.server_locations = look(of_server(&url), asker).await;
    }
    evidence.issuer = Some(issuer);
}

/// Looks what there is and, where it is no MCP server, for one nearby.
async fn see(asker: &Asker<'_>, evidence: &mut Evidence) {
    let server = evidence.server.clone();
    // A server that answers everything with some JSON has no such document.
    let has_documents = evidence.resource().is_some_and(|(_, document)| {
        document.contains_key("resource") || document.contains_key("authorization_servers")
    });
    let mut sight = Sight::of(evidence.answer(Question::NoToken), has_documents);
    if sight.is_judged() && !has_documents {
        for url in under_prefixes(&server) {
            let answer = asker.document(url.clone()).await;
            let found = answer.response().filter(|response| response.status == 200);
            if found
                .and_then(object)
                .is_some_and(|document| document.contains_key("resource"))
            {
                evidence.stray = Some(url);
                break;
            }
        }
    }
    if matches!(sight.kind, Kind::NotMcp | Kind::Open)
        && !is_endpoint(evidence.answer(Question::NoToken))
    {
        for url in further(&server) {
            let is_stream = url.path().ends_with("/sse");
            let answer = match is_stream {
                true => asker.stream(url.clone()).await,
                false => asker.call(&url, None, false).await,
            };
            let streams = answer.response().is_some_and(|response| {
                response.status == 200 && media_type(response) == "text/event-stream"
            });
            if is_endpoint(&answer) || (is_stream && streams) {
                sight.text.push_str(&format!(" There is one at {url}."));
                sight.instead = Some(url.into());
                break;
            }
        }
    }
    evidence.sight = sight;
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
