//! The `sentry-mcp` command.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::rc::Rc;

use clap::Parser as _;
use sentry_mcp::ends::Failure;
use sentry_mcp::options::{Command, Options};
use sentry_mcp::{Service, auth, list, manual, serve, settings};
use tokio::task::LocalSet;

fn main() -> ExitCode {
    let options = Options::parse();
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
        Err(failure) => {
            // If standard error is closed, there is nobody to report the failure to.
            let _ = writeln!(io::stderr(), "sentry-mcp: {failure}");
            failure.into()
        }
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
