//! A client that is right, and one fault at a time.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mcp_doctor::{Report, Severity};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;
use url::form_urlencoded::Serializer;

use super::Trial;
use super::desk::{Asked, Desk, Reply};

const ORIGIN: &str = "http://127.0.0.1:9000";
const VERIFIER: &str = "a-verifier-that-is-long-enough-for-the-rules-43";
const REDIRECT: &str = "http://127.0.0.1:5000/callback";

type Fields = BTreeMap<String, String>;
/// Changes the parameters of a step, by its name.
type Change = fn(&str, &mut Fields);

struct Client {
    desk: Desk,
    change: Change,
    now: u64,
}

fn right(_: &str, _: &mut Fields) {}

impl Client {
    fn new(trial: Trial, change: Change) -> Self {
        Self {
            desk: Desk::new(ORIGIN, trial, 30),
            change,
            now: 1000,
        }
    }

    /// Sends a request; `change` may alter its headers.
    fn send(
        &mut self,
        step: &str,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let url = Url::parse(&format!("{ORIGIN}{target}")).unwrap();
        let mut headers: Fields = headers
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        headers.insert("host".to_owned(), "127.0.0.1:9000".to_owned());
        (self.change)(&format!("{step} headers"), &mut headers);
        let asked = Asked {
            method: method.to_owned(),
            path: url.path().to_owned(),
            query: url.query().unwrap_or_default().to_owned(),
            headers,
            body: body.as_bytes().to_vec(),
        };
        self.desk.answer(&asked, self.now).unwrap()
    }

    fn fields(&self, step: &str, pairs: &[(&str, &str)]) -> String {
        let mut fields: Fields = pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        (self.change)(step, &mut fields);
        Serializer::new(String::new()).extend_pairs(fields).finish()
    }

    fn form(&mut self, step: &str, pairs: &[(&str, &str)]) -> Reply {
        let body = self.fields(step, pairs);
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send(step, "POST", "/token", &headers, &body)
    }

    fn message(&mut self, step: &str, token: &str, method: &str) -> Reply {
        let bearer = format!("Bearer {token}");
        let query = self.fields(&format!("{step} query"), &[]);
        let mut headers = vec![
            ("accept", "application/json, text/event-stream"),
            ("mcp-protocol-version", "2025-11-25"),
        ];
        if !token.is_empty() {
            headers.push(("authorization", &bearer));
        }
        let params = json!({ "clientInfo": { "name": "right", "version": "1" }, "protocolVersion": "2025-06-18" });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        self.send(
            step,
            "POST",
            &format!("/mcp?{query}"),
            &headers,
            &body.to_string(),
        )
    }

    fn register(&mut self) -> String {
        let mut fields = Fields::from([
            ("redirect_uris".to_owned(), REDIRECT.to_owned()),
            ("application_type".to_owned(), "native".to_owned()),
        ]);
        (self.change)("register", &mut fields);
        let body = json!({ "redirect_uris": [fields["redirect_uris"]], "application_type": fields.get("application_type") });
        let reply = self.send("register", "POST", "/register", &[], &body.to_string());
        member(&reply, "client_id")
    }

    /// A whole sign-in with use and refresh, as far as the server lets it come.
    fn whole(&mut self) -> Option<()> {
        assert_eq!(self.message("first", "", "initialize").status, 401);
        self.send(
            "metadata",
            "GET",
            "/.well-known/oauth-protected-resource/mcp",
            &[],
            "",
        );
        self.send(
            "metadata",
            "GET",
            "/.well-known/oauth-authorization-server",
            &[],
            "",
        );
        let id = self.register();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let query = self.fields(
            "authorize",
            &[
                ("client_id", &id),
                ("redirect_uri", "http://127.0.0.1:5001/callback"),
                ("response_type", "code"),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
                ("state", "a-state"),
                ("resource", "http://127.0.0.1:9000/mcp"),
                ("scope", "notes:read"),
            ],
        );
        let target = format!("/authorize?{query}");
        if self.send("authorize", "GET", &target, &[], "").status != 200 {
            return None;
        }
        let back = self.send("authorize", "POST", &target, &[], "");
        let location = &back.headers.iter().find(|(name, _)| *name == "location")?.1;
        let answer: Fields = Url::parse(location)
            .unwrap()
            .query_pairs()
            .into_owned()
            .collect();
        let mut compared = Fields::from([("compares".to_owned(), "yes".to_owned())]);
        (self.change)("answer", &mut compared);
        let is_right = answer["iss"] == ORIGIN && answer["state"] == "a-state";
        if compared["compares"] == "yes" && !is_right {
            return None;
        }
        let tokens = self.form(
            "redeem",
            &[
                ("grant_type", "authorization_code"),
                ("code", &answer["code"]),
                ("client_id", &id),
                ("redirect_uri", "http://127.0.0.1:5001/callback"),
                ("code_verifier", VERIFIER),
                ("resource", "http://127.0.0.1:9000/mcp"),
            ],
        );
        let (access, refresh) = (
            member(&tokens, "access_token"),
            member(&tokens, "refresh_token"),
        );
        assert_eq!(
            self.message("initialize", &access, "initialize").status,
            if access.is_empty() { 401 } else { 200 }
        );
        self.message("list", &access, "tools/list");
        self.now += 31;
        assert_eq!(self.message("late", &access, "tools/list").status, 401);
        let renewed = self.form(
            "refresh",
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", &refresh),
                ("client_id", &id),
                ("resource", "http://127.0.0.1:9000/mcp"),
            ],
        );
        self.message("after", &member(&renewed, "access_token"), "tools/list");
        Some(())
    }

    fn report(mut self) -> Report {
        self.whole();
        self.desk.notes.report(&self.desk.client)
    }
}

fn member(reply: &Reply, name: &str) -> String {
    let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    body[name].as_str().unwrap_or_default().to_owned()
}

fn problems(report: &Report) -> Vec<&str> {
    report.problems().map(|entry| entry.check).collect()
}

// rule: doctor/as-server: a strict server tells how a client behaves: nothing of one that is right, each breach of another
#[test]
fn a_client_that_is_right_is_clean() {
    let report = Client::new(Trial::None, right).report();
    assert_eq!(problems(&report), Vec::<&str>::new());
    assert!(report.ok);
    assert_eq!(report.server, "right 1");
    let unseen = report
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Skipped);
    let unseen: Vec<_> = unseen.map(|f| f.check).collect();
    assert_eq!(unseen, ["wrong-iss-refused", "wrong-state-refused"]);
}

/// A change that puts a value into one field of one step; an empty value removes it.
macro_rules! wrong {
    ($step:literal, $name:literal, $value:literal) => {
        |step, fields| {
            if step == $step {
                fields.remove($name);
                if !$value.is_empty() {
                    fields.insert($name.to_owned(), $value.to_owned());
                }
            }
        }
    };
}

// rule: doctor/as-server
#[test]
fn each_fault_of_a_client_is_found() {
    let faults: [(&str, Change); 19] = [
        (
            "registration",
            wrong!("register", "redirect_uris", "http://evil.example/x"),
        ),
        (
            "registration",
            wrong!("register", "redirect_uris", "javascript:alert(1)"),
        ),
        (
            "application-type",
            wrong!("register", "application_type", ""),
        ),
        ("known-client", wrong!("authorize", "client_id", "made-up")),
        (
            "redirect-uri",
            wrong!("authorize", "redirect_uri", "http://127.0.0.1:5000/other"),
        ),
        (
            "response-type",
            wrong!("authorize", "response_type", "token"),
        ),
        ("pkce", wrong!("authorize", "code_challenge", "")),
        (
            "pkce",
            wrong!("authorize", "code_challenge_method", "plain"),
        ),
        ("state", wrong!("authorize", "state", "")),
        ("resource-authorize", wrong!("authorize", "resource", "")),
        ("scope", wrong!("authorize", "scope", "everything")),
        (
            "token-form",
            wrong!("redeem headers", "content-type", "application/json"),
        ),
        ("redeem", wrong!("redeem", "code_verifier", "another")),
        (
            "redeem",
            wrong!("redeem", "redirect_uri", "http://127.0.0.1:5000/callback"),
        ),
        ("resource-token", wrong!("redeem", "resource", "")),
        ("refresh", wrong!("refresh", "refresh_token", "made-up")),
        ("token-in-header", wrong!("list query", "access_token", "x")),
        (
            "accept",
            wrong!("list headers", "accept", "application/json"),
        ),
        (
            "version-header",
            wrong!("list headers", "mcp-protocol-version", ""),
        ),
    ];
    for (check, change) in faults {
        let report = Client::new(Trial::None, change).report();
        assert!(
            problems(&report).contains(&check),
            "{check}: {:?}",
            problems(&report)
        );
    }
    let everywhere: Change = wrong!("metadata headers", "authorization", "Bearer x");
    assert_eq!(
        problems(&Client::new(Trial::None, everywhere).report()),
        ["token-stays"]
    );
}

// rule: doctor/as-server
#[test]
fn a_wrong_answer_must_not_be_redeemed() {
    let blind: Change = wrong!("answer", "compares", "no");
    for (trial, check) in [
        (Trial::WrongIss, "wrong-iss-refused"),
        (Trial::WrongState, "wrong-state-refused"),
    ] {
        let careful = Client::new(trial, right).report();
        assert_eq!(problems(&careful), Vec::<&str>::new());
        let kept = careful.findings.iter().find(|f| f.check == check).unwrap();
        assert_eq!(kept.severity, Severity::Ok);
        let careless = Client::new(trial, blind).report();
        assert_eq!(problems(&careless), [check]);
    }
}

// rule: doctor/as-server
#[test]
fn a_code_and_a_refresh_token_are_good_once() {
    let mut client = Client::new(Trial::None, right);
    client.whole().unwrap();
    let code = client.desk.codes.keys().next().unwrap().clone();
    let old = client.desk.spent.keys().next().unwrap().clone();
    let resource = "http://127.0.0.1:9000/mcp";
    let again = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("resource", resource),
    ];
    assert_eq!(client.form("again", &again).status, 400);
    let again = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &old),
        ("resource", resource),
    ];
    assert_eq!(client.form("again", &again).status, 400);
    let report = client.desk.notes.report("x");
    assert_eq!(problems(&report), ["redeem", "refresh"]);
}

#[test]
fn a_page_of_another_host_gets_nothing() {
    let rebound: Change = wrong!("first headers", "host", "evil.example:9000");
    let mut client = Client::new(Trial::None, rebound);
    assert_eq!(client.message("first", "", "initialize").status, 421);
    assert!(!client.desk.notes.report("x").ok);
}
