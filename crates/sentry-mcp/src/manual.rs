//! Shell completions and the manual page, generated from the options.

use std::io::{Write as _, stdout};

use clap::CommandFactory as _;

use crate::ends::Failure;
use crate::options::Options;

/// Prints a completion script: `sentry-mcp completions SHELL`.
///
/// # Errors
/// If standard output is closed.
pub fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Options::command(), "sentry-mcp", &mut text);
    Ok(stdout().write_all(&text)?)
}

/// Prints the manual page: `sentry-mcp man`.
///
/// # Errors
/// If standard output is closed.
pub fn man() -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Options::command()).render(&mut text)?;
    Ok(stdout().write_all(&text)?)
}
