//! Requests that are running, by id, so that they can be cancelled.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use futures_util::future::{AbortHandle, AbortRegistration, Abortable, join_all};
use mcp::dispatch::{self, Answered};
use mcp::{Id, Message, RpcError, Version};
use tokio::time::Instant;

use crate::service::{Service, log};

#[derive(Default)]
pub(super) struct Flights(RefCell<HashMap<Id, AbortHandle>>);

impl Flights {
    /// Cancels a request. An unknown id is ignored, since the answer may already be on its way.
    pub(super) fn cancel(&self, id: &Id) {
        if let Some(handle) = self.0.borrow_mut().remove(id) {
            handle.abort();
        }
    }

    /// Runs requests concurrently and returns their answers. A cancelled request has none.
    pub(super) async fn fly(
        &self,
        service: &Service,
        version: Version,
        requests: Vec<Message>,
    ) -> Vec<String> {
        let flights = requests.into_iter().map(|request| async move {
            let Message::Request { id, .. } = &request else {
                return None;
            };
            let id = id.clone();
            let Some(registration) = self.begin(&id) else {
                let message = "A request with this `id` is still being answered.";
                let error = RpcError::new(RpcError::INVALID_REQUEST, message);
                return Some(error.to_json(Some(&id)));
            };
            let answer = answer(service, version, request);
            // A cancelled request is no longer in the map.
            let answer = Abortable::new(answer, registration).await.ok()?;
            self.0.borrow_mut().remove(&id);
            answer
        });
        join_all(flights).await.into_iter().flatten().collect()
    }

    /// Registers a request. "The request ID MUST NOT have been previously used by the requestor within the same
    /// session" (MCP 2025-11-25 basic). Two running requests with the same id could not be told apart.
    fn begin(&self, id: &Id) -> Option<AbortRegistration> {
        match self.0.borrow_mut().entry(id.clone()) {
            Entry::Occupied(_) => None,
            Entry::Vacant(free) => {
                let (handle, registration) = AbortHandle::new_pair();
                free.insert(handle);
                Some(registration)
            }
        }
    }
}

async fn answer(service: &Service, version: Version, request: Message) -> Option<String> {
    let begun = Instant::now();
    let about = if service.settings().verbose {
        about(&request)
    } else {
        String::new()
    };
    let handler = service.handler();
    let Ok(answered) = dispatch::answer(&handler, version, request).await;
    if service.settings().verbose {
        log(&format!("{about}: {} ms", begun.elapsed().as_millis()));
    }
    answered.map(|Answered { body, .. }| body)
}

/// The method and, for a tool call, the tool's name, for the log. Arguments are never logged.
fn about(request: &Message) -> String {
    let Message::Request { method, params, .. } = request else {
        return String::new();
    };
    let name = params.as_ref().and_then(|params| params.get("name"));
    let name = name.and_then(serde_json::Value::as_str).unwrap_or_default();
    crate::words::plain(format!("{method} {name}").trim_end())
}

/// The response line for a line of requests; `None` if there is nothing to answer.
pub(super) fn line(answers: Vec<String>, batch: bool) -> Option<String> {
    if answers.is_empty() {
        return None;
    }
    let joined = answers.join(",");
    Some(if batch { format!("[{joined}]") } else { joined })
}
