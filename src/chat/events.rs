//! The server-sent events for the chat's page: a name, and one line of JSON.

use agent::{Call, Reason, bounded};
use mcp::json::{Object, array};
use serde_json::Value;

/// How a run ended, for the page and for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The agent has nothing more to do.
    Done(Reason),
    /// Calls wait for the person's agreement.
    Confirm,
    /// Something failed, and an event has said what.
    Failed,
    /// The time for a run was over.
    Late,
}

impl Ended {
    /// The word in the event and in the log. An event has said before that a conversation is too long.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done(Reason::Answer) => "answer",
            Self::Done(Reason::Steps) => "steps",
            Self::Done(Reason::Tokens) => "tokens",
            Self::Confirm => "confirm",
            Self::Failed | Self::Done(Reason::TooLong) => "error",
            Self::Late => "time",
        }
    }
}

/// The beginning of an event; its data come next.
fn begin(name: &str) -> String {
    let mut out = String::with_capacity(128);
    for part in ["event: ", name, "\ndata: "] {
        out.push_str(part);
    }
    out
}

/// An event, complete. JSON as it is written here has no line breaks.
fn complete(mut out: String) -> String {
    out.push_str("}\n\n");
    out
}

/// More of what the model says.
pub fn text(delta: &str) -> String {
    let mut out = begin("text");
    Object::begin(&mut out).text("delta", delta);
    complete(out)
}

/// A call that is run (`tool_call`), or one that needs the person's agreement (`confirm`).
pub fn call(name: &str, call: &Call) -> String {
    let mut out = begin(name);
    let mut object = Object::begin(&mut out);
    object
        .text("id", &call.id)
        .text("name", &call.name)
        .raw("arguments", &call.json)
        .maybe("target", call.target.as_deref())
        .flag("changes", call.changes);
    if name == "confirm" {
        // The page shows this as it is, and sends it back as what was agreed to.
        object.text("shown", &call.shown);
    }
    complete(out)
}

/// A tool's answer, shortened for the page.
pub struct Answered<'a> {
    /// The call's id.
    pub id: &'a str,
    /// What the model reads of the answer.
    pub text: &'a str,
    /// Whether the tool failed, or was not run.
    pub is_error: bool,
    /// Whether the text is shorter than the answer.
    pub cut: bool,
    /// How long the call took.
    pub milliseconds: u64,
}

/// A call has its answer.
pub fn tool_result(answered: &Answered<'_>) -> String {
    let mut out = begin("tool_result");
    let mut object = Object::begin(&mut out);
    object
        .text("id", answered.id)
        .flag("is_error", answered.is_error)
        .text("text", answered.text)
        .raw("ms", &answered.milliseconds.to_string());
    if answered.cut {
        object.flag("cut", true);
    }
    complete(out)
}

/// The tools as `tools/list` has them, of each what a person reads.
pub fn tools(tools: &[Value]) -> String {
    let mut out = begin("tools");
    let mut object = Object::begin(&mut out);
    array(object.name("tools"), tools, |out, tool| {
        let mut object = Object::begin(out);
        for name in ["name", "title", "description"] {
            let text = tool.get(name).and_then(Value::as_str);
            object.text(name, bounded(text.unwrap_or_default(), 1000).0);
        }
        let annotations = tool.get("annotations").unwrap_or(&Value::Null);
        let reads = annotations.get("readOnlyHint") == Some(&Value::Bool(true));
        object.flag("read_only", reads);
        object.end();
    });
    complete(out)
}

/// Something failed: a code for the page's script, and words for the person.
pub fn error(code: &str, message: &str, request_id: &str) -> String {
    let mut out = begin("error");
    Object::begin(&mut out)
        .text("code", code)
        .text("message", message)
        .text("request_id", request_id);
    complete(out)
}

/// The run is over. `steps` says how often the model was asked, `tokens` what it used.
pub fn done(ended: Ended, steps: u32, tokens: u64) -> String {
    let mut out = begin("done");
    let mut object = Object::begin(&mut out);
    object
        .text("reason", ended.as_str())
        .raw("steps", &u64::from(steps).to_string());
    if tokens > 0 {
        object.raw("tokens", &tokens.to_string());
    }
    complete(out)
}

#[cfg(test)]
mod tests {
    use event_stream::Parser;
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> (String, Value) {
        let events = Parser::new(1 << 20).push(text.as_bytes()).unwrap();
        let [event] = events.try_into().unwrap();
        (event.name, serde_json::from_str(&event.data).unwrap())
    }

    // rule: chat/event-stream
    #[test]
    fn whatever_a_text_holds_is_one_event() {
        let hostile = "a\n\nevent: done\ndata: {}\n\n\r\"\\\u{2028}</script>";
        assert_eq!(
            read(&text(hostile)),
            ("text".into(), json!({ "delta": hostile }))
        );
        let arguments = json!({ "text\n\n": hostile });
        let made = Call {
            id: "1\n".to_owned(),
            name: "n".to_owned(),
            arguments: serde_json::Map::new(),
            json: arguments.to_string(),
            target: Some(hostile.to_owned()),
            changes: true,
            shown: hostile.to_owned(),
        };
        let (name, said) = read(&call("confirm", &made));
        assert_eq!((name.as_str(), &said["arguments"]), ("confirm", &arguments));
        assert_eq!(said["target"], hostile);
        assert_eq!(said["shown"], hostile);
        assert_eq!(read(&call("tool_call", &made)).1.get("shown"), None);
        let answered = Answered {
            id: "1",
            text: hostile,
            is_error: false,
            cut: true,
            milliseconds: 7,
        };
        let expected = json!({
            "id": "1", "text": hostile, "is_error": false, "cut": true, "ms": 7,
        });
        assert_eq!(read(&tool_result(&answered)).1, expected);
    }

    #[test]
    fn what_is_left_out() {
        assert_eq!(
            read(&done(Ended::Done(Reason::Answer), 1, 0)).1,
            json!({ "reason": "answer", "steps": 1 })
        );
        let answered = Answered {
            id: "1",
            text: "",
            is_error: true,
            cut: false,
            milliseconds: 0,
        };
        let expected = json!({ "id": "1", "text": "", "is_error": true, "ms": 0 });
        assert_eq!(read(&tool_result(&answered)).1, expected);
    }
}
