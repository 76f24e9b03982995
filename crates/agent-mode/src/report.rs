//! What is said of a run: its answer, and every step that led there.

use agent::{Call, Reason, bounded};
use mcp::{CallToolResult, Content};

use crate::run::End;

/// Bytes of a step's arguments.
const ARGUMENTS: usize = 500;

#[derive(Debug, Default)]
pub(crate) struct Report {
    steps: Vec<(String, Step)>,
    asked: u32,
    tokens: u64,
}

/// What became of a call.
#[derive(Debug)]
pub(crate) enum Step {
    /// Nobody knows yet.
    Running,
    /// With so many bytes.
    Answered(usize),
    /// Why.
    Failed(String),
    /// It would change something.
    Withheld,
}

impl Report {
    pub(crate) const fn asked(&mut self, times: u32, tokens: u64) {
        self.asked = times;
        self.tokens = tokens;
    }

    /// Begins a step before it is done, so that it is told of even if its end is not seen.
    pub(crate) fn begin(&mut self, call: &Call) -> usize {
        let mut text = String::from("`");
        text.push_str(bounded(&call.name, 64).0);
        text.push_str("` `");
        let (arguments, cut) = bounded(&call.json, ARGUMENTS);
        // A backtick would end the code that this stands in.
        text.push_str(&arguments.replace('`', "'"));
        text.push_str(if cut { "…`" } else { "`" });
        self.steps.push((text, Step::Running));
        self.steps.len() - 1
    }

    pub(crate) fn end(&mut self, at: usize, step: Step) {
        if let Some((_, state)) = self.steps.get_mut(at) {
            *state = step;
        }
    }

    pub(crate) fn result(self, end: &End) -> CallToolResult {
        let (mut answer, is_error) = match end {
            End::Done(Reason::Answer, text) if !text.trim().is_empty() => (text.clone(), false),
            End::Done(Reason::Answer, _) => ("The model ended without an answer.".to_owned(), true),
            End::Done(Reason::Steps, _) => (stopped("the model was asked ten times"), true),
            End::Done(Reason::Tokens, _) => {
                (stopped("the model used as many tokens as it may"), true)
            }
            End::Done(Reason::TooLong, _) => (stopped("the tools' answers grew too long"), true),
            End::Time => (stopped("it took more than 50 seconds"), true),
            End::Changes => (CHANGES.to_owned(), false),
            End::Model(words) => ((*words).to_owned(), true),
        };
        if is_error
            && self
                .steps
                .iter()
                .any(|(_, step)| matches!(step, Step::Answered(_)))
        {
            answer.push_str(" What was done is done: see the steps.");
        }
        let steps = self.text();
        let content = vec![
            Content::Text { text: answer },
            Content::Text { text: steps },
        ];
        CallToolResult {
            content,
            structured_content: None,
            is_error,
        }
    }

    fn text(&self) -> String {
        let mut out = String::from("Steps (the model was asked ");
        out.push_str(&self.asked.to_string());
        out.push_str(" times, ");
        out.push_str(&self.tokens.to_string());
        out.push_str(" tokens):");
        if self.steps.is_empty() {
            out.push_str(" no tool was used.");
        }
        for (at, (call, step)) in self.steps.iter().enumerate() {
            out.push('\n');
            out.push_str(&(at + 1).to_string());
            out.push_str(". ");
            out.push_str(call);
            match step {
                Step::Running => {
                    out.push_str(": given up, so that nobody knows whether it was done")
                }
                Step::Withheld => out.push_str(": not done"),
                Step::Failed(why) => {
                    out.push_str(": failed: ");
                    // One line, whatever it holds.
                    for part in why.split_whitespace() {
                        out.push_str(part);
                        out.push(' ');
                    }
                }
                Step::Answered(bytes) => {
                    out.push_str(": ");
                    out.push_str(&bytes.to_string());
                    out.push_str(" bytes");
                }
            }
        }
        out
    }
}

const CHANGES: &str = "Nothing was changed. The last steps would change something in Sentry, and `allow_changes` was not set. If \
the person wants that, call use_sentry again with the same request and allow_changes true.";

fn stopped(why: &str) -> String {
    let mut words = String::from("Stopped without an answer: ");
    words.push_str(why);
    words.push_str(". Ask for less at once.");
    words
}
