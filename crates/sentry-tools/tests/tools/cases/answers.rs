//! The whole answer of each tool for each case, in `tests/cases/answers`, to be read as an agent reads it. The tests of the
//! worker and of the stdio server compare theirs with the same files. `UPDATE=1` writes them.

use super::{B, D, S, event_case, told};

// rule: mcp/real-events
#[tokio::test]
async fn are_as_they_were_reviewed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let mut names: Vec<String> = std::fs::read_dir(format!("{folder}/events"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter_map(|file| file.strip_suffix(".json").map(str::to_owned))
        .collect();
    names.sort();
    let mut changed = Vec::new();
    for name in &names {
        for tool in [D, S, B] {
            let text = told(&event_case(name), tool, None).await;
            let path = format!("{folder}/answers/{name}.{tool}.md");
            if std::env::var_os("UPDATE").is_some() {
                std::fs::write(&path, &text).unwrap();
            }
            if std::fs::read_to_string(&path).ok().as_ref() != Some(&text) {
                changed.push(format!("{path}, now:\n{text}"));
            }
        }
    }
    assert!(names.len() >= 28, "{names:?}");
    assert!(changed.is_empty(), "{}", changed.join("\n\n"));
}
