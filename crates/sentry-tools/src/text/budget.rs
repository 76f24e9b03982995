//! A page of bounded length: sections in the order of their worth, each cut by its own rule, and a count of all that
//! was left out. Lengths are in characters.

use crate::text::markdown::{fenced, longest_run, number, push};

/// A page under way.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: usize,
    sections: Vec<Section>,
}

/// A part of the page: a heading and rows, each of which is shown whole or not at all.
#[derive(Debug)]
pub(crate) struct Section {
    /// For the list of sections without any room.
    name: &'static str,
    /// Lower is worth more, and gets its room first.
    worth: u8,
    /// Before the rows; a section without rows is not shown.
    head: String,
    rows: Vec<Row>,
    keep: Keep,
    /// Whether the rows stand in a code block; else each is a line.
    is_block: bool,
    /// Of this section alone.
    most: usize,
    /// What is counted when rows of a rank are left out, one and several: such as `frame`, `frames`.
    nouns: &'static [(&'static str, &'static str)],
    /// Rows of each rank that the caller has already left out.
    before: [u64; RANKS as usize],
    /// Where the rest is, as a sentence; empty where nowhere.
    elsewhere: String,
}

#[derive(Debug)]
struct Row {
    /// Lower is kept first.
    rank: u8,
    text: String,
}

/// Which rows of a rank are kept where there is not room for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// The first.
    Head,
    /// The last.
    Tail,
}

/// The ranks that rows have: 0 to 4.
const RANKS: u8 = 5;

/// Room for a sentence of what was left out, without `elsewhere`.
const NOTE: usize = 110;

/// Room for the sentence that lists sections without any room.
const RESERVE: usize = 130;

impl Section {
    /// Lines of text.
    pub(crate) fn lines(name: &'static str, worth: u8, head: impl Into<String>) -> Self {
        Self {
            name,
            worth,
            head: head.into(),
            rows: Vec::new(),
            keep: Keep::Head,
            is_block: false,
            most: usize::MAX,
            nouns: &[],
            before: [0; RANKS as usize],
            elsewhere: String::new(),
        }
    }

    /// Rows of a code block. They hold no line break but those that are ours.
    pub(crate) fn block(name: &'static str, worth: u8, head: impl Into<String>) -> Self {
        Self {
            is_block: true,
            ..Self::lines(name, worth, head)
        }
    }

    pub(crate) fn keep(mut self, keep: Keep) -> Self {
        self.keep = keep;
        self
    }

    pub(crate) fn most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    pub(crate) fn nouns(mut self, nouns: &'static [(&'static str, &'static str)]) -> Self {
        self.nouns = nouns;
        self
    }

    /// As [`Self::nouns`], for whoever adds the rows.
    pub(crate) fn count_by(&mut self, nouns: &'static [(&'static str, &'static str)]) {
        self.nouns = nouns;
    }

    pub(crate) fn elsewhere(mut self, elsewhere: impl Into<String>) -> Self {
        self.elsewhere = elsewhere.into();
        self
    }

    /// Counts rows that were never added.
    pub(crate) fn left_out(&mut self, count: u64) {
        self.left_out_of(0, count);
    }

    /// Counts rows of a rank that were never added.
    pub(crate) fn left_out_of(&mut self, rank: u8, count: u64) {
        if let Some(before) = self.before.get_mut(usize::from(rank)) {
            *before += count;
        }
    }

    pub(crate) fn row(&mut self, text: impl Into<String>) {
        self.ranked(0, text);
    }

    pub(crate) fn ranked(&mut self, rank: u8, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            let rank = rank.min(RANKS - 1);
            self.rows.push(Row { rank, text });
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The section in at most `room` characters, or nothing.
    fn fit(&self, room: usize) -> String {
        let room = room.min(self.most);
        let fences = if self.is_block {
            let longest = self.rows.iter().map(|row| longest_run(&row.text)).max();
            2 * longest.unwrap_or_default().max(2) + 4
        } else {
            0
        };
        let around = self.head.chars().count() + 1 + fences;
        let lengths: Vec<usize> = self
            .rows
            .iter()
            .map(|row| row.text.chars().count() + 1)
            .collect();
        let all: usize = around + lengths.iter().sum::<usize>();
        let note = NOTE + self.elsewhere.chars().count();
        let is_whole = all <= room && self.before.iter().all(|count| *count == 0);
        let mut left = if is_whole {
            all
        } else {
            room.saturating_sub(note)
        };
        left = left.saturating_sub(around);
        let mut kept = vec![false; self.rows.len()];
        let mut missing = self.before;
        let mut is_full = false;
        for (rank, missing) in (0..RANKS).zip(&mut missing) {
            let mut visit = |place: usize| {
                let (Some(row), Some(length)) = (self.rows.get(place), lengths.get(place)) else {
                    return;
                };
                if row.rank != rank {
                    return;
                }
                // The first that has no room ends it, for lesser ranks too: what is shown is one piece.
                is_full |= *length > left;
                if is_full {
                    *missing += 1;
                } else if let Some(kept) = kept.get_mut(place) {
                    *kept = true;
                    left -= *length;
                }
            };
            match self.keep {
                Keep::Head => (0..self.rows.len()).for_each(&mut visit),
                Keep::Tail => (0..self.rows.len()).rev().for_each(&mut visit),
            }
        }
        let shown = self.rows.iter().zip(&kept).filter(|(_, kept)| **kept);
        let mut rows = String::new();
        for (row, _) in shown {
            rows.push_str(if rows.is_empty() { "" } else { "\n" });
            rows.push_str(&row.text);
        }
        if rows.is_empty() {
            return rows;
        }
        let mut text = self.head.clone();
        text.push_str(if text.is_empty() { "" } else { "\n" });
        text.push_str(&if self.is_block { fenced(&rows) } else { rows });
        let words = self.in_words(&missing);
        push(
            &mut text,
            &[if words.is_empty() { "" } else { "\n" }, &words],
        );
        text
    }

    /// `3 frames, 2 sources left out: …`.
    fn in_words(&self, missing: &[u64]) -> String {
        let mut text = String::new();
        let mut unnamed = 0;
        for (rank, count) in missing.iter().enumerate() {
            let Some((one, several)) = self.nouns.get(rank) else {
                unnamed += count;
                continue;
            };
            // Ranks of the same noun are counted together, where it stands first.
            let is_same = |other: &&(&str, &str)| other.0 == *one;
            if self.nouns.iter().take(rank).any(|other| is_same(&other)) {
                continue;
            }
            let same = self.nouns.iter().zip(missing);
            let count: u64 = same
                .filter(|(other, _)| is_same(other))
                .map(|(_, count)| count)
                .sum();
            if count > 0 {
                let noun = if count == 1 { one } else { several };
                text.push_str(if text.is_empty() { "" } else { ", " });
                push(&mut text, &[&number(count), " ", noun]);
            }
        }
        if unnamed > 0 {
            text.push_str(if text.is_empty() { "" } else { ", " });
            push(&mut text, &[&number(unnamed), " more"]);
        }
        if !text.is_empty() {
            text.push_str(" left out");
            let mark = if self.elsewhere.is_empty() { "." } else { ": " };
            push(&mut text, &[mark, &self.elsewhere]);
        }
        text
    }
}

impl Budget {
    /// An empty page of at most `limit` characters.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            sections: Vec::new(),
        }
    }

    /// The next section of the page.
    pub(crate) fn push(&mut self, section: Section) {
        if !section.is_empty() {
            self.sections.push(section);
        }
    }

    /// A section of one row.
    pub(crate) fn text(&mut self, name: &'static str, worth: u8, text: impl Into<String>) {
        let mut section = Section::lines(name, worth, "");
        section.row(text);
        self.push(section);
    }

    /// The whole page.
    pub(crate) fn finish(self) -> String {
        let mut left = self.limit.saturating_sub(RESERVE);
        let mut fitted = vec![String::new(); self.sections.len()];
        for worth in 0..=u8::MAX {
            for (section, text) in self.sections.iter().zip(&mut fitted) {
                if section.worth == worth {
                    *text = section.fit(left.saturating_sub(2));
                    let length = text.chars().count();
                    left = left.saturating_sub(if length > 0 { length + 2 } else { 0 });
                }
            }
        }
        let mut page = String::new();
        let mut none = String::new();
        for (section, text) in self.sections.iter().zip(&fitted) {
            if text.is_empty() {
                let between = if none.is_empty() { "" } else { ", " };
                push(&mut none, &[between, section.name]);
            } else {
                let between = if page.is_empty() { "" } else { "\n\n" };
                push(&mut page, &[between, text]);
            }
        }
        if !none.is_empty() {
            let none: String = none.chars().take(RESERVE - 30).collect();
            push(&mut page, &["\n\n(No room for: ", &none, ".)"]);
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(name: &'static str, worth: u8, keep: Keep, count: usize) -> Section {
        let mut section = Section::block(name, worth, "## Rows")
            .keep(keep)
            .nouns(&[("row", "rows"), ("detail", "details")])
            .elsewhere("see tool.");
        for place in 0..count {
            section.ranked(0, format!("row {place:03} {}", "x".repeat(30)));
            section.ranked(1, format!("detail {place:03}"));
        }
        section
    }

    #[test]
    fn a_page_keeps_its_limit() {
        for limit in [0, 200, 400, 1_000, 5_000] {
            for keep in [Keep::Head, Keep::Tail] {
                let mut page = Budget::new(limit);
                page.text("title", 0, "# é");
                page.push(rows("one", 3, keep, 40));
                page.push(rows("two", 2, keep, 3));
                let text = page.finish();
                assert!(
                    text.chars().count() <= limit.max(RESERVE),
                    "{limit}: {text}"
                );
            }
        }
    }

    #[test]
    fn each_rule_keeps_its_end() {
        for (keep, first, last) in [(Keep::Head, true, false), (Keep::Tail, false, true)] {
            let mut page = Budget::new(1_000);
            page.push(rows("one", 0, keep, 40));
            let text = page.finish();
            assert_eq!(text.contains("row 000"), first, "{text}");
            assert_eq!(text.contains("row 039"), last, "{text}");
            assert!(text.contains("40 details left out: see tool."), "{text}");
        }
    }

    #[test]
    fn what_is_worth_more_gets_its_room_first() {
        let mut page = Budget::new(700);
        page.push(rows("little", 9, Keep::Head, 40));
        page.push(rows("much", 1, Keep::Head, 4));
        let text = page.finish();
        assert!(text.contains("detail 003"), "{text}");
        assert!(
            text.contains("rows") || text.contains("No room for: little"),
            "{text}"
        );
    }

    #[test]
    fn what_the_caller_left_out_counts() {
        let mut section = Section::lines("tags", 0, "").nouns(&[("tag", "tags")]);
        section.row("a");
        section.left_out(1);
        let mut page = Budget::new(500);
        page.push(section);
        assert_eq!(page.finish(), "a\n1 tag left out.");
    }
}
