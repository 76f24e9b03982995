//! Servers that are right in their own way, or wrong in ways that other findings hide: each kind of verdict that was once
//! false, or missing, at somebody else's server.

use std::time::Duration;

use fetch::scripted::Scripted;
use fetch::{Fetch, FetchError, LocalFuture, Method, Request, Response};
use mcp_doctor::{Entry, Kind, Options, Report, Severity, examine};
use oauth_provider::http;
use serde_json::json;

use super::alone;
use super::broken::{Asked, Fault, change_json, spoils, takes};
use super::visit::visit;

const ANY: (&str, Severity, &str) = ("", Severity::Ok, "");
const SERVER: &str = "https://mcp.example.com/mcp";

fn finding<'a>(report: &'a Report, check: &str) -> &'a Entry {
    let mut of_it = report.findings.iter().filter(|f| f.check == check);
    of_it.next().unwrap_or_else(|| panic!("no {check}"))
}

fn is(report: &Report, check: &str, severity: Severity, found: &str) {
    let entry = finding(report, check);
    assert_eq!(entry.severity, severity, "{entry:?}");
    assert!(entry.found.contains(found), "{entry:?}");
}

/// A script that answers 404 where it has no line.
struct Site<'a>(&'a Scripted);

impl Fetch for Site<'_> {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        Box::pin(async move {
            match self.0.fetch(request).await {
                Err(FetchError::Unreachable(why)) if why.starts_with("no line") => {
                    response(404, &[], "")
                }
                answer => answer,
            }
        })
    }

    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        self.0.sleep(duration)
    }
}

fn look(server: &str, script: &Scripted) -> Report {
    let options = Options {
        server: server.parse().unwrap(),
        register: false,
        sign_in: false,
    };
    alone(examine(&options, &Site(script), None))
}

fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Result<Response, FetchError> {
    let headers = headers
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
    Ok(Response {
        status,
        headers: headers.collect(),
        body: body.as_bytes().to_vec(),
    })
}

const JSON: (&str, &str) = ("content-type", "application/json");
const HTML: (&str, &str) = ("content-type", "text/html");
const MESSAGE: &str = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}";

// rule: doctor/sees-first: says first what there is: no sign-in (allowed, nothing judged), no MCP server, the endpoint
//    one path further, a wall, a proxy, nothing, a limit
#[test]
fn what_there_is_is_said_before_anything_is_judged() {
    let stream = response(200, &[("content-type", "text/event-stream")], MESSAGE);
    for (answer, kind, ok, words) in [
        (
            response(200, &[JSON], MESSAGE),
            Kind::Open,
            true,
            "That is allowed",
        ),
        (stream, Kind::Open, true, "That is allowed"),
        (
            response(200, &[HTML], "<p>Shop"),
            Kind::NotMcp,
            false,
            "200 text/html",
        ),
        (
            response(404, &[HTML], ""),
            Kind::NotMcp,
            false,
            "404 text/html",
        ),
        (
            response(302, &[("location", "https://sso.example/login")], ""),
            Kind::Wall,
            false,
            "sso.example",
        ),
        (
            response(401, &[("www-authenticate", "Basic realm=x")], ""),
            Kind::Wall,
            false,
            "Basic",
        ),
        (
            response(403, &[HTML], "<p>Checking"),
            Kind::Wall,
            false,
            "403",
        ),
        (response(502, &[HTML], ""), Kind::Proxy, false, "502"),
        (response(407, &[], ""), Kind::Proxy, false, "407"),
        (response(429, &[], ""), Kind::Limited, false, "429"),
        (
            Err(FetchError::Unreachable("refused".to_owned())),
            Kind::Nothing,
            false,
            "refused",
        ),
        (
            response(401, &[("www-authenticate", "Bearer")], ""),
            Kind::Protected,
            false,
            "as an MCP server does",
        ),
        (
            response(401, &[], ""),
            Kind::Protected,
            false,
            "without a challenge",
        ),
    ] {
        let report = look(SERVER, &Scripted::new().on(Method::Post, SERVER, answer));
        assert_eq!(report.sight.kind, kind, "{:?}", report.sight);
        assert!(report.sight.text.contains(words), "{:?}", report.sight);
        assert_eq!(report.ok, ok, "{kind:?}");
        if kind != Kind::Protected {
            let judged = report
                .findings
                .iter()
                .filter(|f| f.severity != Severity::Skipped);
            let judged: Vec<_> = judged.map(|f| f.check).collect();
            let always: &[&str] = match kind {
                Kind::Open => &[],
                Kind::Limited => &["endpoint-https"],
                _ => &["endpoint-https", "challenge-status"],
            };
            assert_eq!(judged, always, "{kind:?}");
        }
    }
}

// rule: doctor/sees-first
#[test]
fn an_endpoint_one_path_further_is_found() {
    for (place, method, answer) in [
        (
            "https://mcp.example.com/mcp",
            Method::Post,
            response(401, &[("www-authenticate", "Bearer")], ""),
        ),
        (
            "https://mcp.example.com/mcp",
            Method::Post,
            response(200, &[JSON], MESSAGE),
        ),
        (
            "https://mcp.example.com/sse",
            Method::Get,
            response(200, &[("content-type", "text/event-stream")], ""),
        ),
    ] {
        let script = Scripted::new()
            .on(
                Method::Post,
                "https://mcp.example.com/",
                response(404, &[HTML], ""),
            )
            .on(method, place, answer);
        let report = look("https://mcp.example.com", &script);
        assert_eq!(
            report.sight.instead.as_deref(),
            Some(place),
            "{:?}",
            report.sight
        );
        assert!(!report.ok);
    }
}

// rule: doctor/sees-first
#[test]
fn documents_under_a_path_prefix_are_found() {
    let server = "https://mcp.example.com/service/mcp";
    let place = "https://mcp.example.com/service/.well-known/oauth-protected-resource/service/mcp";
    let script = Scripted::new()
        .on(
            Method::Post,
            server,
            response(401, &[("www-authenticate", "Bearer")], ""),
        )
        .json(
            Method::Get,
            place,
            200,
            &json!({ "resource": server }).to_string(),
        );
    let report = look(server, &script);
    is(&report, "resource-found", Severity::Failure, place);
    // One cause, one failure: nobody names an authorization server.
    is(
        &report,
        "server-found",
        Severity::Skipped,
        "no authorization server is named",
    );
}

fn at_authorize(asked: &Asked) -> bool {
    asked.path == "/oauth/authorize" && asked.get("person").is_none()
}

static PAGE_FIRST: Fault = takes("a sign-in page before every judgement", ANY, |asked, _| {
    at_authorize(asked).then(|| http::Response::empty(302).header("location", "/login"))
});

// rule: doctor/nothing-to-see: where nothing can be seen, no check passes and none warns
#[test]
fn behind_a_sign_in_page_nothing_is_seen() {
    let report = alone(visit(Some(&PAGE_FIRST), None)).report;
    for check in [
        "unknown-client",
        "unknown-document",
        "missing-client",
        "redirect-uri-exact",
        "loopback-port",
        "pkce-required",
        "pkce-plain-refused",
        "response-type",
        "foreign-resource",
        "repeated-parameter",
    ] {
        is(
            &report,
            check,
            Severity::Skipped,
            "sign-in page comes first",
        );
    }
    is(&report, "asks-person", Severity::Ok, "/login");
}

static LIMITS: Fault = takes("a limit at the token endpoint", ANY, |asked, _| {
    let is_limited = asked.path == "/oauth/token"
        && asked.get("grant_type").as_deref() != Some("authorization_code");
    is_limited.then(|| http::Response::empty(429))
});

// rule: doctor/nothing-to-see
#[test]
fn a_limit_is_no_answer_to_anything() {
    let report = alone(visit(Some(&LIMITS), None)).report;
    for check in [
        "unknown-grant-type",
        "refresh",
        "refresh-elsewhere",
        "revocation-effect",
    ] {
        is(&report, check, Severity::Skipped, "");
    }
    assert!(report.ok, "{:?}", report.problems().collect::<Vec<_>>());
}

static REFUSES_ALL_REVOCATIONS: Fault = takes("no revocation of such a token", ANY, |asked, _| {
    let refused = asked.path == "/oauth/revoke" && asked.get("token_type_hint").is_some();
    refused.then(|| http::Response::json(400, &json!({ "error": "unsupported_token_type" })))
});

// rule: doctor/optional-is-optional: what is optional is no failure: no sign-in, no revocation, a grace, self-contained
//    tokens
#[test]
fn what_cannot_be_revoked_need_not_end() {
    let report = alone(visit(Some(&REFUSES_ALL_REVOCATIONS), None)).report;
    for check in ["revocation", "revocation-effect", "revocation-access-token"] {
        is(&report, check, Severity::Skipped, "revo");
    }
}

static NO_REVOCATION: Fault = spoils("no revocation", ANY, |asked, response, _| {
    if asked.path == "/.well-known/oauth-authorization-server" {
        change_json(response, |document| {
            _ = document.remove("revocation_endpoint")
        });
    }
});

// rule: doctor/optional-is-optional
#[test]
fn a_revocation_that_is_not_advertised_is_not_missed() {
    let report = alone(visit(Some(&NO_REVOCATION), None)).report;
    is(&report, "revocation", Severity::Skipped, "no such endpoint");
    assert_eq!(report.problems().count(), 0);
}

/// Wraps access tokens into JSON Web Tokens that nobody asks about: what is revoked lives on.
static SELF_CONTAINED: Fault = Fault {
    name: "self-contained tokens",
    found: ANY,
    before: |asked, memory| {
        let bearer = asked.header("authorization")?.to_owned();
        let known = memory.get(&bearer).filter(|_| asked.path == "/mcp");
        known
            .map(|_| http::Response::json(200, &json!({ "jsonrpc": "2.0", "id": 1, "result": {} })))
    },
    after: |asked, response, memory| {
        if asked.path == "/oauth/token" && response.status == 200 {
            change_json(response, |body| {
                // {"alg":"none"}.{"sub":"ada"}
                let token = format!(
                    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.{}",
                    body["access_token"].as_str().unwrap().replace('.', "-")
                );
                memory.set(&format!("Bearer {token}"), "");
                body["access_token"] = json!(token);
            });
        }
    },
};

// rule: doctor/optional-is-optional
#[test]
fn a_self_contained_token_lives_on_and_the_warning_says_why() {
    let report = alone(visit(Some(&SELF_CONTAINED), None)).report;
    assert!(report.ok, "{:?}", report.problems().collect::<Vec<_>>());
    for check in ["code-replay-ends", "revocation-access-token"] {
        is(
            &report,
            check,
            Severity::Warning,
            "it is self-contained, and ends by itself after",
        );
    }
    assert_eq!(report.problems().count(), 2);
}

/// Issues a token for whichever resource, and takes it.
static ANY_RESOURCE: Fault = takes("any resource will do", ANY, |asked, _| {
    if asked.path == "/oauth/authorize"
        && asked
            .get("resource")
            .is_some_and(|r| r.contains("resource.invalid"))
    {
        asked.change_query(|query| query.retain(|(name, _)| name != "resource"));
    }
    None
});

// rule: doctor/missed-before: a token for another resource, a code without a page, Basic without a body client_id, a
//    refused refresh that burns the token, long-lived tokens
#[test]
fn a_token_that_was_asked_for_another_resource_is_shown_to_the_server() {
    let report = alone(visit(Some(&ANY_RESOURCE), None)).report;
    is(
        &report,
        "foreign-resource",
        Severity::Warning,
        "the sign-in goes on",
    );
    is(
        &report,
        "foreign-token",
        Severity::Warning,
        "200 for a token that was asked for",
    );
}

static NO_SCOPES: Fault = spoils("no scopes", ANY, |asked, response, _| {
    if asked
        .path
        .starts_with("/.well-known/oauth-protected-resource")
    {
        change_json(response, |document| {
            document["scopes_supported"] = json!([])
        });
    }
});

// rule: doctor/never-empty: no finding is empty
#[test]
fn a_finding_is_never_empty() {
    let report = alone(visit(Some(&NO_SCOPES), None)).report;
    is(
        &report,
        "resource-scopes",
        Severity::Warning,
        "an empty list",
    );
    let challenge = [("www-authenticate", "Bearer scope=\"\"")];
    let script = Scripted::new().on(Method::Post, SERVER, response(401, &challenge, ""));
    for finding in report
        .findings
        .iter()
        .chain(&look(SERVER, &script).findings)
    {
        assert!(!finding.found.trim().is_empty(), "{finding:?}");
    }
}
