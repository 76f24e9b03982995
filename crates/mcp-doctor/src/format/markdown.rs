//! The report as Markdown, for a comment on a pull request or a page.

use std::io::{self, Write};

use super::Extent;
use crate::report::{Entry, Report};

pub fn write(report: &Report, extent: Extent, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "**{}**: {}",
        code(&report.server),
        plain(&report.verdict)
    )?;
    if extent == Extent::Verdict {
        return Ok(());
    }
    writeln!(out, "\n{}", plain(&report.sight.text))?;
    if report.problems().next().is_some() {
        writeln!(
            out,
            "\n| | check | found | remedy | rule |\n|---|---|---|---|---|"
        )?;
    }
    for entry in report.problems() {
        let remedy = entry.remedy.unwrap_or(entry.expected);
        line(entry, remedy, out)?;
    }
    if extent == Extent::All {
        writeln!(
            out,
            "\n| | check | found | expected | rule |\n|---|---|---|---|---|"
        )?;
        for entry in &report.findings {
            line(entry, entry.expected, out)?;
        }
    }
    Ok(())
}

fn line(entry: &Entry, third: &str, out: &mut dyn Write) -> io::Result<()> {
    let severity = entry.severity.as_str();
    let [check, found, third, section] = [
        code(entry.check),
        code(&entry.found),
        plain(third),
        plain(entry.section),
    ];
    writeln!(
        out,
        "| {severity} | {check} | {found} | {third} | {section} |"
    )
}

/// Text of a server: as code, in which nothing is a link, an image or HTML.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'").replace('|', "\\|"))
}

fn plain(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        if "\\`*_[]<>|!#".contains(c) {
            safe.push('\\');
        }
        safe.push(c);
    }
    safe
}
