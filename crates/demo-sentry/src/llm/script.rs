//! The model's next reply: it calls the tools that a question needs, one at a time, and says in sentences what they answered.
//!
//! | question | tools |
//! |---|---|
//! | what broke today? | `search_issues`, `get_issue_details` of the first |
//! | why does CHECKOUT-1 happen? | `analyze_issue_with_seer` |
//! | resolve, archive or reopen CHECKOUT-1 | `update_issue` |
//! | CHECKOUT-1; who is affected by it? | `get_issue_details` |
//! | the same of the newest issue | `search_issues` first |
//! | what changed in the last release? | `find_releases`, `get_release_details` |
//! | why is it slow? | `search_traces` |
//! | which projects, teams, releases, cron jobs, sites, alerts, dashboards, replays, organizations; what was dropped? | [`super::lists`] |
//! | who am I? | `whoami` |
//! | anything else, in three words or more | `search_sentry_tools`, to name the tool that a real model would take |
//!
//! `find_organizations` comes first if the organization is needed and nobody has named it. A tool that is not offered
//! is run through `execute_sentry_tool`; if that is not offered either, the reply says so. A tool that failed is told as
//! one that failed.

use serde_json::{Map, Value, json};

use super::conversation::{ChatRequest, Message};
use super::finding::{named_organization, organization, short_id};
use super::plan::{Act, Call, Intent};
use super::sentences;

const SEARCH: &str = "search_sentry_tools";

const KNOWN: &str = "I am a demo model and only know some questions: “what broke today?”, “resolve the newest issue”, \
    “who is affected?”, “what changed in the last release?”, “why is it slow?”, “why does CHECKOUT-1 happen?”, “did the \
    cron jobs run?”, and which projects, teams, releases, alerts, dashboards or replays there are.";

/// One reply of the model.
pub(super) enum Turn {
    Say(String),
    Call(Vec<Call>),
}

pub(super) fn answer(request: &ChatRequest) -> Turn {
    let (question, after) = request.last_question();
    let intent = Intent::of(&question, request.issue_before());
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
            Intent::Broken => self.newest(5, &|id| self.latest_trouble(id)),
            Intent::About(act, id) => self.act(*act, id),
            Intent::Newest(act) => self.newest(1, &|id| self.act(*act, id)),
            Intent::Slow => self.one(
                "search_traces",
                json!({
                    "query": "is_transaction:true",
                    "fields": ["transaction", "p95(span.duration)", "count()"],
                    "sort": "-p95(span.duration)",
                    "limit": 5,
                }),
                &sentences::slowest,
            ),
            Intent::Release => self.release(),
            Intent::List(list) if list.tool == "find_organizations" => {
                self.free(list.tool, &|answer| list.told(answer))
            }
            Intent::List(list) => self.one(list.tool, json!({}), &|answer| list.told(answer)),
            Intent::WhoAmI => self.free("whoami", &sentences::who),
            Intent::Talk => self.talk(),
        }
    }

    fn act(&self, act: Act, id: &str) -> Turn {
        let change = |status: &str, done: &str| {
            self.about("update_issue", id, json!({"status": status}), &|text| {
                text.starts_with('#')
                    .then(|| format!("Done: {id} is {done}."))
            })
        };
        match act {
            Act::Resolve => change("resolved", "resolved"),
            Act::Archive => change("ignored", "archived until it gets worse"),
            Act::Reopen => change("unresolved", "open again"),
            Act::Analyze => self.about("analyze_issue_with_seer", id, json!({}), &|text| {
                sentences::analyzed(id, text)
            }),
            Act::Affected => self.about("get_issue_details", id, json!({}), &|text| {
                sentences::affected(id, text)
            }),
            Act::Show => self.about("get_issue_details", id, json!({}), &|text| {
                sentences::shown(id, text)
            }),
        }
    }

    /// Continues with the id of the newest open issue.
    fn newest(&self, most: usize, then: &dyn Fn(&str) -> Turn) -> Turn {
        let search = json!({"query": "is:unresolved", "sort": "date", "limit": most});
        self.one_then("search_issues", search, &|found| match short_id(found) {
            Some(id) => then(&id),
            None if found.starts_with('#') || found.starts_with("No ") => {
                Turn::Say(String::from("Nothing broke: no open issue fits."))
            }
            None => Turn::Say(failed(found)),
        })
    }

    fn latest_trouble(&self, id: &str) -> Turn {
        let others = sentences::others(self.result("search_issues").unwrap_or_default());
        self.about("get_issue_details", id, json!({}), &|details| {
            let trouble = sentences::trouble(id, details)?;
            Some(format!(
                "The latest trouble is {trouble}{others}\n\nShall I analyze it with Seer, or resolve it?"
            ))
        })
    }

    fn release(&self) -> Turn {
        self.one_then("find_releases", json!({}), &|found| {
            let Ok(list) = serde_json::from_str::<Value>(found) else {
                return Turn::Say(failed(found));
            };
            match list.pointer("/releases/0/version").and_then(Value::as_str) {
                Some(version) => {
                    let version = json!({"releaseVersion": version});
                    self.one("get_release_details", version, &sentences::released)
                }
                None => Turn::Say(String::from("No release is known to Sentry yet.")),
            }
        })
    }

    /// Says honestly that the question is not known, and which tool would serve it.
    fn talk(&self) -> Turn {
        let (question, _) = self.request.last_question();
        let is_short = question.split_whitespace().count() < 3;
        if is_short || self.request.tool(SEARCH).is_none() {
            return Turn::Say(String::from(KNOWN));
        }
        let Some(found) = self.result(SEARCH) else {
            return self.call(SEARCH, json!({"query": question, "limit": 1}));
        };
        let found: Value = serde_json::from_str(found).unwrap_or_default();
        let name = found.pointer("/results/0/name").and_then(Value::as_str);
        Turn::Say(match name {
            Some(name) => format!(
                "That I cannot answer. The tool nearest to it is `{name}`, which an editor with a real model would take. {KNOWN}"
            ),
            None => String::from(KNOWN),
        })
    }

    /// Calls a tool for one issue, then replies to its answer.
    fn about(
        &self,
        tool: &str,
        id: &str,
        more: Value,
        say: &dyn Fn(&str) -> Option<String>,
    ) -> Turn {
        let mut arguments = Map::from_iter([(String::from("issueId"), json!(id))]);
        if let Value::Object(more) = more {
            arguments.extend(more);
        }
        self.one(tool, Value::Object(arguments), say)
    }

    /// Calls a tool, then says its answer; where that is none, that it failed.
    fn one(&self, tool: &str, arguments: Value, say: &dyn Fn(&str) -> Option<String>) -> Turn {
        self.one_then(tool, arguments, &|text| {
            Turn::Say(say(text).unwrap_or_else(|| failed(text)))
        })
    }

    /// The same of a tool that needs no organization.
    fn free(&self, tool: &str, say: &dyn Fn(&str) -> Option<String>) -> Turn {
        match self.result(tool) {
            Some(text) => Turn::Say(say(text).unwrap_or_else(|| failed(text))),
            None => self.call(tool, json!({})),
        }
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
                return self.free("find_organizations", &|answer| {
                    let known: Value = serde_json::from_str(answer).ok()?;
                    known.get("organizations")?;
                    Some(String::from(
                        "You are in no organization that I can look into.",
                    ))
                });
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

/// What a tool said instead of an answer.
fn failed(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    let line = line.unwrap_or("it said nothing");
    format!("That did not work: {line}")
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
