//! A call that has not been answered yet, and what prevents it from being run.

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
    /// It may be run.
    Ready,
    /// A person has to agree first.
    Waiting,
    Declined,
    NotOffered,
    NoObject,
    /// A member's name occurs twice, so two parsers could read different arguments.
    NameTwice,
    /// It has arguments that the tool does not know: a person would be shown something that has no effect.
    Foreign,
    /// It is too long for a person to review.
    TooLong,
    TooMany,
    Repeated,
}

impl State {
    /// The explanation that the model gets instead of an answer.
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
    // Some models leave the arguments out if there are none.
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
        // A JSON string cannot contain a raw line break, so it is safe to split here.
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
    // Done for calls that only read, too: what is shown of a call must be what is run.
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
