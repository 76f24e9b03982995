//! What is made from the options: completions for shells, and the manual page.

use std::io::{Write as _, stdout};

use clap::CommandFactory as _;

use crate::ends::Failure;
use crate::options::Options;

/// `sentry-mcp completions SHELL`
///
/// # Errors
/// When standard output is closed.
pub fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Options::command(), "sentry-mcp", &mut text);
    Ok(stdout().write_all(&text)?)
}

/// `sentry-mcp man`
///
/// # Errors
/// When standard output is closed.
pub fn man() -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Options::command()).render(&mut text)?;
    Ok(stdout().write_all(&text)?)
}
