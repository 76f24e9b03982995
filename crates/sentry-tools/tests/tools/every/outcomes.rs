//! The table of outcomes, tool by tool: `cargo test -p sentry-tools --test tools outcomes -- --nocapture` prints it.
// file rule: mcp/every-tool-answers

use std::collections::BTreeMap;

use super::faults::{READS_TEXT, failing, forbidden, malformed, not_found};
use super::stage::{Recording, recordings, unchanged};
use super::{constrained, members, nothing, shapes, with};

const HEAD: [&str; 7] = [
    "success",
    "empty",
    "not found",
    "forbidden",
    "malformed",
    "constrained",
    "published shape",
];

/// One row of it but for the last two, and what is wrong.
async fn outcomes(recording: &Recording) -> (Vec<&'static str>, Vec<String>) {
    let tool = recording.row.tool;
    let asks = !recording.exchanges.is_empty();
    let reads_json = asks && !READS_TEXT.contains(&tool);
    let lists = tool.starts_with("find_") || tool.starts_with("search_");
    let [page, ..] = malformed();
    let mut row = vec![];
    let mut found = vec![];
    // Whether it has to be an answer, or a failure.
    for (what, change, has_to_be) in [
        ("success", unchanged(), Some(false)),
        ("empty", members::empty(), lists.then_some(false)),
        ("not found", failing(None, &not_found().answer), None),
        (
            "forbidden",
            failing(None, &forbidden().answer),
            asks.then_some(true),
        ),
        (
            "malformed",
            failing(None, &page.answer),
            reads_json.then_some(true),
        ),
    ] {
        let came = with(recording, change).await;
        let is_good = has_to_be.is_none_or(|is_error| came.is_error() == is_error);
        if !is_good || came.result.is_err() || came.misfit(tool).is_some() {
            found.push(format!(
                "{}, {what}: {}",
                recording.row.name(),
                came.words()
            ));
        }
        row.push(if came.is_error() { "told" } else { "answer" });
    }
    if recording.is_error {
        found.push(format!("{}: {}", recording.row.name(), recording.words));
    }
    (row, found)
}

/// The outcomes that a tool's lines have, each once.
#[derive(Default)]
struct Cell(Vec<String>);

impl Cell {
    fn add(&mut self, outcome: String) {
        if !self.0.contains(&outcome) {
            self.0.push(outcome);
        }
    }
}

#[tokio::test]
async fn every_tool_in_every_case() {
    let mut found = vec![];
    let mut table: BTreeMap<&str, [Cell; 7]> = BTreeMap::new();
    let mut published: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (index, recording) in recordings().iter().enumerate() {
        let (outcomes, problems) = outcomes(recording).await;
        found.extend(problems);
        let cells = table.entry(recording.row.tool).or_default();
        for (cell, outcome) in cells.iter_mut().zip(outcomes) {
            cell.add(outcome.to_owned());
        }
        let elsewhere = &constrained::elsewhere()[index];
        cells[5].add(
            match (elsewhere.problems.is_empty(), elsewhere.is_refused) {
                (false, _) => "fails".to_owned(),
                (true, true) => "told".to_owned(),
                (true, false) => "own only".to_owned(),
            },
        );
        let tried = &shapes::tried()[index];
        let counts = published.entry(recording.row.tool).or_default();
        counts.0 += tried.count;
        counts.1 += tried.problems.len();
    }
    println!("| tool | {} |", HEAD.join(" | "));
    println!("|---{}|", "|---".repeat(HEAD.len()));
    for (tool, mut cells) in table {
        cells[6].add(match published[tool] {
            (0, _) => "not published".to_owned(),
            (count, 0) => format!("{count} read"),
            (count, failed) => format!("{failed} of {count} fail"),
        });
        let cells: Vec<_> = cells.iter().map(|cell| cell.0.join(", ")).collect();
        println!("| `{tool}` | {} |", cells.join(" | "));
    }
    nothing(&found);
}
