//! The findings of all checks, and how they are printed.

use std::io::{self, Write};

use serde::Serialize;

use crate::check::Check;
use crate::checks::AREAS;
use crate::clients::{self, Note};
use crate::evidence::Evidence;
use crate::severity::Severity;
use crate::shown::shown;
use crate::table::{Row, Table, wrapped};
use crate::verdict::Finding;

/// The finding of one check: a line of the report.
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
    #[serde(skip)]
    area: &'static str,
}

/// The findings of all checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The MCP endpoint.
    pub server: String,
    /// The issuer that was examined.
    pub issuer: Option<String>,
    /// Whether no check failed. Warnings do not count.
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
        Self {
            server: shown(evidence.server.as_str()),
            issuer: issuer.map(|issuer| shown(&issuer.text)),
            ok: !findings.iter().any(|f| f.severity == Severity::Failure),
            findings,
            clients: clients::notes(evidence),
        }
    }

    /// The number of entries with this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        let of_it = self.findings.iter().filter(|f| f.severity == severity);
        of_it.count()
    }

    /// Writes the report as a table.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        const TABLE: Table = Table::with(24);
        writeln!(out, "server  {}", self.server)?;
        if let Some(issuer) = &self.issuer {
            writeln!(out, "issuer  {issuer}")?;
        }
        writeln!(out)?;
        TABLE.write_headings(out)?;
        for (area, _) in AREAS {
            let of_area = self.findings.iter().filter(|f| f.area == area);
            let of_area: Vec<_> = of_area.collect();
            if let Some(why) = why_all_skipped(&of_area) {
                writeln!(out, "\n{area}: skipped, {why}")?;
                continue;
            }
            writeln!(out, "\n{area}")?;
            for finding in of_area {
                TABLE.write(&finding.row(), out)?;
            }
        }
        self.write_clients(out)?;
        writeln!(out)?;
        for severity in [Severity::Failure, Severity::Warning] {
            self.write_names(severity, out)?;
        }
        let [failures, warnings, ok, skipped] = [
            Severity::Failure,
            Severity::Warning,
            Severity::Ok,
            Severity::Skipped,
        ]
        .map(|severity| self.count(severity));
        writeln!(
            out,
            "{failures} failed, {warnings} warned, {ok} ok, {skipped} skipped"
        )
    }

    /// Writes what known clients do at this server.
    fn write_clients(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.clients.is_empty() {
            return Ok(());
        }
        writeln!(out, "\nKnown clients that have trouble here")?;
        for note in &self.clients {
            for (at, line) in wrapped(&note.to_string(), 116).iter().enumerate() {
                writeln!(out, "{}{line}", if at == 0 { "* " } else { "  " })?;
            }
        }
        Ok(())
    }

    /// Writes the names of the checks with this severity. They come at the end, where a person looks first.
    fn write_names(&self, severity: Severity, out: &mut dyn Write) -> io::Result<()> {
        let of_it = self.findings.iter().filter(|f| f.severity == severity);
        let names: Vec<_> = of_it.map(|finding| finding.check).collect();
        if names.is_empty() {
            return Ok(());
        }
        writeln!(out, "{}: {}", severity.as_str(), names.join(", "))
    }
}

impl Entry {
    fn row(&self) -> Row<'_> {
        Row {
            check: self.check,
            found: &self.found,
            expected: self.expected,
            section: self.section,
            severity: self.severity,
        }
    }
}

/// The reason, if all checks of an area were skipped for the same one; the report then gives it in a single line.
fn why_all_skipped<'a>(findings: &[&'a Entry]) -> Option<&'a str> {
    let first = findings.first()?;
    let all = findings
        .iter()
        .all(|f| f.severity == Severity::Skipped && f.found == first.found);
    all.then_some(first.found.as_str())
}

fn entry(area: &'static str, check: &Check, evidence: &Evidence) -> Entry {
    let (severity, found) = match (check.run)(evidence) {
        Ok(found) => (Severity::Ok, found),
        Err(Finding::Broken(found)) => (check.severity, found),
        Err(Finding::Doubtful(found)) => (Severity::Warning, found),
        Err(Finding::Skipped(why)) => (Severity::Skipped, why.to_owned()),
    };
    Entry {
        check: check.name,
        // Much of the text comes from the server, and it is going to a terminal.
        found: shown(&found),
        expected: check.expected,
        section: check.section,
        severity,
        area,
    }
}
