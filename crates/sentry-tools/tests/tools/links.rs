//! `link_issue` and `unlink_issue`: the integration is found by the address, nothing is guessed, and twice is once.
// file rule: mcp/external-issues: an issue of a tracker is linked and unlinked by its address; several that could be meant
//    are named, and nothing is sent

use fetch::Method;
use fetch::scripted::Scripted;
use serde_json::{Value, json};

use crate::fixture::{BASE, Script, World, world};
use crate::sentry::issue;

const OF_ISSUE: &str = "/organizations/acme/issues/4501";

fn integration(id: &str, provider: &str, domain: &str, links: Value) -> Value {
    json!({ "id": id, "name": format!("Tracker {id}"), "domainName": domain, "provider": { "key": provider },
        "externalIssues": links })
}

fn sentry(integrations: Value, apps: Value) -> Scripted {
    Scripted::new()
        .get("/organizations/acme/issues/WEB-1A/", &issue())
        .get(&format!("{OF_ISSUE}/integrations/"), &integrations)
        .get(&format!("{OF_ISSUE}/external-issues/"), &apps)
}

fn on(script: Scripted, method: Method, path: &str, status: u16, body: &Value) -> Scripted {
    script.json(
        method,
        &format!("{BASE}/api/0{path}"),
        status,
        &body.to_string(),
    )
}

fn sent(world: &World) -> Vec<(Method, String, Value)> {
    let requests = world.sentry.requests();
    let changes = requests.iter().filter(|sent| sent.method != Method::Get);
    changes
        .map(|sent| {
            let body = sent.body.as_deref().unwrap_or(b"null");
            let url = sent.url.as_str().replace(&format!("{BASE}/api/0"), "");
            (sent.method, url, serde_json::from_slice(body).unwrap())
        })
        .collect()
}

fn call(url: &str, more: Value) -> Value {
    let mut arguments =
        json!({ "organizationSlug": "acme", "issueId": "WEB-1A", "externalIssueUrl": url });
    for (name, value) in more.as_object().unwrap() {
        arguments[name] = value.clone();
    }
    arguments
}

#[tokio::test]
async fn the_integration_of_the_address_is_taken() {
    let integrations = json!([
        integration("8", "jira", "acme.atlassian.net", json!([])),
        integration("9", "github", "github.com/acme", json!([])),
    ]);
    let made = json!({ "id": 1, "key": "PAY-3", "url": "https://acme.atlassian.net/browse/PAY-3", "displayName": "PAY-3" });
    let script = sentry(integrations, json!([]));
    let script = on(
        script,
        Method::Put,
        &format!("{OF_ISSUE}/integrations/8/"),
        201,
        &made,
    );
    let world = world(script);
    let url = "https://acme.atlassian.net/browse/PAY-3";
    let answer = world.json("link_issue", call(url, json!({}))).await;
    assert_eq!(
        answer,
        json!({ "organizationSlug": "acme", "issueId": "WEB-1A",
            "issueUrl": "https://sentry.example/organizations/acme/issues/4501/", "status": "linked",
            "externalIssue": { "id": "1", "displayName": "PAY-3", "url": url, "integrationId": "8" } })
    );
    let expected = json!({ "externalIssue": "PAY-3" });
    assert_eq!(
        sent(&world),
        [(Method::Put, format!("{OF_ISSUE}/integrations/8/"), expected)]
    );
}

#[tokio::test]
async fn twice_is_once() {
    let link = json!([{ "id": "44", "key": "web#12", "url": "https://github.com/acme/web/issues/12", "displayName": "web#12" }]);
    let integrations = json!([integration("9", "github", "github.com/acme", link)]);
    let world = world(sentry(integrations, json!([])));
    let arguments = call("https://GitHub.com/acme/web/issues/12/", json!({}));
    let answer = world.json("link_issue", arguments).await;
    assert_eq!(answer["status"], "alreadyLinked");
    assert_eq!(answer["externalIssue"]["id"], "44");
    let arguments = call("https://github.com/acme/web/issues/13", json!({}));
    let answer = world.json("unlink_issue", arguments).await;
    assert_eq!(answer["status"], "notLinked");
    assert_eq!(sent(&world), []);
}

#[tokio::test]
async fn several_are_named_and_none_is_guessed() {
    let integrations = json!([
        integration("8", "jira", "tracker.example", json!([])),
        integration("9", "jira", "tracker.example", json!([])),
    ]);
    let made = json!({ "id": 1, "key": "P-1", "url": "https://tracker.example/browse/P-1", "displayName": "P-1" });
    let script = sentry(integrations, json!([]));
    let script = on(
        script,
        Method::Put,
        &format!("{OF_ISSUE}/integrations/9/"),
        201,
        &made,
    );
    let world = world(script);
    let url = "https://tracker.example/browse/P-1";
    let words = world.error("link_issue", call(url, json!({}))).await;
    assert!(
        words.contains("`integrationId`") && words.contains("`8` `Tracker 8`, `9` `Tracker 9`"),
        "{words}"
    );
    let words = world
        .error("link_issue", call(url, json!({ "integrationId": "7" })))
        .await;
    assert!(words.contains("`8` `Tracker 8`"), "{words}");
    let words = world
        .error("link_issue", call("https://elsewhere.example/1", json!({})))
        .await;
    assert!(
        words.contains("`appSlug`") && words.contains("Tracker 9"),
        "{words}"
    );
    assert_eq!(sent(&world), []);
    world
        .json("link_issue", call(url, json!({ "integrationId": "9" })))
        .await;
    assert_eq!(sent(&world).len(), 1);
}

#[tokio::test]
async fn an_app_says_what_its_form_needs() {
    let app = json!([{ "uuid": "u-1", "status": "installed", "app": { "slug": "linear" } }]);
    let component = json!([{ "type": "issue-link", "sentryApp": { "slug": "linear" },
        "schema": { "link": { "uri": "/link", "required_fields": [{ "name": "issue", "type": "select" }] } } }]);
    let made = json!({ "id": "5", "serviceType": "linear", "displayName": "ENG-1", "webUrl": "https://linear.app/acme/issue/ENG-1" });
    let script = sentry(json!([]), json!([]))
        .get("/organizations/acme/sentry-app-installations/", &app)
        .get("/organizations/acme/sentry-app-components/", &component);
    let act = "/sentry-app-installations/u-1/external-issue-actions/";
    let world = world(on(script, Method::Post, act, 200, &made));
    let url = "https://linear.app/acme/issue/ENG-1";
    let words = world.error("link_issue", call(url, json!({}))).await;
    assert!(
        words.contains("`fields` lacks") && words.contains("`issue`"),
        "{words}"
    );
    let other = call(url, json!({ "appSlug": "nope" }));
    let words = world.error("link_issue", other).await;
    assert!(
        words.contains("`appSlug`") && words.contains("`linear`"),
        "{words}"
    );
    assert_eq!(sent(&world), []);
    let fields = json!({ "fields": { "issue": "ENG-1" } });
    let answer = world.json("link_issue", call(url, fields)).await;
    assert_eq!(answer["externalIssue"]["appSlug"], "linear");
    let body = json!({ "groupId": "4501", "action": "link", "uri": "/link", "fields": { "issue": "ENG-1" } });
    assert_eq!(sent(&world), [(Method::Post, act.to_owned(), body)]);
}

#[tokio::test]
async fn a_link_is_taken_away_where_it_is() {
    let link = |id: &str| json!([{ "id": id, "url": "https://tracker.example/browse/P-1", "displayName": "P-1" }]);
    let integrations = json!([
        integration("8", "jira", "tracker.example", link("70")),
        integration("9", "jira", "tracker.example", link("71")),
    ]);
    let script = sentry(integrations, json!([]));
    let path = format!("{OF_ISSUE}/integrations/9/");
    let world = world(on(script, Method::Delete, &path, 204, &Value::Null));
    let url = "https://tracker.example/browse/P-1";
    let words = world.error("unlink_issue", call(url, json!({}))).await;
    assert!(words.contains("more than once"), "{words}");
    assert_eq!(sent(&world), []);
    let named = call(url, json!({ "integrationId": "9" }));
    let answer = world.json("unlink_issue", named).await;
    assert_eq!(answer["status"], "unlinked");
    let [(method, asked, _)] = &sent(&world)[..] else {
        panic!("one")
    };
    assert_eq!(*method, Method::Delete);
    assert_eq!(*asked, format!("{path}?externalIssue=71"));
}

#[tokio::test]
async fn who_may_not_take_it_away_reads_where_to() {
    let apps = json!([{ "id": "5", "serviceType": "linear", "displayName": "E-1", "webUrl": "https://linear.app/E-1" }]);
    let script = sentry(json!([]), apps);
    let path = format!("{OF_ISSUE}/external-issues/5/");
    let world = world(on(script, Method::Delete, &path, 403, &json!({})));
    let words = world
        .error("unlink_issue", call("https://linear.app/E-1", json!({})))
        .await;
    assert!(
        words.contains("event:admin") && words.contains("/issues/4501/"),
        "{words}"
    );
}

#[tokio::test]
async fn what_is_no_address_is_refused_first() {
    let world = world(Scripted::new());
    for bad in [
        "PAY-3",
        "javascript:alert(1)",
        "https://a:b@tracker.example/1",
    ] {
        let words = world.error("link_issue", call(bad, json!({}))).await;
        assert!(words.contains("`externalIssueUrl`"), "{bad}: {words}");
    }
    assert!(world.asked().is_empty());
}
