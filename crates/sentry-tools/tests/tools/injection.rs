//! No value of any string parameter of any tool leaves its segment or reaches another host.
// file rule: mcp/values-in-their-segment: values stay in their segment and on their host

use serde_json::{Value, json};

use crate::fixture::{BASE, world};
use crate::sentry::{answers, calls, full};

const ATTEMPTS: [&str; 14] = [
    "..",
    ".",
    "../../users/me",
    "acme/../other",
    "acme%2f..%2fother",
    "%2e%2e",
    "acme?query=x",
    "acme#x",
    "acme\\..\\x",
    "@evil.example",
    "https://evil.example/organizations/acme/issues/1",
    "https://sentry.example@evil.example/",
    "a\r\nHost: evil.example",
    "\u{0}",
];

#[tokio::test]
async fn values_stay_where_they_belong() {
    let known: Vec<_> = answers().iter().map(|answer| answer.path).collect();
    let mut tried = 0;
    for (name, arguments, _) in calls() {
        let schema = sentry_tools::reference::schema_of(name).unwrap();
        for (parameter, rules) in schema["properties"].as_object().unwrap() {
            if !rules["type"].to_string().contains("string") {
                continue;
            }
            for attempt in ATTEMPTS {
                let mut arguments = arguments.clone();
                if parameter == "issueUrl" || parameter == "url" {
                    arguments = json!({});
                }
                arguments[parameter] = Value::from(attempt);
                let world = world(full());
                // Whether it is refused or searched for: what was asked is what counts.
                world.call(name, arguments).await.unwrap();
                tried += 1;
                for request in world.sentry.requests() {
                    let url = request.url.as_str();
                    let path = url.split('?').next().unwrap();
                    let path = path.strip_prefix(&format!("{BASE}/api/0")).unwrap_or(url);
                    // The id of a conversation is any text: it stays in its segment.
                    let is_named = path
                        .split_once("conversations/")
                        .is_some_and(|(_, id)| !id.trim_end_matches('/').contains('/'));
                    let image = path.strip_prefix(IMAGES).unwrap_or_default();
                    let is_image = image.ends_with('/') && image.matches('/').count() == 1;
                    let is_known = known.iter().any(|known| is_one_segment_off(known, path))
                        || path.starts_with(MORE)
                        || path.starts_with("https://docs.sentry.io/")
                        || is_named
                        || is_image;
                    assert!(is_known, "{name} {parameter} {attempt:?}: {url}");
                    assert_eq!(request.url.fragment(), None);
                }
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
}

/// Whether a path is a known one, but for one segment that holds whatever was sent.
fn is_one_segment_off(known: &str, path: &str) -> bool {
    let (known, path): (Vec<_>, Vec<_>) = (known.split('/').collect(), path.split('/').collect());
    let off = known
        .iter()
        .zip(&path)
        .filter(|(known, sent)| known != sent);
    let off: Vec<_> = off.map(|(_, sent)| *sent).collect();
    known.len() == path.len()
        && off.len() <= 1
        && !off.iter().any(|sent| ["", ".", ".."].contains(sent))
}
/// Images have any name: one segment.
const IMAGES: &str = "/organizations/acme/preprodartifacts/snapshots/70002/images/";

/// Where a pasted URL of another host leads to: to the same path on our own.
const MORE: &str = "/organizations/acme/issues/1/";
