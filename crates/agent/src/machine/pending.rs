//! A call that has no answer yet, and what stands in its way.

use approval::Unshowable;
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
    /// Two readers could read different arguments.
    NameTwice,
    /// Something would be shown to a person that does not count.
    Foreign,
    /// Nobody could see all of it.
    TooLong,
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
            Self::NameTwice => {
                "A name stands twice in one object of the arguments. Send each name once."
            }
            Self::Foreign => {
                "An argument is none of the tool's parameters here. Leave out what its schema does not name; what the \
                 connection's address says already is no parameter either."
            }
            Self::TooLong => {
                "The arguments are longer than a person can be shown before they agree. Send less at once."
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

pub(super) fn look_at(asked: &Asked, tools: &[Tool], targets: Targets, most: usize) -> Pending {
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
    let foreign = match &target {
        Some(target) => target.foreign.is_some(),
        None => tool.is_some_and(|tool| !tool.reads_all(&arguments)),
    };
    // Also of what only reads: what is shown of a call must be what is run.
    let shown = approval::json(json, most);
    let state = match (tool, &shown) {
        (None, _) => State::NotOffered,
        _ if !right => State::NoObject,
        (_, Err(Unshowable::Repeated)) => State::NameTwice,
        _ if !changes => State::Ready,
        _ if foreign => State::Foreign,
        (_, Ok(_)) => State::Waiting,
        (_, Err(Unshowable::TooLong)) => State::TooLong,
        (_, Err(Unshowable::Malformed)) => State::NoObject,
    };
    let call = Call {
        id: asked.id.clone(),
        name: asked.name.clone(),
        arguments,
        json: line,
        target: target.map(|target| target.name),
        changes,
        shown: shown.ok().filter(|_| changes).unwrap_or_default(),
    };
    Pending { call, state }
}
