//! Runs the server on a listener.

use std::io;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::router::router;
use crate::state::State;

/// Serves requests on `listener` until the future is dropped or the listener fails.
///
/// # Errors
/// The listener's error.
pub async fn serve(listener: TcpListener, state: State) -> io::Result<()> {
    axum::serve(listener, router(state)).await
}

/// A server for tests, on a free port on loopback; it stops when this is dropped.
pub struct Running {
    origin: String,
    state: State,
    task: JoinHandle<io::Result<()>>,
}

/// Starts a server on a free port; `config.origin` is replaced by its real origin.
///
/// # Errors
/// If loopback has no free port, or the sample data is invalid.
pub async fn start(config: Config) -> io::Result<Running> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let state = State::new(Config {
        origin: origin.clone(),
        ..config
    })
    .map_err(io::Error::other)?;
    let task = tokio::spawn(serve(listener, state.clone()));
    Ok(Running {
        origin,
        state,
        task,
    })
}

impl Running {
    /// The server's origin, `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The state of the running server.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}
