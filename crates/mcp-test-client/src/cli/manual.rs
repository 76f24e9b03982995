use std::io::Write as _;

use clap::CommandFactory as _;

use super::End;
use super::guard::{did_you_mean, nearest};
use super::options::Options;
use super::screen::Screen;
use crate::client::Error;

pub(super) fn completions(shell: clap_complete::Shell, screen: &Screen) -> Result<End, Error> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Options::command(), "mcp-test-client", &mut text);
    write(&text, screen)
}

/// The manual page of the program, or of one of its commands.
pub(super) fn man(of: Option<&str>, screen: &Screen) -> Result<End, Error> {
    let mut whole = Options::command();
    whole.build();
    let page = match of {
        None => whole,
        Some(name) => whole.find_subcommand(name).cloned().ok_or_else(|| {
            let names = whole.get_subcommands().map(clap::Command::get_name);
            let meant = did_you_mean(nearest(name, names));
            Error::Usage(format!("there is no command {name}{meant}"))
        })?,
    };
    let title = page
        .get_display_name()
        .unwrap_or("mcp-test-client")
        .to_owned();
    let mut text = Vec::new();
    clap_mangen::Man::new(page)
        .title(title)
        .render(&mut text)
        .map_err(|error| Error::Local(error.to_string()))?;
    write(&text, screen)
}

fn write(text: &[u8], screen: &Screen) -> Result<End, Error> {
    screen.quiet();
    match std::io::stdout().write_all(text) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::Local(error.to_string()))
        }
        _ => Ok(End::Well),
    }
}
