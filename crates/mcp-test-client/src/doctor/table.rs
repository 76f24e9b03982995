//! A table for a terminal of 120 columns, with words wrapped in their cells.

use std::io::{self, Write};

use super::Severity;

/// A line of the table.
pub(crate) struct Row<'a> {
    pub check: &'a str,
    pub found: &'a str,
    pub expected: &'a str,
    pub section: &'a str,
    pub severity: Severity,
}

const HEADINGS: [&str; 5] = ["severity", "check", "found", "expected", "section"];
const WIDTHS: [usize; 5] = [8, 25, 27, 30, 22];

/// Writes the rows under their headings.
pub(crate) fn write_rows(rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
    write_cells(&HEADINGS, out)?;
    let rules = WIDTHS.map(|width| "-".repeat(width));
    write_cells(&rules.each_ref().map(String::as_str), out)?;
    for row in rows {
        let severity = row.severity.as_str();
        write_cells(
            &[severity, row.check, row.found, row.expected, row.section],
            out,
        )?;
    }
    Ok(())
}

fn write_cells(cells: &[&str; 5], out: &mut dyn Write) -> io::Result<()> {
    let mut columns = Vec::new();
    for (cell, width) in cells.iter().zip(WIDTHS) {
        columns.push((wrapped(cell, width), width));
    }
    let lines = columns.iter().map(|(lines, _)| lines.len()).max();
    for at in 0..lines.unwrap_or_default() {
        let mut text = String::new();
        for (lines, width) in &columns {
            let line = lines.get(at).map_or("", String::as_str);
            text.push_str(line);
            let padding = width.saturating_sub(line.chars().count()) + 2;
            text.extend(std::iter::repeat_n(' ', padding));
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

/// Broken at spaces, and within a word that is longer than the cell.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut room = width;
    for word in text.split(' ') {
        let mut rest: Vec<char> = word.chars().collect();
        let begun = room < width;
        if begun && rest.len() + 1 <= room {
            rest.insert(0, ' ');
        } else if begun {
            lines.push(String::new());
            room = width;
        }
        for c in rest {
            if room == 0 {
                lines.push(String::new());
                room = width;
            }
            if let Some(line) = lines.last_mut() {
                line.push(c);
            }
            room -= 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_in_their_cells() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(
            wrapped("https://a.example/b", 8),
            ["https://", "a.exampl", "e/b"]
        );
        assert_eq!(wrapped("", 8), [""]);
        let row = Row {
            check: "challenge-status",
            found: &"x".repeat(40),
            expected: "401",
            section: "RFC 6750 §3",
            severity: Severity::Failure,
        };
        let mut text = Vec::new();
        write_rows(&[row], &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(
            text.lines().all(|line| line.chars().count() <= 120),
            "{text}"
        );
        assert!(text.contains("\nfailure   challenge-status "), "{text}");
        assert_eq!(text.lines().count(), 4, "{text}");
    }
}
