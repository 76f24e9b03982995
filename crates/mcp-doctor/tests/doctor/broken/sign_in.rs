//! Faults in how the tokens of a sign-in are treated.

use mcp_doctor::Severity::{Failure, Warning};
use oauth_provider::http::Response;
use serde_json::{Value, json};

use super::asked::{
    Asked, at_revocation, at_token, change_json, is_unknown_code, put, refusal, unset,
};
use super::{Fault, Memory, spoils, takes};

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

/// Follows the replacements that are remembered from one token to the next.
fn newest(memory: &Memory, token: String) -> String {
    let mut newest = token;
    while let Some(next) = memory.get(&newest) {
        newest = next;
    }
    newest
}

/// Not a fault: some servers issue no refresh tokens.
pub static NO_REFRESH_TOKENS: Fault = spoils(
    "no refresh tokens",
    ("refresh", Failure, ""),
    |asked, response, _| {
        if at_token(asked) && response.status == 200 {
            change_json(response, |body| _ = body.remove("refresh_token"));
        }
    },
);

pub const FAULTS: &[Fault] = &[
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
        "access tokens of thirty days",
        ("token-lifetime", Warning, "2592000 s: 30 days"),
        |asked, response, _| {
            if at_token(asked) && response.status == 200 {
                change_json(response, |body| body["expires_in"] = json!(2_592_000));
            }
        },
    ),
    Fault {
        name: "a refusal uses the refresh token up",
        found: (
            "refusal-keeps-token",
            Failure,
            "400 invalid_grant: the refusal has used the token up",
        ),
        before: |asked, memory| {
            memory.get(&asked.get("refresh_token").filter(|_| is_refresh(asked))?)?;
            Some(refusal(400, "invalid_grant"))
        },
        after: |asked, response, memory| {
            if is_refresh(asked) && text(response, "error").as_deref() == Some("invalid_target") {
                memory.set(&asked.get("refresh_token").unwrap(), "used up");
            }
        },
    },
    Fault {
        name: "old refresh tokens are good for a while",
        found: (
            "refresh-reuse",
            Warning,
            "200 at first, and 400 invalid_grant after 61 s",
        ),
        before: |asked, memory| {
            let shown = asked.get("refresh_token").filter(|_| is_refresh(asked))?;
            let body = memory.get(&format!("answer to {shown}"))?;
            if memory.get("once").is_some() {
                return Some(refusal(400, "invalid_grant"));
            }
            memory.set("once", "");
            let mut again = Response::json(200, &());
            again.body = body;
            Some(again)
        },
        after: |asked, response, memory| {
            if is_refresh(asked) && response.status == 200 {
                let shown = asked.get("refresh_token").unwrap();
                memory.set(&format!("answer to {shown}"), &response.body);
            }
        },
    },
    spoils(
        "a refresh that brings no refresh token",
        ("refresh-rotation", Failure, "no refresh_token"),
        |asked, response, _| {
            if is_refresh(asked) && response.status == 200 {
                change_json(response, |body| _ = body.remove("refresh_token"));
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
                let access = memory.get(&asked.get("token").unwrap()).unwrap();
                memory.set(&format!("Bearer {access}"), "");
            }
            let bearer = asked
                .header("authorization")
                .filter(|_| asked.path == "/mcp")?;
            let calls = memory.get(bearer)?;
            memory.set(bearer, &format!("{calls}x"));
            (calls.len() < 2).then(|| Response::json(200, &()))
        },
        after: |asked, response, memory| {
            if at_token(asked) && response.status == 200 {
                let [access, refresh] =
                    ["access_token", "refresh_token"].map(|n| text(response, n).unwrap());
                memory.set(&refresh, &access);
            }
        },
    },
];
