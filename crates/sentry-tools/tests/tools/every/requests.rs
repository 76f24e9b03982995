//! What the rows ask is what Sentry publishes, but for what is listed with its reason.
// file rule: mcp/published-requests: every request of every tool is as Sentry publishes it, body included; what it does not publish
//    is listed with the reason

use fetch::Request;
use fetch::scripted::Scripted;
use serde_json::Value;

use super::constrained::elsewhere;
use super::faults::failing;
use super::rows::rows;
use super::stage::{Exchange, json, recordings};
use super::{nothing, with};
use crate::fixture::{session, world_of};
use crate::published::unpublished::{ANSWERED, UNPUBLISHED};
use crate::published::{Of, held, published};

fn exchanges() -> impl Iterator<Item = (&'static str, &'static Exchange)> {
    recordings().iter().flat_map(|recording| {
        let tool = recording.row.tool;
        recording.exchanges.iter().map(move |one| (tool, one))
    })
}

/// What the rows ask, in sessions of a project too, and what they ask after one of these was refused: another way, at servers
/// that know no better.
async fn asked() -> Vec<(&'static str, Request)> {
    let mut found: Vec<_> = exchanges()
        .map(|(tool, exchange)| (tool, exchange.request.clone()))
        .collect();
    for recording in recordings() {
        for at in recording.places() {
            let refused = failing(Some(&at), &Ok(json(400, b"{}")));
            let came = with(recording, refused).await;
            let asked = came.asked.into_iter();
            found.extend(asked.map(|request| (recording.row.tool, request)));
        }
    }
    for (row, elsewhere) in rows().into_iter().zip(elsewhere()) {
        let asked = elsewhere.asked.iter().cloned();
        found.extend(asked.map(|request| (row.tool, request)));
    }
    // Where there are regions, they are asked for first.
    let world = world_of("https://sentry.io", session(), Scripted::new());
    let tool = "find_organizations";
    world.call(tool, serde_json::json!({})).await.unwrap();
    let asked = world.sentry.requests().into_iter();
    found.extend(asked.map(|request| (tool, request)));
    found
}

#[tokio::test]
async fn every_request_is_published_or_listed_and_the_list_has_nothing_else() {
    let mut found = vec![];
    let mut used = vec![];
    for (tool, request) in asked().await {
        let held = held(&request);
        used.extend(held.listed);
        for problem in held.problems {
            found.push(format!("{problem}, asked by {tool}"));
        }
    }
    found.sort();
    found.dedup();
    for (listed, reason) in UNPUBLISHED {
        assert!(reason.len() > 10, "{listed} has no reason");
        if !used.contains(listed) {
            found.push(format!("{listed}: is listed, and nothing asks it"));
        }
    }
    nothing(&found);
}

/// A member that is called by an id.
fn numberless(at: &str) -> String {
    let names = at.split('.').map(|name| match name.parse::<u64>() {
        Ok(_) => "{}",
        Err(_) => name,
    });
    names.collect::<Vec<_>>().join(".")
}

/// The local Sentry's answers have the published types.
#[test]
fn the_local_sentry_answers_as_published() {
    let mut found = vec![];
    let mut used = vec![];
    for (tool, exchange) in exchanges() {
        let place = super::stage::place(&exchange.request);
        let Some(endpoint) = published().endpoint(&place) else {
            continue;
        };
        let body: Option<Value> = serde_json::from_slice(&exchange.answer.body).ok();
        let (Some(shape), Some(body), true) =
            (&endpoint.answer, body, exchange.answer.is_success())
        else {
            continue;
        };
        for misfit in published().misfits(shape, &body, "", Of::Answer) {
            let key = format!("{} {}", endpoint.name, numberless(&misfit.at));
            match ANSWERED.iter().find(|(listed, _)| *listed == key) {
                Some((listed, _)) => used.push(*listed),
                None => found.push(format!("{key}: {}, asked by {tool}", misfit.why)),
            }
        }
    }
    found.sort();
    found.dedup();
    for (listed, reason) in ANSWERED {
        assert!(reason.len() > 10, "{listed} has no reason");
        if !used.contains(listed) {
            found.push(format!("{listed}: is listed, and nothing answers so"));
        }
    }
    nothing(&found);
}
