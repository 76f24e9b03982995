//! A call that has no answer yet, and what stands in its way.

use serde_json::{Map, Value};

use crate::call::{Call, Targets};
use crate::message::Asked;
use crate::tool::Tool;

#[derive(Debug)]
pub(super) struct Pending {
    pub(super) call: Call,
    pub(super) state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// May be run.
    Ready,
    /// Somebody has to agree first.
    Waiting,
    Declined,
    NotOffered,
    NoObject,
    TooMany,
    Repeated,
}

impl State {
    /// What the model is told instead of an answer.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Ready | Self::Waiting => "",
            Self::Declined => {
                "The person declined, so that nothing was done. Do not try again unless they ask for it."
            }
            Self::NotOffered => {
                "There is no tool of that name here. Use those that you were given."
            }
            Self::NoObject => {
                "The arguments are not a JSON object. Send them as the tool's schema says."
            }
            Self::TooMany => {
                "Too many calls at once: this one was not run. Make fewer, and see what they answer."
            }
            Self::Repeated => {
                "This very call was made before; its answer stands above. Use that, or ask for something else."
            }
        }
    }
}

impl Pending {
    pub(super) const fn is_refused(&self) -> bool {
        !matches!(self.state, State::Ready | State::Waiting)
    }
}

pub(super) fn look_at(asked: &Asked, tools: &[Tool], targets: Targets) -> Pending {
    let tool = tools.iter().find(|tool| tool.name == asked.name);
    // Some models leave them out where there are none.
    let json = match asked.arguments.trim() {
        "" => "{}",
        text => text,
    };
    let (right, arguments) = match serde_json::from_slice(json.as_bytes()) {
        Ok(Value::Object(arguments)) => (true, arguments),
        _ => (false, Map::new()),
    };
    let mut line = String::from("{}");
    if right {
        line.clear();
        // A string of JSON has no line break as it is.
        for part in json.split(['\n', '\r']) {
            line.push_str(part);
            line.push(' ');
        }
        line.pop();
    }
    let target = targets(&asked.name, &arguments);
    let changes = match (&target, tool) {
        (Some(target), _) => target.changes,
        (None, tool) => tool.is_none_or(|tool| tool.changes),
    };
    let state = match tool {
        None => State::NotOffered,
        Some(_) if !right => State::NoObject,
        Some(_) if changes => State::Waiting,
        Some(_) => State::Ready,
    };
    let call = Call {
        id: asked.id.clone(),
        name: asked.name.clone(),
        arguments,
        json: line,
        target: target.map(|target| target.name),
        changes,
    };
    Pending { call, state }
}
