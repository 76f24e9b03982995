//! The page of all tools, for people: what each does, which skill allows it, its parameters and an example call.

use askama::Template;
use oauth_provider::Settings;
use oauth_provider::http::Response;
use sentry_tools::reference::{Entry, entries};

use crate::runtime::incoming::Incoming;
use crate::site::pages::{Forms, own_page, with_script};

/// The most characters of a request that are looked at.
const LONGEST: usize = 200;

#[derive(Template)]
#[template(path = "tools.html")]
struct Tools {
    query: String,
    tools: Vec<Entry>,
}

/// `GET /tools`, and `/tools?q=…` with the best of them.
pub fn page(request: &Incoming, settings: &Settings) -> Response {
    let mut pairs = request.url.query_pairs();
    let query = pairs.find(|(name, _)| name == "q");
    let query = query.map_or_else(String::new, |(_, text)| text.into_owned());
    let query: String = query.trim().chars().take(LONGEST).collect();
    let template = Tools {
        tools: entries(&query),
        query,
    };
    with_script(own_page(200, &template, &settings.origin, Forms::Here))
}
