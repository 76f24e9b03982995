//! Arguments that do not fit, made from what each tool declares: a value of another type for every parameter, and one outside of
//! every bound that it names. It is refused by name, and nothing is changed at Sentry.
// file rule: mcp/arguments-as-written

use serde_json::{Value, json};

use super::stage::{recordings, unchanged};
use super::{calls, nothing};
use crate::fixture::session;
use crate::published::answers::at;

/// A value that a parameter does not take.
struct Bad {
    /// The steps to it.
    steps: Vec<String>,
    value: Value,
    why: &'static str,
}

/// All that are made from a schema, and from that of its members where the arguments have them.
fn bad(schema: &Value, arguments: &Value, above: &[String]) -> Vec<Bad> {
    let mut found = vec![];
    let properties = schema["properties"].as_object();
    for (name, rules) in properties.into_iter().flatten() {
        let mut steps = above.to_vec();
        steps.push(name.clone());
        for (value, why) in values(rules) {
            let steps = steps.clone();
            found.push(Bad { steps, value, why });
        }
        let Some(value) = arguments.get(name) else {
            continue;
        };
        found.extend(bad(rules, value, &steps));
        if let (Some(items), Some(first)) = (rules.get("items"), value.get(0)) {
            steps.push("0".to_owned());
            for (value, why) in values(items) {
                let steps = steps.clone();
                found.push(Bad { steps, value, why });
            }
            found.extend(bad(items, first, &steps));
        }
    }
    found
}

/// What is none of a parameter's values.
fn values(rules: &Value) -> Vec<(Value, &'static str)> {
    let about = rules["description"].as_str().unwrap_or_default();
    let mut found = match rules["type"].as_str() {
        Some("string") => vec![(json!({ "odd": 1 }), "an object")],
        Some("integer" | "number") => vec![
            (json!("many"), "a word"),
            (json!({}), "an object"),
            (json!(1.5), "a fraction"),
            (json!(-1), "too small"),
        ],
        Some("boolean") => vec![(json!("perhaps"), "a word"), (json!({}), "an object")],
        Some("array") => vec![(json!({ "odd": { "odd": 1 } }), "an object")],
        Some("object") => vec![(json!("x"), "a word"), (json!(5), "a number")],
        _ => vec![],
    };
    if rules.get("enum").is_some() {
        found.push((json!("zz-no-such"), "none of the choices"));
    }
    if let Some(most) = number_after(about, "At most ") {
        match rules["type"].as_str() {
            Some("string") => {
                let long = "x".repeat(usize::try_from(most).unwrap() + 1);
                found.push((json!(long), "too long"));
            }
            Some("array") => {
                let many = vec![json!("x"); usize::try_from(most).unwrap() + 1];
                found.push((json!(many), "too many"));
            }
            _ => found.push((json!(most + 1), "too large")),
        }
    }
    if let Some(least) = number_after(about, "At least ") {
        found.push((json!(least.saturating_sub(1)), "too small"));
    }
    found
}

/// A bound that a model is told.
fn number_after(about: &str, words: &str) -> Option<u64> {
    let (_, rest) = about.split_once(words)?;
    let digits: String = rest
        .chars()
        .filter(|char| *char != ',')
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

#[tokio::test]
async fn what_does_not_fit_is_refused_by_name_and_changes_nothing() {
    let mut found = vec![];
    let mut tried = 0;
    for recording in recordings() {
        let schema = sentry_tools::reference::schema_of(recording.row.tool).unwrap();
        for bad in bad(&schema, &recording.row.arguments, &[]) {
            let mut arguments = recording.row.arguments.clone();
            let (last, above) = bad.steps.split_last().unwrap();
            match at(&mut arguments, above).unwrap() {
                Value::Array(values) => values[0] = bad.value.clone(),
                value => value[last] = bad.value.clone(),
            }
            let came = calls(recording, session(), arguments, unchanged()).await;
            tried += 1;
            let words = came.words();
            let named = bad
                .steps
                .iter()
                .rev()
                .find(|step| step.parse::<usize>().is_err());
            let is_named = words.contains(named.unwrap().as_str());
            if came.result.is_err() || !came.is_error() || !is_named || came.writes() > 0 {
                let short: String = words.chars().take(160).collect();
                found.push(format!(
                    "{} {:?}, {}: {short}",
                    recording.row.tool, bad.steps, bad.why
                ));
            }
        }
    }
    assert!(tried > 200, "{tried}");
    nothing(&found);
}
