//! The language model: one request, its answer read as it comes.

use agent::sse::Parser;
use agent::{Agent, Reply, ReplyError, Said};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::events;
use crate::config::Model;
use crate::edge::{self, Outlet};

/// The most bytes of an event, and of an answer in one piece.
const MOST: usize = 256 * 1024;

/// The most bytes of all pieces of an answer.
const MOST_IN_ALL: usize = 8 * MOST;

/// What went wrong: a code of the page's, words for a person, and for the log what the operator needs. Nothing that the
/// service said is in it: services quote keys.
pub struct Trouble {
    pub code: &'static str,
    pub message: &'static str,
    pub detail: String,
}

/// Asks the model, and hands on its words as they come.
pub async fn ask(agent: &Agent, model: &Model, outlet: &Outlet) -> Result<Said, Trouble> {
    let authorization = ["Bearer ", model.key.expose()].concat();
    let headers = [
        ("authorization", authorization.as_str()),
        ("content-type", "application/json"),
        ("accept", "text/event-stream, application/json"),
    ];
    let head =
        edge::head(headers.into_iter()).ok_or_else(|| unreachable("the key has a line break"))?;
    let milliseconds = u32::try_from(model.timeout.as_millis()).unwrap_or(u32::MAX);
    let body = agent.body(&model.name, true);
    let begun = edge::begin(outlet, model.url.as_str(), &head, &body, milliseconds);
    let begun: Array = JsFuture::from(begun)
        .await
        .map_err(|error| failed(&error))?
        .unchecked_into();
    let status = begun.get(0).as_f64().unwrap_or_default();
    let kind = begun.get(1).as_string().unwrap_or_default();
    let reader = begun.get(2);
    let answer = if status != 200.0 {
        let body = whole(&reader).await.unwrap_or_default();
        return Err(refused(status, &body));
    } else if kind.starts_with("text/event-stream") {
        pieces(&reader, outlet).await
    } else {
        let body = whole(&reader).await?;
        let said = Said::whole(&body).map_err(|error| no_answer(&error))?;
        write(&said.text, outlet).await;
        Ok(said)
    };
    edge::stop_reading(&reader);
    answer
}

async fn pieces(reader: &JsValue, outlet: &Outlet) -> Result<Said, Trouble> {
    let mut parser = Parser::new(MOST);
    let mut reply = Reply::default();
    let (mut events, mut length) = (Vec::new(), 0_usize);
    while let Some(bytes) = next(reader).await? {
        length = length.saturating_add(bytes.len());
        let pushed = parser.push(&bytes, &mut events);
        if pushed.is_err() || length > MOST_IN_ALL {
            return Err(no_answer(&ReplyError::TooLong));
        }
        let mut text = String::new();
        for event in events.drain(..) {
            let more = reply.piece(&event.data);
            text.push_str(&more.map_err(|error| no_answer(&error))?);
        }
        write(&text, outlet).await;
        if reply.is_closed() {
            break;
        }
    }
    reply.end().map_err(|error| no_answer(&error))
}

async fn write(text: &str, outlet: &Outlet) {
    if !text.is_empty() {
        // A reader that has left is noticed elsewhere.
        let _ = JsFuture::from(outlet.write(&events::text(text))).await;
    }
}

async fn next(reader: &JsValue) -> Result<Option<Vec<u8>>, Trouble> {
    let piece = JsFuture::from(edge::piece(reader)).await;
    let piece = piece.map_err(|error| failed(&error))?;
    Ok(piece.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec))
}

async fn whole(reader: &JsValue) -> Result<Vec<u8>, Trouble> {
    let mut body = Vec::new();
    while let Some(bytes) = next(reader).await? {
        if body.len() + bytes.len() > MOST {
            edge::stop_reading(reader);
            return Err(no_answer(&ReplyError::TooLong));
        }
        body.extend_from_slice(&bytes);
    }
    Ok(body)
}

fn unreachable(detail: &str) -> Trouble {
    Trouble {
        code: "model_unreachable",
        message: "The language model does not answer at the moment. Try again.",
        detail: detail.to_owned(),
    }
}

fn failed(error: &JsValue) -> Trouble {
    let name = error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.name()));
    if name.as_deref() == Some("TimeoutError") {
        return Trouble {
            code: "model_timeout",
            message: "The language model took too long. Try again, or ask for less at once.",
            detail: "timeout".to_owned(),
        };
    }
    unreachable(&edge::words(error))
}

fn no_answer(error: &ReplyError) -> Trouble {
    match error {
        ReplyError::Refused(_) => Trouble {
            code: "model_refused",
            message: "The language model refused to answer.",
            detail: "an error in its answer".to_owned(),
        },
        ReplyError::Garbage => unreachable("its answer is no chat completion"),
        ReplyError::TooLong => unreachable("its answer is too long"),
        ReplyError::Incomplete => unreachable("its answer stops in the middle"),
    }
}

fn refused(status: f64, body: &[u8]) -> Trouble {
    // Of all that services say of a long conversation, this is what they have in common.
    let is_long = [
        &b"context_length"[..],
        b"context window",
        b"maximum context",
    ];
    let is_long = is_long
        .iter()
        .any(|words| body.windows(words.len()).any(|part| part == *words));
    let (code, message) = match status {
        429.0 => (
            "model_rate_limited",
            "The language model is asked too often at the moment. Wait a minute.",
        ),
        400.0 | 413.0 if is_long || status == 413.0 => ("too_long", TOO_LONG),
        500.0.. => return unreachable(&format!("status {status}")),
        _ => (
            "model_refused",
            "The language model's service refused the request. Its operator finds the reason in the log.",
        ),
    };
    Trouble {
        code,
        message,
        detail: format!("status {status}"),
    }
}

/// Of a conversation.
pub const TOO_LONG: &str = "This conversation is too long for the language model. Begin a new one.";
