//! Turns a question into what to do.

use serde_json::{Map, Value, json};

use super::conversation::{ChatRequest, Function};
use super::finding::short_id;
use super::lists::{self, List};
use crate::data::chance::id;

/// What is asked of one issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Show,
    Resolve,
    Archive,
    Reopen,
    Analyze,
    Affected,
}

impl Act {
    /// In the order in which they are looked for: `why should I close it` closes nothing.
    const WORDS: [(Self, &[&str]); 5] = [
        (
            Self::Analyze,
            &["why", "analyze", "analyse", "root cause", "seer"],
        ),
        (Self::Reopen, &["reopen", "unresolve", "open again"]),
        (Self::Resolve, &["resolve", "close", "mark as fixed"]),
        (
            Self::Archive,
            &["archive", "ignore", "mute", "silence", "snooze"],
        ),
        (
            Self::Affected,
            &["affected", "how many users", "how many people"],
        ),
    ];

    fn of(words: &Words) -> Option<Self> {
        let found = Self::WORDS.iter().find(|(_, any)| words.have(any));
        found.map(|(act, _)| *act)
    }
}

/// A question's words in small letters, each between two spaces: `unresolved` is not `resolve`.
pub(super) struct Words(String);

impl Words {
    pub(super) fn of(text: &str) -> Self {
        let text = text.to_lowercase();
        let words = text.split(|c: char| !c.is_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        Self(format!(" {} ", words.join(" ")))
    }

    /// Whether any of these, of one word or more, is there.
    pub(super) fn have(&self, any: &[&str]) -> bool {
        any.iter()
            .any(|words| self.0.contains(&format!(" {words} ")))
    }

    /// Whether `it` is all that it is about: nothing is named that an issue has nothing to do with.
    fn mean_it(&self) -> bool {
        const OTHERS: &str = "a about again all analyze analyse and archive affected by can cause caused causes close could did do does \
            happen happened happening happens how ignore is issue many me more mute now of ok open people please reopen resolve \
            root seer show silence snooze tell that the then this users what who why with would yes you";
        let (own, _) = self
            .0
            .split_once(" in organization ")
            .unwrap_or((&self.0, ""));
        let mut words = own.split_whitespace();
        self.have(&["it", "that"])
            && words.all(|word| word == "it" || OTHERS.split(' ').any(|other| other == word))
    }
}

/// The person's intention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Intent {
    /// `what broke today?`
    Broken,
    /// `resolve CHECKOUT-1`, `why does CHECKOUT-1 happen?`, or the id alone
    About(Act, String),
    /// `resolve the newest issue`, `who is affected?`
    Newest(Act),
    /// `why is it slow?`
    Slow,
    /// `what changed in the last release?`
    Release,
    /// `which projects are there?`
    List(&'static List),
    /// `who am I?`
    WhoAmI,
    /// Any other question.
    Talk,
}

impl Intent {
    /// Reads a question. `resolve it` refers to the issue that the conversation was about, `before`.
    pub(super) fn of(question: &str, before: Option<String>) -> Self {
        let words = Words::of(question);
        let act = Act::of(&words);
        let named = short_id(question).or_else(|| before.filter(|_| words.mean_it()));
        if let Some(id) = named {
            return Self::About(act.unwrap_or(Act::Show), id);
        }
        if words.have(&["slow", "slowest", "performance", "latency"]) {
            return Self::Slow;
        }
        let is_newest = words.have(&["newest", "latest", "most recent", "last"]);
        if words.have(&["release", "deploy", "ship", "shipped", "deployed"])
            && (is_newest || words.have(&["changed"]))
        {
            return Self::Release;
        }
        let one = words.have(&["issue", "error", "problem", "bug", "crash"]);
        if act == Some(Act::Affected) || (is_newest && one) {
            return Self::Newest(act.unwrap_or(Act::Show));
        }
        if let Some(list) = lists::asked(&words) {
            return Self::List(list);
        }
        let broken = [
            "broke",
            "broken",
            "went wrong",
            "errors",
            "issues",
            "failing",
            "failed",
            "crashed",
            "crashes",
            "problems",
        ];
        if words.have(&broken) {
            Self::Broken
        } else if words.have(&["who am i", "whoami", "signed in"]) {
            Self::WhoAmI
        } else {
            Self::Talk
        }
    }
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    id: String,
    pub(super) name: String,
    /// The arguments: JSON in a string.
    pub(super) arguments: String,
}

impl Call {
    /// A call of a tool that is offered, or that `execute_sentry_tool` can run; `None` if it is neither.
    pub(super) fn of(request: &ChatRequest, name: &str, arguments: Value) -> Option<Self> {
        let (name, arguments) = match (request.tool(name), request.tool("execute_sentry_tool")) {
            (Some(tool), _) => (name, only_taken(tool, arguments)),
            (None, Some(_)) => (
                "execute_sentry_tool",
                json!({"name": name, "arguments": arguments}),
            ),
            (None, None) => return None,
        };
        let arguments = arguments.to_string();
        let turn = request.messages.len().to_string();
        Some(Self {
            id: format!("call_{}", id(&[name, &arguments, &turn], 24)),
            name: name.to_owned(),
            arguments,
        })
    }

    pub(super) fn wire(&self) -> Value {
        json!({
            "id": self.id,
            "type": "function",
            "function": {"name": self.name, "arguments": self.arguments},
        })
    }
}

/// The arguments without those that the tool does not have, such as the organization in a session that fixes it.
fn only_taken(tool: &Function, arguments: Value) -> Value {
    match arguments {
        Value::Object(members) => {
            let taken = members.into_iter().filter(|(name, _)| tool.takes(name));
            Value::Object(taken.collect::<Map<_, _>>())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intents() {
        let before = || Some(String::from("CHECKOUT-1"));
        let about = |act, id: &str| Intent::About(act, id.to_owned());
        for (question, intent) in [
            ("What broke today?", Intent::Broken),
            (
                "resolve checkout-4 please",
                about(Act::Resolve, "CHECKOUT-4"),
            ),
            ("Resolve it", about(Act::Resolve, "CHECKOUT-1")),
            ("archive CHECKOUT-2", about(Act::Archive, "CHECKOUT-2")),
            ("reopen CHECKOUT-2", about(Act::Reopen, "CHECKOUT-2")),
            (
                "why does SHOP-WINDOW-1 happen?",
                about(Act::Analyze, "SHOP-WINDOW-1"),
            ),
            (
                "who is affected by CHECKOUT-1?",
                about(Act::Affected, "CHECKOUT-1"),
            ),
            (
                "tell me about PARCEL-POST-1",
                about(Act::Show, "PARCEL-POST-1"),
            ),
            ("resolve the newest issue", Intent::Newest(Act::Resolve)),
            ("Who is affected?", Intent::Newest(Act::Affected)),
            ("show me the latest error", Intent::Newest(Act::Show)),
            ("what changed in the last release?", Intent::Release),
            ("what did we ship last?", Intent::Release),
            ("why is it slow?", Intent::Slow),
            ("why does it happen?", about(Act::Analyze, "CHECKOUT-1")),
            ("tell me more about it", about(Act::Show, "CHECKOUT-1")),
            ("why is it raining in Oslo?", Intent::Talk),
            ("who wrote that song?", Intent::Talk),
            ("which website is the best?", Intent::Talk),
            ("what version of Python is newest?", Intent::Talk),
            // What was done is no wish to do it.
            (
                "show me the latest unresolved issue",
                Intent::Newest(Act::Show),
            ),
            ("which issues were resolved last week?", Intent::Broken),
            ("who closed the last issue?", Intent::Newest(Act::Show)),
            ("Who am I?", Intent::WhoAmI),
            ("hello", Intent::Talk),
            ("what is the weather in Oslo?", Intent::Talk),
        ] {
            assert_eq!(Intent::of(question, before()), intent, "{question}");
        }
        for (question, tool) in [
            ("which projects are there?", "find_projects"),
            ("who is in which team?", "find_teams"),
            ("list the releases", "find_releases"),
            ("did the cron jobs run?", "find_monitors"),
            ("are our sites up?", "find_uptime_monitors"),
            ("which alerts do we have?", "find_alert_rules"),
            ("which dashboards are there", "find_dashboards"),
            ("show replays with rage clicks", "search_replays"),
            ("which organizations am I in?", "find_organizations"),
            ("what was dropped, and why", "find_dropped_events"),
        ] {
            let Intent::List(list) = Intent::of(question, None) else {
                panic!("{question}");
            };
            assert_eq!(list.tool, tool, "{question}");
        }
    }
}
