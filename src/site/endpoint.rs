//! The page that a person meets who opens the address of the MCP endpoint: what it is, and how an agent is connected to it.
// file rule: home/endpoint-page

use askama::Template;
use oauth_provider::Settings;
use oauth_provider::discovery::AskedResource;
use oauth_provider::http::Response;
use sentry_tools::{Limits, switch};
use url::Url;

use crate::site::home::Ways;
use crate::site::pages::{Forms, own_page, with_script};

#[derive(Template)]
#[template(path = "endpoint.html")]
struct Endpoint {
    endpoint: String,
    reach: String,
    /// What its parameters leave, in words; empty if that is all.
    limits: String,
    /// Why nothing can be connected at this address.
    problem: Option<String>,
    ways: Ways,
}

/// `GET /mcp`, `/mcp/{org}`, `/mcp/{org}/{project}` in a browser.
pub fn page(asked: &AskedResource, url: &Url, settings: &Settings) -> Response {
    let (parameters, limits, problem) = match read(url) {
        Ok((parameters, limits)) => (parameters, limits.in_words(), None),
        Err(problem) => (String::new(), String::new(), Some(problem)),
    };
    let mut segments = asked.resource.segments(settings.resource_base);
    let reach = match (segments.next(), segments.next()) {
        (Some(organization), Some(project)) => {
            format!("the project {project} of the organization {organization} alone")
        }
        (Some(organization), None) => format!("the organization {organization} alone"),
        _ => "what you can see in Sentry".to_owned(),
    };
    let endpoint = asked.resource.url(&settings.origin) + &parameters;
    let page = Endpoint {
        ways: Ways::to(&endpoint),
        endpoint,
        reach,
        limits,
        problem,
    };
    with_script(own_page(200, &page, &settings.origin, Forms::None)).header("vary", "accept")
}

/// The parameters that mean something, written anew: the page has commands to copy, and whoever wrote the link must not
/// have put anything into them.
fn read(url: &Url) -> Result<(String, Limits), String> {
    let mut limits = Limits::default();
    let mut others = String::new();
    for (name, value) in url.query_pairs() {
        limits.narrow(&name, &value)?;
        let known = match &*name {
            "all" if switch(&name, &value)? => "all=1",
            "agent" if value == "1" => "agent=1",
            "untrusted" if value != "quote" => "untrusted=omit",
            _ => continue,
        };
        if !others.contains(known) {
            others.push('&');
            others.push_str(known);
        }
    }
    let query = limits.as_query() + &others;
    let query = query.trim_start_matches('&');
    let question = if query.is_empty() { "" } else { "?" };
    Ok(([question, query].concat(), limits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_strangers_query_only_what_means_something_is_left() {
        let read = |query: &str| {
            let url = Url::parse(&format!("https://mcp.example.com/mcp{query}")).unwrap();
            read(&url).map(|(parameters, _)| parameters)
        };
        for (query, parameters) in [
            ("", ""),
            ("?utm_source=x;rm%20-rf%20~", ""),
            ("?readonly=true&x=%22%60id%60", "?readonly=1"),
            ("?all&tools=whoami,whoami", "?tools=whoami,whoami&all=1"),
            ("?agent=1&untrusted=omit&agent=1", "?agent=1&untrusted=omit"),
            ("?all=0&agent=2&untrusted=quote&readonly=0", ""),
        ] {
            assert_eq!(read(query).as_deref(), Ok(parameters), "{query}");
        }
        assert!(read("?skills=$(id)").unwrap_err().contains("no such skill"));
    }
}
