//! Faults of the token and revocation endpoints.

use mcp_doctor::Severity::{Failure, Warning};
use oauth_provider::http::Response;
use serde_json::{Value, json};

use super::asked::{
    Asked, at_revocation, at_token, encoded, is_unknown_code, page, refusal, set, unset,
};
use super::{Fault, spoils, takes};

const FORM: &str = "application/x-www-form-urlencoded";

fn is_real(asked: &Asked) -> bool {
    at_revocation(asked) && asked.get("token_type_hint").is_some()
}

fn text(response: &Response, name: &str) -> Option<String> {
    let body: Value = serde_json::from_str(&response.body).ok()?;
    Some(body.get(name)?.as_str()?.to_owned())
}

pub const FAULTS: &[Fault] = &[
    takes(
        "a secret in the header is refused without client_id in the body",
        (
            "basic-alone",
            Failure,
            "401 invalid_client; with client_id in the body too 400 invalid_grant",
        ),
        |asked, _| {
            let is_alone = at_token(asked)
                && asked.header("authorization").is_some()
                && asked.get("client_id").is_none();
            is_alone.then(|| refusal(401, "invalid_client"))
        },
    ),
    spoils(
        "an unknown code under another status",
        ("unknown-code", Warning, "401 invalid_grant"),
        |asked, response, _| {
            if is_unknown_code(asked) && asked.header("authorization").is_none() {
                response.status = 401;
            }
        },
    ),
    spoils(
        "an unknown code breaks it",
        ("unknown-code", Failure, "500"),
        |asked, response, _| {
            if is_unknown_code(asked) {
                response.status = 500;
            }
        },
    ),
    spoils(
        "an unknown code is the client's fault",
        ("unknown-code", Failure, "401 invalid_client"),
        |asked, response, _| {
            if is_unknown_code(asked) {
                *response = refusal(401, "invalid_client");
            }
        },
    ),
    takes(
        "a made-up code is good",
        ("unknown-code", Failure, "200"),
        |asked, _| {
            let body = json!({ "access_token": "x" });
            let good = || Response::json(200, &body).header("access-control-allow-origin", "*");
            is_unknown_code(asked).then(good)
        },
    ),
    spoils(
        "token errors as a page",
        ("token-error-format", Failure, "text/html"),
        |asked, response, _| {
            if is_unknown_code(asked) {
                *response = page(400, "<p>No")
                    .header("cache-control", "no-store")
                    .header("access-control-allow-origin", "*");
            }
        },
    ),
    spoils(
        "token errors under another name",
        ("token-error-format", Failure, "a JSON object without error"),
        |asked, response, _| {
            if is_unknown_code(asked) {
                response.body = json!({ "message": "no" }).to_string();
            }
        },
    ),
    spoils(
        "token errors that may be kept",
        ("token-error-no-store", Warning, "max-age=60"),
        |asked, response, _| {
            if is_unknown_code(asked) {
                set(response, "cache-control", "max-age=60");
            }
        },
    ),
    spoils(
        "token errors that scripts cannot read",
        ("cors-token", Warning, "no Access-Control-Allow-Origin"),
        |asked, response, _| {
            if at_token(asked) {
                unset(response, "access-control-allow-origin");
            }
        },
    ),
    takes(
        "codes taken from JSON",
        ("token-form-only", Warning, "400 invalid_grant"),
        |asked, _| {
            if at_token(asked) && asked.header("content-type") == Some("application/json") {
                let body: Value = serde_json::from_str(&asked.body).unwrap();
                let pairs = body.as_object().unwrap().iter();
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                asked.body = encoded(&pairs.map(|(n, v)| (n.clone(), text(v))).collect());
                asked.headers.insert("content-type", FORM.parse().unwrap());
            }
            None
        },
    ),
    takes(
        "codes taken from a query",
        ("token-post-only", Failure, "400 invalid_grant"),
        |asked, _| {
            if asked.is("GET", "/oauth/token") {
                "POST".clone_into(&mut asked.method);
                asked.body.clone_from(&asked.query);
                asked.headers.insert("content-type", FORM.parse().unwrap());
            }
            None
        },
    ),
    spoils(
        "unknown grant types are the grant's fault",
        ("unknown-grant-type", Warning, "400 invalid_grant"),
        |_, response, _| {
            if text(response, "error").as_deref() == Some("unsupported_grant_type") {
                *response = refusal(400, "invalid_grant");
            }
        },
    ),
    takes(
        "unknown tokens cannot be revoked",
        ("revocation-unknown", Failure, "400 invalid_request"),
        |asked, _| {
            let unknown = at_revocation(asked) && !is_real(asked);
            unknown.then(|| refusal(400, "invalid_request"))
        },
    ),
];
