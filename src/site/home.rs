//! The first page: what this server is and how to connect to it, for people, agents and programs.
// file rule: home/ways-to-connect

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oauth_provider::http::Response;
use oauth_provider::{Origin, Settings};
use sentry_api::BaseUrl;
use sentry_tools::Skill;
use serde::Serialize;
use url::form_urlencoded::byte_serialize;

use crate::runtime::incoming::Incoming;
use crate::runtime::respond::public;
use crate::site::assets;
use crate::site::pages::{Forms, page, with_script};

/// Long enough to spare most requests, short enough that a deployment is seen within the hour.
const SECONDS: u32 = 3600;

/// `@` stands for the origin, which has no character that JSON would escape.
const SERVICE: &str = concat!(
    r#"{"name":"sentry","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#"","description":"Sentry for coding agents: finds issues and reads what led to them.","endpoint":"@/mcp","#,
    r#""transport":"streamable-http","documentation":"@/"}"#
);
const GONE: &str = concat!(
    r#"{"error":"gone","error_description":"this server speaks Streamable HTTP: connect to @/mcp","#,
    r#""endpoint":"@/mcp"}"#
);

/// How one client is connected. `@` stands for the endpoint's URL.
struct Client {
    name: &'static str,
    how: &'static str,
    code: &'static str,
    /// Makes the link that its application opens.
    link: Option<fn(&str) -> String>,
}

const CLIENTS: [Client; 10] = [
    Client {
        name: "Claude Code",
        how: "In a terminal; then /mcp in a session to sign in.",
        code: "claude mcp add --transport http sentry @",
        link: None,
    },
    Client {
        name: "Claude",
        how: "In the settings, under Connectors, add a custom connector with this address.",
        code: "@",
        link: None,
    },
    Client {
        name: "Cursor",
        how: "By the button, or in ~/.cursor/mcp.json.",
        code: r#"{ "mcpServers": { "sentry": { "url": "@" } } }"#,
        link: Some(cursor),
    },
    Client {
        name: "VS Code",
        how: "By the button, or in .vscode/mcp.json.",
        code: r#"{ "servers": { "sentry": { "type": "http", "url": "@" } } }"#,
        link: Some(vs_code),
    },
    Client {
        name: "Codex",
        how: "In a terminal.",
        code: "codex mcp add sentry --url @\ncodex mcp login sentry",
        link: None,
    },
    Client {
        name: "Gemini CLI",
        how: "In a terminal; then /mcp auth sentry in a session to sign in.",
        code: "gemini mcp add --transport http sentry @",
        link: None,
    },
    Client {
        name: "Zed",
        how: "In settings.json.",
        code: r#"{ "context_servers": { "sentry": { "url": "@" } } }"#,
        link: None,
    },
    Client {
        name: "Windsurf",
        how: "In ~/.codeium/windsurf/mcp_config.json.",
        code: r#"{ "mcpServers": { "sentry": { "serverUrl": "@" } } }"#,
        link: None,
    },
    Client {
        name: "Goose",
        how: "In ~/.config/goose/config.yaml.",
        code: "extensions:\n  sentry:\n    name: Sentry\n    type: streamable_http\n    enabled: true\n    uri: @",
        link: None,
    },
    Client {
        name: "Any other client",
        how: "Streamable HTTP, with sign-in by OAuth.",
        code: "@",
        link: None,
    },
];

/// How one client is connected to this deployment.
struct Way {
    name: &'static str,
    how: &'static str,
    code: String,
    link: Option<String>,
}

/// The blocks of all clients, as a part of a page.
#[derive(Template)]
#[template(path = "ways.html")]
pub struct Ways {
    ways: Vec<Way>,
}

impl Ways {
    /// To this endpoint.
    pub fn to(endpoint: &str) -> Self {
        Self {
            ways: ways(endpoint),
        }
    }
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    /// The version of the chat's files.
    version: &'static str,
    /// The base URL of the Sentry to whose pages the chat links.
    sentry: String,
    origin: String,
    endpoint: String,
    ways: Ways,
    skills: Vec<Skill>,
}

#[derive(Template)]
#[template(path = "home.md")]
struct HomeText {
    origin: String,
    endpoint: String,
    ways: Vec<Way>,
    skills: Vec<Skill>,
}

#[derive(Serialize)]
struct Tools {
    tools: Vec<Tool>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    description: &'static str,
}

/// `GET /`, as a page or as Markdown, whichever is named first.
pub fn home(request: &Incoming, settings: &Settings, sentry: &BaseUrl) -> Response {
    let accept = request.header("accept").unwrap_or_default();
    let place = |kind| accept.find(kind).unwrap_or(usize::MAX);
    if place("text/markdown") < place("text/html") {
        return public(text(settings), "text/markdown; charset=utf-8", SECONDS)
            .header("vary", "accept");
    }
    let endpoint = endpoint(settings);
    let template = Home {
        version: assets::VERSION,
        sentry: sentry.as_str().to_owned(),
        origin: settings.origin.to_string(),
        ways: Ways::to(&endpoint),
        skills: skills(),
        endpoint,
    };
    // The sign-in that the chat opens in a popup stays connected to this page.
    with_script(page(200, &template, &settings.origin, Forms::None))
        .header("vary", "accept")
        .header("cross-origin-opener-policy", "same-origin-allow-popups")
}

/// `GET /llms.txt`: the first page as Markdown, for agents.
pub fn llms(settings: &Settings) -> Response {
    public(text(settings), "text/plain; charset=utf-8", SECONDS)
}

/// `GET /mcp.json`: name, version and endpoint, for programs.
pub fn service(origin: &Origin) -> Response {
    public(filled(SERVICE, origin), "application/json", SECONDS)
}

/// `GET /api/metadata`: the tools.
pub fn tools() -> Response {
    let mut tools = Vec::new();
    for (name, description) in sentry_tools::catalogue() {
        tools.push(Tool { name, description });
    }
    Response {
        // Invariant: strings always serialize.
        body: serde_json::to_string(&Tools { tools }).unwrap_or_default(),
        ..Response::empty(200)
    }
    .header("content-type", "application/json")
    .header("cache-control", format!("public, max-age={SECONDS}"))
}

/// `GET /robots.txt`: what is for people to read, and nothing that acts.
pub fn robots() -> Response {
    let body =
        "User-agent: *\nDisallow: /account\nDisallow: /api/\nDisallow: /mcp\nDisallow: /oauth/\n";
    public(body.to_owned(), "text/plain; charset=utf-8", SECONDS)
}

/// `/sse`, the transport before Streamable HTTP: gone, with the way to the new one.
pub fn sse(origin: &Origin) -> Response {
    Response {
        body: filled(GONE, origin),
        ..Response::empty(410)
    }
    .header("content-type", "application/json")
    .header("cache-control", "no-store")
}

fn endpoint(settings: &Settings) -> String {
    settings.root_resource().url(&settings.origin)
}

fn text(settings: &Settings) -> String {
    let endpoint = endpoint(settings);
    let template = HomeText {
        origin: settings.origin.to_string(),
        ways: ways(&endpoint),
        skills: skills(),
        endpoint,
    };
    // Invariant: our templates only write to a string.
    template.render().unwrap_or_default()
}

fn ways(endpoint: &str) -> Vec<Way> {
    let mut ways = Vec::new();
    for client in &CLIENTS {
        let mut code = client.code.to_owned();
        if endpoint.contains('?') {
            // A shell would take it apart.
            code = code.replace(" @", " \"@\"");
        }
        ways.push(Way {
            name: client.name,
            how: client.how,
            code: code.replace('@', endpoint),
            link: client.link.map(|link| link(endpoint)),
        });
    }
    ways
}

fn skills() -> Vec<Skill> {
    Skill::ALL
        .into_iter()
        .filter(|skill| skill.is_offered())
        .collect()
}

fn cursor(endpoint: &str) -> String {
    let config = STANDARD.encode(r#"{"url":"@"}"#.replace('@', endpoint));
    let link = "cursor://anysphere.cursor-deeplink/mcp/install?name=sentry&config=";
    [link, &encoded(&config)].concat()
}

fn vs_code(endpoint: &str) -> String {
    let server = r#"{"name":"sentry","type":"http","url":"@"}"#.replace('@', endpoint);
    ["vscode:mcp/install?", &encoded(&server)].concat()
}

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

fn filled(text: &str, origin: &Origin) -> String {
    text.replace('@', origin.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_applications_open() {
        let endpoint = "https://mcp.example.com/mcp";
        assert_eq!(
            cursor(endpoint),
            "cursor://anysphere.cursor-deeplink/mcp/install?name=sentry\
             &config=eyJ1cmwiOiJodHRwczovL21jcC5leGFtcGxlLmNvbS9tY3AifQ%3D%3D"
        );
        assert_eq!(
            vs_code(endpoint),
            "vscode:mcp/install?%7B%22name%22%3A%22sentry%22%2C%22type%22%3A%22http%22%2C%22url%22%3A%22\
             https%3A%2F%2Fmcp.example.com%2Fmcp%22%7D"
        );
    }

    #[test]
    fn a_query_is_in_quotes_wherever_a_shell_would_read_it() {
        let endpoint = "https://mcp.example.com/mcp?readonly=1&all=1";
        for way in ways(endpoint) {
            let quoted = way.code.contains(&format!("\"{endpoint}\""));
            assert!(quoted || way.code == endpoint, "{}", way.code);
        }
    }

    #[test]
    fn every_way_names_the_endpoint() {
        for way in ways("https://mcp.example.com/mcp") {
            assert!(
                way.code.contains("https://mcp.example.com/mcp"),
                "{}",
                way.name
            );
        }
    }
}
