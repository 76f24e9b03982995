//! One fault at a time: it must be found by the one check that is responsible for it, and by no other.
// file rule: doctor/tokens-stay

use std::collections::BTreeSet;

use mcp_doctor::{Report, Severity};

use super::alone;
use super::broken::{Fault, faults};
use super::visit::visit;

/// All warnings and failures of a report.
fn broken(report: &Report) -> Vec<(&'static str, Severity, String)> {
    let bad = report
        .findings
        .iter()
        .filter(|finding| matches!(finding.severity, Severity::Warning | Severity::Failure));
    bad.map(|f| (f.check, f.severity, f.found.clone()))
        .collect()
}

/// How the report on a fault differs from what it should be, if it does.
fn missed(fault: &Fault, report: &Report) -> Option<String> {
    let (check, severity, found) = fault.found;
    let seen = broken(report);
    let exact = matches!(seen.as_slice(), [(c, s, f)] if *c == check && *s == severity && f.contains(found));
    let ok = severity != Severity::Failure;
    (!exact || report.ok != ok).then(|| {
        let expected = format!("{check}, {severity:?}, '{found}'");
        format!("{}: expected {expected}; seen {seen:?}", fault.name)
    })
}

// rule: doctor/one-check-per-fault: every check finds its fault, and no other check does
#[test]
fn each_fault_is_found_by_exactly_its_check() {
    let missed: Vec<String> = alone(async {
        let mut all = Vec::new();
        for fault in faults() {
            all.extend(missed(fault, &visit(Some(fault), None).await.report));
        }
        all
    });
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

// rule: doctor/one-check-per-fault
#[test]
fn every_check_has_a_fault_that_it_finds() {
    let found: BTreeSet<_> = faults().map(|fault| fault.found.0).collect();
    let report = alone(visit(None, None)).report;
    let all: BTreeSet<_> = report
        .findings
        .iter()
        .map(|finding| finding.check)
        .collect();
    // A test cannot have a server over http on another host than this one: hostile.rs passes such a URL instead.
    // A token for another resource needs a server that issues one, which is a finding of its own: strangers.rs.
    let without: Vec<_> = all.difference(&found).copied().collect();
    assert_eq!(without, ["endpoint-https", "foreign-token"]);
    assert!(faults().count() >= 20);
}
