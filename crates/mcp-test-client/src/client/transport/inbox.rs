//! The stream on which a server of an older revision sends messages that belong to none of our requests (MCP 2025-11-25
//! transports, Listening for Messages from the Server). It is read while the client waits for something else.

use event_stream::Parser;
use fetch::FetchError;
use fetch::LocalFuture;
use fetch::native::Opened;
use serde_json::Value;

pub(super) enum Inbox {
    /// Not requested, or ended.
    Closed,
    /// The server has not answered yet; some answer only with the first message.
    Opening(LocalFuture<'static, Result<Opened, FetchError>>),
    /// The stream is open, and messages may arrive.
    Open(Box<(Opened, Parser)>),
    /// The server has no such stream (405), or none for this client.
    Refused,
}

impl Inbox {
    /// The next messages; waits forever if none can arrive. May be dropped and called again at any time.
    pub(super) async fn next(&mut self, most: usize) -> Vec<Value> {
        match self {
            Self::Closed | Self::Refused => std::future::pending().await,
            Self::Opening(opening) => {
                *self = match opening.await {
                    Ok(opened) if is_stream(&opened) => {
                        Self::Open(Box::new((opened, Parser::new(most))))
                    }
                    _ => Self::Refused,
                };
                Vec::new()
            }
            Self::Open(open) => {
                let (opened, parser) = &mut **open;
                let events = match opened.chunk().await {
                    Ok(Some(bytes)) => parser.push(&bytes).ok(),
                    _ => None,
                };
                let Some(events) = events else {
                    *self = Self::Closed;
                    return Vec::new();
                };
                let read = |data: &String| serde_json::from_str(data).ok();
                events
                    .iter()
                    .filter_map(|event| read(&event.data))
                    .collect()
            }
        }
    }

    pub(super) const fn is_closed(&self) -> bool {
        matches!(self, Self::Closed)
    }
}

fn is_stream(opened: &Opened) -> bool {
    let head = opened.head();
    let kind = head.header("content-type").unwrap_or_default();
    head.is_success() && kind.starts_with("text/event-stream")
}
