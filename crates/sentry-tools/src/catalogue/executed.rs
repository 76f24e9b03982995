//! A call of the tool that stands for others, as models write it. The server runs what is read here, and whoever asks a
//! person first is told the same ([`super::targets`]).

use serde_json::{Map, Value};

use super::{TOOLS, find as named};
use crate::text::markdown::code;
use crate::vocabulary::near::squeeze;
use crate::vocabulary::near::value::is_nothing;
use crate::vocabulary::tool::{CALLS, EXECUTE, Tool};

/// A tool's name as it was sent, and the arguments for it.
pub(crate) struct Executed {
    pub(crate) name: String,
    pub(crate) arguments: Map<String, Value>,
}

/// So many calls may be one.
pub(crate) const MOST: usize = 8;

/// The calls in a call of several; `None` where it is a call of one tool.
///
/// # Errors
/// What to say about a call of several that is none of up to [`MOST`].
pub(crate) fn several(sent: &Map<String, Value>) -> Option<Result<Vec<Value>, &'static str>> {
    let calls = sent.get(CALLS).filter(|calls| !is_nothing(calls))?;
    let is_alone = |(name, value): (&String, &Value)| name == CALLS || is_nothing(value);
    let read = match calls {
        Value::Array(calls) => Some(calls.clone()),
        Value::String(text) => serde_json::from_slice(text.as_bytes()).ok(),
        _ => None,
    };
    Some(match read {
        _ if !sent.iter().all(is_alone) => Err("Send either `calls` or `name` with `arguments`."),
        Some(calls) if (1..=MOST).contains(&calls.len()) => Ok(calls),
        _ => Err("`calls` must be a list of 1 to 8 objects with `name` and `arguments`."),
    })
}

/// Reads `name` and `arguments`, also under names that are near and with the arguments beside the name.
///
/// # Errors
/// What to say about a call that can mean several things or nothing.
pub(crate) fn read(sent: Map<String, Value>) -> Result<Executed, String> {
    let itself = named(EXECUTE).map_or(&[][..], |tool| tool.parameters);
    let itself = itself.get(..2).unwrap_or_default();
    let mut own: [Option<Value>; 2] = [None, None];
    let mut beside = Map::new();
    let mut others = Vec::new();
    for (key, value) in sent {
        match itself.iter().position(|own| own.name == key) {
            Some(place) => keep(&mut own, place, value, &key)?,
            None => others.push((key, value)),
        }
    }
    // A tool may have a parameter of such a name itself: beside `name`, `tool` is one of its arguments.
    for (key, value) in others {
        let squeezed = squeeze(&key);
        match itself.iter().position(|own| own.is_near(&squeezed)) {
            Some(place) => keep(&mut own, place, value, &key)?,
            None if is_nothing(&value) => {}
            None => {
                beside.insert(key, value);
            }
        }
    }
    let [name, arguments] = own;
    let name = match name.as_ref().and_then(Value::as_str).map(str::trim) {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => return Err("`name` must be the name of a tool.".to_owned()),
    };
    let Some(arguments) = mcp::dispatch::arguments(arguments.unwrap_or_default()) else {
        return Err(
            "`arguments` must be an object, or the text of a JSON object; this is neither."
                .to_owned(),
        );
    };
    match beside.keys().next() {
        Some(key) if !arguments.is_empty() => Err(format!(
            "{} stands beside `arguments`: put it inside.",
            code(key, 60)
        )),
        Some(_) => Ok(Executed {
            name,
            arguments: beside,
        }),
        None => Ok(Executed { name, arguments }),
    }
}

fn keep(own: &mut [Option<Value>; 2], place: usize, value: Value, key: &str) -> Result<(), String> {
    let Some(slot) = own.get_mut(place).filter(|_| !is_nothing(&value)) else {
        return Ok(());
    };
    match slot {
        Some(before) if *before != value => Err(format!(
            "{} says something else than what stands beside it: send `name` and `arguments` alone.",
            code(key, 60)
        )),
        slot => {
            *slot = Some(value);
            Ok(())
        }
    }
}

/// The tool of that name. What only reads is found in another spelling too.
pub(crate) fn find(name: &str) -> Option<&'static Tool> {
    let spelled = || spelled(name).filter(|tool| !tool.effect.changes_something());
    let tool = named(name).or_else(spelled)?;
    (tool.name != EXECUTE).then_some(tool)
}

/// `sentry__get_issue_details`, `getIssueDetails`.
fn spelled(name: &str) -> Option<&'static Tool> {
    let wanted = squeeze(last(name));
    TOOLS
        .iter()
        .copied()
        .find(|tool| squeeze(tool.name) == wanted)
}

/// The tool that was meant, as far as its beginning tells.
pub(crate) fn nearest(name: &str) -> Option<&'static Tool> {
    const LEAST: usize = 7;
    let wanted = squeeze(last(name));
    let common = |tool: &Tool| {
        let own = squeeze(tool.name);
        own.bytes()
            .zip(wanted.bytes())
            .take_while(|(one, other)| one == other)
            .count()
    };
    let tools = TOOLS.iter().copied().filter(|tool| tool.name != EXECUTE);
    // Of several, the first in the catalogue: it is the one that is wanted more often.
    tools
        .rev()
        .max_by_key(|tool| common(tool))
        .filter(|tool| common(tool) >= LEAST)
}

/// Without the server that clients put in front.
fn last(name: &str) -> &str {
    let name = name.rsplit(['.', ':', '/']).next().unwrap_or(name);
    name.rsplit("__").next().unwrap_or(name)
}
