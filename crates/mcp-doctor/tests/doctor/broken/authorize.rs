//! Faults of the authorization endpoint.

use mcp_doctor::Severity::{Failure, Warning};
use oauth_provider::http::Response;

use super::asked::{Asked, change_location, page, put, redirect, remove, set, unset};
use super::{Fault, spoils, takes};

fn is_asked(asked: &Asked) -> bool {
    asked.path == "/oauth/authorize" && asked.get("person").is_none()
}

/// Redirects the browser to the URI in the request where the server would show an error page.
fn open_redirect(asked: &Asked, response: &mut Response) {
    if is_asked(asked) && response.status == 400 {
        let to = asked.get("redirect_uri").unwrap();
        *response = redirect(&format!("{to}?error=invalid_request"));
    }
}

fn client(asked: &Asked) -> String {
    asked.get("client_id").unwrap_or_default()
}

fn is_other_port(asked: &Asked) -> bool {
    let to = asked.get("redirect_uri").unwrap_or_default();
    is_asked(asked) && to == "http://127.0.0.1:49151/callback"
}

fn is_unknown(asked: &Asked) -> bool {
    is_asked(asked) && client(asked).ends_with("is-not-registered")
}

/// Whether the response is an error that goes to the client.
fn error(response: &Response) -> bool {
    response
        .get("location")
        .is_some_and(|to| to.contains("error="))
}

/// A server that asks nobody. What it sends is still a code.
pub const ASKS_NOBODY: Fault = takes(
    "a code for whoever asks",
    ("asks-person", Failure, "without any page"),
    |asked, _| {
        let to = asked.get("redirect_uri")?;
        let is_good = asked.query.starts_with("response_type=code&")
            && asked.query.matches("response_type").count() == 1
            && asked.get("code_challenge_method").as_deref() == Some("S256")
            && asked
                .get("resource")
                .is_some_and(|resource| resource.ends_with("/mcp"))
            && !asked.query.contains("resource.invalid");
        let good = is_asked(asked) && to == "http://127.0.0.1/callback" && is_good;
        good.then(|| redirect(&format!("{to}?code=of-somebody&state=x#of-somebody")))
    },
);

pub const FAULTS: &[Fault] = &[
    ASKS_NOBODY,
    takes(
        "only the loopback port that was registered",
        ("loopback-port", Failure, "400 text/html"),
        |asked, _| is_other_port(asked).then(|| page(400, "<p>Another redirect URI.")),
    ),
    takes(
        "another loopback port is an error of the client",
        ("loopback-port", Failure, "invalid_request"),
        |asked, _| {
            let to = asked.get("redirect_uri")?;
            is_other_port(asked).then(|| redirect(&format!("{to}?error=invalid_request")))
        },
    ),
    spoils(
        "an open redirect for unknown clients",
        (
            "unknown-client",
            Failure,
            "302 to https://client.invalid/callback",
        ),
        |asked, response, _| {
            if is_unknown(asked) {
                open_redirect(asked, response);
            }
        },
    ),
    spoils(
        "an unknown client breaks it",
        ("unknown-client", Failure, "500"),
        |asked, response, _| {
            if is_unknown(asked) {
                response.status = 500;
            }
        },
    ),
    spoils(
        "an open redirect for documents that are not there",
        (
            "unknown-document",
            Failure,
            "302 to https://client.invalid/callback",
        ),
        |asked, response, _| {
            if client(asked).starts_with("https:") {
                open_redirect(asked, response);
            }
        },
    ),
    spoils(
        "an open redirect for nobody",
        (
            "missing-client",
            Failure,
            "302 to https://client.invalid/callback",
        ),
        |asked, response, _| {
            if client(asked).is_empty() {
                open_redirect(asked, response);
            }
        },
    ),
    spoils(
        "any redirect URI will do",
        (
            "redirect-uri-exact",
            Failure,
            "302 to https://client.invalid/callback",
        ),
        |asked, response, _| {
            if !is_unknown(asked)
                && !client(asked).is_empty()
                && !client(asked).starts_with("https:")
            {
                open_redirect(asked, response);
            }
        },
    ),
    spoils(
        "a good request is refused",
        ("good-request", Failure, "invalid_scope no"),
        |asked, response, _| {
            if is_asked(asked) && response.status == 200 {
                let to = asked.get("redirect_uri").unwrap();
                *response = redirect(&format!("{to}?error=invalid_scope&error_description=no"));
            }
        },
    ),
    spoils(
        "a page that may be framed",
        ("consent-framing", Warning, "neither"),
        |asked, response, _| {
            if is_asked(asked) {
                unset(response, "content-security-policy");
            }
        },
    ),
    spoils(
        "an authorization endpoint for scripts",
        ("cors-authorize", Failure, "*"),
        |asked, response, _| {
            if is_asked(asked) {
                set(response, "access-control-allow-origin", "*");
            }
        },
    ),
    takes(
        "PKCE is not required",
        (
            "pkce-required",
            Warning,
            "200 text/html: the sign-in goes on",
        ),
        |asked, _| {
            if is_asked(asked) && asked.get("code_challenge").is_none() {
                asked.change_query(|q| {
                    put(
                        q,
                        "code_challenge",
                        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                    );
                    put(q, "code_challenge_method", "S256");
                });
            }
            None
        },
    ),
    takes(
        "a code without PKCE",
        ("pkce-required", Failure, "a code is issued all the same"),
        |asked, _| {
            let to = asked.get("redirect_uri")?;
            let bare = is_asked(asked) && asked.get("code_challenge").is_none();
            bare.then(|| redirect(&format!("{to}?code=x&state=y")))
        },
    ),
    spoils(
        "a missing challenge is told to the person",
        ("pkce-required", Warning, "the client does not hear of it"),
        |asked, response, _| {
            if is_asked(asked) && asked.get("code_challenge").is_none() {
                *response = page(400, "no challenge");
            }
        },
    ),
    takes(
        "PKCE in the clear is taken",
        ("pkce-plain-refused", Warning, "the sign-in goes on"),
        |asked, _| {
            if is_asked(asked) && asked.get("code_challenge_method").as_deref() == Some("plain") {
                asked.change_query(|q| put(q, "code_challenge_method", "S256"));
            }
            None
        },
    ),
    takes(
        "a token in the redirect",
        ("response-type", Failure, "no error"),
        |asked, _| {
            let to = asked.get("redirect_uri")?;
            let token = is_asked(asked) && asked.get("response_type")? == "token";
            token.then(|| redirect(&format!("{to}#access_token=x&state=y")))
        },
    ),
    takes(
        "the resource is ignored",
        ("foreign-resource", Warning, "the sign-in goes on"),
        |asked, _| {
            if is_asked(asked) {
                asked.change_query(|q| remove(q, "resource"));
            }
            None
        },
    ),
    takes(
        "parameters may stand twice",
        ("repeated-parameter", Warning, "the sign-in goes on"),
        |asked, _| {
            if is_asked(asked) && asked.query.matches("response_type=code").count() == 2 {
                asked.change_query(|q| put(q, "response_type", "code"));
            }
            None
        },
    ),
    spoils(
        "errors lose the state",
        ("error-state", Failure, "no state"),
        |asked, response, _| {
            if is_asked(asked) && error(response) {
                change_location(response, |q| remove(q, "state"));
            }
        },
    ),
    spoils(
        "errors decode the state once more",
        ("error-state", Failure, "doctor state /A&=~"),
        |asked, response, _| {
            if is_asked(asked) && error(response) {
                change_location(response, |q| put(q, "state", "doctor state /A&=~"));
            }
        },
    ),
    spoils(
        "errors lose the issuer",
        ("error-iss", Failure, "no iss"),
        |asked, response, _| {
            if is_asked(asked) && error(response) {
                change_location(response, |q| remove(q, "iss"));
            }
        },
    ),
    spoils(
        "errors name another issuer",
        ("error-iss", Failure, "https://honest.example"),
        |asked, response, _| {
            if is_asked(asked) && error(response) {
                change_location(response, |q| put(q, "iss", "https://honest.example"));
            }
        },
    ),
    takes(
        "nobody can sign in",
        ("sign-in", Failure, "no code in http"),
        |asked, _| {
            let to = asked.get("redirect_uri")?;
            let person = asked.get("person").is_some();
            person.then(|| redirect(&format!("{to}?error=access_denied")))
        },
    ),
];
