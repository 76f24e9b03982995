//! What is wrong with a server's sign-in, check by check.
//!
//! Three steps, each ignorant of the others' work: [`walk`] asks the server and keeps its answers as [`Evidence`]; each
//! [`Check`] is data and one pure function over them; [`Report`] writes what they found.

mod answer;
mod ask;
mod challenge;
mod check;
mod evidence;
mod location;
mod question;
mod report;
mod shown;
mod table;
mod walk;

use std::io::Write;

use fetch::{Fetch, LocalFuture};
use url::Url;

pub use check::{Check, reference};
pub use report::{Finding, Report, Severity};
pub(crate) use shown::shown;
pub(crate) use table::{Row, Table};

use ask::Asker;
use evidence::Evidence;

/// What a person asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// The MCP endpoint.
    pub server: Url,
    /// Register a client where the server offers it; that writes a record there.
    pub register: bool,
    /// Sign in as well, and check tokens.
    pub sign_in: bool,
    /// JSON instead of a table.
    pub json: bool,
}

/// What a sign-in brought, for the checks that need tokens. Nothing of it is ever printed.
pub struct SignedIn {
    /// As whom.
    pub client_id: String,
    /// Where it may be used.
    pub access_token: String,
    /// Where the server gave one.
    pub refresh_token: Option<String>,
    /// The code that was redeemed for them, and its verifier: to see what a replay does.
    pub code: String,
    /// See `code`.
    pub code_verifier: String,
    /// See `code`.
    pub redirect_uri: String,
    /// The issuer's token endpoint.
    pub token_endpoint: Url,
}

/// Signs a person in with the client's own code: opens a browser, waits for the answer.
pub trait SignIn {
    /// The whole way from discovery to tokens.
    fn sign_in(&self, server: &Url) -> LocalFuture<'_, Result<SignedIn, String>>;
}

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
