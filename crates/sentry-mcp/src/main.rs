//! The `sentry-mcp` command.

use std::process::ExitCode;
use std::rc::Rc;

use clap::Parser as _;
use sentry_mcp::ends::{self, Failure};
use sentry_mcp::options::{Command, Options};
use sentry_mcp::{Service, auth, list, manual, serve, settings};
use tokio::task::LocalSet;

fn main() -> ExitCode {
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(error) => return ends::refuse(&error),
    };
    // While MCP is served, standard output is the protocol's alone.
    let is_command = options.list_tools || options.command.is_some();
    if options.json && !is_command {
        let why = "--json goes with --list-tools or a command; a server speaks MCP anyway";
        return ends::tell(&Failure::Usage(why.to_owned()), false);
    }
    let as_json = options.json && !options.is_status();
    let ended = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        // A handler's futures are not `Send`, since the worker's cannot be.
        Ok(runtime) => LocalSet::new().block_on(&runtime, run(options)),
        Err(error) => Err(error.into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ends::tell(&failure, as_json),
    }
}

async fn run(options: Options) -> Result<(), Failure> {
    let env = &settings::environment;
    match &options.command {
        Some(Command::Auth { command }) => return auth::run(command, &options, env).await,
        Some(Command::Completions { shell }) => return manual::completions(*shell),
        Some(Command::Man) => return manual::man(),
        None => {}
    }
    let service = Rc::new(Service::open(&options, env)?);
    if options.list_tools {
        return list::list(&service, options.json);
    }
    service.tell();
    serve::serve(service).await
}
