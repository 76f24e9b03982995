//! Teams, projects, keys, repositories, links to trackers, inbound filters, what is dropped, conversations and set-ups by
//! an agent: what is written is read again, and what makes no sense is refused with a reason.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::*;

const ORG: &str = "/api/0/organizations/lighthouse-books";
const CHECKOUT: &str = "/api/0/projects/lighthouse-books/checkout";

async fn send(sentry: &Sentry, method: Method, path: &str, body: Value) -> (u16, Value) {
    let reply = sentry.send_json(method, path, ADA, body).await;
    let json = if reply.text.is_empty() {
        Value::Null
    } else {
        reply.json()
    };
    (reply.status.as_u16(), json)
}

#[tokio::test]
async fn a_team_and_its_project() {
    let sentry = sentry();
    let teams = format!("{ORG}/teams/");
    let (status, team) = send(
        &sentry,
        Method::POST,
        &teams,
        json!({"name": "Night Shift"}),
    )
    .await;
    assert_eq!((status, &team["slug"]), (201, &json!("night-shift")));
    let again = send(
        &sentry,
        Method::POST,
        &teams,
        json!({"name": "Night Shift"}),
    )
    .await;
    assert_eq!(again.0, 409);
    for (body, member) in [
        (json!({}), "name"),
        (json!({"name": "x", "slug": "1234"}), "slug"),
        (json!({"name": "x", "slug": "A b"}), "slug"),
    ] {
        let (status, reason) = send(&sentry, Method::POST, &teams, body.clone()).await;
        assert_eq!(status, 400, "{body}");
        assert!(reason[member][0].is_string(), "{reason}");
    }
    let of_team = "/api/0/teams/lighthouse-books/night-shift/projects/";
    let body = json!({"name": "Gift Cards", "platform": "node"});
    let (status, project) = send(&sentry, Method::POST, of_team, body.clone()).await;
    assert_eq!((status, &project["slug"]), (201, &json!("gift-cards")));
    assert_eq!(send(&sentry, Method::POST, of_team, body).await.0, 409);
    let keys = sentry
        .json("/api/0/projects/lighthouse-books/gift-cards/keys/")
        .await;
    assert_eq!(keys[0]["name"], "Default");
    let nobody = "/api/0/teams/lighthouse-books/nobody/projects/";
    let (status, _) = send(&sentry, Method::POST, nobody, json!({"name": "x"})).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_project_keeps_its_things_under_another_slug() {
    let sentry = sentry();
    let keys = sentry.json(&format!("{CHECKOUT}/keys/")).await;
    let path = format!("{CHECKOUT}/");
    let (status, project) = send(&sentry, Method::PUT, &path, json!({"slug": "till"})).await;
    assert_eq!((status, &project["slug"]), (200, &json!("till")));
    assert_eq!(project["name"], "Checkout", "what was not sent stays");
    assert_eq!(sentry.get(&path).await.status, 404);
    let till = "/api/0/projects/lighthouse-books/till";
    let now = sentry.json(&format!("{till}/keys/")).await;
    assert_eq!(now[0]["id"], keys[0]["id"]);
    let issue = sentry.json(&format!("{ORG}/issues/CHECKOUT-1/")).await;
    assert_eq!(issue["project"]["slug"], "till");
    let path = format!("{till}/");
    let taken = json!({"slug": "shop-window"});
    let (status, reason) = send(&sentry, Method::PUT, &path, taken).await;
    assert_eq!(status, 400);
    assert!(
        reason["slug"][0]
            .as_str()
            .unwrap()
            .contains("already using")
    );
}

#[tokio::test]
async fn teams_come_and_go() {
    let sentry = sentry();
    let teams = format!("{CHECKOUT}/teams/");
    for (method, status, after) in [
        (Method::POST, 201, vec!["payments", "reading-room"]),
        (Method::POST, 201, vec!["payments", "reading-room"]),
        (Method::DELETE, 200, vec!["payments"]),
    ] {
        let path = format!("{teams}reading-room/");
        assert_eq!(send(&sentry, method, &path, json!({})).await.0, status);
        assert_eq!(sentry.get(&teams).await.each("slug"), after);
    }
    let path = format!("{teams}nobody/");
    assert_eq!(send(&sentry, Method::POST, &path, json!({})).await.0, 404);
}

#[tokio::test]
async fn a_key_is_changed_where_it_is_said() {
    let sentry = sentry();
    let keys = format!("{CHECKOUT}/keys/");
    let before = sentry.json(&keys).await[1].clone();
    let path = format!("{keys}{}/", before["id"].as_str().unwrap());
    let change = json!({"isActive": false, "rateLimit": {"window": 3600, "count": 50},
        "dynamicSdkLoaderOptions": {"hasDebug": true}});
    let (status, after) = send(&sentry, Method::PUT, &path, change).await;
    assert_eq!(status, 200);
    assert_eq!(after["isActive"], false);
    assert_eq!(after["rateLimit"], json!({"window": 3600, "count": 50}));
    assert_eq!(after["dynamicSdkLoaderOptions"]["hasDebug"], true);
    assert_eq!(after["name"], before["name"]);
    assert_eq!(sentry.json(&path).await, after);
    let lifted = json!({"rateLimit": {"window": null, "count": null}});
    let (_, after) = send(&sentry, Method::PUT, &path, lifted).await;
    assert_eq!(after["rateLimit"], Value::Null);
    for bad in [
        json!({"rateLimit": {"window": 90_000, "count": 1}}),
        json!({"browserSdkVersion": "0.1"}),
        json!({"name": " "}),
    ] {
        assert_eq!(send(&sentry, Method::PUT, &path, bad).await.0, 400);
    }
    let path = format!("{keys}nobody/");
    assert_eq!(send(&sentry, Method::PUT, &path, json!({})).await.0, 404);
}

#[tokio::test]
async fn a_repository_is_mapped() {
    let sentry = sentry();
    let path = format!("{ORG}/code-mappings/bulk/");
    let mapping = |repository: &str| {
        json!({"project": "parcel-post", "repository": repository,
        "mappings": [{"stackRoot": "src/", "sourceRoot": "src/"}], "defaultBranch": "release"})
    };
    let known = mapping("lighthouse-books/parcel-post");
    let (status, made) = send(&sentry, Method::POST, &path, known.clone()).await;
    assert_eq!((status, &made["created"]), (200, &json!(1)));
    assert_eq!(
        send(&sentry, Method::POST, &path, known).await.1["updated"],
        1
    );
    let link = "/api/0/projects/lighthouse-books/parcel-post/stacktrace-link/?file=src/a.js";
    let found = sentry.json(link).await;
    assert!(
        found["sourceUrl"]
            .as_str()
            .unwrap()
            .contains("parcel-post/blob/release/src/a.js")
    );
    assert_eq!(
        send(&sentry, Method::POST, &path, mapping("x/y")).await.0,
        404
    );
}

#[tokio::test]
async fn links_to_trackers() {
    let sentry = sentry();
    let issue = format!("{ORG}/issues/CHECKOUT-2");
    let listed = format!("{issue}/integrations/");
    let held = sentry.json(&listed).await;
    assert_eq!(held[1]["externalIssues"][0]["key"], "PAY-77");
    let path = format!("{listed}890001/");
    let link = json!({"externalIssue": "12", "repo": "lighthouse-books/checkout"});
    let (status, made) = send(&sentry, Method::PUT, &path, link.clone()).await;
    assert_eq!(status, 201);
    assert_eq!(
        made["url"],
        "https://git.lighthouse-books.example/lighthouse-books/checkout/issues/12"
    );
    let twice = send(&sentry, Method::PUT, &path, link).await;
    assert_eq!(twice.0, 400);
    let bare = send(&sentry, Method::PUT, &path, json!({"externalIssue": "13"})).await;
    assert!(bare.1["repo"].is_array(), "{bare:?}");
    let gone = format!("{path}?externalIssue={}", made["id"]);
    assert_eq!(send(&sentry, Method::DELETE, &gone, json!({})).await.0, 204);
    assert_eq!(send(&sentry, Method::DELETE, &gone, json!({})).await.0, 404);

    let installed = sentry
        .json(&format!("{ORG}/sentry-app-installations/"))
        .await;
    let uuid = installed[0]["uuid"].as_str().unwrap();
    let act = format!("/api/0/sentry-app-installations/{uuid}/external-issue-actions/");
    let id = sentry.json(&format!("{issue}/")).await["id"].clone();
    let action = json!({"groupId": id, "action": "link", "uri": "/sentry/issues/link", "fields": {"card": "7"}});
    let (status, made) = send(&sentry, Method::POST, &act, action).await;
    assert_eq!((status, &made["serviceType"]), (200, &json!("shelfmark")));
    let external = format!("{issue}/external-issues/");
    assert_eq!(sentry.json(&external).await[0]["id"], made["id"]);
    let gone = format!("{external}{}/", made["id"].as_str().unwrap());
    assert_eq!(send(&sentry, Method::DELETE, &gone, json!({})).await.0, 204);
    assert_eq!(sentry.json(&external).await, json!([]));
    let empty =
        json!({"groupId": id, "action": "link", "uri": "/sentry/issues/link", "fields": {}});
    assert_eq!(send(&sentry, Method::POST, &act, empty).await.0, 400);
}

#[tokio::test]
async fn only_an_administrator_of_events_unlinks() {
    let sentry = sentry();
    let token = sentry.sign_in("org:read event:write").await;
    let token = token["access_token"].as_str().unwrap();
    let path = format!("{ORG}/issues/CHECKOUT-1/external-issues/860001/");
    let reply = sentry
        .send_json(Method::DELETE, &path, token, json!({}))
        .await;
    assert_eq!(reply.status, 403);
}

#[tokio::test]
async fn inbound_filters() {
    let sentry = sentry();
    let filters = format!("{CHECKOUT}/custom-inbound-filters/");
    assert_eq!(
        sentry.get(&filters).await.each("name"),
        ["Old browsers", "Health checks"]
    );
    let new = json!({"name": "Bots", "dataType": "log", "conditions": [{"type": "log_message", "value": ["*bot*"]}]});
    let (status, made) = send(&sentry, Method::POST, &filters, new).await;
    assert_eq!((status, &made["active"]), (201, &json!(true)));
    let own = format!("{filters}{}/", made["id"].as_str().unwrap());
    let (_, paused) = send(&sentry, Method::PUT, &own, json!({"active": false})).await;
    assert_eq!(paused["active"], false);
    assert_eq!(paused["conditions"], made["conditions"]);
    assert_eq!(send(&sentry, Method::DELETE, &own, json!({})).await.0, 204);
    assert_eq!(sentry.get(&own).await.status, 404);
    for bad in [
        json!({"name": "x"}),
        json!({"conditions": []}),
        json!({"conditions": [{"type": "mood", "value": ["x"]}]}),
        json!({"conditions": [{"type": "release", "value": []}]}),
        json!({"conditions": [{"type": "release", "value": ["1"]}, {"type": "release", "value": ["2"]}]}),
        json!({"dataType": "event", "conditions": [{"type": "release", "value": ["1"]}]}),
    ] {
        let (status, _) = send(&sentry, Method::POST, &filters, bad.clone()).await;
        assert_eq!(status, 400, "{bad}");
    }
    let other = "/api/0/projects/lighthouse-books/shop-window/custom-inbound-filters/910001/";
    assert_eq!(
        sentry.get(other).await.status,
        404,
        "it is another project's"
    );
}

#[tokio::test]
async fn what_is_dropped() {
    let sentry = sentry();
    let dropped = |query: &str| format!("{ORG}/events-dropped/?{query}");
    let day = sentry.json(&dropped("statsPeriod=24h&dataset=spans")).await;
    assert_eq!(
        day["meta"],
        json!({"dataset": "spans", "interval": 3_600_000})
    );
    assert_eq!(day["droppedEvents"].as_array().unwrap().len(), 3 * 24);
    let narrow = "statsPeriod=24h&dataset=spans&project=checkout&outcome=rate_limited&interval=12h";
    let narrow = sentry.json(&dropped(narrow)).await;
    let one = &narrow["droppedEvents"];
    assert_eq!(one.as_array().unwrap().len(), 2);
    assert_eq!(
        (&one[0]["reason"], &one[0]["count"]),
        (&json!("key_quota"), &json!(12))
    );
    assert_eq!(narrow["acceptedEvents"][0]["outcome"], "accepted");
    for bad in [
        "dataset=discover",
        "interval=soon",
        "statsPeriod=90d&interval=1m",
    ] {
        assert_eq!(sentry.get(&dropped(bad)).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn conversations() {
    let sentry = sentry();
    for place in ["agents/conversations", "ai-conversations"] {
        let ids = |query: &str| format!("{ORG}/{place}/?{query}");
        let all = sentry.get(&ids("")).await.each("conversationId");
        assert_eq!(
            all,
            [
                "conv-returns-desk-41",
                "conv-returns-desk-42",
                "conv-catalogue-7"
            ]
        );
        for (query, expected) in [
            ("statsPeriod=24h", vec!["conv-returns-desk-41"]),
            ("query=almanac", vec!["conv-catalogue-7"]),
            ("project=checkout", vec![]),
            ("environment=staging", vec![]),
        ] {
            let found = sentry.get(&ids(query)).await.each("conversationId");
            assert_eq!(found, expected, "{query}");
        }
        let one = sentry
            .json(&format!("{ORG}/{place}/conv-returns-desk-41/"))
            .await;
        assert_eq!(one["data"].as_array().unwrap().len(), 4);
        assert_eq!(one["data"][2]["gen_ai.tool.name"], "find_order");
        let none = sentry.json(&format!("{ORG}/{place}/nobody/")).await;
        assert_eq!(none, json!({"data": []}));
    }
    let first = sentry
        .get(&format!("{ORG}/agents/conversations/?per_page=1"))
        .await;
    assert!(
        first
            .header("link")
            .contains("results=\"true\"; cursor=\"0:1:0\"")
    );
}

#[tokio::test]
async fn an_agent_reports_how_far_it_is() {
    let sentry = sentry();
    let path = format!("{ORG}/onboarding/agent/status/");
    let report = |stage: &str, run: Value| {
        json!({"runToken": "Lantern042", "stage": stage, "status": "completed",
        "eventNote": "Done", "runStatus": run})
    };
    let going = report("connect_mcp", Value::Null);
    let (status, answer) = send(&sentry, Method::POST, &path, going).await;
    assert_eq!((status, &answer["continueUpdates"]), (200, &json!(true)));
    let last = report("prepare_production", json!("completed"));
    let (_, answer) = send(&sentry, Method::POST, &path, last).await;
    assert_eq!(answer["continueUpdates"], false);
    let bad = report("lunch", Value::Null);
    assert_eq!(send(&sentry, Method::POST, &path, bad).await.0, 400);
    let unknown = json!({"runToken": "Nobody0000", "stage": "connect_mcp", "status": "active"});
    assert_eq!(send(&sentry, Method::POST, &path, unknown).await.0, 404);
}
