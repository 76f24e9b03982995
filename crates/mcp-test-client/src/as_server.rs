//! `doctor --as-server`: a strict authorization server and MCP endpoint on this computer, which notes how a client behaves.

mod desk;
mod endpoint;
mod oauth;
mod rules;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use mcp_doctor::Report;
use tokio::net::TcpListener;

use crate::client::Error;
use crate::client::oauth::Clock;
use desk::{Asked, Desk, Reply};

/// The largest body that is read, in bytes.
const MAX_BODY: usize = 256 * 1024;

/// What the server does wrong on purpose, to see whether the client notices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Trial {
    /// Nothing.
    #[default]
    None,
    /// It names another issuer in its answer.
    WrongIss,
    /// It returns another state.
    WrongState,
}

/// A server that listens.
pub struct AsServer {
    listener: TcpListener,
    desk: Arc<Mutex<Desk>>,
    clock: Clock,
    origin: String,
}

impl AsServer {
    /// Listens on this port of this computer; 0 means any. Access tokens are good for `lifetime` seconds.
    ///
    /// # Errors
    /// If the port is taken.
    pub async fn listen(
        port: u16,
        trial: Trial,
        lifetime: u64,
        clock: Clock,
    ) -> Result<Self, Error> {
        let failed = |error: std::io::Error| {
            Error::Local(format!(
                "cannot listen on port {port} of 127.0.0.1: {error}"
            ))
        };
        let listener = TcpListener::bind(("127.0.0.1", port))
            .await
            .map_err(failed)?;
        let origin = format!("http://{}", listener.local_addr().map_err(failed)?);
        let desk = Arc::new(Mutex::new(Desk::new(&origin, trial, lifetime)));
        Ok(Self {
            listener,
            desk,
            clock,
            origin,
        })
    }

    /// The MCP endpoint.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("{}/mcp", self.origin)
    }

    /// Serves until `end` is ready, and reports on the client.
    ///
    /// # Errors
    /// If the listener fails.
    pub async fn serve(
        self,
        end: impl Future<Output = ()> + Send + 'static,
    ) -> Result<Report, Error> {
        let shared = (Arc::clone(&self.desk), self.clock);
        let router = Router::new().fallback(answer).with_state(shared);
        let served = tokio::select! {
            served = async { axum::serve(self.listener, router).await } => served,
            () = end => Ok(()),
        };
        served.map_err(|error| Error::Local(format!("the server failed: {error}")))?;
        let mut desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        if desk.has_ended && desk.refresh.len() > desk.spent.len() && desk.spent.is_empty() {
            desk.notes
                .note("refresh", false, "none, though an access token had ended");
        }
        Ok(desk.notes.report(&desk.client))
    }
}

async fn answer(
    State((desk, clock)): State<(Arc<Mutex<Desk>>, Clock)>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return response(Reply::empty(413));
    };
    let headers = parts.headers.iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    let asked = Asked {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body: body.to_vec(),
    };
    let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
    response(
        desk.answer(&asked, clock())
            .unwrap_or_else(|_| Reply::empty(500)),
    )
}

fn response(reply: Reply) -> Response {
    let mut builder = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        builder = builder.header(name, value);
    }
    builder.body(Body::from(reply.body)).unwrap_or_default()
}
