//! A complete authorization server with one protected resource, on axum and a SQLite file. It may be killed at any time:
//! what was answered is kept.
//!
//! ```sh
//! cargo run -p oauth-provider --example sqlite -- 8080 notes.db
//! ```
//!
//! Point an MCP client at `http://127.0.0.1:8080/mcp`. There is no upstream to sign in at: anybody who types a name is
//! that person. `store.rs` is what a durable store takes, `app.rs` what axum does, `pages.rs` what a person sees.

mod app;
mod pages;
mod store;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use oauth_provider::crypto::{KeyRing, Secret};
use oauth_provider::{Origin, Settings, UnixTime};
use tokio::net::TcpListener;

use crate::app::Server;
use crate::store::SqliteStore;

type Failure = Box<dyn std::error::Error>;

const SWEEP: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().map_or(Ok(8080), |text| text.parse())?;
    let database = arguments.next().unwrap_or_else(|| "oauth.db".to_owned());
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    // Behind a proxy that speaks TLS this is the public origin, such as https://notes.example.
    let origin = format!("http://{}", listener.local_addr()?);

    let parsed = Origin::of(&origin.parse()?).ok_or("not an http origin")?;
    // Other lifetimes (`settings.grants.access` and the like) are set before the store takes its copy of them.
    let settings = Settings::new(parsed, "/mcp", &["notes:read"], "Notes");
    let keys = KeyRing::parse(&server_secret(&format!("{database}.key"))?, 32)?;
    let store = SqliteStore::open(Path::new(&database), keys, settings.grants.clone(), now)?;
    let server = Arc::new(Server::new(settings, store)?);

    tokio::spawn(sweep(Arc::clone(&server)));
    #[expect(clippy::print_stdout, reason = "a program says where it listens")]
    {
        println!("listening on {origin}");
    }
    axum::serve(listener, app::router(server)).await?;
    Ok(())
}

/// What has ended is deleted, and the alarms of grants ring.
async fn sweep(server: Arc<Server>) {
    loop {
        if let Err(error) = server.store.sweep() {
            eprintln!("sweep: {error}");
        }
        tokio::time::sleep(SWEEP).await;
    }
}

/// Drawn at the first start and kept beside the database. Without it no token is good any more; with it and the database
/// alone no token can be made up. In production it comes from wherever your secrets are.
fn server_secret(path: &str) -> Result<String, Failure> {
    match fs::read_to_string(path) {
        Ok(secret) => Ok(secret),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let secret = Secret::draw(&mut UnwrapErr(SysRng)).expose_text();
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            std::io::Write::write_all(&mut options.open(path)?, secret.as_bytes())?;
            Ok(secret)
        }
        Err(error) => Err(error.into()),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the clock is asked"
)]
fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    UnixTime(since.unwrap_or_default().as_secs())
}
