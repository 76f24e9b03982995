//! Checks every rule of a Client ID Metadata Document, on a published document or a file.
//!
//! The rules are the provider's own, so a document that passes here is accepted at its consent page. Nothing else in
//! this crate knows what the provider decides.

mod file;
mod remedy;

use std::io::{self, Write};

use fetch::Fetch;
use mcp_doctor::{Extent, Row, Severity, Table, shown};
use oauth_provider::client::{Check, Report, check as check_document};
use oauth_provider::{Origin, Settings};
use serde::Serialize;
use url::Url;

use file::File;
pub use file::named;
use remedy::remedy;

/// The result of one rule.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    severity: Severity,
    found: String,
    expected: String,
    section: &'static str,
    /// How to fix it, if it is broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Outcome {
    client_id: String,
    ok: bool,
    findings: Vec<Finding>,
}

/// Rules that depend on the server that would fetch the document, and not on the document.
const OF_A_SERVER: [&str; 2] = ["the host is another one", "the host is allowed"];
/// Rules about the HTTP response, which do not apply to a file.
const OF_AN_ANSWER: [&str; 2] = ["the status is 200", "the content type is JSON"];

/// The form of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For programs, with all of it.
    Json,
    /// For people: the verdict, what is broken, or each rule.
    Text(Extent),
}

/// Checks the document at an https URL or in a file, writes each rule with its section and remedy to `out`, and returns
/// whether all hold.
///
/// # Errors
/// If the file cannot be read, or `out` cannot be written.
pub async fn check(
    of: &str,
    form: Form,
    fetch: &dyn Fetch,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let outcome = if of.contains("://") {
        of_url(of, fetch).await?
    } else {
        of_file(of).await?
    };
    match form {
        Form::Json => {
            serde_json::to_writer_pretty(&mut *out, &outcome)?;
            writeln!(out)?;
        }
        Form::Text(extent) => write(&outcome, extent, out)?,
    }
    Ok(outcome.ok)
}

async fn of_url(url: &str, fetch: &dyn Fetch) -> io::Result<Outcome> {
    let report = check_document(url, &settings(url)?, fetch).await;
    Ok(Outcome::of(report, &[]))
}

async fn of_file(path: &str) -> io::Result<Outcome> {
    let file = File::read(path)?;
    let report = check_document(&file.client_id, &settings(&file.client_id)?, &file).await;
    let mut outcome = Outcome::of(report, &OF_AN_ANSWER);
    if !file.names_itself {
        let client_id = outcome.findings.iter_mut();
        for finding in client_id.filter(|f| f.check == "client_id is the document's own URL") {
            "the https URL where the file will be".clone_into(&mut finding.expected);
        }
    }
    Ok(outcome)
}

/// The settings of an imaginary server. It accepts documents on this computer, as a server does during local
/// development (CIMD §8.6).
fn settings(client_id: &str) -> io::Result<Settings> {
    let plain = Url::parse(client_id).is_ok_and(|url| url.scheme() == "http");
    let origin = if plain {
        "http://localhost"
    } else {
        "https://authorization-server.invalid"
    };
    let url = Url::parse(origin).map_err(io::Error::other)?;
    // Invariant: both are origins.
    let origin = Origin::of(&url).ok_or_else(|| io::Error::other("not an origin"))?;
    Ok(Settings {
        metadata_documents: true,
        ..Settings::new(origin, "/mcp", &[], "doctor")
    })
}

impl Outcome {
    fn of(report: Report, silent: &[&str]) -> Self {
        let checked = report
            .checks
            .into_iter()
            .map(|check| Finding::of(check, silent));
        let unchecked = report.unchecked.into_iter().map(|check| Finding {
            check,
            severity: Severity::Skipped,
            found: "a rule before it is broken".to_owned(),
            expected: String::new(),
            section: "",
            fix: None,
        });
        Self {
            client_id: shown(&report.client_id),
            ok: report.ok,
            findings: checked
                .chain(unchecked)
                .filter(|finding| !OF_A_SERVER.contains(&finding.check))
                .collect(),
        }
    }
}

impl Finding {
    fn of(check: Check, silent: &[&str]) -> Self {
        let skipped = silent.contains(&check.check);
        let (severity, found) = match check.ok {
            _ if skipped => (Severity::Skipped, "a file does not say".to_owned()),
            true => (Severity::Ok, shown(&check.found)),
            false => (Severity::Failure, shown(&check.found)),
        };
        Self {
            check: check.check,
            severity,
            found,
            expected: shown(&check.expected),
            section: check.section,
            fix: (severity == Severity::Failure).then(|| remedy(check.check)),
        }
    }
}

fn write(outcome: &Outcome, extent: Extent, out: &mut dyn Write) -> io::Result<()> {
    let broken = outcome.findings.iter().filter(|f| f.fix.is_some());
    let verdict = match (outcome.ok, broken.count()) {
        (true, _) => "every rule holds".to_owned(),
        (false, 1) => "1 rule is broken".to_owned(),
        (false, count) => format!("{count} rules are broken"),
    };
    writeln!(out, "{}: {verdict}", outcome.client_id)?;
    if extent == Extent::Verdict || (extent == Extent::Problems && outcome.ok) {
        return Ok(());
    }
    writeln!(out)?;
    const TABLE: Table = Table::with(37);
    TABLE.write_headings(out)?;
    let shown = |f: &&Finding| extent == Extent::All || f.severity == Severity::Failure;
    for f in outcome.findings.iter().filter(shown) {
        let row = Row {
            check: f.check,
            found: &f.found,
            expected: &f.expected,
            section: f.section,
            severity: f.severity,
        };
        TABLE.write(&row, out)?;
    }
    let broken = outcome.findings.iter().filter_map(|f| Some((f, f.fix?)));
    for (at, (finding, fix)) in broken.enumerate() {
        if at == 0 {
            writeln!(out, "\nTo mend\n")?;
        }
        writeln!(out, "* {} ({}): {fix}", finding.check, finding.section)?;
    }
    Ok(())
}
