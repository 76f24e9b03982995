//! Asks a person to approve a text that somebody else wrote. All of it is shown first, one screen at a time, and only a
//! person who has seen its end is asked.

use serde_json::{Map, Value};

use super::screen::{STRONG, Screen};

/// Maximum length, in bytes, of a text that is shown for approval; about as much as an agent lets pass.
const MOST: usize = 64 * 1024;

/// Lines of the screen that are not available for the text: its heading, and the question below it.
const BESIDE: usize = 4;

impl Screen {
    /// Shows what would be done, and asks. The answer is no if nobody is there.
    pub(super) fn approves(&self, heading: &str, shown: &str, question: &str) -> bool {
        if self.agrees_to_all() {
            return true;
        }
        self.is_attended() && self.shows_all(heading, shown) && self.agrees(question)
    }

    /// Shows a text that [`approval`] has written, and returns whether the person has seen its end.
    pub(super) fn shows_all(&self, heading: &str, shown: &str) -> bool {
        self.quiet();
        self.aside_in(STRONG, heading);
        if shown.len() > MOST {
            self.warn("this is longer than can be shown, so that nobody can agree to it");
            return false;
        }
        let (width, height) = size();
        let text = approval::pages(shown, width, height.saturating_sub(BESIDE));
        let mut seen = 0;
        for page in &text.pages {
            if seen > 0 && !self.goes_on(seen, text.lines) {
                return false;
            }
            seen += page.len();
            self.aside(&page.join("\n"));
        }
        true
    }

    /// Asks whether to show more. Enter only continues; it never counts as an agreement.
    fn goes_on(&self, seen: usize, lines: usize) -> bool {
        let left = lines - seen;
        let said = self.ask(&format!(
            "-- {seen} of {lines} lines, {left} are left. Enter shows more, n says no: "
        ));
        said.is_some_and(|said| {
            !matches!(said.trim().to_ascii_lowercase().as_str(), "n" | "no" | "q")
        })
    }

    /// Shows the answer to a form before it is sent, and returns whether the person has seen all of it.
    pub(super) fn shows_answer(&self, content: &Map<String, Value>) -> bool {
        if content.is_empty() {
            return true;
        }
        let sent = Value::Object(content.clone()).to_string();
        // Invariant: this is JSON in which no name occurs twice. It may still be too long.
        let shown = approval::json(&sent, MOST);
        shown.is_ok_and(|shown| self.shows_all("Your answer:", &shown))
    }
}

/// Makes somebody else's text fit to be shown within a line.
pub(super) fn in_line(text: &str) -> String {
    approval::plain(text).replace('\n', "\\n")
}

/// The size of the terminal, in columns and lines.
fn size() -> (usize, usize) {
    let found = terminal_size::terminal_size();
    found.map_or((80, 24), |(width, height)| {
        (usize::from(width.0), usize::from(height.0))
    })
}
