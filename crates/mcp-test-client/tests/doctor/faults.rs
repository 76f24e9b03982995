//! One fault at a time: found, named, and by the one check whose business it is.

use std::collections::BTreeSet;

use mcp_test_client::doctor::Severity;

use super::alone;
use super::broken::faults;
use super::visit::visit;

/// Checks of which a fault has no other way to be seen than by its own.
fn broken(report: &mcp_test_client::doctor::Report) -> Vec<(&'static str, Severity, String)> {
    let bad = report
        .findings
        .iter()
        .filter(|finding| matches!(finding.severity, Severity::Warning | Severity::Failure));
    bad.map(|f| (f.check, f.severity, f.found.clone()))
        .collect()
}

#[test]
fn each_fault_is_found_by_exactly_its_check() {
    let mut wrong = Vec::new();
    for fault in faults() {
        let report = alone(visit(Some(fault), None)).report;
        let (check, severity, found) = fault.found;
        let seen = broken(&report);
        let exact = matches!(seen.as_slice(), [(c, s, f)] if *c == check && *s == severity && f.contains(found));
        if !exact {
            wrong.push(format!(
                "{}: expected {check}, {severity:?}, '{found}'; seen {seen:?}",
                fault.name
            ));
        }
        if report.ok != (severity != Severity::Failure) {
            wrong.push(format!("{}: ok {}", fault.name, report.ok));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_has_a_fault_that_it_finds() {
    let found: BTreeSet<_> = faults().map(|fault| fault.found.0).collect();
    let report = alone(visit(None, None)).report;
    let all: BTreeSet<_> = report
        .findings
        .iter()
        .map(|finding| finding.check)
        .collect();
    // A server over http on another host than this one cannot be had in a test: hostile.rs asks for one by its URL.
    let without: Vec<_> = all.difference(&found).copied().collect();
    assert_eq!(without, ["endpoint-https"]);
    assert!(faults().count() >= 20);
}
