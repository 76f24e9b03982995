//! The model's next reply: it calls the tools that a question needs, one at a time, and sums up.
//!
//! | question | tools |
//! |---|---|
//! | what broke today? | `search_issues`, `get_issue_details` of the first |
//! | resolve CHECKOUT-1 | `update_issue` |
//! | why does CHECKOUT-1 happen? | `analyze_issue_with_seer` |
//! | CHECKOUT-1 | `get_issue_details` |
//! | which projects are there? | `find_projects` |
//! | who am I? | `whoami` |
//! | anything else, in three words or more | `search_sentry_tools`, and what it finds first if that only reads and needs nothing |
//!
//! `find_organizations` comes first if the organization is needed and nobody has named it. A tool that is not offered
//! is run through `execute_sentry_tool`; if that is not offered either, the reply says so.

use serde_json::{Map, Value, json};

use super::conversation::{ChatRequest, Message};
use super::finding::{headline, named_organization, organization, short_id};
use super::plan::{Call, Intent};

const SEARCH: &str = "search_sentry_tools";

const HELP: &str =
    "I can look for what broke, show, analyze and resolve issues. Ask me “what broke today?”.";

/// One reply of the model.
pub(super) enum Turn {
    Say(String),
    Call(Vec<Call>),
}

pub(super) fn answer(request: &ChatRequest) -> Turn {
    let (question, after) = request.last_question();
    let intent = Intent::of(&question, &request.said());
    let script = Script {
        request,
        done: results(after),
    };
    script.next(&intent)
}

struct Script<'a> {
    request: &'a ChatRequest,
    /// The names and answers of the tools called since the question, in order.
    done: Vec<(String, String)>,
}

impl Script<'_> {
    fn next(&self, intent: &Intent) -> Turn {
        match intent {
            Intent::Broken => self.broken(),
            Intent::Resolve(id) => {
                self.about("update_issue", id, json!({"status": "resolved"}), &|_| {
                    format!("Done: {id} is resolved.")
                })
            }
            Intent::Analyze(id) => self.about("analyze_issue_with_seer", id, json!({}), &|text| {
                format!("Seer about {id}: {}", headline(text, id))
            }),
            Intent::Show(id) => self.about("get_issue_details", id, json!({}), &|text| {
                format!("{id} is this: {}", headline(text, id))
            }),
            Intent::Projects => self.one("find_projects", json!({}), &|text| {
                format!("These are the projects: {text}")
            }),
            Intent::WhoAmI => match self.result("whoami") {
                Some(text) => Turn::Say(format!("You are signed in: {text}")),
                None => self.call("whoami", json!({})),
            },
            Intent::Talk => self.talk(),
        }
    }

    /// Runs the tool that the server finds for the question.
    fn talk(&self) -> Turn {
        let (question, _) = self.request.last_question();
        let is_short = question.split_whitespace().count() < 3;
        if is_short || self.request.tool(SEARCH).is_none() {
            return Turn::Say(String::from(HELP));
        }
        let Some(found) = self.result(SEARCH) else {
            return self.call(SEARCH, json!({"query": question, "limit": 3}));
        };
        match first_tool(found) {
            Some((name, true)) => self.one(&name, json!({}), &|text| {
                format!(
                    "{name} says: {}",
                    text.chars().take(2_000).collect::<String>()
                )
            }),
            Some((name, false)) => Turn::Say(format!(
                "The tool {name} does that. Tell me which one you mean, by its id or link."
            )),
            None => Turn::Say(String::from(HELP)),
        }
    }

    fn broken(&self) -> Turn {
        let search = json!({"query": "is:unresolved lastSeen:-24h", "sort": "date", "limit": 5});
        self.one_then("search_issues", search, &|found| {
            let Some(id) = short_id(found) else {
                return Turn::Say(String::from("Nothing broke: no issue fits."));
            };
            self.about("get_issue_details", &id, json!({}), &|details| {
                format!(
                    "The latest trouble is {id}: {}\n\nShall I analyze it with Seer, or resolve it?",
                    headline(details, &id)
                )
            })
        })
    }

    /// Calls a tool for one issue, then replies to its answer.
    fn about(&self, tool: &str, id: &str, more: Value, say: &dyn Fn(&str) -> String) -> Turn {
        let mut arguments = Map::from_iter([(String::from("issueId"), json!(id))]);
        if let Value::Object(more) = more {
            arguments.extend(more);
        }
        self.one(tool, Value::Object(arguments), say)
    }

    fn one(&self, tool: &str, arguments: Value, say: &dyn Fn(&str) -> String) -> Turn {
        self.one_then(tool, arguments, &|text| Turn::Say(say(text)))
    }

    /// Calls a tool that needs an organization, then continues with its answer.
    fn one_then(&self, tool: &str, arguments: Value, then: &dyn Fn(&str) -> Turn) -> Turn {
        if let Some(text) = self.result(tool) {
            return then(text);
        }
        let fixed = self
            .request
            .tool(tool)
            .is_some_and(|tool| !tool.takes("organizationSlug"));
        let mut arguments = arguments;
        if !fixed {
            let Some(slug) = self.organization() else {
                return match self.result("find_organizations") {
                    Some(_) => Turn::Say(String::from(
                        "You are in no organization that I can look into.",
                    )),
                    None => self.call("find_organizations", json!({})),
                };
            };
            if let Value::Object(members) = &mut arguments {
                members.insert(String::from("organizationSlug"), json!(slug));
            }
        }
        self.call(tool, arguments)
    }

    fn organization(&self) -> Option<String> {
        named_organization(&self.request.said())
            .or_else(|| organization(self.result("find_organizations")?))
    }

    fn call(&self, tool: &str, arguments: Value) -> Turn {
        match Call::of(self.request, tool, arguments) {
            Some(call) => Turn::Call(vec![call]),
            None => Turn::Say(format!(
                "I would need the tool {tool}, and I do not have it here."
            )),
        }
    }

    fn result(&self, tool: &str) -> Option<&str> {
        let found = self.done.iter().find(|(name, _)| name == tool);
        found.map(|(_, text)| text.as_str())
    }
}

/// The first tool that a search has found, and whether it only reads and needs no more than an organization.
fn first_tool(found: &str) -> Option<(String, bool)> {
    let found: Value = serde_json::from_str(found).ok()?;
    let tool = found.pointer("/results/0")?;
    let reads = tool.pointer("/annotations/readOnlyHint") == Some(&Value::Bool(true));
    let required = tool
        .pointer("/inputSchema/required")
        .and_then(Value::as_array);
    let mut required = required.into_iter().flatten();
    let needs_nothing = required.all(|name| name == "organizationSlug");
    let name = tool.get("name")?.as_str()?.to_owned();
    // One thing is shown by its id, which is not required where a link will do.
    let is_list = name.starts_with("find_") || name.starts_with("search_") || name == "whoami";
    Some((name, reads && needs_nothing && is_list))
}

/// The answers of tools with the tools' names, including tools that another one ran.
fn results(messages: &[Message]) -> Vec<(String, String)> {
    let calls: Vec<_> = messages
        .iter()
        .flat_map(|message| &message.tool_calls)
        .collect();
    let answers = messages.iter().filter(|message| message.role == "tool");
    answers
        .filter_map(|message| {
            let call = calls
                .iter()
                .find(|call| Some(&call.id) == message.tool_call_id.as_ref())?;
            let arguments: Value =
                serde_json::from_str(&call.function.arguments).unwrap_or_default();
            let inner = arguments.get("name").and_then(Value::as_str);
            let name = match call.function.name.as_str() {
                "execute_sentry_tool" => inner.unwrap_or_default(),
                name => name,
            };
            Some((name.to_owned(), message.text()))
        })
        .collect()
}
