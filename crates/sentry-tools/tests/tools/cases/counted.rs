//! What an answer says that it left out is exactly what is not in it.
// file rule: mcp/left-out-exactly: the count of what was left out is the number of rows that are missing

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{B, D, S, event_case, told};

fn told_of(case: &Value, tool: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(told(case, tool, None))
}

/// How many of the marks `m1x`, `m2x`… are not in the text.
fn missing(marks: std::ops::Range<usize>, text: &str) -> usize {
    marks
        .filter(|mark| !text.contains(&format!("m{mark}x")))
        .count()
}

/// The number in front of the first of these words; 0 where none of them stands.
fn counted(text: &str, words: &[&str]) -> usize {
    let before = words.iter().find_map(|words| {
        let at = text.find(words)?;
        text.get(..at)?
            .rsplit(|sign: char| !sign.is_ascii_digit() && sign != ',')
            .next()
    });
    before.map_or(0, |digits| digits.replace(',', "").parse().unwrap())
}

fn text(mark: usize, padding: usize) -> String {
    format!("m{mark}x {}", "y".repeat(padding))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tags(lengths in prop::collection::vec(0..200_usize, 0..90)) {
        let mut case = event_case("local-variables");
        let tags = lengths.iter().enumerate();
        case["tags"] = tags.map(|(n, length)| json!({ "key": format!("own.{n}"), "value": text(n, *length) })).collect();
        let page = told_of(&case, D);
        let count = counted(&page, &[" other tags left out", " other tag left out"]);
        prop_assert_eq!(missing(0..lengths.len(), &page), count, "{}", page);
    }

    #[test]
    fn breadcrumbs(lengths in prop::collection::vec(0..900_usize, 1..140)) {
        let mut case = event_case("local-variables");
        let crumbs: Value = lengths.iter().enumerate()
            .map(|(n, length)| json!({ "category": "own", "message": text(n, *length), "level": "info" })).collect();
        case["entries"].as_array_mut().unwrap().retain(|entry| entry["type"] != "breadcrumbs");
        case["entries"].as_array_mut().unwrap().push(json!({ "type": "breadcrumbs", "data": { "values": crumbs } }));
        for tool in [D, B] {
            let page = told_of(&case, tool);
            let count = counted(&page, &[" older breadcrumbs", " older breadcrumb"]);
            prop_assert_eq!(missing(0..lengths.len(), &page), count, "{} {}", tool, page);
            // The newest are kept.
            prop_assert!(missing(lengths.len() - 1..lengths.len(), &page) == 0 || count == lengths.len());
        }
    }

    #[test]
    fn findings(lengths in prop::collection::vec(0..900_usize, 1..60)) {
        let mut case = event_case("local-variables");
        let findings = lengths.iter().enumerate();
        case["occurrence"] = json!({ "evidenceDisplay": findings.map(|(n, length)| json!({ "name": format!("n{n}"), "value": text(n, *length) })).collect::<Vec<_>>() });
        let page = told_of(&case, D);
        let count = counted(&page, &[" findings left out", " finding left out"]);
        prop_assert_eq!(missing(0..lengths.len(), &page), count, "{}", page);
    }

    #[test]
    fn frames(lengths in prop::collection::vec(0..120_usize, 1..400)) {
        let mut case = event_case("local-variables");
        let frames: Vec<_> = lengths.iter().enumerate().map(|(n, length)| {
            json!({ "filename": format!("m{n}x{}.py", "y".repeat(*length)), "function": format!("f{n}"), "lineNo": n + 1, "inApp": true })
        }).collect();
        case["entries"][0] = json!({ "type": "exception", "data": { "values": [{ "type": "E", "value": "v", "stacktrace": { "frames": frames } }] } });
        let page = told_of(&case, S);
        let count = counted(&page, &[" frames left out", " frame left out", " frames,", " frame,"]);
        prop_assert_eq!(missing(0..lengths.len(), &page), count, "{}", page);
    }

    #[test]
    fn variables(lengths in prop::collection::vec(0..400_usize, 1..60)) {
        let mut case = event_case("local-variables");
        let vars: Map<_, _> = lengths.iter().enumerate().map(|(n, length)| (format!("v{n}"), text(n, *length).into())).collect();
        case["entries"][0] = json!({ "type": "exception", "data": { "values": [{ "type": "E", "value": "v", "stacktrace": { "frames":
            [{ "filename": "own.py", "function": "f", "lineNo": 1, "inApp": true, "vars": vars }] } }] } });
        let page = told_of(&case, S);
        let count = counted(&page, &[" more variables", " more variable"]);
        prop_assert_eq!(missing(0..lengths.len(), &page), count, "{}", page);
    }
}
