//! No value of any string parameter of any tool leaves its segment or reaches another host.

use fetch::scripted::Scripted;
use mcp::Version;
use serde_json::{Value, json};

use crate::fixture::{BASE, world};

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
    let tools = world(Scripted::new()).tools(Version::LATEST);
    for tool in tools.as_array().unwrap() {
        let name = tool["name"].as_str().unwrap();
        let parameters = tool["inputSchema"]["properties"].as_object().unwrap();
        for parameter in parameters.keys() {
            for attempt in ATTEMPTS {
                let mut arguments = json!({ "organizationSlug": "acme", "issueId": "WEB-1A" });
                if parameter == "issueUrl" {
                    arguments = json!({});
                }
                arguments[parameter] = Value::from(attempt);
                let world = world(Scripted::new());
                // Nothing is scripted, so that the call fails; what it asked is what counts.
                let result = world.call(name, arguments).await.unwrap();
                assert!(result.is_error);
                for request in world.sentry.requests() {
                    let url = request.url.as_str();
                    assert!(is_expected(url), "{name} {parameter} {attempt:?}: {url}");
                }
            }
        }
    }
}

fn is_expected(url: &str) -> bool {
    let path = url.split('?').next().unwrap();
    [
        "/auth/",
        "/organizations/",
        "/organizations/acme/projects/",
        "/organizations/acme/issues/",
        "/organizations/acme/issues/1/",
        "/organizations/acme/issues/1/events/latest/",
        "/organizations/acme/issues/WEB-1A/",
        "/organizations/acme/issues/WEB-1A/events/latest/",
    ]
    .iter()
    .any(|expected| path == format!("{BASE}/api/0{expected}"))
}
