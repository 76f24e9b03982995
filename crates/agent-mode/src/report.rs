//! The report on a run: its answer, and every step that led to it.

use agent::{Call, Reason, bounded};
use mcp::{CallToolResult, Content, Why};

use crate::run::End;

/// Maximum length, in bytes, of a step's arguments and of the error message of a failed step.
const LONGEST: usize = 400;

#[derive(Debug, Default)]
pub(crate) struct Report {
    /// One line for each call.
    steps: String,
    count: u32,
    /// Whether the last step has begun and not ended.
    open: bool,
    asked: u32,
    tokens: u64,
}

impl Report {
    pub(crate) const fn asked(&mut self, times: u32, tokens: u64) {
        self.asked = times;
        self.tokens = tokens;
    }

    /// Begins a step before it runs, so that it is reported even if its end is never seen.
    pub(crate) fn begin(&mut self, call: &Call) {
        self.count += 1;
        self.open = true;
        let (arguments, cut) = bounded(&call.json, LONGEST);
        let number = self.count.to_string();
        for part in ["\n", &number, ". `", bounded(&call.name, 64).0, "` `"] {
            self.steps.push_str(part);
        }
        self.code(arguments);
        self.steps.push_str(if cut { "…`: " } else { "`: " });
    }

    /// Ends the step on the same line.
    pub(crate) fn end(&mut self, became: &str, why: &str) {
        self.open = false;
        self.steps.push_str(became);
        self.code(bounded(why, LONGEST).0);
    }

    /// Appends text as inline code. A backtick would end the code, and a line break the line, so both are replaced.
    fn code(&mut self, text: &str) {
        for c in text.chars() {
            self.steps.push(match c {
                '`' => '\'',
                c if c.is_control() => ' ',
                c => c,
            });
        }
    }

    pub(crate) fn result(mut self, end: End) -> CallToolResult {
        let (mut answer, is_error) = match end {
            End::Done(Reason::Answer, text) => (text, false),
            End::Changes => (CHANGES.to_owned(), false),
            End::Failed(why) => (why.to_owned(), true),
            End::Done(Reason::Steps, _) => {
                ("Stopped: the model was asked ten times.".to_owned(), true)
            }
            End::Done(..) => ("Stopped: there was too much to read.".to_owned(), true),
        };
        if is_error {
            answer.push_str(" There is no answer; what the steps did is done. Ask for less at once, or try later.");
        }
        if self.open {
            self.end("given up, so that nobody knows whether it was done", "");
        }
        let (asked, tokens) = (self.asked.to_string(), self.tokens.to_string());
        let steps = [
            "Steps (the model was asked ",
            &asked,
            " times, ",
            &tokens,
            " tokens):",
            &self.steps,
        ]
        .concat();
        let content = vec![
            Content::Text { text: answer },
            Content::Text { text: steps },
        ];
        CallToolResult {
            content,
            structured_content: None,
            is_error,
            meta: Vec::new(),
            why: Why {
                words: if is_error {
                    "the run ended without an answer"
                } else {
                    ""
                },
                is_trouble: false,
            },
        }
    }
}

const CHANGES: &str = "Nothing was changed: the last steps would change something in Sentry, and `allow_changes` was not set. \
If the person wants that, ask again with allow_changes true.";
