//! What the chat's page asks for: the body of `POST /api/chat`.

use ::agent::{Asked, Malformed, Message};
use oauth_provider::Resource;
use serde_json::Value;

use super::agent::Decided;
use super::{bad, client, refuse, tools};
use crate::runtime::incoming::{BodyError, Incoming};
use crate::site::errors::ChatRefusal;

/// The most bytes of a body.
const MAX_BODY: usize = 512 * 1024;

/// The id of a call that a person makes without a model.
const CALL: &str = "call";

/// The parsed body of `POST /api/chat`.
pub struct Wish {
    /// The endpoint whose tools are used.
    pub resource: Resource,
    /// The conversation.
    pub messages: Vec<Message>,
    /// The name of the one tool to be called, if no model is to be asked.
    pub call: Option<String>,
    /// The person's decisions about calls in the conversation.
    pub decided: Decided,
}

/// Reads the body.
///
/// # Errors
/// It is too long, is not JSON, or lacks what a run needs.
pub async fn read(request: &mut Incoming) -> Result<Wish, ChatRefusal> {
    let body = request.body(MAX_BODY).await.map_err(|error| match error {
        BodyError::TooLarge => refuse(413, "too_large", "the body must not exceed 512 KiB"),
        BodyError::CutOff => bad("the body could not be read"),
    })?;
    let body: Value = serde_json::from_slice(&body).map_err(|_| bad("the body must be JSON"))?;
    // Anything but a text is no endpoint, and must not become the widest.
    let endpoint = match body.get("endpoint") {
        None => Some("/mcp"),
        Some(endpoint) => endpoint.as_str(),
    };
    let resource = endpoint.and_then(tools::resource).ok_or_else(|| {
        bad("`endpoint` must be /mcp, /mcp/organization or /mcp/organization/project")
    })?;
    let (messages, call) = match body.get("call").filter(|call| !call.is_null()) {
        Some(call) => asked_call(call).map(|(message, name)| (vec![message], Some(name)))?,
        None => {
            let messages = body.get("messages").unwrap_or(&Value::Null);
            let messages = Message::conversation(messages).map_err(|Malformed(why)| bad(why))?;
            (messages, None)
        }
    };
    Ok(Wish {
        resource,
        messages,
        call,
        decided: Decided {
            approved: ids(&body, "approved")?,
            declined: ids(&body, "declined")?,
        },
    })
}

/// A call that the person makes without a model, as the message in which a model would ask for it; and the tool's name.
fn asked_call(call: &Value) -> Result<(Message, String), ChatRefusal> {
    let name = client::text(call, "name").ok_or_else(|| bad("`call.name` must be a string"))?;
    // As a text they keep their order and every digit, and a name that stands twice is seen.
    let arguments = match call.get("arguments") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(_) => return Err(bad("`call.arguments` must be a string of JSON")),
    };
    let asked = Asked {
        id: CALL.to_owned(),
        name: name.clone(),
        arguments,
    };
    let message = Message::Assistant {
        text: String::new(),
        calls: vec![asked],
    };
    Ok((message, name))
}

/// The ids in a list of the body; none if there is no list.
fn ids(body: &Value, name: &str) -> Result<Vec<String>, ChatRefusal> {
    let Some(list) = body.get(name).filter(|list| !list.is_null()) else {
        return Ok(Vec::new());
    };
    let mut ids = Vec::new();
    for id in list.as_array().into_iter().flatten() {
        ids.extend(id.as_str().map(str::to_owned));
    }
    let sent = list.as_array().map(Vec::len);
    if sent == Some(ids.len()) && ids.len() <= 100 {
        Ok(ids)
    } else {
        Err(bad("`approved` and `declined` must be lists of calls' ids"))
    }
}
