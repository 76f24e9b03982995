//! The report for people: the verdict, what is wrong and how to mend it, the rest on request.

use std::io::{self, Write};

use super::Extent;
use crate::report::{Entry, Report};
use crate::severity::Severity;
use crate::table::{Row, Table, wrapped};

/// The width of a terminal that is not asked for its own.
const WIDTH: usize = 118;

pub fn write(report: &Report, extent: Extent, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {}", report.server, report.verdict)?;
    if extent == Extent::Verdict {
        return Ok(());
    }
    paragraph("", &report.sight.text, out)?;
    if let Some(issuer) = &report.issuer {
        paragraph("", &format!("Its authorization server is {issuer}."), out)?;
    }
    if extent == Extent::All {
        all(report, out)?;
    }
    for entry in report.problems() {
        problem(entry, out)?;
    }
    if extent == Extent::All {
        return clients(report, out);
    }
    let count = report.clients.len();
    if count > 0 {
        let names = report.clients.iter().map(|note| note.client);
        let names = names.collect::<Vec<_>>().join("; ");
        writeln!(out)?;
        paragraph(
            "",
            &format!("Known clients that have trouble here: {names}."),
            out,
        )?;
    }
    if report.sight.is_judged() {
        writeln!(out, "\nEach check, and what those clients do: --all")?;
    }
    Ok(())
}

fn paragraph(indent: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    for line in wrapped(text, WIDTH - indent.len()) {
        writeln!(out, "{indent}{line}")?;
    }
    Ok(())
}

fn problem(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{}  {}", entry.severity.as_str(), entry.check)?;
    let facts = [
        ("found", entry.found.as_str()),
        ("expected", entry.expected),
        ("remedy", entry.remedy.unwrap_or_default()),
        ("rule", entry.section),
    ];
    for (name, text) in facts {
        for (at, line) in wrapped(text, WIDTH - 12).iter().enumerate() {
            let name = if at == 0 { name } else { "" };
            writeln!(out, "  {name:<8}  {line}")?;
        }
    }
    Ok(())
}

fn all(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    const TABLE: Table = Table::with(24);
    writeln!(out)?;
    TABLE.write_headings(out)?;
    let mut rest = report.findings.as_slice();
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|f| f.area == first.area).count();
        let (of_area, others) = rest.split_at(count);
        rest = others;
        if let Some(why) = why_all_skipped(of_area) {
            writeln!(out, "\n{}: not judged, {why}", first.area)?;
            continue;
        }
        writeln!(out, "\n{}", first.area)?;
        for finding in of_area {
            TABLE.write(&row(finding), out)?;
        }
    }
    Ok(())
}

/// Writes what known clients do at this server.
fn clients(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.clients.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nKnown clients that have trouble here")?;
    for note in &report.clients {
        for (at, line) in wrapped(&note.to_string(), WIDTH - 2).iter().enumerate() {
            writeln!(out, "{}{line}", if at == 0 { "* " } else { "  " })?;
        }
    }
    Ok(())
}

fn row(entry: &Entry) -> Row<'_> {
    Row {
        check: entry.check,
        found: &entry.found,
        expected: entry.expected,
        section: entry.section,
        severity: entry.severity,
    }
}

/// The reason, if all checks of an area were skipped for the same one; the report then gives it in a single line.
fn why_all_skipped(findings: &[Entry]) -> Option<&str> {
    let first = findings.first()?;
    let all = findings
        .iter()
        .all(|f| f.severity == Severity::Skipped && f.found == first.found);
    all.then_some(first.found.as_str())
}
