//! From a listener to answers.

use std::io;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::router::router;
use crate::state::State;

/// Answers on `listener` until dropped or the listener fails.
///
/// # Errors
/// As the listener's.
pub async fn serve(listener: TcpListener, state: State) -> io::Result<()> {
    axum::serve(listener, router(state)).await
}

/// A server for a test, on a free port of loopback; it ends when this is dropped.
pub struct Running {
    origin: String,
    state: State,
    task: JoinHandle<io::Result<()>>,
}

/// Starts a server on a free port; `config.origin` is replaced by where it listens.
///
/// # Errors
/// When loopback has no free port, or the sample data is broken.
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
    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The same state that the server answers from.
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
