//! Writing Markdown with text that others wrote: it is cut, kept on its line, and cannot leave its code span or block.

/// Keeps text on one line and under `most` characters; a cut is marked with `…`.
pub(crate) fn line(text: &str, most: usize) -> String {
    let mut line = String::new();
    let mut space = false;
    for (count, char) in text.trim().chars().enumerate() {
        if count >= most {
            line.push('…');
            break;
        }
        if char.is_whitespace() || char.is_control() {
            space = true;
            continue;
        }
        if std::mem::take(&mut space) {
            line.push(' ');
        }
        line.push(char);
    }
    line
}

/// A code span of one line.
pub(crate) fn code(text: &str, most: usize) -> String {
    format!("`{}`", line(text, most).replace('`', "'"))
}

/// A code block. The fence is longer than any run of backticks inside.
pub(crate) fn block(text: &str, most: usize) -> String {
    let text = cut(text, most);
    let mut longest = 0;
    let mut run = 0;
    for char in text.chars() {
        run = if char == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{}\n{fence}", text.trim_end())
}

/// A number with commas: `1,204`.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Adds parts to a text.
pub(crate) fn push(text: &mut String, parts: &[&str]) {
    for part in parts {
        text.push_str(part);
    }
}

/// Adds a paragraph to a text, where there is one.
pub(crate) fn paragraph(text: &mut String, paragraph: &str) {
    if !paragraph.is_empty() {
        text.push_str(if text.is_empty() { "" } else { "\n\n" });
        text.push_str(paragraph);
    }
}

/// A list of facts under way, a line for each that is known.
pub(crate) struct Facts(String);

impl Facts {
    pub(crate) const fn new() -> Self {
        Self(String::new())
    }

    pub(crate) fn add(&mut self, name: &str, value: &str) {
        let value = line(value, 200);
        if !value.is_empty() {
            push(&mut self.0, &["\n- ", name, ": ", &value]);
        }
    }

    pub(crate) fn maybe(&mut self, name: &str, value: &Option<String>) {
        self.add(name, value.as_deref().unwrap_or_default());
    }

    pub(crate) fn count(&mut self, name: &str, value: Option<u64>) {
        if let Some(value) = value {
            self.add(name, &number(value));
        }
    }

    /// The facts below their heading; nothing without facts.
    pub(crate) fn below(mut self, heading: &str) -> String {
        if !self.0.is_empty() {
            self.0.insert_str(0, heading);
        }
        self.0
    }
}

/// Texts with something between.
#[derive(Default)]
pub(crate) struct Joined(String);

impl Joined {
    pub(crate) fn add(&mut self, between: &str, text: &str) {
        if !text.is_empty() {
            let between = if self.0.is_empty() { "" } else { between };
            push(&mut self.0, &[between, text]);
        }
    }

    pub(crate) fn text(self) -> String {
        self.0
    }
}

/// Keeps lines and cuts after `most` characters; control characters are dropped.
fn cut(text: &str, most: usize) -> String {
    let mut kept: String = text
        .chars()
        .filter(|char| *char == '\n' || *char == '\t' || !char.is_control())
        .take(most)
        .collect();
    if text.chars().count() > most {
        kept.push('…');
    }
    kept
}

/// A page that never grows beyond its limit.
#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    /// In characters.
    left: usize,
    dropped: Vec<&'static str>,
}

/// Room for the sentence that says what was left out.
const RESERVE: usize = 120;

impl Page {
    /// An empty page of at most `limit` characters.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            text: String::new(),
            left: limit.saturating_sub(RESERVE),
            dropped: Vec::new(),
        }
    }

    /// Adds a paragraph, or notes that `name` was left out when it does not fit whole.
    pub(crate) fn push(&mut self, name: &'static str, paragraph: &str) {
        if paragraph.is_empty() {
            return;
        }
        let needs = paragraph.chars().count() + 2;
        if needs > self.left {
            self.dropped.push(name);
            return;
        }
        self.left -= needs;
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.push_str(paragraph);
    }

    /// The whole page.
    pub(crate) fn finish(mut self) -> String {
        if !self.dropped.is_empty() {
            self.text.push_str(&format!(
                "\n\n(Left out for length: {}.)",
                self.dropped.join(", ")
            ));
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_stays_where_it_is_put() {
        assert_eq!(line(" a\n# b\t c\u{7} ", 50), "a # b c");
        assert_eq!(line("abcdef", 3), "abc…");
        assert_eq!(code("a`b\nc", 50), "`a'b c`");
        assert_eq!(block("a\n```\nb", 50), "````\na\n```\nb\n````");
        assert_eq!(block("ab\u{1b}c", 2), "```\nab…\n```");
    }

    #[test]
    fn numbers() {
        for (value, text) in [
            (0, "0"),
            (999, "999"),
            (1204, "1,204"),
            (1_000_000, "1,000,000"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_page_keeps_its_limit() {
        let mut page = Page::new(200);
        page.push("one", &"é".repeat(70));
        page.push("two", &"b".repeat(70));
        page.push("three", "c");
        let text = page.finish();
        assert!(text.chars().count() <= 200);
        assert!(text.ends_with("c\n\n(Left out for length: two.)"));
    }
}
