//! The stream that answers a request, resumed if it breaks off.

use std::time::Duration;

use event_stream::Parser;
use fetch::native::Opened;
use fetch::{Fetch as _, Method};
use serde_json::Value;

use super::{Http, MOST, Shared, name};
use crate::client::Error;
use crate::client::transport::{Arrived, answer, sort};

/// How often the stream of one request is resumed.
const RECONNECTIONS: u32 = 10;

/// How long to wait before resuming, if the server names no time.
const WAIT: Duration = Duration::from_secs(1);

/// The longest time to wait, whatever the server names.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

impl Http {
    /// Reads a stream until the answer to `id`. If the stream ends earlier, and the server gave its events ids, it is
    /// resumed after the time that the server names (MCP 2025-11-25 transports, Resumability).
    pub(super) async fn follow(
        &mut self,
        mut opened: Opened,
        message: &Value,
        listener: &Shared<'_>,
    ) -> Result<Value, Error> {
        let method = name(message);
        let id = message.get("id").unwrap_or(&Value::Null);
        let mut parser = Parser::new(MOST);
        let mut connections = 0;
        loop {
            let broke = loop {
                match opened.chunk().await {
                    Ok(Some(bytes)) => {
                        if let Some(found) = self
                            .heard(&mut parser, &bytes, id, &method, listener)
                            .await?
                        {
                            return Ok(found);
                        }
                    }
                    Ok(None) => break None,
                    Err(error) => break Some(error),
                }
            };
            let Some(last) = parser
                .last_id()
                .map(str::to_owned)
                .filter(|_| connections < RECONNECTIONS)
            else {
                return Err(match broke {
                    Some(source) => self
                        .unreachable(&format!("waiting for the answer to {method} from"), source),
                    None => Error::Protocol(format!(
                        "the server's stream ended without the answer to {method}"
                    )),
                });
            };
            connections += 1;
            let wait = parser.retry().unwrap_or(WAIT).min(LONGEST_WAIT);
            self.native.sleep(wait).await;
            let token = self.token().await?;
            let request = self
                .request(Method::Get, "text/event-stream", token.as_deref())
                .header("last-event-id", last);
            opened = self
                .native
                .open(request, &[])
                .await
                .map_err(|source| self.unreachable("taking up the stream of", source))?;
            let head = opened.head();
            if !head.is_success() {
                return Err(Error::Status {
                    method: format!("the stream's continuation ({method})"),
                    status: head.status,
                    text: String::new(),
                });
            }
            parser.reconnect();
        }
    }

    pub(super) async fn heard(
        &mut self,
        parser: &mut Parser,
        bytes: &[u8],
        id: &Value,
        method: &str,
        listener: &Shared<'_>,
    ) -> Result<Option<Value>, Error> {
        let events = parser.push(bytes).map_err(|_| {
            Error::Protocol(format!(
                "the server's answer to {method} is longer than {MOST} bytes"
            ))
        })?;
        for event in events {
            // An event without data only carries an id.
            if event.data.is_empty() || event.name != "message" {
                continue;
            }
            let message: Value = serde_json::from_str(&event.data).map_err(|error| {
                Error::Protocol(format!(
                    "an event of the server's stream is not JSON: {error}"
                ))
            })?;
            let arrived = sort(message, id, &mut **listener.borrow_mut());
            match arrived {
                Arrived::Answer(found) => return Ok(Some(found)),
                Arrived::Request(request) => {
                    let said = answer(&request, &mut **listener.borrow_mut());
                    if let Err(error) = self.post(&said, &[]).await {
                        let mut listener = listener.borrow_mut();
                        listener.warned(&format!("an answer did not reach the server: {error}"));
                    }
                }
                Arrived::Other => {}
            }
        }
        Ok(None)
    }
}
