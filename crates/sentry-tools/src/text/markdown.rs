//! Writing Markdown with text that others wrote: it is cut, kept on its line, and cannot leave its code span or block.

use std::borrow::Cow;

use crate::text::{cut, visible};

/// Keeps text on one line and under `most` characters; a cut is marked with `…`. What cannot be seen is removed
/// ([`visible`]).
pub(crate) fn line(text: &str, most: usize) -> String {
    cut::head(&one_line(text), most)
}

/// As [`line()`], and the end is kept: for paths.
pub(crate) fn line_tail(text: &str, most: usize) -> String {
    cut::tail(&one_line(text), most)
}

/// As [`line()`], and both ends are kept: for messages.
pub(crate) fn line_ends(text: &str, most: usize) -> String {
    cut::ends(&one_line(text), most)
}

/// A line break of whatever kind makes no new line, and what cannot be seen is removed.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    let mut space = false;
    for char in visible::only(text).trim().chars() {
        if char.is_whitespace() {
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
    span(&line(text, most))
}

/// A code span of a line that is already cut.
pub(crate) fn span(line: &str) -> String {
    if line.is_empty() {
        return "(empty)".to_owned();
    }
    ["`", &line.replace('`', "'"), "`"].concat()
}

/// A code block. The fence is longer than any run of backticks inside.
pub(crate) fn block(text: &str, most: usize) -> String {
    let text = visible::only(text);
    fenced(&cut::head(text.trim_end(), most))
}

/// As [`block`], and both ends are kept.
pub(crate) fn block_ends(text: &str, most: usize) -> String {
    let text = visible::only(text);
    fenced(&cut::ends(text.trim(), most))
}

/// A code block of a text that holds only what can be seen.
pub(crate) fn fenced(text: &str) -> String {
    let longest = longest_run(text);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{}\n{fence}", text.trim_end())
}

/// The most backticks in a row.
pub(crate) fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for char in text.chars() {
        run = if char == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// A word of Sentry's own vocabulary (`unresolved`, `error`) as it is; whatever else stands there is a code span.
pub(crate) fn word(text: &str) -> Cow<'_, str> {
    let is_plain = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_';
    if (1..=40).contains(&text.len()) && text.chars().all(is_plain) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(code(text, 80))
    }
}

/// A moment as Sentry writes it (ISO 8601) to the second; whatever else stands there is a code span.
pub(crate) fn moment(text: &str) -> String {
    let is_plain =
        |char: char| char.is_ascii_digit() || matches!(char, '-' | ':' | '.' | '+' | 'T' | 'Z');
    if text.len() < 10 || text.len() > 40 || !text.chars().all(is_plain) {
        return code(text, 60);
    }
    match text.split_once('.') {
        Some((seconds, rest)) if rest.ends_with('Z') => [seconds, "Z"].concat(),
        _ => text.to_owned(),
    }
}

/// An id as Sentry makes them (`WEB-1A`, a number, hexadecimal digits) as it is; whatever else stands there is a code
/// span.
pub(crate) fn identifier(text: &str) -> Cow<'_, str> {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let is_hex = text.len() >= 16 && text.chars().all(|char| char.is_ascii_hexdigit());
    if (1..=80).contains(&text.len()) && (has_digit || is_hex) && text.chars().all(is_plain) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(code(text, 120))
    }
}

/// What a column or a fact holds: a number, a time or an id as it is, any other text in a code span.
pub(crate) fn value(text: &str, most: usize) -> String {
    let is_number = |char: char| char.is_ascii_digit() || matches!(char, '.' | ',' | '-' | '%');
    if !text.is_empty() && text.len() <= 40 && text.chars().all(is_number) {
        return text.to_owned();
    }
    match moment(text) {
        moment if !moment.starts_with('`') => moment,
        _ => code(text, most),
    }
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
        let value = one_line(value);
        if !value.is_empty() {
            push(&mut self.0, &["\n- ", name, ": ", &value]);
        }
    }

    /// What somebody else wrote: in a code span.
    pub(crate) fn said(&mut self, name: &str, value: &str) {
        let value = line_ends(value, 200);
        if !value.is_empty() {
            push(&mut self.0, &["\n- ", name, ": ", &span(&value)]);
        }
    }

    /// A name and a value that somebody else wrote: both in one code span.
    pub(crate) fn pair(&mut self, name: &str, value: &str) {
        let value = line_ends(value, 200);
        if !value.is_empty() {
            let pair = [&line(name, 80), ": ", value.as_str()].concat();
            push(&mut self.0, &["\n- ", &span(&pair)]);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_stays_where_it_is_put() {
        assert_eq!(line(" a\n# b\t c\u{7} ", 50), "a # b c");
        assert_eq!(line("abcdef", 3), "abc…");
        assert_eq!(code("a`b\nc", 50), "`a'b c`");
        assert_eq!(block("a\n```\nb", 50), "````\na\n```\nb\n````");
        assert_eq!(block("ab\u{7}c", 2), "```\nab…\n```");
        assert_eq!(block("a\r\nb\u{2028}c", 9), "```\na\nb\nc\n```");
        assert_eq!(line("a\u{2028}# b\u{85}c\u{200b}d\r\ne", 50), "a # b cd e");
        assert_eq!(code("\u{200b}", 9), "(empty)");
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
    fn words_of_sentrys_own_stand_plain() {
        assert_eq!(word("unresolved"), "unresolved");
        assert_eq!(word("# x"), "`# x`");
        assert_eq!(word(""), "(empty)");
        assert_eq!(
            moment("2026-11-21T06:40:13.120000Z"),
            "2026-11-21T06:40:13Z"
        );
        assert_eq!(
            moment("2026-11-20T18:00:04+00:00"),
            "2026-11-20T18:00:04+00:00"
        );
        assert_eq!(moment("soon"), "`soon`");
        assert_eq!(identifier("WEB-1A"), "WEB-1A");
        assert_eq!(identifier("do this"), "`do this`");
    }
}
