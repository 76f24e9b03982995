//! A table for a terminal of 120 columns. Nothing is cut: what is longer than its cell goes on in the next line.

use std::io::{self, Write};

use crate::severity::Severity;

/// A row of the table.
pub struct Row<'a> {
    /// The check's name.
    pub check: &'a str,
    /// What was found. Safe to print.
    pub found: &'a str,
    /// What was expected.
    pub expected: &'a str,
    /// The specification and section of the rule.
    pub section: &'a str,
    /// How bad it is.
    pub severity: Severity,
}

const HEADINGS: [&str; 5] = ["severity", "check", "found", "expected", "section"];

/// The layout of the table: its first column is as wide as the names need.
pub struct Table {
    widths: [usize; 5],
}

impl Table {
    /// A table whose first column is `check` columns wide, at most 40.
    #[must_use]
    pub const fn with(check: usize) -> Self {
        let rest = 120 - 8 - 8 - check;
        let section = rest / 4;
        let found = (rest - section) / 2;
        Self {
            widths: [8, check, found, rest - section - found, section],
        }
    }

    /// Writes the column headings.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn write_headings(&self, out: &mut dyn Write) -> io::Result<()> {
        self.write_line(&HEADINGS, out)?;
        let rules = self.widths.map(|width| "-".repeat(width));
        self.write_line(&rules.each_ref().map(String::as_str), out)
    }

    /// Writes a row.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn write(&self, row: &Row<'_>, out: &mut dyn Write) -> io::Result<()> {
        let severity = row.severity.as_str();
        let cells = [severity, row.check, row.found, row.expected, row.section];
        let cells = cells.iter().zip(self.widths);
        let cells = cells.map(|(cell, width)| wrapped(cell, width));
        let cells: Vec<Vec<String>> = cells.collect();
        let lines = cells.iter().map(Vec::len).max().unwrap_or_default();
        for at in 0..lines {
            let line = |cell: &'_ [String]| cell.get(at).cloned().unwrap_or_default();
            let texts: Vec<String> = cells.iter().map(|cell| line(cell)).collect();
            self.write_line(&texts.iter().map(String::as_str).collect::<Vec<_>>(), out)?;
        }
        Ok(())
    }

    fn write_line(&self, cells: &[&str], out: &mut dyn Write) -> io::Result<()> {
        let mut text = String::new();
        for (cell, width) in cells.iter().zip(self.widths) {
            text.push_str(cell);
            let padding = width.saturating_sub(cell.chars().count()) + 2;
            text.extend(std::iter::repeat_n(' ', padding));
        }
        writeln!(out, "{}", text.trim_end())
    }
}

/// Wraps text at spaces. A word that is longer than the cell is broken after a punctuation mark, as URLs have them, or
/// anywhere.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line: Vec<char> = Vec::new();
    for word in text.split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        if !line.is_empty() && line.len() + 1 + word.len() <= width {
            line.push(' ');
        } else if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        while word.len() > width {
            let mut head = word.iter().take(width);
            let mark = head.rposition(|c| "/_-.?&=".contains(*c));
            let rest = word.split_off(mark.map_or(width, |at| at + 1));
            lines.push(std::mem::replace(&mut word, rest));
        }
        line.append(&mut word);
    }
    lines.push(line);
    lines.into_iter().map(String::from_iter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_in_their_cells() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(
            wrapped("https://a.example/b", 9),
            ["https://", "a.", "example/b"]
        );
        assert_eq!(
            wrapped("at aaaaaaaaaaaa", 5),
            ["at", "aaaaa", "aaaaa", "aa"]
        );
        assert_eq!(wrapped("", 8), [""]);
    }

    fn written(severity: Severity) -> String {
        let row = Row {
            check: "challenge-status",
            found: &"q".repeat(70),
            expected: "401",
            section: "RFC 6750 §3",
            severity,
        };
        let mut text = Vec::new();
        Table::with(25).write_headings(&mut text).unwrap();
        Table::with(25).write(&row, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn everything_is_said_in_full() {
        let text = written(Severity::Failure);
        assert!(text.contains("\nfailure   challenge-status "), "{text}");
        for text in [text, written(Severity::Ok)] {
            assert_eq!(text.matches('q').count(), 70, "{text}");
            assert!(!text.contains('…'), "{text}");
            assert!(
                text.lines().all(|line| line.chars().count() <= 120),
                "{text}"
            );
        }
    }
}
