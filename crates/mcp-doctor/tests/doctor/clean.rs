//! The correct server, and what the doctor does not do without permission.

use fetch::Method;
use mcp_doctor::{Extent, Format, Options, Severity, examine, remedy};

use super::alone;
use super::broken::{NO_REFRESH_TOKENS, Server, faults};
use super::person::Person;
use super::visit::{Watched, options, visit};

/// Checks for which such a server has nothing to look at.
const NOTHING_TO_SEE: [(&str, &str); 2] = [
    ("metadata-agree", "there is one document"),
    (
        "foreign-token",
        "the authorization server issues no such token",
    ),
];

// rule: doctor/right-server-is-clean: a server that is right is clean: the test's own, the worker
//    on three paths, the example
#[test]
fn a_server_that_is_right_is_clean() {
    let report = alone(visit(None, None)).report;
    let bad = report
        .findings
        .iter()
        .filter(|f| f.severity != Severity::Ok);
    let bad: Vec<_> = bad.map(|f| (f.check, f.found.as_str())).collect();
    assert_eq!(bad, NOTHING_TO_SEE);
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
            let is_unasked = ["--register", "--sign-in"]
                .iter()
                .any(|o| finding.found.contains(o));
            assert!(
                is_unasked || finding.check == "metadata-agree",
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
    let mut skipped = [
        "refresh-elsewhere",
        "refusal-keeps-token",
        "refresh",
        "tokens-no-store",
        "refreshed-token-accepted",
        "refresh-rotation",
        "refresh-reuse",
        "revocation-effect",
    ]
    .map(|check| (check, none))
    .to_vec();
    skipped.extend(NOTHING_TO_SEE);
    skipped.sort_unstable();
    let mut others = others;
    others.sort_unstable();
    assert_eq!(others, skipped);
}

// rule: doctor/output-forms: verdict, problems with remedy, all on request; JSON, Markdown and JUnit
#[test]
fn a_report_for_people_and_for_programs() {
    let fault = faults().find(|fault| fault.name == "a registration that may be kept");
    let report = alone(visit(fault, None)).report;
    let written = |format, extent| {
        let mut out = Vec::new();
        report.write(format, extent, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let verdict = written(Format::Text, Extent::Verdict);
    assert!(
        verdict.contains("it works, with warnings: 0 failed, 1 warned, "),
        "{verdict}"
    );
    assert_eq!(verdict.lines().count(), 1);
    let problems = written(Format::Text, Extent::Problems);
    for part in [
        "warning  registration-no-store",
        "  found     max-age=60",
        "  remedy    Send ",
        "  rule      RFC",
        "--all",
    ] {
        assert!(problems.contains(part), "{part}: {problems}");
    }
    assert!(!problems.contains("challenge-status"), "{problems}");
    let all = written(Format::Text, Extent::All);
    for part in [
        "\nChallenge\n",
        "ok        challenge-status",
        "* Codex 0.142 to 0.144: this server advertises ",
    ] {
        assert!(all.contains(part), "{part}: {all}");
    }
    for text in [&problems, &all] {
        assert!(
            text.lines().all(|line| line.chars().count() <= 120),
            "{text}"
        );
    }
    let json: serde_json::Value =
        serde_json::from_str(&written(Format::Json, Extent::Problems)).unwrap();
    assert_eq!(
        (&json["ok"], &json["sight"]["kind"]),
        (&true.into(), &"protected".into())
    );
    assert!(json["verdict"].as_str().unwrap().starts_with("it works"));
    let findings = json["findings"].as_array().unwrap();
    assert_eq!(findings.len(), report.findings.len());
    for finding in findings {
        assert_eq!(
            finding["remedy"].is_string(),
            finding["severity"] == "warning",
            "{finding}"
        );
    }
    let markdown = written(Format::Markdown, Extent::Problems);
    assert!(
        markdown.contains("| warning | `registration-no-store` | `max-age=60` |"),
        "{markdown}"
    );
    let junit = written(Format::Junit, Extent::Problems);
    let tests = format!("tests=\"{}\" failures=\"0\"", report.findings.len());
    assert!(
        junit.contains(&tests) && junit.contains("name=\"registration-no-store\"><system-out>"),
        "{junit}"
    );
}

// rule: doctor/output-forms
#[test]
fn every_check_has_a_remedy() {
    let report = alone(visit(None, None)).report;
    for finding in &report.findings {
        assert!(remedy(finding.check).is_some(), "{}", finding.check);
    }
}
