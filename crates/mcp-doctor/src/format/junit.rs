//! The report as the XML that CI systems read as test results: a check is a test, a failure fails it, a warning is told in
//! its output.

use std::io::{self, Write};

use crate::report::{Entry, Report};
use crate::severity::Severity;

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let counts = [Severity::Failure, Severity::Skipped].map(|severity| report.count(severity));
    let [failures, skipped] = counts;
    let tests = report.findings.len();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" skipped=\"{skipped}\">",
        escaped(&report.server)
    )?;
    for entry in &report.findings {
        test(entry, out)?;
    }
    writeln!(
        out,
        "  <system-out>{}</system-out>",
        escaped(&report.verdict)
    )?;
    writeln!(out, "</testsuite>")
}

fn test(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    let (area, check) = (escaped(entry.area), escaped(entry.check));
    write!(out, "  <testcase classname=\"{area}\" name=\"{check}\"")?;
    let found = escaped(&entry.found);
    let more = escaped(&format!(
        "expected: {}\nremedy: {}\nrule: {}",
        entry.expected,
        entry.remedy.unwrap_or_default(),
        entry.section
    ));
    match entry.severity {
        Severity::Ok => writeln!(out, "/>"),
        Severity::Skipped => writeln!(out, "><skipped message=\"{found}\"/></testcase>"),
        Severity::Failure => {
            writeln!(
                out,
                "><failure message=\"{found}\">{more}</failure></testcase>"
            )
        }
        Severity::Warning => writeln!(
            out,
            "><system-out>warning: {found}\n{more}</system-out></testcase>"
        ),
    }
}

/// Text between tags or in an attribute. Control characters, which XML cannot have, are gone already.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
