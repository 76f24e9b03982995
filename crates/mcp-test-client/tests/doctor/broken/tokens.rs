//! Faults of the token and revocation endpoints.

use mcp_test_client::doctor::Severity::{Failure, Warning};
use oauth_provider::http::Response;
use serde_json::{Value, json};

use super::asked::{Asked, change_json, encoded, page, put, refusal, set, unset};
use super::{Fault, Memory, spoils, takes};

const FORM: &str = "application/x-www-form-urlencoded";

fn at_token(asked: &Asked) -> bool {
    asked.is("POST", "/oauth/token")
}

fn at_revocation(asked: &Asked) -> bool {
    asked.is("POST", "/oauth/revoke")
}

/// The question about a code that nobody issued, as a form.
fn is_unknown_code(asked: &Asked) -> bool {
    at_token(asked)
        && asked
            .get("code")
            .is_some_and(|code| code.ends_with("made-this-up"))
}

fn is_refresh(asked: &Asked) -> bool {
    at_token(asked) && asked.get("grant_type").as_deref() == Some("refresh_token")
}

fn is_real(asked: &Asked) -> bool {
    at_revocation(asked) && asked.get("token_type_hint").is_some()
}

fn text(response: &Response, name: &str) -> Option<String> {
    let body: Value = serde_json::from_str(&response.body).ok()?;
    Some(body.get(name)?.as_str()?.to_owned())
}

/// Follows what is remembered from one token to the next.
fn newest(memory: &Memory, token: String) -> String {
    let mut newest = token;
    while let Some(next) = memory.get(&newest) {
        newest = next;
    }
    newest
}

pub const FAULTS: &[Fault] = &[
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
        ("unknown-grant-type", Failure, "400 invalid_grant"),
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
    takes(
        "a refresh ignores the resource",
        ("refresh-elsewhere", Warning, "200"),
        |asked, _| {
            if is_refresh(asked) {
                asked.change_form(|form| form.retain(|(name, _)| name != "resource"));
            }
            None
        },
    ),
    spoils(
        "no refresh",
        ("refresh", Failure, "400 invalid_grant"),
        |asked, response, _| {
            if is_refresh(asked) && response.status == 200 {
                *response = refusal(400, "invalid_grant");
            }
        },
    ),
    spoils(
        "tokens of another type",
        ("refresh", Failure, "200 mac"),
        |asked, response, _| {
            if is_refresh(asked) && response.status == 200 {
                change_json(response, |body| body["token_type"] = json!("mac"));
            }
        },
    ),
    spoils(
        "tokens that may be kept",
        ("tokens-no-store", Failure, "no Cache-Control"),
        |asked, response, _| {
            if at_token(asked) && response.status == 200 {
                unset(response, "cache-control");
            }
        },
    ),
    spoils(
        "tokens that do not say how long they live",
        ("token-lifetime", Warning, "no expires_in"),
        |asked, response, _| {
            if is_refresh(asked) && response.status == 200 {
                change_json(response, |body| _ = body.remove("expires_in"));
            }
        },
    ),
    Fault {
        name: "refresh tokens that stay",
        found: ("refresh-rotation", Failure, "the same refresh token"),
        before: |asked, memory| {
            if is_refresh(asked) {
                let shown = asked.get("refresh_token").unwrap();
                memory.set("shown", &shown);
                let newest = newest(memory, shown);
                memory.set("used", &newest);
                asked.change_form(|form| put(form, "refresh_token", &newest));
            }
            if is_real(asked) {
                let newest = newest(memory, asked.get("token").unwrap());
                asked.change_form(|form| put(form, "token", &newest));
            }
            None
        },
        after: |asked, response, memory| {
            if is_refresh(asked) && response.status == 200 {
                let next = text(response, "refresh_token").unwrap();
                memory.set(&memory.get("used").unwrap(), &next);
                let shown = memory.get("shown").unwrap();
                change_json(response, |body| body["refresh_token"] = json!(shown));
            }
        },
    },
    Fault {
        name: "old refresh tokens are good",
        found: ("refresh-reuse", Failure, "200"),
        before: |asked, memory| {
            if is_refresh(asked) {
                let newest = newest(memory, asked.get("refresh_token").unwrap());
                memory.set("used", &newest);
                asked.change_form(|form| put(form, "refresh_token", &newest));
            }
            None
        },
        after: |asked, response, memory| {
            if is_refresh(asked) && response.status == 200 {
                let next = text(response, "refresh_token").unwrap();
                memory.set(&memory.get("used").unwrap(), &next);
            }
        },
    },
    Fault {
        name: "codes are good twice",
        found: ("code-replay", Failure, "200"),
        before: |asked, memory| {
            let body = memory.get(&asked.get("code").filter(|_| at_token(asked))?)?;
            let mut again = Response::json(200, &());
            again.body = body;
            Some(again)
        },
        after: |asked, response, memory| {
            if let Some(code) = asked.get("code").filter(|_| response.status == 200) {
                memory.set(&code, &response.body);
            }
        },
    },
    Fault {
        name: "a replay ends nothing",
        found: (
            "code-replay-ends",
            Warning,
            "the access token is still taken",
        ),
        before: |asked, memory| {
            memory.get(&asked.get("code").filter(|_| at_token(asked))?)?;
            Some(refusal(400, "invalid_grant"))
        },
        after: |asked, response, memory| {
            if let Some(code) = asked.get("code").filter(|_| response.status == 200) {
                memory.set(&code, "redeemed");
            }
        },
    },
    spoils(
        "a replay is the client's fault",
        ("code-replay", Warning, "401 invalid_client"),
        |asked, response, _| {
            let code = asked.get("code").is_some() && !is_unknown_code(asked);
            if code && at_token(asked) && response.status == 400 {
                *response = refusal(401, "invalid_client");
            }
        },
    ),
    spoils(
        "a revocation is 500",
        ("revocation", Failure, "500"),
        |asked, response, _| {
            if is_real(asked) {
                response.status = 500;
            }
        },
    ),
    takes(
        "a revocation without effect",
        ("revocation-effect", Failure, "200"),
        |asked, _| is_real(asked).then(|| Response::empty(200)),
    ),
    takes(
        "access tokens outlive their grant",
        ("revocation-access-token", Warning, "200: it is still taken"),
        |asked, memory| {
            if is_real(asked) {
                memory.set(&asked.get("token").unwrap(), "revoked");
                return Some(Response::empty(200));
            }
            memory.get(&asked.get("refresh_token")?)?;
            Some(refusal(400, "invalid_grant"))
        },
    ),
    Fault {
        name: "access tokens outlive their grant for a while",
        found: ("revocation-access-token", Warning, "401, after 10 s"),
        before: |asked, memory| {
            if is_real(asked) {
                memory.set("calls", "");
            }
            let calls = memory.get("calls").filter(|_| asked.path == "/mcp")?;
            memory.set("calls", &format!("{calls}x"));
            (calls.len() < 2).then(|| Response::json(200, &()))
        },
        after: |_, _, _| (),
    },
];
