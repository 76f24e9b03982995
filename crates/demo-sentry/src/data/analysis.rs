//! Seer's analyses of issues.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::issue::Issue;

/// A run of an analysis. One from the data never changes; one that was started advances each time it is read.
#[derive(Clone, Debug)]
pub(crate) enum Analysis {
    Sample(Value),
    Started(Started),
}

#[derive(Clone, Debug)]
pub(crate) struct Started {
    pub(crate) run_id: u64,
    pub(crate) at: Timestamp,
    /// What the person who started the run told Seer.
    pub(crate) instruction: Option<String>,
    looks: u32,
}

/// The read of a started run at which its cause is shown.
const LOOKS_TO_CAUSE: u32 = 2;
/// The read of a started run at which it is done.
const LOOKS_TO_END: u32 = 3;

impl Analysis {
    pub(crate) fn start(run_id: u64, at: Timestamp, instruction: Option<String>) -> Self {
        Self::Started(Started {
            run_id,
            at,
            instruction,
            looks: 0,
        })
    }

    /// Advances the run and returns its state as sent.
    pub(crate) fn look(&mut self, issue: &Issue) -> Value {
        match self {
            Self::Sample(run) => run.clone(),
            Self::Started(run) => {
                run.looks = run.looks.saturating_add(1);
                run.wire(issue)
            }
        }
    }
}

impl Started {
    fn wire(&self, issue: &Issue) -> Value {
        let mut blocks = Vec::new();
        if let Some(instruction) = &self.instruction {
            blocks.push(json!({"message": {"role": "user", "content": instruction}}));
        }
        blocks.push(self.block(1, &self.opening(issue), None));
        if self.looks >= LOOKS_TO_CAUSE {
            blocks.push(self.block(2, "The cause is found.", Some(cause(issue))));
        }
        let done = self.looks >= LOOKS_TO_END;
        if done {
            blocks.push(self.block(3, "A change is proposed.", Some(solution(issue))));
        }
        json!({
            "run_id": self.run_id,
            "status": if done { "completed" } else { "processing" },
            "updated_at": self.at,
            "blocks": blocks,
        })
    }

    fn opening(&self, issue: &Issue) -> String {
        match &self.instruction {
            Some(instruction) => {
                format!("Reading {} with this in mind: {instruction}", issue.title)
            }
            None => format!("Reading {}.", issue.title),
        }
    }

    fn block(&self, number: u32, content: &str, artifact: Option<Value>) -> Value {
        json!({
            "id": format!("{}-{number}", self.run_id),
            "timestamp": self.at,
            "message": {"role": "assistant", "content": content},
            "artifacts": artifact.into_iter().collect::<Vec<_>>(),
        })
    }
}

fn cause(issue: &Issue) -> Value {
    let place = &issue.culprit;
    json!({"key": "root_cause", "data": {
        "one_line_description": format!("{place} meets a state that it does not expect."),
        "five_whys": [
            format!("Sentry counted {} events of “{}”.", issue.count, issue.title),
            format!("All of them pass through {place}."),
        ],
        "reproduction_steps": [format!("Call {place} with the data of the latest event.")],
    }})
}

fn solution(issue: &Issue) -> Value {
    json!({"key": "solution", "data": {
        "one_line_summary": format!("Let {} check what it is given.", issue.culprit),
        "steps": [{
            "title": "Check first",
            "description": format!("Refuse the state in {} and say why.", issue.culprit),
        }],
    }})
}

/// The analyses in the data file.
pub(super) type Samples = Map<String, Value>;
