//! The command line: options, output, and what a person types.

mod approve;
mod connect;
mod diagnose;
mod guard;
mod interactive;
mod manual;
mod model;
mod one_shot;
mod options;
mod place;
mod screen;
mod show;
mod words;

use std::process::ExitCode;

use clap::Parser as _;

use crate::client::Error;
use options::{Command, Options};
use screen::Screen;

/// How a command that ran to its end turned out.
enum End {
    /// It succeeded.
    Well,
    /// It worked, but the result is a failure: of a tool or of a check.
    Failed,
}

/// Reads the arguments, and runs the command.
#[must_use]
pub fn main() -> ExitCode {
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(error) => return screen::refuse(&error),
    };
    let screen = Screen::new(&options);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(run(&options, &screen)),
        Err(error) => Err(Error::Local(format!("the runtime did not start: {error}"))),
    };
    screen.quiet();
    match ended {
        Ok(End::Well) => ExitCode::SUCCESS,
        Ok(End::Failed) => ExitCode::FAILURE,
        Err(error) => {
            screen.error(&error);
            ExitCode::from(error.exit_status())
        }
    }
}

async fn run(options: &Options, screen: &Screen) -> Result<End, Error> {
    let is_escaped = std::env::args_os().any(|argument| argument == "--");
    guard::check(options, is_escaped)?;
    match &options.command {
        Some(Command::Doctor(asked)) => diagnose::doctor(asked, screen).await,
        Some(Command::Metadata { command }) => diagnose::metadata(command, screen).await,
        Some(Command::Logout(asked)) => connect::log_out(asked, screen).await,
        Some(Command::Completions { shell }) => manual::completions(*shell, screen),
        Some(Command::Man { command }) => manual::man(command.as_deref(), screen),
        None if options.is_one_shot() => one_shot::run(options, screen).await,
        None => interactive::run(options, screen).await,
    }
}
