//! Requests on their way, by their ids, so that they can be called off.

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
    /// An id that is not on its way is ignored: its answer may have crossed the cancellation.
    pub(super) fn cancel(&self, id: &Id) {
        if let Some(handle) = self.0.borrow_mut().remove(id) {
            handle.abort();
        }
    }

    /// The answers to these, at once; none to what was called off.
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
            // What was called off is no longer in the map.
            let answer = Abortable::new(answer, registration).await.ok()?;
            self.0.borrow_mut().remove(&id);
            answer
        });
        join_all(flights).await.into_iter().flatten().collect()
    }

    /// "The request ID MUST NOT have been previously used by the requestor within the same session" (MCP 2025-11-25
    /// basic). Two at once could not be told apart.
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

/// The method and, of a call, the name of its tool. Arguments are the client's own business.
fn about(request: &Message) -> String {
    let Message::Request { method, params, .. } = request else {
        return String::new();
    };
    let name = params.as_ref().and_then(|params| params.get("name"));
    let name = name.and_then(serde_json::Value::as_str).unwrap_or_default();
    crate::words::plain(format!("{method} {name}").trim_end())
}

/// What is written for a line of requests.
pub(super) fn line(answers: Vec<String>, batch: bool) -> Option<String> {
    if answers.is_empty() {
        return None;
    }
    let joined = answers.join(",");
    Some(if batch { format!("[{joined}]") } else { joined })
}
