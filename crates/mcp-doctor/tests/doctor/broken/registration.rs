//! Faults of registration.

use mcp_doctor::Severity::{Failure, Warning};
use oauth_provider::http::Response;
use serde_json::json;

use super::asked::{Asked, change_json, set};
use super::{Fault, spoils, takes};

fn is_registration(asked: &Asked) -> bool {
    asked.is("POST", "/oauth/register") && asked.body.contains("Doctor")
}

pub const FAULTS: &[Fault] = &[
    spoils(
        "a registration is 200",
        ("registration", Failure, "200"),
        |asked, response, _| {
            if is_registration(asked) && response.status == 201 {
                response.status = 200;
            }
        },
    ),
    spoils(
        "a registration without a client_id",
        ("registration", Failure, "201 without client_id"),
        |asked, response, _| {
            if is_registration(asked) {
                change_json(response, |d| _ = d.remove("client_id"));
            }
        },
    ),
    spoils(
        "a registration that does not say what was registered",
        ("registration", Failure, "201 without the redirect_uris"),
        |asked, response, _| {
            if is_registration(asked) {
                change_json(response, |d| _ = d.remove("redirect_uris"));
            }
        },
    ),
    spoils(
        "a registration that may be kept",
        ("registration-no-store", Warning, "max-age=60"),
        |asked, response, _| {
            if is_registration(asked) {
                set(response, "cache-control", "max-age=60");
            }
        },
    ),
    takes(
        "a script registered as redirect URI",
        ("registration-refusal", Failure, "201"),
        |asked, _| {
            let script = is_registration(asked) && asked.body.contains("javascript:");
            script.then(|| Response::json(201, &json!({ "client_id": "x" })))
        },
    ),
];
