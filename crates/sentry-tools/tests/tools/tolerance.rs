//! Answers of other releases: whatever optional member is missing, `null` or of another type, no tool fails, and nothing
//! makes one panic.
// file rule: mcp/missing-members: any optional member of any answer may be missing, `null` or odd

use serde_json::{Value, json};

use crate::fixture::{text, world};
use crate::sentry::{answers, calls, script};

/// Members without which an answer says nothing: what identifies things, and the lists themselves.
const NEEDED: [&str; 14] = [
    "id",
    "slug",
    "version",
    "key",
    "public",
    "dsn",
    "data",
    "event_id",
    "autofix",
    "activity",
    "conversationId",
    "continueUpdates",
    // By which an integration is chosen.
    "domainName",
    // Where the span is that is asked for.
    "children",
];

/// Every path into a value: the steps to each member and element.
pub(crate) fn paths(value: &Value) -> Vec<Vec<String>> {
    let mut found = vec![vec![]];
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), value))
            .collect(),
        Value::Array(values) => values
            .iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), value))
            .collect(),
        _ => vec![],
    };
    for (step, child) in children {
        for mut rest in paths(child) {
            rest.insert(0, step.clone());
            found.push(rest);
        }
    }
    found
}

pub(crate) fn at<'a>(value: &'a mut Value, path: &[String]) -> &'a mut Value {
    path.iter().fold(value, |value, step| match value {
        Value::Array(values) => &mut values[step.parse::<usize>().unwrap()],
        value => &mut value[step.as_str()],
    })
}

#[tokio::test]
async fn no_optional_member_is_needed() {
    let mut tried = 0;
    for (tool, arguments, _) in calls() {
        let asked = world(script(&answers()));
        asked.call(tool, arguments.clone()).await.unwrap();
        let asked = asked.asked();
        for index in 0..answers().len() {
            let path = answers()[index].path;
            if !asked.iter().any(|url| url.split('?').next() == Some(path)) {
                continue;
            }
            for steps in paths(&answers()[index].body) {
                let Some((last, above)) = steps.split_last() else {
                    continue;
                };
                let needed = NEEDED.contains(&last.as_str()) || last.parse::<usize>().is_ok()
                    // Only what Sentry says is there is deleted.
                    || (tool == "delete_monitor_environment" && last == "name");
                let odd = [
                    Some(Value::Null),
                    Some(json!({ "odd": [[1]] })),
                    Some(json!("\u{0}`")),
                    None,
                ];
                for odd in odd {
                    let mut answers = answers();
                    let body = &mut answers[index].body;
                    match (odd, at(body, above)) {
                        (Some(odd), _) => *at(body, &steps) = odd,
                        (None, Value::Object(members)) => drop(members.remove(last)),
                        (None, Value::Array(values)) => drop(values.remove(last.parse().unwrap())),
                        _ => unreachable!("a path leads through objects and arrays"),
                    }
                    tried += 1;
                    let result = world(script(&answers))
                        .call(tool, arguments.clone())
                        .await
                        .unwrap();
                    assert!(
                        !result.is_error || needed,
                        "{tool} {path} {steps:?}: {}",
                        text(&result)
                    );
                }
            }
        }
    }
    assert!(tried > 1_500, "{tried}");
}
