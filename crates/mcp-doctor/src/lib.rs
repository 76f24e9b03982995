//! Finds what is wrong with the OAuth of any MCP server, check by check.
//!
//! Three steps, each ignorant of the others' work: the walk asks the server and keeps its answers as evidence; each
//! check is data and one pure function over them; a [`Report`] writes what they found. The modules stand on floors: the
//! list of checks is above the checks, and verdict and evidence are below them.

mod answer;
mod ask;
mod challenge;
mod check;
mod checks;
mod evidence;
mod json;
mod location;
mod made_up;
mod network;
mod options;
mod question;
mod report;
mod severity;
mod shown;
mod sign_in;
mod table;
mod verdict;
mod walk;

use std::io::Write;

use fetch::Fetch;

pub use checks::reference;
pub use options::Options;
pub use report::{Entry, Report};
pub use severity::Severity;
pub use shown::shown;
pub use sign_in::{SignIn, SignedIn};
pub use table::{Row, Table};

use ask::Asker;
use evidence::Evidence;

/// Walks the server's sign-in, writes what was found to `out`, and says whether nothing failed.
///
/// # Errors
/// When `out` takes no more.
pub async fn run(
    options: &Options,
    fetch: &dyn Fetch,
    sign_in: Option<&dyn SignIn>,
    out: &mut dyn Write,
) -> std::io::Result<bool> {
    let report = examine(options, fetch, sign_in).await;
    if options.json {
        serde_json::to_writer_pretty(&mut *out, &report)?;
        writeln!(out)?;
    } else {
        report.write(out)?;
    }
    Ok(report.ok)
}

/// Walks the server's sign-in.
pub async fn examine(options: &Options, fetch: &dyn Fetch, sign_in: Option<&dyn SignIn>) -> Report {
    let asker = Asker::new(fetch, &options.server);
    let mut evidence = Evidence::new(options.server.clone());
    let sign_in = sign_in.filter(|_| options.sign_in);
    walk::walk(options, &asker, sign_in, &mut evidence).await;
    Report::of(&evidence)
}
