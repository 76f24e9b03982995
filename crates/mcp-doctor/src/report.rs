//! The findings of all checks.

use serde::Serialize;

use crate::check::Check;
use crate::checks::AREAS;
use crate::clients::{self, Note};
use crate::evidence::Evidence;
use crate::remedy::remedy;
use crate::severity::Severity;
use crate::shown::shown;
use crate::sight::{Kind, Sight};
use crate::verdict::Finding;

/// The finding of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The check's name.
    pub check: &'static str,
    /// What the server did. Safe to print.
    pub found: String,
    /// What the server should do.
    pub expected: &'static str,
    /// The specification and section of the rule.
    pub section: &'static str,
    /// The severity of the finding.
    pub severity: Severity,
    /// How to mend it, if it is a failure or a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<&'static str>,
    /// The part of a sign-in that the check is about.
    pub area: &'static str,
}

impl Entry {
    /// Whether it is a failure or a warning.
    #[must_use]
    pub const fn is_problem(&self) -> bool {
        matches!(self.severity, Severity::Failure | Severity::Warning)
    }
}

/// The findings of all checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The MCP endpoint.
    pub server: String,
    /// The verdict in one line.
    pub verdict: String,
    /// What there is at that URL.
    pub sight: Sight,
    /// The issuer that was examined.
    pub issuer: Option<String>,
    /// Whether no check failed, and something could be judged or need not be. Warnings do not count.
    pub ok: bool,
    /// One entry for each check, in the order of a sign-in.
    pub findings: Vec<Entry>,
    /// The known clients that have trouble at such a server, whether or not it breaks a rule.
    pub clients: Vec<Note>,
}

impl Report {
    pub(crate) fn of(evidence: &Evidence) -> Self {
        let mut findings = Vec::new();
        for (area, checks) in AREAS {
            findings.extend(checks.iter().map(|check| entry(area, check, evidence)));
        }
        // An issuer that the resource does not name is shown only if it has metadata.
        let issuer = evidence.issuer.as_ref();
        let issuer = issuer.filter(|i| !i.guessed || evidence.metadata().is_some());
        let failed = findings.iter().any(|f| f.severity == Severity::Failure);
        let mut sight = evidence.sight.clone();
        // Much of the text comes from the server, and it is going to a terminal.
        sight.text = shown(&sight.text);
        sight.instead = sight.instead.as_deref().map(shown);
        let mut report = Self {
            server: shown(evidence.server.as_str()),
            verdict: String::new(),
            ok: !failed && matches!(sight.kind, Kind::Protected | Kind::Open),
            sight,
            issuer: issuer.map(|issuer| shown(&issuer.text)),
            findings,
            clients: clients::notes(evidence),
        };
        report.verdict = report.said();
        report
    }

    /// The number of entries with this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        let of_it = self.findings.iter().filter(|f| f.severity == severity);
        of_it.count()
    }

    /// Failures first, then warnings.
    pub fn problems(&self) -> impl Iterator<Item = &Entry> {
        let of = |severity| self.findings.iter().filter(move |f| f.severity == severity);
        of(Severity::Failure).chain(of(Severity::Warning))
    }

    fn said(&self) -> String {
        let [failures, warnings, held, skipped] = [
            Severity::Failure,
            Severity::Warning,
            Severity::Ok,
            Severity::Skipped,
        ]
        .map(|severity| self.count(severity));
        match self.sight.kind {
            Kind::Protected => {
                let verdict = match (failures, warnings) {
                    (0, 0) => "nothing is wrong".to_owned(),
                    (0, _) => "it works, with warnings".to_owned(),
                    _ => "something is broken".to_owned(),
                };
                format!(
                    "{verdict}: {failures} failed, {warnings} warned, {held} held, {skipped} not judged"
                )
            }
            Kind::Open => "no sign-in, which is allowed: nothing is judged".to_owned(),
            Kind::NotMcp => "this is no MCP server".to_owned(),
            Kind::Wall => "a sign-in wall for browsers, which no MCP client passes".to_owned(),
            Kind::Proxy => "a proxy answers, and not the server".to_owned(),
            Kind::Nothing => "nothing answers".to_owned(),
            Kind::Limited => "nothing is judged: too many requests for now".to_owned(),
        }
    }
}

/// The checks that are judged whatever there is.
const ALWAYS: [&str; 2] = ["endpoint-https", "challenge-status"];

fn judged(check: &Check, evidence: &Evidence) -> (Severity, String) {
    let sight = &evidence.sight;
    if sight.kind == Kind::Open || (!sight.is_judged() && !ALWAYS.contains(&check.name)) {
        let why = match sight.kind {
            Kind::Open => "no sign-in is asked for",
            _ => "there is no MCP server to judge",
        };
        return (Severity::Skipped, why.to_owned());
    }
    match (check.run)(evidence) {
        Ok(found) => (Severity::Ok, found),
        Err(Finding::Broken(found)) => (check.severity, found),
        Err(Finding::Doubtful(found)) => (Severity::Warning, found),
        Err(Finding::Skipped(why)) => (Severity::Skipped, why.to_owned()),
    }
}

fn entry(area: &'static str, check: &Check, evidence: &Evidence) -> Entry {
    let (severity, found) = judged(check, evidence);
    let found = shown(&found);
    let mut entry = Entry {
        check: check.name,
        found: if found.is_empty() {
            "nothing".to_owned()
        } else {
            found
        },
        expected: check.expected,
        section: check.section,
        severity,
        remedy: None,
        area,
    };
    entry.remedy = remedy(check.name).filter(|_| entry.is_problem());
    entry
}
