//! Serves the client: requests run concurrently, and are answered in the order in which they finish.

mod flight;

use std::rc::Rc;
use std::time::Duration;

use mcp::stdio::{Incoming, Line, Lines, MAX_LINE, Peer};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::ends::Failure;
use crate::pipe::{self, Output};
use crate::service::{Service, log};

use flight::Flights;

/// The number of unfinished requests at which reading stops.
const MOST: usize = 4096;

/// How long open requests may still run after the client has closed its end.
const GRACE: Duration = Duration::from_secs(10);

/// How long to wait at the end for a client that does not read its answers.
const LAST_LINES: Duration = Duration::from_secs(2);

/// Answers requests until the client closes the pipe or the process is asked to end. Nothing but the protocol is
/// written to standard output.
///
/// # Errors
/// If the pipe cannot be opened.
pub async fn serve(service: Rc<Service>) -> Result<(), Failure> {
    let mut input = pipe::input()?;
    let Output {
        messages: out,
        written,
    } = Output::open()?;
    let mut asked_to_end = std::pin::pin!(asked_to_end()?);
    let mut lines = Lines::new(MAX_LINE);
    let mut peer = Peer::default();
    let mut running = JoinSet::new();
    let flights = Rc::new(Flights::default());
    let mut found = Vec::new();
    let mut is_first = true;
    let mut open = true;
    while open {
        tokio::select! {
            // Checks for the end first: a client that has gone is not answered.
            biased;
            () = &mut asked_to_end => return Ok(()),
            () = out.closed() => return Ok(()),
            Some(_) = running.join_next() => {}
            piece = input.recv(), if running.len() < MOST => match piece {
                Some(piece) => lines.push(&piece, &mut found),
                None => {
                    found.extend(lines.end());
                    open = false;
                }
            }
        }
        for mut line in found.drain(..) {
            if std::mem::take(&mut is_first) {
                without_mark(&mut line);
            }
            let out = out.clone();
            match peer.read(&line) {
                Incoming::Nothing => {}
                Incoming::Cancel(id) => flights.cancel(&id),
                // If this fails the pipe has ended, which the loop notices by itself.
                Incoming::Refused(line) => {
                    log("a line of the client could not be read");
                    running.spawn_local(async move { drop(out.send(line).await) });
                }
                Incoming::Requests {
                    version,
                    requests,
                    batch,
                } => {
                    let (service, flights) = (Rc::clone(&service), Rc::clone(&flights));
                    running.spawn_local(async move {
                        let answers = flights.fly(&service, version, requests).await;
                        if let Some(line) = flight::line(answers, batch) {
                            drop(out.send(line).await);
                        }
                    });
                }
            }
        }
    }
    let rest = async {
        while running.join_next().await.is_some() {}
        drop(out);
        let _ = timeout(LAST_LINES, written).await;
    };
    tokio::select! {
        () = &mut asked_to_end => {}
        ended = timeout(GRACE, rest) => if ended.is_err() {
            log("the client closed the pipe, and not all that it had asked for was done in time");
        }
    }
    Ok(())
}

/// What some shells put before the first line that they pipe. It is no JSON (RFC 8259 §8.1 lets a parser pass over it), and
/// nobody sees it.
fn without_mark(line: &mut Line) {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    if let Line::Whole(bytes) = line
        && let Some(rest) = bytes.strip_prefix(MARK)
    {
        *bytes = rest.to_vec();
        log(
            "the input begins with a byte order mark, which is passed over: it should be plain UTF-8",
        );
    }
}

/// Completes on Ctrl-C or, on Unix, on the signal that clients and process managers send.
#[cfg(unix)]
fn asked_to_end() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn asked_to_end() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // If Ctrl-C cannot be watched, the console ends the program in its own way.
        let _ = tokio::signal::ctrl_c().await;
    })
}
