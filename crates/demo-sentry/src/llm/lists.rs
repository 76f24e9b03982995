//! Questions that one list answers: their words, the tool, and the sentence that its answer becomes.

use serde_json::Value;

use super::plan::Words;

/// A list that the model knows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct List {
    /// Any of these in a question asks for it.
    words: &'static [&'static str],
    /// What is in it, in the plural.
    pub(super) things: &'static str,
    pub(super) tool: &'static str,
    /// Where the answer is JSON: the member that has the list, and what is said of each element.
    member: &'static str,
    name: &'static str,
    more: &'static [&'static str],
}

const LISTS: [List; 10] = [
    List {
        words: &["project", "projects"],
        things: "projects",
        tool: "find_projects",
        member: "projects",
        name: "slug",
        more: &["platform"],
    },
    List {
        words: &["team", "teams"],
        things: "teams",
        tool: "find_teams",
        member: "teams",
        name: "slug",
        more: &[],
    },
    List {
        words: &["releases", "versions"],
        things: "newest releases",
        tool: "find_releases",
        member: "releases",
        name: "version",
        more: &["lastDeployEnvironment", "dateReleased"],
    },
    List {
        words: &["cron", "crons", "scheduled", "jobs"],
        things: "cron monitors",
        tool: "find_monitors",
        member: "monitors",
        name: "name",
        more: &["status", "project"],
    },
    List {
        words: &["uptime", "site", "sites", "reachable"],
        things: "uptime monitors",
        tool: "find_uptime_monitors",
        member: "monitors",
        name: "name",
        more: &["status", "url"],
    },
    List {
        words: &["alert", "alerts", "paged", "notified"],
        things: "alert rules",
        tool: "find_alert_rules",
        member: "issueRules",
        name: "name",
        more: &["summary"],
    },
    List {
        words: &["dashboard", "dashboards"],
        things: "dashboards",
        tool: "find_dashboards",
        member: "dashboards",
        name: "title",
        more: &["createdBy"],
    },
    List {
        words: &["replay", "replays", "rage clicks", "recordings"],
        things: "newest replays",
        tool: "search_replays",
        member: "",
        name: "",
        more: &[],
    },
    List {
        words: &["dropped", "quota", "rate limit", "rate limits"],
        things: "reasons for which events were dropped",
        tool: "find_dropped_events",
        member: "droppedEvents",
        name: "reason",
        more: &["count", "advice"],
    },
    List {
        words: &["organization", "organizations", "organisations"],
        things: "organizations",
        tool: "find_organizations",
        member: "organizations",
        name: "slug",
        more: &[],
    },
];

/// The list that a question asks for.
pub(super) fn asked(question: &Words) -> Option<&'static List> {
    LISTS.iter().find(|list| question.have(list.words))
}

impl List {
    /// What the answer says, in a sentence and a line for each; `None` where it is no such list.
    pub(super) fn told(&self, answer: &str) -> Option<String> {
        let lines: Vec<String> = if self.member.is_empty() {
            numbered(answer)?
        } else {
            let answer: Value = serde_json::from_str(answer).ok()?;
            let elements = answer.get(self.member)?.as_array()?;
            elements.iter().filter_map(|each| self.line(each)).collect()
        };
        Some(if lines.is_empty() {
            format!("There are no {} that you can see.", self.things)
        } else {
            let things = self.things;
            format!("These are the {things}:\n\n- {}", lines.join("\n- "))
        })
    }

    fn line(&self, element: &Value) -> Option<String> {
        let words = |name: &&str| match element.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let name = words(&self.name)?;
        let more: Vec<String> = self.more.iter().filter_map(words).collect();
        Some(if more.is_empty() {
            format!("**{name}**")
        } else {
            format!("**{name}** ({})", more.join(", "))
        })
    }
}

/// The first lines of a numbered list in Markdown; `None` where a tool has not answered at all.
fn numbered(answer: &str) -> Option<Vec<String>> {
    answer.starts_with('#').then_some(())?;
    let is_first = |line: &&str| line.starts_with(|c: char| c.is_ascii_digit());
    let lines = answer.lines().filter(is_first);
    let lines = lines.filter_map(|line| line.split_once(". ").map(|(_, rest)| rest.to_owned()));
    Some(lines.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_answer_is_told_as_json() {
        let projects = asked(&Words::of("which projects are there?")).unwrap();
        let answer = r#"{"projects":[{"slug":"checkout","platform":"python"},{"slug":"shop-window"}],"hasMore":false}"#;
        let told = projects.told(answer).unwrap();
        assert_eq!(
            told,
            "These are the projects:\n\n- **checkout** (python)\n- **shop-window**"
        );
        let none = projects.told(r#"{"projects":[]}"#).unwrap();
        assert_eq!(none, "There are no projects that you can see.");
        assert_eq!(projects.told("Sentry answered with an error."), None);
        let replays = asked(&Words::of("any replays?")).unwrap();
        assert_eq!(
            replays
                .told("# 1 result\n\n1. `7b3d` 240 s\n   https://x")
                .unwrap(),
            "These are the newest replays:\n\n- `7b3d` 240 s"
        );
    }
}
