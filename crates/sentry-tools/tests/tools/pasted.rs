//! Addresses as people paste them. "Read" asks Sentry for that thing and no other; "guide" is an error in words, and asks
//! nothing.
// file rule: mcp/pasted-urls: an address as it is pasted is read as what it names, or said to be what it is; never another
//    event or issue

use fetch::scripted::Scripted;
use sentry_tools::{Constraint, Session, Skill, Skills};
use serde_json::{Map, Value, json};

use crate::fixture::{BASE, Script, session, slug, text, world_of};

mod guides;

const L: &str = "https://lighthouse-books.sentry.io";
const E: &str = "4be71c0d9b52f7c41e0d9b52f1a2b3c4";
const T: &str = "68d416f256e9954e9c1ebaceefe6a301";
const ORGANIZATION: &str = "/organizations/lighthouse-books";

fn sentry() -> Scripted {
    let issue = json!({
        "id": "7301", "shortId": "SHELF-10", "title": "Crash on pier 3", "status": "unresolved",
        "project": { "id": "41", "slug": "shelf" }
    });
    let event =
        json!({ "id": E, "eventID": E, "title": "Crash on pier 3", "entries": [], "tags": [] });
    let rival = json!({ "id": "2", "slug": "rival", "links": {} });
    let mut script = Scripted::new()
        .get("/organizations/rival/", &rival)
        .get(
            &format!("{ORGANIZATION}/trace/{T}/?limit=10000"),
            &json!([]),
        )
        .get(
            &format!("{ORGANIZATION}/"),
            &json!({ "id": "1", "slug": "lighthouse-books", "links": {} }),
        );
    for id in ["7301", "SHELF-10"] {
        script = script.get(&format!("{ORGANIZATION}/issues/{id}/"), &issue);
        for which in ["latest", "oldest", "recommended", E] {
            script = script.get(
                &format!("{ORGANIZATION}/issues/{id}/events/{which}/"),
                &event,
            );
        }
    }
    script
}

/// Whether it is an error, what it says, and what Sentry was asked of issues, events and traces.
async fn paste(session: Session, tool: &str, arguments: Value) -> (bool, String, Vec<String>) {
    let world = world_of(BASE, session, sentry());
    let result = world.call(tool, arguments.clone()).await;
    let result = result.unwrap_or_else(|error| panic!("{arguments}: {error:?}"));
    (result.is_error, text(&result), world.asked())
}

fn with(url: &str, more: &Value) -> Value {
    let mut arguments: Map<String, Value> = [("url".to_owned(), url.into())].into_iter().collect();
    arguments.extend(more.as_object().unwrap().clone());
    Value::Object(arguments)
}

/// What is asked of issues and events, in the words of their paths.
fn things(asked: &[String]) -> Vec<String> {
    let mut things: Vec<_> = asked
        .iter()
        .filter(|path| {
            !path.contains("external-issues")
                && !path.contains("replay-count")
                && !path.contains("autofix")
                && !path.contains("committers")
                && *path != &format!("{ORGANIZATION}/")
        })
        .map(|path| path.replace(ORGANIZATION, ""))
        .collect();
    things.sort();
    things.dedup();
    things
}

fn issue(id: &str, event: &str) -> Vec<String> {
    vec![
        format!("/issues/{id}/"),
        format!("/issues/{id}/events/{event}/"),
    ]
}

fn forms() -> Vec<(String, Vec<String>)> {
    let of_event = || vec![format!("/issues/?limit=10&query={E}&statsPeriod=90d")];
    let trace = || vec![format!("/trace-meta/{T}/"), format!("/trace/{T}/")];
    let rows: &[(&str, Vec<String>)] = &[
        ("L/issues/7301/", issue("7301", "latest")),
        (
            "L/issues/shelf-10/?project=41&statsPeriod=14d#activity",
            issue("SHELF-10", "latest"),
        ),
        (
            "https://de.sentry.io/organizations/lighthouse-books/issues/7301/",
            issue("7301", "latest"),
        ),
        (
            "https://sentry.io/lighthouse-books/shelf/issues/7301/events/E/",
            issue("7301", E),
        ),
        (
            "https://sentry.io/lighthouse-books/issues/7301/",
            issue("7301", "latest"),
        ),
        (
            "https://de.sentry.io/lighthouse-books/issues/SHELF-10",
            issue("SHELF-10", "latest"),
        ),
        (
            "L/issues/7301/events/4be71c0d-9b52-f7c4-1e0d-9b52f1a2b3c4/",
            issue("7301", E),
        ),
        (
            "L/issues/7301/events/4BE71C0D9B52F7C41E0D9B52F1A2B3C4/json/",
            issue("7301", E),
        ),
        ("L/issues/7301/events/oldest/", issue("7301", "oldest")),
        (
            "L/issues/7301/events/recommended/?project=41",
            issue("7301", "recommended"),
        ),
        ("L/issues/7301/events/latest/", issue("7301", "latest")),
        ("L/issues/7301/events/?query=pier", issue("7301", "latest")),
        ("L/issues/7301/activity/", issue("7301", "latest")),
        ("L/issues/7301/replays/", issue("7301", "latest")),
        ("L/issues/7301/distributions/pier/", issue("7301", "latest")),
        ("L/issues/7301/…", issue("7301", "latest")),
        ("L//issues//7301//", issue("7301", "latest")),
        (
            "L/organizations/lighthouse-books/issues/7301/",
            issue("7301", "latest"),
        ),
        ("L/shelf/issues/7301/", issue("7301", "latest")),
        (
            "https://sentry.example/organizations/lighthouse-books/issues/7301/",
            issue("7301", "latest"),
        ),
        (
            "https://sentry.example/lighthouse-books/shelf/issues/SHELF-10/",
            issue("SHELF-10", "latest"),
        ),
        (
            "https://lighthouse-books.sentry.example/issues/7301/",
            issue("7301", "latest"),
        ),
        (
            "https://sentry.io/api/0/organizations/lighthouse-books/issues/7301/events/E/",
            issue("7301", E),
        ),
        (
            "L/issues/feedback/?feedbackSlug=web%3A7301&project=42",
            issue("7301", "latest"),
        ),
        (
            "L/feedback/?feedbackSlug=web%3A7301",
            issue("7301", "latest"),
        ),
        (
            "L/issues/7301/?alert_rule_id=55&alert_type=email&notification_uuid=6b0c9d5e",
            issue("7301", "latest"),
        ),
        (
            "L/issues/7301/?project=41&amp;referrer=mail",
            issue("7301", "latest"),
        ),
        (
            "https://sentry.io/organizations/lighthouse-books/projects/shelf/events/E/",
            of_event(),
        ),
        (
            "https://sentry.io/lighthouse-books/shelf/events/E/",
            of_event(),
        ),
        (
            "https://sentry.io/api/0/projects/lighthouse-books/shelf/events/E/",
            of_event(),
        ),
        ("L/organizations/lighthouse-books/eventids/E/", of_event()),
        ("L/explore/discover/shelf:E/", of_event()),
        (
            "L/explore/traces/trace/T/?node=span-b20c55e1f7a84d36",
            trace(),
        ),
        ("L/performance/trace/T/", trace()),
        ("L/traces/T/", trace()),
        ("L/insights/mobile/trace/T/", trace()),
        (
            "L/insights/frontend/trace/T/?node=span-b20c55e1f7a84d36&node=txn-E",
            trace(),
        ),
        (
            "https://sentry.io/organizations/lighthouse-books/insights/backend/trace/T/",
            trace(),
        ),
        (
            "L/traces/trace/68d416f2-56e9-954e-9c1e-baceefe6a301/",
            trace(),
        ),
    ];
    rows.iter()
        .map(|(url, asked)| (filled(url), asked.clone()))
        .collect()
}

fn filled(url: &str) -> String {
    let url = match url.strip_prefix("L/") {
        Some(rest) => format!("{L}/{rest}"),
        None => url.to_owned(),
    };
    let url = url
        .replace("/E/", &format!("/{E}/"))
        .replace(":E/", &format!(":{E}/"));
    url.replace("/T/", &format!("/{T}/"))
        .replace("txn-E", &format!("txn-{E}"))
}

/// The start of each path: what was asked is exactly what was named, whatever parameters it is asked with.
fn agrees(asked: &[String], expected: &[String]) -> bool {
    let path = |text: &String| text.split('?').next().unwrap_or_default().to_owned();
    let mut asked: Vec<_> = asked.iter().map(path).collect();
    let mut expected: Vec<_> = expected.iter().map(path).collect();
    asked.sort();
    asked.dedup();
    expected.sort();
    asked == expected
}

#[tokio::test]
async fn every_form_is_read_and_nothing_else() {
    for (url, expected) in forms() {
        let (_, words, asked) =
            paste(session(), "get_sentry_resource", json!({ "url": url })).await;
        assert!(
            agrees(&things(&asked), &expected),
            "{url}: {asked:?} for {expected:?}\n{words}"
        );
    }
}

/// The span that a trace's address names is the one that is looked for.
#[tokio::test]
async fn the_span_of_an_address() {
    let world = world_of(BASE, session(), crate::sentry::full());
    let url = format!(
        "https://acme.sentry.io/insights/frontend/trace/{}/?node=txn-1&node=span-0000000000000bad",
        crate::sentry::TRACE
    );
    let result = world
        .call("get_sentry_resource", json!({ "url": url }))
        .await
        .unwrap();
    assert!(
        result.is_error && text(&result).contains("0000000000000bad"),
        "{}",
        text(&result)
    );
}

#[tokio::test]
async fn every_noise_around_every_form() {
    for (url, expected) in forms() {
        let plain = url.strip_prefix("https://").unwrap_or(&url);
        let mut noisy = vec![
            format!("  {url}\n"),
            format!("http://{plain}"),
            format!("<{url}>"),
            format!("<{url}|SHELF-10>"),
            format!("({url})."),
            format!("\"{url}\","),
            format!("'{url}'"),
            format!("`{url}`"),
            format!("[SHELF-10]({url})"),
            format!("[{url}]({url})"),
            format!("SHELF-10: {url}"),
            format!("see {url}, please!"),
            format!("**{url}**"),
            format!("“{url}”"),
            format!("\u{200b}{url}\u{feff}"),
            url.replace('/', "\\/"),
            format!("{{\"url\": \"{url}\"}}"),
        ];
        if !url.contains('…') {
            noisy.push(plain.to_owned());
            noisy.push(format!("<{plain}>"));
        }
        let (scheme, rest) = url.split_once("://").unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        noisy.push(format!(
            "{}://{}/{path}",
            scheme.to_uppercase(),
            host.to_uppercase()
        ));
        for noisy in noisy {
            let (_, words, asked) =
                paste(session(), "get_sentry_resource", json!({ "url": noisy })).await;
            assert!(
                agrees(&things(&asked), &expected),
                "{noisy}: {asked:?} for {expected:?}\n{words}"
            );
        }
    }
}

/// An organization that the address does not name comes from the call or the session.
#[tokio::test]
async fn an_organization_from_beside() {
    let named = json!({ "organizationSlug": "lighthouse-books" });
    let fixed = Session {
        constraint: Constraint::Organization(slug("lighthouse-books")),
        ..session()
    };
    for url in [
        "https://de.sentry.io/issues/7301/",
        "https://sentry.example/issues/7301/",
        "sentry.io/issues/7301",
    ] {
        let (is_error, words, asked) =
            paste(session(), "get_sentry_resource", with(url, &named)).await;
        assert!(
            !is_error && agrees(&things(&asked), &issue("7301", "latest")),
            "{url}: {asked:?} {words}"
        );
        let (is_error, words, asked) =
            paste(fixed.clone(), "get_sentry_resource", json!({ "url": url })).await;
        assert!(
            !is_error && agrees(&things(&asked), &issue("7301", "latest")),
            "{url}: {asked:?} {words}"
        );
        let (is_error, words, asked) =
            paste(session(), "get_sentry_resource", json!({ "url": url })).await;
        assert!(
            is_error && asked.is_empty() && words.contains("`organizationSlug`"),
            "{url}: {words}"
        );
        let (is_error, words, asked) =
            paste(session(), "get_issue_details", json!({ "issueUrl": url })).await;
        assert!(
            is_error && asked.is_empty() && words.contains("`organizationSlug`"),
            "{url}: {words}"
        );
    }
    let (is_error, words, asked) =
        paste(session(), "get_sentry_resource", with("SHELF-10", &named)).await;
    assert!(
        !is_error && agrees(&things(&asked), &issue("SHELF-10", "latest")),
        "{asked:?} {words}"
    );
    let other = Session {
        constraint: Constraint::Organization(slug("rival")),
        ..session()
    };
    let (is_error, words, asked) = paste(
        other,
        "get_sentry_resource",
        json!({ "url": format!("{L}/issues/7301/") }),
    )
    .await;
    assert!(
        is_error && asked == ["/organizations/rival/"] && words.contains("another organization"),
        "{words}"
    );
}

/// Where an address and other arguments name two things, none of them is read.
#[tokio::test]
async fn an_address_and_what_is_said_beside_it() {
    let short = format!("{L}/issues/SHELF-10/");
    let read = |arguments: Value| paste(session(), "get_issue_details", arguments);
    let (is_error, words, asked) = read(json!({ "issueId": "7301", "issueUrl": short })).await;
    assert!(!is_error && words.contains("SHELF-10"), "{asked:?} {words}");
    let (is_error, words, asked) = read(json!({ "issueId": "7302", "issueUrl": short })).await;
    assert!(is_error && words.contains("different issues"), "{words}");
    assert!(
        asked.iter().all(|path| !path.contains("/events/")),
        "{asked:?}"
    );
    for (tool, more) in [
        ("update_issue", json!({ "status": "resolved" })),
        ("get_issue_activity", json!({})),
        ("add_issue_note", json!({ "text": "x" })),
    ] {
        let mut arguments = json!({ "issueId": "7302", "issueUrl": short });
        arguments
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let (is_error, words, asked) = paste(session(), tool, arguments).await;
        assert!(
            is_error && words.contains("different issues"),
            "{tool}: {words}"
        );
        assert!(
            asked.iter().all(|path| path.ends_with("/issues/SHELF-10/")),
            "{tool}: {asked:?}"
        );
    }
    let of_event = format!("{L}/issues/7301/events/{E}/");
    let other = "0".repeat(32);
    let (is_error, words, asked) = read(json!({ "issueUrl": of_event, "eventId": other })).await;
    assert!(
        is_error && asked.is_empty() && words.contains("different events"),
        "{words}"
    );
    let (is_error, words, _) =
        read(json!({ "issueUrl": of_event, "organizationSlug": "rival" })).await;
    assert!(
        is_error && words.contains("different organizations"),
        "{words}"
    );
    let (is_error, words, asked) = read(json!({ "issueUrl": format!("{L}/traces/{T}/") })).await;
    assert!(
        is_error && asked.is_empty() && words.contains("`get_trace_details`"),
        "{words}"
    );
}
