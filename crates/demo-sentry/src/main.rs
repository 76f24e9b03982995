//! The `demo-sentry` command.

use std::io::{self, ErrorKind, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use demo_sentry::{Config, State, Timestamp, serve};
use tokio::net::TcpListener;

/// A local Sentry with sample data, for development and tests.
///
/// Listens on 127.0.0.1 only, keeps everything in memory and needs no account.
/// Prints one line when it is ready, and runs until Ctrl-C.
///
/// Sign in as Ada Marlowe to see the sample data (organization lighthouse-books).
/// Without signing in, use the token demo-token-ada.
///
/// Besides Sentry's API (/api/0/) and sign-in (/oauth/) it offers
///   /v1/chat/completions  a scripted language model: ask it "what broke today?"
///   /_control/            faults, the request log, expiry of tokens, reset
#[derive(Parser)]
#[command(name = "demo-sentry", version, verbatim_doc_comment)]
struct Options {
    /// Port on 127.0.0.1; 0 means any free port
    #[arg(long, env = "DEMO_SENTRY_PORT", default_value_t = 9797)]
    port: u16,

    /// Instant at which the sample data ends, such as 2026-03-10T12:00:00Z [default: now]
    #[arg(long, env = "DEMO_SENTRY_NOW")]
    now: Option<Timestamp>,

    /// How many copies of the data to load, up to 1000: projects, teams, issues, events and rows, for load tests
    #[arg(long, env = "DEMO_SENTRY_SEED_SCALE", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000), value_name = "N")]
    seed_scale: u32,

    /// Id of the OAuth application
    #[arg(long, env = "DEMO_SENTRY_CLIENT_ID", default_value = "demo-client")]
    client_id: String,

    /// Secret of the OAuth application
    #[arg(long, env = "DEMO_SENTRY_CLIENT_SECRET", default_value = "demo-secret")]
    client_secret: String,
}

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If standard error is closed, there is nobody to report the error to.
            let _ = writeln!(io::stderr(), "demo-sentry: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn run(options: Options) -> anyhow::Result<()> {
    let listener = listen(options.port).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let now = Timestamp::now();
    let state = State::new(Config {
        origin: origin.clone(),
        now,
        data_now: options.now.unwrap_or(now),
        scale: options.seed_scale,
        client_id: options.client_id,
        client_secret: options.client_secret,
    })?;
    let interrupted = interrupted()?;
    writeln!(io::stdout(), "demo-sentry: listening on {origin}")?;
    tokio::select! {
        ended = serve(listener, state) => Ok(ended?),
        () = interrupted => Ok(()),
    }
}

async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(
            "port {port} on 127.0.0.1 is taken, perhaps by another demo-sentry.\n\
             See who has it with `lsof -i :{port}`, or choose another port with --port or DEMO_SENTRY_PORT."
        ),
        _ => anyhow::Error::new(error).context(format!("cannot listen on 127.0.0.1:{port}")),
    })
}

/// Completes on Ctrl-C or, on Unix, on the signal that `kill` and process managers send.
#[cfg(unix)]
fn interrupted() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot watch for Ctrl-C")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot watch for SIGTERM")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn interrupted() -> anyhow::Result<impl Future<Output = ()>> {
    Ok(async {
        // If Ctrl-C cannot be watched, the console ends the program in its own way.
        let _ = tokio::signal::ctrl_c().await;
    })
}
