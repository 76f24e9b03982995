//! Several calls in one: tools that only read, side by side, each answer in a block of its own and all of them bounded.

use futures_util::future::join_all;
use mcp::{Answer, CallError, CallToolResult, Content, Input, Outcome};
use serde_json::Value;

use super::target::named;
use super::{Server, wrong};
use crate::catalogue::executed::{self, Executed};
use crate::text::cut;
use crate::text::markdown::{code, fenced, longest_run, number, push};
use crate::text::whose::WHOSE;
use crate::vocabulary::refusal::Refusal;

/// So many characters have all answers together, with their headings.
const ROOM: usize = 12_000;

/// So many of them are for a heading and the words around an answer.
const HEADING: usize = 450;

/// What is longest in a heading: the arguments.
const ARGUMENTS: usize = 160;

const CHANGES: &str = "It changes something, and `calls` are for what only reads: nothing was changed. Call it alone.";

/// An answer of several, before it is made to fit.
struct Part {
    heading: String,
    text: String,
    is_error: bool,
}

impl Server {
    /// Runs the calls. One that fails is told as such, and the others go on; the end of the sign-in ends all of them.
    pub(super) async fn several(
        &self,
        calls: Result<Vec<Value>, &'static str>,
        input: &Input,
    ) -> Answer<CallToolResult, Refusal> {
        let calls = match calls {
            Ok(calls) => calls,
            Err(words) => return wrong(words.to_owned(), "the calls cannot be read"),
        };
        // Asked once, and not by every call.
        if let Err(failure) = self.verify().await {
            let why = failure.why();
            let words = failure.into_words("", &self.session.request_id);
            let words = words.map_err(CallError::Refused)?;
            let error = CallToolResult::error(words);
            return Ok(Outcome::Complete(CallToolResult { why, ..error }));
        }
        // There is one answer for all, so that no call can ask a question of its own.
        let mut silent = input.clone();
        silent.client.elicitation = false;
        let each = calls.into_iter().enumerate();
        let running = each.map(|(place, call)| self.part(place + 1, call, &silent));
        let mut parts = Vec::new();
        for part in join_all(running).await {
            parts.push(part.map_err(CallError::Refused)?);
        }
        Ok(Outcome::Complete(together(&parts)))
    }

    async fn part(&self, place: usize, call: Value, input: &Input) -> Result<Part, Refusal> {
        let read = match call {
            Value::Object(sent) => executed::read(sent),
            _ => Err("A call is an object with `name` and `arguments`.".to_owned()),
        };
        let mut heading = ["## ", &number(place as u64), "."].concat();
        let called = match read {
            Ok(read) => {
                push(&mut heading, &[" ", &code(&read.name, 60)]);
                if !read.arguments.is_empty() {
                    let sent = Value::Object(read.arguments.clone()).to_string();
                    push(&mut heading, &[" ", &code(&sent, ARGUMENTS)]);
                }
                self.one(read, input).await?
            }
            Err(words) => Err(words),
        };
        let result = called.unwrap_or_else(CallToolResult::error);
        if result.is_error {
            heading.push_str(": failed");
        }
        Ok(Part {
            heading,
            is_error: result.is_error,
            text: text(result),
        })
    }

    /// One of the calls, or why there is none.
    async fn one(
        &self,
        call: Executed,
        input: &Input,
    ) -> Result<Result<CallToolResult, String>, Refusal> {
        let (tool, sent) = match named(call, &self.session) {
            Ok(named) => named,
            Err(words) => return Ok(Err(words)),
        };
        if tool.effect.changes_something() {
            return Ok(Err(CHANGES.to_owned()));
        }
        Ok(match self.judged(tool, sent, input).await {
            Ok(Outcome::Complete(result)) => Ok(result),
            Ok(Outcome::InputRequired(_)) => Err("It asks something: call it alone.".to_owned()),
            Err(CallError::Refused(refusal @ Refusal::InsufficientScope { .. })) => {
                Err(refusal.to_string())
            }
            Err(CallError::Refused(refusal)) => return Err(refusal),
            Err(CallError::Invalid(words)) => Err(words.into_owned()),
            Err(CallError::Failed(words)) => Err(words),
            Err(CallError::Unknown) => Err("There is no such tool.".to_owned()),
        })
    }
}

/// An answer as one text. What programs read is a block of JSON here.
fn text(result: CallToolResult) -> String {
    let mut all = String::new();
    let mut is_json = result.structured_content.is_some();
    for content in result.content {
        let words = match content {
            Content::Text { text } if std::mem::take(&mut is_json) => {
                [WHOSE, "\n\n", &fenced(&text)].concat()
            }
            Content::Text { text } => text,
            _ => {
                "Here is an image or a file, which `calls` do not answer: call it alone.".to_owned()
            }
        };
        let between = if all.is_empty() { "" } else { "\n\n" };
        push(&mut all, &[between, words.trim_end()]);
    }
    all
}

fn together(parts: &[Part]) -> CallToolResult {
    let room = ROOM.saturating_sub(HEADING * parts.len());
    let lengths: Vec<_> = parts.iter().map(|part| part.text.chars().count()).collect();
    let most = share(&lengths, room);
    let content = parts.iter().map(|part| {
        let text = shortened(&part.text, most);
        Content::Text {
            text: [part.heading.as_str(), "\n\n", text.as_str(), "\n"].concat(),
        }
    });
    let mut result = CallToolResult::text("");
    result.content = content.collect();
    result.is_error = parts.iter().all(|part| part.is_error);
    if result.is_error {
        return result.because("each of several calls failed");
    }
    result
}

/// The most that each may have, so that all have the room together: what the short ones leave is for the long ones.
fn share(lengths: &[usize], room: usize) -> usize {
    let mut most = room / lengths.len().max(1);
    loop {
        let used: usize = lengths.iter().map(|length| *length.min(&most)).sum();
        let long = lengths.iter().filter(|length| **length > most).count();
        match room.saturating_sub(used).checked_div(long) {
            Some(more) if more > 0 => most += more,
            _ => return most,
        }
    }
}

/// The beginning of an answer that is too long, in whole lines where it has some, with what was left out. A block that
/// is open there is closed: what follows is no part of it.
fn shortened(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let mut kept = cut::head(text, most);
    if let Some(end) = kept.rfind('\n').filter(|end| *end > kept.len() / 2) {
        kept.truncate(end);
    }
    let mut open: Option<usize> = None;
    for line in kept.lines() {
        let run = longest_run(line);
        let is_fence = run >= 3 && line.trim_start().starts_with("```");
        open = match open {
            None if is_fence => Some(run),
            Some(fence) if is_fence && run >= fence && line.trim().len() == run => None,
            open => open,
        };
    }
    if let Some(fence) = open {
        push(&mut kept, &["\n", &"`".repeat(fence)]);
    }
    let left = number(length.saturating_sub(kept.chars().count()) as u64);
    push(
        &mut kept,
        &[
            "\n\n(",
            &left,
            " more characters: call it alone for all of it.)",
        ],
    );
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_short_leave_is_for_the_long() {
        assert_eq!(share(&[10, 10, 10], 100), 33);
        assert_eq!(share(&[10, 500, 500], 110), 50);
        assert_eq!(share(&[0, 0, 500], 300), 300);
        assert_eq!(share(&[1, 40, 500], 141), 100);
        assert_eq!(share(&[], 100), 100);
    }

    #[test]
    fn a_cut_answer_closes_its_block_and_says_so() {
        let text = [
            "Before\n\n````\n",
            &"``` a line\n".repeat(50),
            "````\nAfter",
        ]
        .concat();
        let cut = shortened(&text, 200);
        let (kept, said) = cut.rsplit_once("\n\n(").unwrap();
        assert!(kept.ends_with("``` a line\n````"), "{cut}");
        assert!(said.contains("more characters"), "{cut}");
        let one_line = fenced(&"x".repeat(500));
        assert!(shortened(&one_line, 100).contains("…\n```\n\n("));
        assert_eq!(shortened("short", 5), "short");
        assert!(!shortened(&"ä".repeat(50), 0).is_empty());
    }
}
