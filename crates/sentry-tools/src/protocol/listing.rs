use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use mcp::{List, Version};
use serde_json::value::{RawValue, to_raw_value};

use crate::catalogue::TOOLS;
use crate::protocol::prompts;
use crate::protocol::resources;
use crate::vocabulary::input_schema::input_schema;
use crate::vocabulary::scope::Scopes;
use crate::vocabulary::session::Session;
use crate::vocabulary::skill::Skills;
use crate::vocabulary::tool::Tool;

/// The lists of tools, prompts and resources, each serialized once. A session's list depends on its skills and scopes, on what its constraint
/// fixes (not on its names) and on the protocol version, so that one `Listings` serves all sessions of a process.
#[derive(Debug, Default)]
pub struct Listings(RefCell<HashMap<Key, Rc<RawValue>>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    list: List,
    skills: Skills,
    scopes: Scopes,
    organization_fixed: bool,
    project_fixed: bool,
    version: Version,
}

impl Listings {
    /// The array of a list for a session.
    pub(crate) fn of(&self, session: &Session, list: List, version: Version) -> Rc<RawValue> {
        // A stranger's URL chooses among so many lists that they would fill the memory.
        if session.lists_all || !session.limits.are_none() {
            return Rc::from(made(session, list, version));
        }
        let key = Key {
            list,
            skills: session.skills,
            scopes: session.scopes,
            organization_fixed: session.constraint.organization().is_some(),
            project_fixed: session.constraint.project().is_some(),
            version,
        };
        let mut lists = self.0.borrow_mut();
        let serialized = lists
            .entry(key)
            .or_insert_with(|| Rc::from(made(session, list, version)));
        Rc::clone(serialized)
    }
}

fn made(session: &Session, list: List, version: Version) -> Box<RawValue> {
    match list {
        List::Tools => tools(session, version),
        List::Prompts => raw(prompts::list(session, version)),
        // There are too many issues for a list: the template leads to each.
        List::Resources => raw("[]".to_owned()),
        List::ResourceTemplates => raw(resources::templates(session, version)),
    }
}

fn tools(session: &Session, version: Version) -> Box<RawValue> {
    let tools: Vec<_> = TOOLS
        .iter()
        .filter(|tool| tool.is_listed(session) && tool.works_for(session))
        .map(|tool| on_the_wire(tool, session).for_version(version))
        .collect();
    // The keys are strings and nothing in it can fail, so that the second arm is for the compiler.
    to_raw_value(&tools).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// A list that is JSON already, so that the second arm is for the compiler.
fn raw(json: String) -> Box<RawValue> {
    RawValue::from_string(json).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

fn on_the_wire(tool: &Tool, session: &Session) -> mcp::Tool<'static, Box<RawValue>> {
    mcp::Tool {
        name: tool.name,
        title: Some(tool.title),
        description: tool.description,
        input_schema: input_schema(tool.parameters, &session.constraint),
        output_schema: tool
            .output_schema
            .and_then(|schema| RawValue::from_string(schema.json().into_owned()).ok()),
        annotations: tool.annotations(session),
    }
}
