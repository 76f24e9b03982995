//! Finds what is wrong with the OAuth of any MCP server, check by check.
//!
//! There are three steps, independent of each other: the walk sends requests to the server and keeps the answers as
//! evidence; each check is data and one pure function over the evidence; a [`Report`] says what the checks found. The
//! modules are layered: the list of checks is above the checks, and verdict and evidence are below them.

mod answer;
mod ask;
mod challenge;
mod check;
mod checks;
mod clients;
mod evidence;
mod format;
mod json;
mod jwt;
mod location;
mod made_up;
mod network;
mod options;
mod question;
mod remedy;
mod report;
mod severity;
mod shown;
mod sight;
mod sign_in;
mod table;
mod verdict;
mod walk;

use fetch::Fetch;

pub use clients::Note;
pub use format::{Extent, Format};
pub use options::Options;
pub use remedy::remedy;
pub use report::{Entry, Report};
pub use severity::Severity;
pub use shown::shown;
pub use sight::{Kind, Sight};
pub use sign_in::{Credentials, SignIn, SignedIn};
pub use table::{Row, Table};

use ask::Asker;
use evidence::Evidence;

/// All checks, and all clients that are told of, as Markdown tables for docs/DOCTOR.md.
#[must_use]
pub fn reference() -> String {
    format!("{}\n{}", checks::reference(), clients::reference())
}

/// Examines the server's sign-in.
pub async fn examine(options: &Options, fetch: &dyn Fetch, sign_in: Option<&dyn SignIn>) -> Report {
    let asker = Asker::new(fetch, &options.server);
    let mut evidence = Evidence::new(options.server.clone());
    let sign_in = sign_in.filter(|_| options.sign_in);
    walk::walk(options, &asker, sign_in, &mut evidence).await;
    Report::of(&evidence)
}
