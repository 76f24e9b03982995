//! The pipe to the client: requests are answered as they are done, in any order.

mod flight;

use std::rc::Rc;
use std::time::Duration;

use mcp::stdio::{Incoming, Lines, MAX_LINE, Peer};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::ends::Failure;
use crate::pipe::{self, Output};
use crate::service::{Service, log};

use flight::Flights;

/// So many requests may be on their way before no more are read.
const MOST: usize = 4096;

/// How long a client that has said its last word waits for what it asked before.
const GRACE: Duration = Duration::from_secs(10);

/// How long a client is waited for that does not read what was written.
const LAST_LINES: Duration = Duration::from_secs(2);

/// Answers until the client closes the pipe or the process is asked to end. Standard output carries nothing but the
/// protocol.
///
/// # Errors
/// When the pipe cannot be opened.
pub async fn serve(service: Rc<Service>) -> Result<(), Failure> {
    let mut input = pipe::input()?;
    let Output {
        lines: out,
        written,
    } = Output::open()?;
    let mut asked_to_end = std::pin::pin!(asked_to_end()?);
    let mut lines = Lines::new(MAX_LINE);
    let mut peer = Peer::default();
    let mut running = JoinSet::new();
    let flights = Rc::new(Flights::default());
    let mut found = Vec::new();
    let mut open = true;
    while open {
        tokio::select! {
            // Ends first: a client that is gone is not answered.
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
        for line in found.drain(..) {
            let out = out.clone();
            match peer.read(&line) {
                Incoming::Nothing => {}
                Incoming::Cancel(id) => flights.cancel(&id),
                // A failure to send is the end of the pipe, which is looked for above.
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

/// Ctrl-C, or on Unix the signal that clients and process managers send.
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
        // A failure to watch leaves the console's own way to end a program.
        let _ = tokio::signal::ctrl_c().await;
    })
}
