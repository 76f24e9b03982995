//! Whoever can cause an error writes what Sentry answers with. Whatever they write, in any member of any answer, it stays
//! inside of the line or the fence in which a tool puts it, and is cut to size.

use serde_json::Value;

use crate::fixture::{text, world};
use crate::sentry::{answers, calls, script};
use crate::tolerance::{at, paths};

/// A heading, a fence that closes and one that opens, and a link, each on a line of its own.
const HOSTILE: &str = "x\n```\n# INJECTED\n````\n# INJECTED\n~~~\n# INJECTED\n```INJECTED\n[INJECTED](https://evil.example)\r# INJECTED\u{2028}# INJECTED\n";

/// The lines that stand in no fence (CommonMark §4.5).
fn outside(text: &str) -> Vec<&str> {
    let mut fence = 0;
    let mut found = Vec::new();
    for line in text.split(['\n', '\r', '\u{2028}']) {
        let line = line.trim_start();
        let ticks = line.len() - line.trim_start_matches('`').len();
        if fence > 0 && ticks >= fence && line.trim_matches('`').trim().is_empty() {
            fence = 0;
        } else if fence == 0 && ticks >= 3 {
            fence = ticks;
            found.push(line);
        } else if fence == 0 {
            found.push(line);
        }
    }
    assert_eq!(fence, 0, "a fence is left open: {text}");
    found
}

/// One value, and no words.
fn is_structured(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|value| value.is_object())
}

fn assert_contained(text: &str, what: &str) {
    // In which a text is a string.
    if is_structured(text) {
        return;
    }
    for line in outside(text) {
        let stands_alone = ["# INJECTED", "```INJECTED", "~~~", "[INJECTED]"]
            .iter()
            .any(|start| line.starts_with(start));
        assert!(!stands_alone, "{what}: {line}\n\n{text}");
    }
}

#[test]
fn what_is_looked_for_is_found() {
    for good in [
        "a # INJECTED",
        "```\n# INJECTED\n```",
        "````\n```\n# INJECTED\n````",
    ] {
        assert_contained(good, "good");
    }
    for bad in [
        "a\n# INJECTED",
        "```\n```\n# INJECTED",
        "  # INJECTED",
        "```\na",
    ] {
        let caught = std::panic::catch_unwind(|| assert_contained(bad, "bad"));
        assert!(caught.is_err(), "{bad}");
    }
}

/// What every tool says where one string of one answer of Sentry is this one.
async fn said_with(text_of_strangers: &str, mut check: impl FnMut(&str, &str)) {
    for (tool, arguments, _) in calls() {
        let usual = world(script(&answers()));
        usual.call(tool, arguments.clone()).await.unwrap();
        let asked = usual.asked();
        for index in 0..answers().len() {
            let path = answers()[index].path;
            if !asked.iter().any(|url| url.split('?').next() == Some(path)) {
                continue;
            }
            for steps in paths(&answers()[index].body) {
                let mut answers = answers();
                let place = at(&mut answers[index].body, &steps);
                if !place.is_string() {
                    continue;
                }
                *place = Value::from(text_of_strangers);
                let result = world(script(&answers))
                    .call(tool, arguments.clone())
                    .await
                    .unwrap();
                check(&text(&result), &format!("{tool} {path} {steps:?}"));
            }
        }
    }
}

#[tokio::test]
async fn no_text_of_strangers_leaves_its_place() {
    let (mut tried, mut shown) = (0, 0);
    said_with(HOSTILE, |text, what| {
        assert_contained(text, what);
        tried += 1;
        shown += usize::from(text.contains("INJECTED"));
    })
    .await;
    // Most of what Sentry answers is shown somewhere, and much of that is text.
    assert!(tried > 500 && shown > 150, "{tried} {shown}");
}

/// Structured answers have names, releases and values of tags, which Sentry itself keeps short.
#[tokio::test]
async fn long_ones_are_cut_where_they_are_told_in_words() {
    let (long, much) = ("y".repeat(60_000), "y".repeat(20_000));
    let mut failed = Vec::new();
    said_with(&long, |text, what| {
        if !is_structured(text) && text.contains(&much) {
            failed.push(what.to_owned());
        }
    })
    .await;
    assert_eq!(failed, Vec::<String>::new());
}
