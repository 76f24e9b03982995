//! Faults of the MCP endpoint.

use mcp_doctor::Severity::{Failure, Warning};
use oauth_provider::http::Response;

use super::asked::{Asked, set, unset};
use super::{Fault, spoils, takes};

const CHALLENGE: &str = "www-authenticate";

/// Whether the request has no token.
fn is_bare(asked: &Asked) -> bool {
    asked.is("POST", "/mcp") && asked.header("authorization").is_none()
}

fn is_made_up(asked: &Asked) -> bool {
    let token = asked.header("authorization").unwrap_or_default();
    asked.path == "/mcp" && token.ends_with("made-this-up")
}

/// Changes the challenge of every 401.
fn challenge(response: &mut Response, change: impl FnOnce(String) -> String) {
    if let Some(value) = response.get(CHALLENGE).map(str::to_owned) {
        set(response, CHALLENGE, &change(value));
    }
}

/// A parameter of the challenge, as `name="value"`.
fn parameter(challenge: &str, name: &str) -> String {
    let name = format!("{name}=\"");
    let (_, rest) = challenge.split_once(&name).unwrap();
    let (value, _) = rest.split_once('"').unwrap();
    format!("{name}{value}\"")
}

fn replace(response: &mut Response, name: &str, with: &str) {
    challenge(response, |value| {
        value.replace(&parameter(&value, name), with)
    });
}

fn from_page(asked: &Asked) -> bool {
    is_bare(asked) && asked.header("origin").is_some()
}

fn is_preflight(asked: &Asked) -> bool {
    asked.is("OPTIONS", "/mcp")
}

pub const FAULTS: &[Fault] = &[
    spoils(
        "401 without a challenge",
        ("challenge-syntax", Failure, "no WWW-Authenticate header"),
        |_, response, _| unset(response, CHALLENGE),
    ),
    spoils(
        "a challenge of another scheme",
        (
            "challenge-syntax",
            Failure,
            "no Bearer challenge, but basic",
        ),
        |_, response, _| challenge(response, |_| "Basic realm=\"x\"".to_owned()),
    ),
    spoils(
        "a URL without quotes in the challenge",
        ("challenge-syntax", Failure, "without its quotes"),
        |_, response, _| {
            challenge(response, |value| {
                let quoted = parameter(&value, "resource_metadata");
                value.replace(&quoted, &quoted.replace('"', ""))
            });
        },
    ),
    spoils(
        "403 for whoever has no token",
        ("challenge-status", Failure, "403"),
        |asked, response, _| {
            if is_bare(asked) {
                response.status = 403;
            }
        },
    ),
    takes(
        "answers without a token",
        ("challenge-status", Failure, "200: no sign-in is asked for"),
        |asked, _| is_bare(asked).then(|| Response::json(200, &())),
    ),
    takes(
        "sends to another path",
        ("challenge-status", Failure, "307, a redirect to /mcp/"),
        |asked, _| {
            is_bare(asked).then(|| {
                Response::empty(307).header("location", "/mcp/").header(
                    CHALLENGE,
                    "Bearer scope=\"notes:read\", resource_metadata=\"https://a.example/\"",
                )
            })
        },
    ),
    spoils(
        "a challenge that leads nowhere",
        ("challenge-metadata", Warning, "no resource_metadata"),
        |_, response, _| replace(response, "resource_metadata", "x=\"y\""),
    ),
    spoils(
        "a challenge with half a URL",
        ("challenge-metadata-url", Failure, "/.well-known/x"),
        |_, response, _| {
            let with = "resource_metadata=\"/.well-known/x\"";
            replace(response, "resource_metadata", with);
        },
    ),
    spoils(
        "a challenge that leads over http",
        (
            "challenge-metadata-url",
            Failure,
            "http://mcp.example.com/x",
        ),
        |_, response, _| {
            let with = "resource_metadata=\"http://mcp.example.com/x\"";
            replace(response, "resource_metadata", with);
        },
    ),
    spoils(
        "a challenge without scope",
        ("challenge-scope", Warning, "no scope"),
        |_, response, _| replace(response, "scope", "x=\"y\""),
    ),
    spoils(
        "a list of scopes with commas and spaces",
        ("challenge-scope", Warning, "which is no list of scopes"),
        |asked, response, _| {
            if is_bare(asked) {
                replace(response, "scope", "scope=\"notes:read  notes:write\"");
            }
        },
    ),
    spoils(
        "an error where nothing was sent",
        ("challenge-no-error", Warning, "error invalid_token"),
        |asked, response, _| {
            if is_bare(asked) {
                challenge(response, |value| value + ", error=\"invalid_token\"");
            }
        },
    ),
    spoils(
        "offline_access in the challenge",
        ("no-offline-access", Warning, "in the challenge"),
        |_, response, _| replace(response, "scope", "scope=\"notes:read offline_access\""),
    ),
    spoils(
        "a challenge that scripts cannot read",
        ("cors-challenge", Warning, "WWW-Authenticate is not exposed"),
        |asked, response, _| {
            if from_page(asked) {
                unset(response, "access-control-expose-headers");
            }
        },
    ),
    spoils(
        "a 401 that scripts cannot read",
        ("cors-challenge", Warning, "no Access-Control-Allow-Origin"),
        |asked, response, _| {
            if from_page(asked) {
                unset(response, "access-control-allow-origin");
            }
        },
    ),
    spoils(
        "no pages let in",
        (
            "cors-challenge",
            Warning,
            "403 for a page of http://localhost:6274",
        ),
        |asked, response, _| {
            if from_page(asked) {
                response.status = 403;
            }
        },
    ),
    spoils(
        "no preflight",
        ("cors-preflight", Warning, "405"),
        |asked, response, _| {
            if is_preflight(asked) {
                response.status = 405;
            }
        },
    ),
    spoils(
        "a preflight that allows * alone",
        ("cors-preflight", Warning, "authorization is not allowed"),
        |asked, response, _| {
            if is_preflight(asked) {
                set(response, "access-control-allow-headers", "*");
            }
        },
    ),
    spoils(
        "500 for a made-up token",
        ("made-up-token", Failure, "500"),
        |asked, response, _| {
            if is_made_up(asked) {
                response.status = 500;
            }
        },
    ),
    takes(
        "any token will do",
        ("made-up-token", Failure, "200"),
        |asked, _| is_made_up(asked).then(|| Response::json(200, &())),
    ),
    spoils(
        "a made-up token is as good as none",
        ("made-up-token-error", Warning, "no error"),
        |asked, response, _| {
            if is_made_up(asked) {
                replace(response, "error", "x=\"y\"");
            }
        },
    ),
    takes(
        "the first token is refused",
        ("token-accepted", Failure, "401 invalid_token"),
        |asked, memory| {
            let token = real_token(asked)?;
            let first = memory.get("first").unwrap_or_else(|| token.clone());
            memory.set("first", &first);
            (token == first).then(refused)
        },
    ),
    takes(
        "tokens of a refresh are refused",
        ("refreshed-token-accepted", Failure, "401 invalid_token"),
        |asked, memory| {
            let token = real_token(asked)?;
            let first = memory.get("first").unwrap_or_else(|| token.clone());
            memory.set("first", &first);
            let second = memory.get("second");
            if second.is_none() && token != first {
                memory.set("second", &token);
            }
            (memory.get("second") == Some(token)).then(refused)
        },
    ),
];

fn real_token(asked: &Asked) -> Option<String> {
    let token = asked
        .header("authorization")
        .filter(|_| asked.path == "/mcp" && !is_made_up(asked))?;
    Some(token.to_owned())
}

fn refused() -> Response {
    super::asked::refusal(401, "invalid_token")
}
