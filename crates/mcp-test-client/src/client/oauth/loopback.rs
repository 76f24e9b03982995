//! A listener on this computer to which the browser returns (RFC 8252 §7.3), and the browser itself.

use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::response::IntoResponse;
use axum::routing::get;
use fetch::LocalFuture;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use url::Url;

use super::browser::{Browser, Opened};
use super::endpoint::is_secure;
use crate::client::Error;

/// Opens the system's browser, or leaves that to the person.
pub struct Loopback {
    /// Called with the link before a browser is opened.
    pub announce: Rc<dyn Fn(&Url)>,
    /// Whether to open a browser.
    pub open: bool,
    /// How long to wait for the person.
    pub patience: Duration,
}

struct Place {
    listener: TcpListener,
    redirect_uri: String,
    announce: Rc<dyn Fn(&Url)>,
    open: bool,
    patience: Duration,
}

impl Browser for Loopback {
    fn ready(&self, port: Option<u16>) -> LocalFuture<'_, Result<Box<dyn Opened>, Error>> {
        Box::pin(async move {
            let at = |port| TcpListener::bind(("127.0.0.1", port));
            let listener = match port {
                Some(port) => match at(port).await {
                    Ok(listener) => Ok(listener),
                    Err(_) => at(0).await,
                },
                None => at(0).await,
            };
            let failed = |error: std::io::Error| {
                Error::Local(format!(
                    "cannot listen on 127.0.0.1 for the browser: {error}"
                ))
            };
            let listener = listener.map_err(failed)?;
            let port = listener.local_addr().map_err(failed)?.port();
            let place: Box<dyn Opened> = Box::new(Place {
                listener,
                redirect_uri: format!("http://127.0.0.1:{port}/callback"),
                announce: Rc::clone(&self.announce),
                open: self.open,
                patience: self.patience,
            });
            Ok(place)
        })
    }
}

impl Opened for Place {
    fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    fn visit(self: Box<Self>, link: &Url) -> LocalFuture<'static, Result<String, Error>> {
        let link = link.clone();
        Box::pin(async move {
            let (sender, mut receiver) = mpsc::channel(1);
            let router = Router::new()
                .route("/callback", get(come_back))
                .with_state(sender);
            let server = axum::serve(self.listener, router).into_future();
            (self.announce)(&link);
            // For other schemes a system may open something that is not a browser.
            if self.open && is_secure(&link) {
                open(&link);
            }
            let arrived = async {
                let query: Option<String> = receiver.recv().await;
                // The page is still being sent; give it a moment before the listener goes away.
                tokio::time::sleep(Duration::from_millis(100)).await;
                query
            };
            tokio::select! {
                ended = server => {
                    let why = ended.err().map(|error| error.to_string()).unwrap_or_default();
                    Err(Error::Local(format!("the listener for the browser ended: {why}")))
                }
                query = arrived => Ok(query.unwrap_or_default()),
                () = tokio::time::sleep(self.patience) => Err(Error::sign_in(
                    "RFC 8252 §7.3",
                    format!(
                        "the browser did not come back within {} s; try again, with --no-browser if no browser opened",
                        self.patience.as_secs()
                    ),
                )),
            }
        })
    }
}

/// Answers every request and passes its query on, to be judged by the caller. Only the first one counts.
async fn come_back(
    State(sender): State<mpsc::Sender<String>>,
    RawQuery(query): RawQuery,
) -> impl IntoResponse {
    let _ = sender.try_send(query.unwrap_or_default());
    (
        [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
            (REFERRER_POLICY, "no-referrer"),
            (
                CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'",
            ),
        ],
        include_str!("../../../pages/back.html"),
    )
}

/// Opens a link with `$BROWSER`, in the place of `%s` or at the end, otherwise with the system's default. It is not an
/// error if no browser opens, since the link was shown.
fn open(link: &Url) {
    let Some(browser) = std::env::var("BROWSER")
        .ok()
        .filter(|text| !text.trim().is_empty())
    else {
        let _ = open::that_detached(link.as_str());
        return;
    };
    let mut words: Vec<String> = browser.split_whitespace().map(str::to_owned).collect();
    match words.iter_mut().find(|word| word.contains("%s")) {
        Some(word) => *word = word.replace("%s", link.as_str()),
        None => words.push(link.to_string()),
    }
    if let Some((program, arguments)) = words.split_first() {
        let _ = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
    }
}
