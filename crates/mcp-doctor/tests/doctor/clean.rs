//! The correct server, and what the doctor does not do without permission.

use fetch::Method;
use mcp_doctor::{Options, Severity, examine, run};

use super::alone;
use super::broken::{NO_REFRESH_TOKENS, Server};
use super::person::Person;
use super::visit::{Watched, options, visit};

// rule: doctor/right-server-is-clean: a server that is right is clean: the test's own, the worker
//    on three paths, the example
#[test]
fn a_server_that_is_right_is_clean() {
    let report = alone(visit(None, None)).report;
    let bad = report
        .findings
        .iter()
        .filter(|f| f.severity != Severity::Ok);
    assert_eq!(bad.collect::<Vec<_>>(), Vec::<&mcp_doctor::Entry>::new());
    assert!(report.ok);
    assert!(report.findings.len() > 60, "{}", report.findings.len());
}

// rule: doctor/reads-only: reads only, unless registering or signing in is allowed
#[test]
fn without_leave_nothing_is_written_and_nobody_signs_in() {
    alone(async {
        let origin = Server::start(None).await;
        let watched = Watched::new();
        let options = Options {
            register: false,
            sign_in: false,
            ..options(&origin)
        };
        let person = Person::at(&origin);
        let report = examine(&options, &watched, Some(&person)).await;
        assert!(report.ok);
        assert_eq!(report.count(Severity::Warning), 0);
        let skipped = report
            .findings
            .iter()
            .filter(|f| f.severity == Severity::Skipped);
        for finding in skipped {
            assert!(
                finding.found.contains("--register") || finding.found.contains("--sign-in"),
                "{finding:?}"
            );
        }
        let requests = watched.requests.borrow();
        assert!(requests.len() < 25, "{}", requests.len());
        assert!(requests.iter().all(|r| r.url.path() != "/oauth/register"));
        let posts = requests.iter().filter(|r| r.method == Method::Post);
        for post in posts {
            let body = String::from_utf8(post.body.clone().unwrap()).unwrap();
            assert!(
                body.contains("made-this-up")
                    || body.contains("initialize")
                    || body.contains("no-such-grant"),
                "{body}"
            );
        }
    });
}

// rule: doctor/right-server-is-clean
#[test]
fn a_server_without_refresh_tokens_is_right_as_well() {
    let report = alone(visit(Some(&NO_REFRESH_TOKENS), None)).report;
    let others = report
        .findings
        .iter()
        .filter(|f| f.severity != Severity::Ok);
    let others: Vec<_> = others.map(|f| (f.check, f.found.as_str())).collect();
    let none = "there is no refresh token";
    let skipped = [
        "refresh-elsewhere",
        "refresh",
        "tokens-no-store",
        "token-lifetime",
        "refreshed-token-accepted",
        "refresh-rotation",
        "refresh-reuse",
        "revocation-effect",
    ];
    assert_eq!(others, skipped.map(|check| (check, none)));
}

// rule: doctor/output-forms: status, table and JSON
#[test]
fn a_table_for_people_and_json_for_programs() {
    alone(async {
        let origin = Server::start(None).await;
        let person = Person::at(&origin);
        let mut text = Vec::new();
        let options = options(&origin);
        assert!(
            run(&options, &Watched::new(), Some(&person), &mut text)
                .await
                .unwrap()
        );
        let text = String::from_utf8(text).unwrap();
        assert!(
            text.lines().all(|line| line.chars().count() <= 120),
            "{text}"
        );
        for part in [
            "\nChallenge\n",
            "severity  check",
            "ok        challenge-status",
            "\nKnown clients that have trouble here\n* Codex 0.142 to 0.144: this server advertises ",
            "\n0 failed, 0 warned, ",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }

        let mut json = Vec::new();
        let options = Options {
            json: true,
            ..options
        };
        assert!(
            run(&options, &Watched::new(), Some(&person), &mut json)
                .await
                .unwrap()
        );
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["server"], format!("{origin}/mcp"));
        assert_eq!(json["issuer"], origin);
        assert_eq!(json["ok"], true);
        let first = &json["findings"][0];
        for member in ["check", "found", "expected", "section", "severity"] {
            assert!(first[member].is_string(), "{first}");
        }
    });
}
