//! Each resource: what is asked, and the shapes in which Sentry's releases answer.

#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "the tests see everything, or say of what"
)]

use std::rc::Rc;
use std::time::Duration;

use fetch::scripted::Scripted;
use fetch::{Method, Response};
use sentry_api::{
    ApiError, AutofixStatus, BaseUrl, Client, EventId, Fixed, IssueChange, IssueId, IssueKey,
    ProjectKey, Region, Sight, Slug, SlugOrId, TagKey, Token,
};
use serde_json::{Value, json};

const BASE: &str = "https://sentry.example/api/0";
const ISSUE: &str = "/organizations/acme/issues/4501";
const TRACE: &str = "0123456789abcdef0123456789abcdef";

struct World {
    client: Client,
    script: Rc<Scripted>,
    region: Region,
    acme: Slug,
    issue: IssueKey,
    web: ProjectKey,
    sight: Sight,
}

fn world(script: Scripted) -> World {
    let script = Rc::new(script);
    let base = BaseUrl::parse("https://sentry.example").unwrap();
    let tokens = Rc::new(Fixed(Token::new("secret")));
    let sight = Sight::everything();
    World {
        client: Client::new(script.clone(), tokens, base.clone()),
        script,
        region: base.region(),
        acme: Slug::parse("acme").unwrap(),
        issue: sight.unread_issue(IssueId::parse("4501").unwrap()).unwrap(),
        web: sight.project(SlugOrId::parse("web").unwrap()).unwrap(),
        sight,
    }
}

fn answers(method: Method, path: &str, body: &Value) -> World {
    world(Scripted::new().json(method, &format!("{BASE}{path}"), 200, &body.to_string()))
}

fn get(path: &str, body: &Value) -> World {
    answers(Method::Get, path, body)
}

impl World {
    fn asked(&self) -> Vec<String> {
        let requests = self.script.requests();
        requests
            .iter()
            .map(|request| request.url.as_str().replace(BASE, ""))
            .collect()
    }

    fn sent(&self) -> Value {
        let request = self.script.requests().pop().unwrap();
        assert!(
            request
                .headers
                .contains(&("content-type", "application/json".to_owned()))
        );
        serde_json::from_slice(&request.body.unwrap()).unwrap()
    }
}

#[tokio::test]
async fn a_change_is_sent_as_documented() {
    let path = format!("{ISSUE}/");
    let world = answers(
        Method::Put,
        &path,
        &json!({ "id": "4501", "status": "ignored" }),
    );
    let change = IssueChange {
        status: Some("ignored"),
        substatus: Some("archived_until_condition_met"),
        assigned_to: Some("team:7"),
        until: &[("ignoreCount", 10), ("ignoreWindow", 60)],
    };
    let after = world
        .client
        .update_issue(&world.region, &world.acme, &world.issue, &change)
        .await
        .unwrap();
    let after = after.unwrap().into_seen(&world.sight).unwrap();
    assert_eq!(after.status.as_deref(), Some("ignored"));
    assert_eq!(
        world.sent(),
        json!({
            "status": "ignored", "substatus": "archived_until_condition_met", "assignedTo": "team:7",
            "statusDetails": { "ignoreCount": 10, "ignoreWindow": 60 }
        })
    );
}

#[tokio::test]
async fn a_change_is_never_sent_twice() {
    for status in [429, 502, 503] {
        let answer = Response {
            status,
            headers: vec![],
            body: vec![],
        };
        let script = Scripted::new().on(Method::Put, &format!("{BASE}{ISSUE}/"), Ok(answer));
        let world = world(script);
        let change = IssueChange {
            status: Some("resolved"),
            ..IssueChange::default()
        };
        let result = world
            .client
            .update_issue(&world.region, &world.acme, &world.issue, &change)
            .await;
        assert!(result.is_err());
        assert_eq!(world.script.requests().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn little_patience_means_one_try() {
    let answer = Response {
        status: 503,
        headers: vec![],
        body: vec![],
    };
    let world =
        world(Scripted::new().on(Method::Get, &format!("{BASE}{ISSUE}/autofix/"), Ok(answer)));
    let hasty = world.client.with_patience(Duration::from_secs(5));
    let result = hasty
        .autofix(&world.region, &world.acme, &world.issue)
        .await;
    assert_eq!(result, Err(ApiError::Unavailable(503)));
    let requests = world.script.requests();
    assert_eq!(
        (requests.len(), requests[0].timeout),
        (1, Duration::from_secs(5))
    );
}

#[tokio::test]
async fn runs_of_seer_in_every_shape() {
    let path = format!("{ISSUE}/autofix/");
    let read = async |body: Value| {
        let world = get(&path, &body);
        let run = world
            .client
            .autofix(&world.region, &world.acme, &world.issue)
            .await;
        assert_eq!(world.asked(), [format!("{path}?llmFormat=markdown")]);
        run
    };
    assert_eq!(read(json!({ "autofix": null })).await, Ok(None));
    assert_eq!(read(json!({})).await, Ok(None));
    assert_eq!(
        read(json!([])).await,
        Err(ApiError::Malformed("a run of Seer"))
    );

    let run = read(json!({ "autofix": { "run_id": 7, "status": "COMPLETED", "blocks": [
        { "message": { "content": "thinking" }, "artifacts": [
            { "key": "root_cause", "data": { "one_line_description": "A null cart.", "five_whys": ["a", "b"],
              "reproduction_steps": [{ "title": "Open it" }] } },
            { "key": "root_cause", "data": null } ] },
        { "artifacts": [ { "key": "solution", "data": { "one_line_summary": "Check it.",
            "steps": [{ "title": "One", "description": "Do it." }] } } ] },
        null
    ] } }))
    .await
    .unwrap()
    .unwrap();
    assert_eq!(
        (run.id.as_deref(), run.status),
        (Some("7"), AutofixStatus::Completed)
    );
    assert_eq!(run.findings.len(), 2);
    assert_eq!(
        run.findings[0].text,
        "Cause: A null cart.\nWhy 1: a\nWhy 2: b\nReproduction 1: Open it\n"
    );
    assert!(run.findings[1].is_solution);
    assert_eq!(run.findings[1].text, "Check it.\nStep 1: One\nDo it.\n");
    assert_eq!(run.was_asked("look at carts"), None);
    assert_eq!(run.last_words.as_deref(), Some("thinking"));

    // The published, older shape.
    let run = read(
        json!({ "autofix": { "status": "need_more_information", "steps": [
        { "causes": [{ "description": "The cause." }] }, { "solution": [{ "title": "Fix" }] }
    ] } }),
    )
    .await
    .unwrap()
    .unwrap();
    assert_eq!(run.status, AutofixStatus::AwaitingInput);
    assert_eq!(
        (run.findings[0].text.as_str(), run.findings[1].text.as_str()),
        ("Cause: The cause.\n", "Step 1: Fix\n")
    );

    for asked in [
        json!({ "request": { "instruction": "Look at\n the carts" } }),
        json!({ "blocks": [{ "message": { "role": "user", "content": "Find it. Look at the carts" } }] }),
    ] {
        let run = read(json!({ "autofix": asked })).await.unwrap().unwrap();
        assert_eq!(run.was_asked(" Look  at the carts"), Some(true));
        assert_eq!(run.was_asked("Look at the tills"), Some(false));
    }
    let run =
        read(json!({ "autofix": { "status": "error", "formatted": { "content": "# All" } } }))
            .await
            .unwrap()
            .unwrap();
    assert_eq!(
        (run.status, run.formatted.as_deref()),
        (AutofixStatus::Error, Some("# All"))
    );
}

#[tokio::test]
async fn a_run_of_seer_is_started() {
    let path = format!("{ISSUE}/autofix/");
    for (instruction, body) in [
        (None, json!({ "step": "root_cause" })),
        (
            Some("look at carts"),
            json!({ "step": "root_cause", "user_context": "look at carts" }),
        ),
    ] {
        let world = answers(Method::Post, &path, &json!({ "run_id": 1 }));
        let (region, acme, issue) = (&world.region, &world.acme, &world.issue);
        world
            .client
            .start_autofix(region, acme, issue, instruction)
            .await
            .unwrap();
        assert_eq!(world.sent(), body);
    }
}

#[tokio::test]
async fn numbers_of_a_trace_in_both_cases() {
    let path = format!("/organizations/acme/trace-meta/{TRACE}/");
    for body in [
        json!({ "span_count": 3.0, "errors": 1, "performance_issues": 2, "logs": 4, "span_count_map": { "db": 2, "http": 5.0 } }),
        json!({ "spanCount": 3, "errors": 1, "performanceIssues": 2, "logs": 4, "spanCountMap": { "db": 2, "http": 5 } }),
        json!({ "spansCount": 3, "errorsCount": 1, "performanceIssuesCount": 2, "logsCount": 4, "spansCountMap": { "db": 2, "http": 5 } }),
        json!({ "spansCount": "3", "errorsCount": 1, "performanceIssues": 2, "logsCount": 4, "spansCountMap": { "db": 2, "http": 5 } }),
    ] {
        let world = get(&path, &body);
        let trace = EventId::parse(TRACE).unwrap();
        let meta = world
            .client
            .trace_meta(&world.region, &world.acme, &trace)
            .await
            .unwrap();
        let web = Sight::of_project(world.acme.clone(), world.acme.clone(), None);
        assert_eq!(meta.seen_by(&web), None, "it counts for all projects");
        let meta = meta.into_seen(&world.sight).unwrap();
        assert_eq!(
            (meta.errors, meta.performance_issues, meta.logs),
            (Some(1), Some(2), Some(4)),
            "{body}"
        );
        assert_eq!(meta.spans, Some(3), "{body}");
        assert!(meta.operations.contains(&("http".to_owned(), 5)));
        assert_eq!(world.asked(), [format!("{path}?statsPeriod=14d")]);
    }
}

#[tokio::test]
async fn traces_in_every_shape() {
    let path = format!("/organizations/acme/trace/{TRACE}/");
    let read = async |body: Value| {
        let world = get(&path, &body);
        let trace = EventId::parse(TRACE).unwrap();
        let read = world
            .client
            .trace(&world.region, &world.acme, &trace, "10")
            .await;
        assert_eq!(
            world.asked(),
            [format!("{path}?limit=10&project=-1&statsPeriod=14d")]
        );
        read
    };
    let trace = read(json!([
        { "event_id": "a1", "event_type": "span", "op": "http.server", "name": "http.server", "description": "GET /",
          "transaction": "/", "project_slug": "web", "duration": 12.5, "is_transaction": true, "start_timestamp": 1.5,
          "errors": [{ "event_id": "e", "issue_id": 9, "short_id": "WEB-9", "title": "T", "level": "error" }],
          "children": [
            { "event_id": "b2", "op": "db", "name": "db", "duration": "3", "children": null, "sdk_name": "sdk" },
            { "event_type": "error", "event_id": "x", "issue_id": 8, "message": "M" },
            7
          ] }
    ]))
    .await
    .unwrap();
    let everything = Sight::everything();
    let spans = everything.of_all(trace.spans);
    let ids: Vec<_> = spans
        .iter()
        .map(|span| (span.id.as_str(), span.depth, span.duration))
        .collect();
    assert_eq!(ids, [("a1", 0, Some(12.5)), ("b2", 1, Some(3.0))]);
    let problem = spans[0].problems[0].seen_by(&everything).unwrap();
    assert_eq!(problem.short_id.as_deref(), Some("WEB-9"));
    assert_eq!(
        spans[1].description, None,
        "its name is only the operation again"
    );
    assert_eq!(
        spans[1].attributes,
        [("sdk_name".to_owned(), "sdk".to_owned())]
    );
    let orphan = trace.orphans[0].seen_by(&everything).unwrap();
    assert_eq!(orphan.title.as_deref(), Some("M"));

    let older = read(json!({ "transactions": [{ "event_id": "e", "span_id": "a1", "transaction": "/", "transaction.op": "http",
        "transaction.duration": 7 }], "orphan_errors": [{ "issue_id": 1 }] }))
    .await
    .unwrap();
    let span = older.spans[0].seen_by(&everything).unwrap();
    assert_eq!((span.id.as_str(), span.duration), ("a1", Some(7.0)));
    assert_eq!(older.orphans.len(), 1);
    assert_eq!(
        read(json!("odd")).await,
        Err(ApiError::Malformed("a trace"))
    );
}

#[tokio::test]
async fn activity_and_notes() {
    let entry = json!({ "id": 1, "type": "assigned", "user": { "name": "", "username": "ada" }, "data": { "assignee": "7" },
        "dateCreated": "2025-01-01T00:00:00Z" });
    for body in [json!({ "activity": [entry] }), json!([entry])] {
        let world = get(&format!("{ISSUE}/activities/"), &body);
        let found = world
            .client
            .issue_activity(&world.region, &world.acme, &world.issue)
            .await
            .unwrap();
        assert_eq!(found[0].data, [("assignee".to_owned(), "7".to_owned())]);
    }
    let world = get(
        &format!("{ISSUE}/notes/"),
        &json!([{ "id": "2", "data": { "text": "hello" }, "user": null }]),
    );
    let found = world
        .client
        .issue_notes(&world.region, &world.acme, &world.issue, "5")
        .await
        .unwrap();
    assert_eq!(
        (found[0].text.as_deref(), found[0].user.as_deref()),
        (Some("hello"), None)
    );
    assert_eq!(world.asked(), [format!("{ISSUE}/notes/?per_page=5")]);

    let world = answers(
        Method::Post,
        &format!("{ISSUE}/notes/"),
        &json!({ "id": "3" }),
    );
    world
        .client
        .add_issue_note(&world.region, &world.acme, &world.issue, "hi")
        .await
        .unwrap();
    assert_eq!(world.sent(), json!({ "text": "hi" }));
}

#[tokio::test]
async fn a_tag_with_its_values() {
    let path = format!("{ISSUE}/tags/browser.name/");
    let world = get(
        &path,
        &json!({ "key": "browser.name", "totalValues": 5, "uniqueValues": null, "topValues": [
        { "value": "Firefox", "count": "4", "lastSeen": "x" }, { "value": null, "count": 1 }, null ] }),
    );
    let key = TagKey::parse("browser.name").unwrap();
    let tag = world
        .client
        .issue_tag(&world.region, &world.acme, &world.issue, &key)
        .await
        .unwrap();
    assert_eq!((tag.total, tag.unique, tag.top.len()), (Some(5), None, 2));
    assert_eq!((tag.top[0].count, tag.top[1].value.as_str()), (Some(4), ""));
}

#[tokio::test]
async fn rows_have_the_fields_in_order() {
    let world = get(
        "/organizations/acme/events/",
        &json!({ "data": [
        { "count()": 3, "title": "T", "other": 1 }, { "title": ["a", "b"], "count()": null }, "odd" ], "meta": {} }),
    );
    let fields = ["title", "count()"];
    let page = world
        .client
        .events(&world.region, &world.acme, vec![("query", "a b")], &fields)
        .await
        .unwrap();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        world.sight.of_page(page).items,
        [
            vec![some("T"), some("3")],
            vec![some("a, b"), None],
            vec![None, None]
        ]
    );
    assert_eq!(
        world.asked(),
        ["/organizations/acme/events/?query=a+b&field=title&field=count%28%29"]
    );
}

#[tokio::test]
async fn what_a_server_does_not_understand() {
    let url = format!("{BASE}/organizations/acme/events/validate/");
    let read = async |status: u16, body: &str| {
        let world = world(Scripted::new().json(Method::Get, &url, status, body));
        world
            .client
            .validate_events(&world.region, &world.acme, vec![], &[])
            .await
    };
    let body = json!({ "valid": false, "field": [{ "valid": true, "name": "ok" }, { "valid": false, "name": "nope", "error": "words" }],
        "query": [{ "valid": false, "error": "upstream words" }], "orderby": [] });
    for status in [200, 400] {
        let found = read(status, &body.to_string()).await.unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|each| (each.part, each.name.as_deref()))
            .collect();
        assert_eq!(found, [("query", None), ("field", Some("nope"))]);
    }
    // As published: the query is one object, and says why.
    let body = json!({ "query": { "valid": false, "error": "Invalid date" }, "field": [], "dataset": { "valid": true } });
    let found = read(200, &body.to_string()).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].part, found[0].reason.as_deref()),
        ("query", Some("Invalid date"))
    );
    let body = json!({ "query": { "valid": false, "error": null, "fields": [{ "name": "a", "valid": true }, { "name": "b", "valid": false, "error": "?" }] } });
    let found = read(400, &body.to_string()).await.unwrap();
    let named: Vec<_> = found.iter().map(|each| each.name.as_deref()).collect();
    assert_eq!(named, [Some("b")]);
    // A server that has it not, or does not say.
    for (status, body) in [(404, "{}"), (400, ""), (400, "[]"), (200, "{}")] {
        assert_eq!(read(status, body).await, Ok(vec![]), "{status} {body}");
    }
    assert_eq!(read(500, "{}").await, Err(ApiError::Unavailable(500)));
}

#[tokio::test]
async fn replays_of_an_issue_by_two_sources() {
    let count = format!("{BASE}/organizations/acme/replay-count/");
    let query = |source: &str| {
        format!(
            "{count}?returnIds=true&query=issue.id%3A%5B4501%5D&data_source={source}&statsPeriod=90d&project=-1"
        )
    };
    let script = Scripted::new()
        .json(Method::Get, &query("events"), 400, "{}")
        .json(
            Method::Get,
            &query("discover"),
            200,
            r#"{"4501":["aa","bb"]}"#,
        )
        .json(
            Method::Get,
            &query("search_issues"),
            200,
            r#"{"4501":["cc"]}"#,
        );
    let world = world(script);
    let (region, acme, issue) = (&world.region, &world.acme, &world.issue);
    for (is_of_errors, ids) in [(true, &["aa", "bb"][..]), (false, &["cc"])] {
        let found = world
            .client
            .replays_of_issue(region, acme, issue, is_of_errors, None)
            .await
            .unwrap();
        assert_eq!(world.sight.of_all(found), ids);
    }
    assert_eq!(world.asked().len(), 3);
}

#[tokio::test]
async fn lists_of_an_organization() {
    let world = get(
        "/organizations/acme/teams/",
        &json!([{ "id": 3, "slug": "core", "members": null }]),
    );
    let teams = world
        .client
        .teams(&world.region, &world.acme, None, Some("co re"))
        .await
        .unwrap();
    let teams = world.sight.of_page(teams);
    assert_eq!(
        (teams.items[0].id.as_str(), teams.items[0].slug.as_str()),
        ("3", "core")
    );
    assert_eq!(
        world.asked(),
        ["/organizations/acme/teams/?per_page=26&query=co+re"]
    );

    let names = json!([{ "id": 3, "slug": "core", "name": "Heart" }, { "id": 4, "slug": "web", "name": "Web" }]);
    for (query, slugs) in [
        (None, &["core", "web"][..]),
        (Some("COR"), &["core"]),
        (Some("heart"), &["core"]),
        (Some("x"), &[]),
    ] {
        let world = get("/projects/acme/web/teams/", &names);
        let found = world
            .client
            .teams(&world.region, &world.acme, Some(&world.web), query)
            .await
            .unwrap();
        let found = world.sight.of_page(found).items;
        let found: Vec<_> = found.iter().map(|team| team.slug.as_str()).collect();
        assert_eq!(found, slugs);
    }

    let release = json!([{ "version": "shop@1.4.0+7", "dateCreated": null, "projects": [{ "slug": "web" }, {}], "newGroups": 2,
        "lastDeploy": { "environment": "production" } }]);
    for (path, is_of_project) in [
        ("/organizations/acme/releases/", false),
        ("/projects/acme/web/releases/", true),
    ] {
        let world = get(path, &release);
        let project = is_of_project.then_some(&world.web);
        let found = world
            .client
            .releases(&world.region, &world.acme, project, None)
            .await
            .unwrap();
        let first = &world.sight.of_page(found).items[0];
        let projects = first.projects.iter();
        let projects: Vec<_> = projects
            .flat_map(|slug| slug.seen_by(&world.sight))
            .collect();
        assert_eq!(
            (first.version.as_str(), first.date_created.as_ref()),
            ("shop@1.4.0+7", None)
        );
        assert_eq!(
            (projects.as_slice(), first.new_issues),
            (&[&"web".to_owned()][..], Some(2))
        );
    }

    let key = json!({ "id": "k", "label": "Default", "dsn": { "public": "https://k@s/1", "secret": "https://k:s@s/1" }, "isActive": true });
    let world = get("/projects/acme/web/keys/", &json!([key]));
    let keys = world
        .client
        .client_keys(&world.region, &world.acme, &world.web)
        .await
        .unwrap();
    let keys = world.sight.of_all(keys);
    assert_eq!(
        (keys[0].name.as_deref(), keys[0].dsn.as_str()),
        (Some("Default"), "https://k@s/1")
    );
    assert!(
        !format!("{keys:?}").contains("k:s"),
        "the old secret form is not read"
    );
    let world = answers(Method::Post, "/projects/acme/web/keys/", &key);
    world
        .client
        .create_client_key(&world.region, &world.acme, &world.web, "New")
        .await
        .unwrap();
    assert_eq!(world.sent(), json!({ "name": "New" }));
}

#[tokio::test]
async fn replays_and_links() {
    let world = get(
        "/organizations/acme/replays/",
        &json!({ "data": [{ "id": "r", "browser": { "name": "Firefox", "version": null },
        "urls": ["https://x/"], "count_errors": 2, "duration": 60, "user": null }, {}] }),
    );
    let page = world
        .client
        .replays(&world.region, &world.acme, vec![("sort", "-started_at")])
        .await
        .unwrap();
    let page = world.sight.of_page(page);
    assert_eq!(
        (page.items.len(), page.items[0].browser.as_deref()),
        (1, Some("Firefox"))
    );

    for (body, link) in [
        (
            json!({ "sourceUrl": "https://git.example/x#L1" }),
            Some("https://git.example/x#L1"),
        ),
        (json!({ "sourceUrl": "javascript:x" }), None),
        (
            json!({ "sourceUrl": null, "error": "file_not_found" }),
            None,
        ),
    ] {
        let world = get("/projects/acme/web/stacktrace-link/", &body);
        let found = world
            .client
            .stacktrace_link(
                &world.region,
                &world.acme,
                &world.web,
                vec![("file", "a b.rs")],
            )
            .await;
        assert_eq!(found.unwrap().as_deref(), link);
        assert_eq!(world.script.requests()[0].timeout, Duration::from_secs(3));
        assert_eq!(
            world.asked(),
            ["/projects/acme/web/stacktrace-link/?file=a+b.rs"]
        );
    }

    let world = get(
        &format!("{ISSUE}/external-issues/"),
        &json!([{ "displayName": "PAY-1", "webUrl": "https://t/1" }, {}]),
    );
    let found = world
        .client
        .external_issues(&world.region, &world.acme, &world.issue)
        .await
        .unwrap();
    assert_eq!((found.len(), found[0].name.as_str()), (1, "PAY-1"));
}
