use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::Slug;
use crate::json::Value;
use crate::member::{as_text, inner, list, member, object, text};
use crate::region::Region;
use crate::sight::IssueKey;
use fetch::Method;

/// A run of Seer, Sentry's own analysis, on an issue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AutofixRun {
    /// A number.
    pub id: Option<String>,
    /// How far it is.
    pub status: AutofixStatus,
    /// What it found, in order.
    pub findings: Vec<Finding>,
    /// What it said last, such as a question.
    pub last_words: Option<String>,
    /// All of it as Markdown, where the server writes that.
    pub formatted: Option<String>,
    /// What it was asked, where the server says that: in members of the request, or in what a person said.
    asked: Vec<String>,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AutofixStatus {
    /// It works on it; so is a state that we do not know.
    #[default]
    Processing,
    /// It is done.
    Completed,
    /// It failed.
    Error,
    /// It has a question, which is answered in Sentry.
    AwaitingInput,
    /// Somebody stopped it.
    Cancelled,
}

/// One thing that a run found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it is what to do, rather than why it happens.
    pub is_solution: bool,
    /// In sentences, one per line.
    pub text: String,
}

impl AutofixStatus {
    fn read(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "completed" => Self::Completed,
            "error" | "failed" => Self::Error,
            "awaiting_user_input" | "need_more_information" | "waiting_for_user_response" => {
                Self::AwaitingInput
            }
            "cancelled" => Self::Cancelled,
            _ => Self::Processing,
        }
    }

    /// Whether waiting changes nothing any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Processing)
    }
}

impl AutofixRun {
    fn read(value: Value<'_>) -> Option<Self> {
        if !value.is_object() {
            return None;
        }
        let asked = [
            text(value, "instruction"),
            text(value, "user_context"),
            as_text(inner(value, "request", "instruction")),
            as_text(inner(value, "request", "user_context")),
        ];
        let mut run = Self {
            asked: asked.into_iter().flatten().collect(),
            id: text(value, "run_id").or_else(|| text(value, "runId")),
            status: AutofixStatus::read(&text(value, "status").unwrap_or_default()),
            formatted: as_text(inner(value, "formatted", "content"))
                .filter(|text| !text.is_empty()),
            ..Self::default()
        };
        for block in list(value, "blocks") {
            let words = as_text(inner(block, "message", "content"));
            if inner(block, "message", "role") == "user" {
                run.asked.extend(words);
                continue;
            }
            run.last_words = words.filter(|words| !words.is_empty()).or(run.last_words);
            for artifact in list(block, "artifacts") {
                let key = text(artifact, "key").unwrap_or_default();
                run.note(key == "solution", member(artifact, "data"));
            }
        }
        // The shape before blocks, which is the published one.
        for step in list(value, "steps") {
            for cause in list(step, "causes") {
                run.note(false, cause);
            }
            run.note(true, member(step, "solution"));
        }
        Some(run)
    }

    /// Whether it was asked to look at this; `None` where the server does not say what it was asked.
    #[must_use]
    pub fn was_asked(&self, instruction: &str) -> Option<bool> {
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let wanted = plain(instruction);
        let says = |asked: &String| plain(asked).contains(&wanted);
        (!self.asked.is_empty()).then(|| self.asked.iter().any(says))
    }

    fn note(&mut self, is_solution: bool, data: Value<'_>) {
        let mut text = String::new();
        // A solution of the older shape is the list of its steps.
        let label = if is_solution && data.is_array() {
            "Step"
        } else if is_solution {
            ""
        } else {
            "Cause"
        };
        prose(data, label, &mut text);
        if !text.is_empty() {
            self.findings.push(Finding { is_solution, text });
        }
    }
}

/// The members that hold sentences, in the order of reading, and what their entries are; Seer's releases name them
/// differently.
const PROSE: [(&str, &str); 9] = [
    ("one_line_description", ""),
    ("one_line_summary", ""),
    ("title", ""),
    ("description", ""),
    ("code_snippet_and_analysis", ""),
    ("five_whys", "Why"),
    ("root_cause_reproduction", "Reproduction"),
    ("reproduction_steps", "Reproduction"),
    ("steps", "Step"),
];

/// The sentences of a finding, one per line, the first of each entry with what it is: `Why 2: …`. A parsed answer is at
/// most 128 deep, and so is this.
fn prose(value: Value<'_>, label: &str, text: &mut String) {
    match value {
        Value::String(line) if !line.trim().is_empty() => {
            if !label.is_empty() {
                text.push_str(label);
                text.push_str(": ");
            }
            text.push_str(line.trim());
            text.push('\n');
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                let number = (index + 1).to_string();
                let label = match label {
                    "" => String::new(),
                    label => [label, " ", &number].concat(),
                };
                prose(value, &label, text);
            }
        }
        Value::Object(_) => {
            let mut label = label;
            for (name, entries) in PROSE {
                let length = text.len();
                let own = if entries.is_empty() { label } else { entries };
                prose(member(value, name), own, text);
                // What follows the first sentence belongs to it.
                if text.len() > length {
                    label = "";
                }
            }
        }
        _ => (),
    }
}

impl Client {
    /// The latest run of Seer on an issue: `GET /organizations/{org}/issues/{id}/autofix/`.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn autofix(
        &self,
        region: &Region,
        organization: &Slug,
        issue: &IssueKey,
    ) -> Result<Option<AutofixRun>, ApiError> {
        let segments = [
            "organizations",
            organization.as_str(),
            "issues",
            issue.as_str(),
            "autofix",
        ];
        let ask = Ask::get(region, &segments, vec![("llmFormat", "markdown")]);
        let answer = self.ask(ask, "a run of Seer").await?;
        let value = answer.root();
        if !value.is_object() {
            return Err(ApiError::Malformed("a run of Seer"));
        }
        Ok(AutofixRun::read(member(value, "autofix")))
    }

    /// Starts a run of Seer on an issue: `POST /organizations/{org}/issues/{id}/autofix/`.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn start_autofix(
        &self,
        region: &Region,
        organization: &Slug,
        issue: &IssueKey,
        instruction: Option<&str>,
    ) -> Result<(), ApiError> {
        let segments = [
            "organizations",
            organization.as_str(),
            "issues",
            issue.as_str(),
            "autofix",
        ];
        let mut members = vec![("step", "root_cause".into())];
        members.extend(instruction.map(|text| ("user_context", text.into())));
        let ask = Ask::send(Method::Post, region, &segments, object(members));
        self.ask(ask, "a run of Seer").await?;
        Ok(())
    }
}
