//! The stream on which a server of the older revisions sends what belongs to no request of ours (MCP 2025-11-25
//! transports, Listening for Messages from the Server). It is read while something else is waited for.

use event_stream::Parser;
use fetch::FetchError;
use fetch::LocalFuture;
use fetch::native::Opened;
use serde_json::Value;

pub(super) enum Inbox {
    /// Not asked for, or ended.
    Closed,
    /// The server has not answered yet; some do so with the first message only.
    Opening(LocalFuture<'static, Result<Opened, FetchError>>),
    /// Messages may come.
    Open(Box<(Opened, Parser)>),
    /// The server has no such stream (405), or none that we get.
    Refused,
}

impl Inbox {
    /// What arrives next; for ever where nothing can. May be dropped and asked again at any time.
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
