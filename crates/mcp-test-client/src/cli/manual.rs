use std::io::Write as _;

use clap::CommandFactory as _;

use super::End;
use super::options::Options;
use super::screen::Screen;
use crate::client::Error;

pub(super) fn completions(shell: clap_complete::Shell, screen: &Screen) -> Result<End, Error> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Options::command(), "mcp-test-client", &mut text);
    write(&text, screen)
}

pub(super) fn man(screen: &Screen) -> Result<End, Error> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Options::command())
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
