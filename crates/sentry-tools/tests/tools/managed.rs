//! What the Sentry that has one of everything has for projects, teams, keys, filters, links and conversations, and how the
//! tools for them are called there.

use fetch::Method;
use serde_json::{Value, json};

use crate::sentry::{Answer, get};

/// What a tool is called with in a session of one project, and what its answer has to hold.
pub(crate) type Tries = Vec<(&'static str, Vec<(Value, &'static str)>)>;

fn at(method: Method, path: &'static str, body: Value) -> Answer {
    Answer { method, path, body }
}

fn project(name: &str) -> Value {
    json!({ "id": "5", "slug": "web", "name": name, "platform": "javascript" })
}

pub(crate) fn key(name: &str) -> Value {
    json!({ "id": "k1", "name": name, "isActive": true, "projectId": 5, "dateCreated": "2025-01-01T00:00:00Z",
        "rateLimit": { "window": 60, "count": 100 }, "browserSdkVersion": "8.x",
        "dsn": { "public": "https://k1@ingest.example/5", "secret": "https://k1:s3cret@ingest.example/5" },
        "dynamicSdkLoaderOptions": { "hasReplay": true, "hasDebug": false } })
}

pub(crate) fn filter(name: &str) -> Value {
    json!({ "id": "7", "name": name, "active": true, "dataType": "error", "dateCreated": "2025-01-01T00:00:00Z",
        "dateUpdated": "2025-01-01T00:00:00Z", "conditions": [{ "type": "release", "value": ["1.0"] }] })
}

/// As Sentry answers a search over spans.
pub(crate) fn conversation() -> Value {
    let says = |role: &str, text: &str| {
        json!([{ "role": role, "parts": [{ "type": "text", "content": text }] }]).to_string()
    };
    json!({ "data": [
        { "span_id": "a1", "trace": "abcd", "project": "web", "project.id": 5, "span.op": "gen_ai.invoke_agent",
          "span.description": "invoke", "span.status": "ok", "span.duration": 1900, "precise.start_ts": 1000.0,
          "precise.finish_ts": 1002.0, "gen_ai.operation.type": "agent", "gen_ai.agent.name": "Desk" },
        { "span_id": "a2", "trace": "abcd", "project": "web", "project.id": 5, "span.op": "gen_ai.chat",
          "span.description": "chat", "span.status": "ok", "span.duration": 800, "precise.start_ts": 1000.1,
          "precise.finish_ts": 1000.9, "gen_ai.operation.type": "ai_client", "gen_ai.usage.total_tokens": 40,
          "gen_ai.input.messages": says("user", "Where is my order?"), "gen_ai.output.messages": says("assistant", "Shipped.") },
        { "span_id": "a3", "trace": "abcd", "project": "web", "project.id": 5, "span.op": "gen_ai.execute_tool",
          "span.description": "tool", "span.status": "internal_error", "span.duration": 30, "precise.start_ts": 1001.0,
          "precise.finish_ts": 1001.03, "gen_ai.operation.type": "tool", "gen_ai.tool.name": "track",
          "gen_ai.tool.call.arguments": "{\"order\":1}" }
    ] })
}

pub(crate) fn answers() -> Vec<Answer> {
    vec![
        at(
            Method::Post,
            "/organizations/acme/teams/",
            json!({ "id": "4", "slug": "data", "name": "Data" }),
        ),
        at(Method::Post, "/teams/acme/core/projects/", project("Web")),
        at(Method::Put, "/projects/acme/web/", project("Web shop")),
        get("/organizations/acme/repos/", json!([])),
        get("/projects/acme/web/keys/k1/", key("Default")),
        at(Method::Put, "/projects/acme/web/keys/k1/", key("Mine")),
        at(
            Method::Post,
            "/projects/acme/web/teams/data/",
            project("Web"),
        ),
        at(
            Method::Delete,
            "/projects/acme/web/teams/core/",
            project("Web"),
        ),
        get(
            "/organizations/acme/events-dropped/",
            json!({ "meta": { "dataset": "spans", "interval": 3_600_000 },
                "droppedEvents": [{ "outcome": "rate_limited", "reason": "key_quota", "count": 30 },
                    { "outcome": "filtered", "reason": "error-message", "count": 10 },
                    { "outcome": "rate_limited", "reason": "key_quota", "count": 20 }],
                "acceptedEvents": [{ "outcome": "accepted", "reason": "accepted", "count": 140 }] }),
        ),
        get(
            "/organizations/acme/agents/conversations/",
            json!([{ "conversationId": "c-1", "flow": ["Desk"], "errors": 1, "llmCalls": 1, "toolCalls": 1, "totalTokens": 40,
                "totalCost": 0.01, "startTimestamp": 1_000_000, "endTimestamp": 1_002_000, "traceIds": ["abcd"],
                "firstInput": "Where is my order?", "lastOutput": "Shipped.", "user": { "id": "u1", "email": null },
                "toolNames": ["track"], "toolErrors": 1 }]),
        ),
        get(
            "/organizations/acme/agents/conversations/c-1/",
            conversation(),
        ),
        get(
            "/organizations/acme/issues/4501/integrations/",
            json!([{ "id": "9", "name": "Acme", "domainName": "github.com/acme", "provider": { "key": "github" },
                "externalIssues": [] }]),
        ),
        at(
            Method::Put,
            "/organizations/acme/issues/4501/integrations/9/",
            json!({ "id": 11, "key": "acme/web#12", "url": "https://github.com/acme/web/issues/12", "integrationId": 9,
                "displayName": "acme/web#12" }),
        ),
        at(
            Method::Delete,
            "/organizations/acme/issues/4501/external-issues/1/",
            Value::Null,
        ),
        get(
            "/projects/acme/web/custom-inbound-filters/",
            json!([filter("Old")]),
        ),
        at(
            Method::Post,
            "/projects/acme/web/custom-inbound-filters/",
            filter("New"),
        ),
        get(
            "/projects/acme/web/custom-inbound-filters/7/",
            filter("Old"),
        ),
        at(
            Method::Put,
            "/projects/acme/web/custom-inbound-filters/7/",
            filter("New"),
        ),
        at(
            Method::Delete,
            "/projects/acme/web/custom-inbound-filters/7/",
            Value::Null,
        ),
        at(
            Method::Post,
            "/organizations/acme/onboarding/agent/status/",
            json!({ "runStatus": "active", "continueUpdates": true }),
        ),
    ]
}

fn conditions() -> Value {
    json!([{ "type": "release", "value": ["1.0"] }])
}

/// The arguments of each tool but for organization and project.
fn own() -> Vec<(&'static str, Value, &'static str)> {
    const ISSUE: &str = "/organizations/acme/issues/WEB-1A/";
    const TEAMS: &str = "/projects/acme/web/teams/";
    const FILTER: &str = "/projects/acme/web/custom-inbound-filters/7/";
    let link = |url: &str| json!({ "issueId": "WEB-1A", "externalIssueUrl": url });
    let update = json!({ "stage": "connect_mcp", "status": "active" });
    vec![
        (
            "create_team",
            json!({ "name": "Data" }),
            "/organizations/acme/teams/",
        ),
        (
            "update_project",
            json!({ "name": "Web shop" }),
            "/projects/acme/web/",
        ),
        (
            "update_dsn",
            json!({ "keyId": "k1", "name": "Mine" }),
            "/projects/acme/web/keys/k1/",
        ),
        (
            "add_team_to_project",
            json!({ "teamSlug": "data" }),
            "/projects/acme/web/teams/data/",
        ),
        (
            "remove_team_from_project",
            json!({ "teamSlug": "core" }),
            TEAMS,
        ),
        (
            "find_dropped_events",
            json!({}),
            "/organizations/acme/events-dropped/",
        ),
        (
            "search_agent_conversations",
            json!({}),
            "/organizations/acme/agents/conversations/",
        ),
        (
            "get_agent_conversation_details",
            json!({ "conversationId": "c-1" }),
            "/organizations/acme/agents/conversations/c-1/",
        ),
        (
            "link_issue",
            link("https://github.com/acme/web/issues/12"),
            ISSUE,
        ),
        ("unlink_issue", link("https://tracker.example/PAY-1"), ISSUE),
        (
            "find_custom_inbound_filters",
            json!({}),
            "/projects/acme/web/custom-inbound-filters/",
        ),
        (
            "create_custom_inbound_filter",
            json!({ "name": "New", "dataType": "error", "conditions": conditions() }),
            "/projects/acme/web/custom-inbound-filters/",
        ),
        (
            "update_custom_inbound_filter",
            json!({ "filterId": "7", "name": "New" }),
            FILTER,
        ),
        (
            "delete_custom_inbound_filter",
            json!({ "filterId": "7" }),
            FILTER,
        ),
        (
            "onboarding_status_update",
            json!({ "runToken": "Lantern042", "update": update }),
            "/organizations/acme/onboarding/agent/status/",
        ),
    ]
}

fn with_place(mut arguments: Value, path: &str) -> Value {
    arguments["organizationSlug"] = "acme".into();
    if path.starts_with("/projects/") {
        arguments["projectSlug"] = "web".into();
    }
    arguments
}

/// As [`crate::sentry::calls`].
pub(crate) fn calls() -> Vec<(&'static str, Value, &'static str)> {
    let own = own().into_iter();
    let mut calls: Vec<_> = own
        .map(|(tool, arguments, path)| (tool, with_place(arguments, path), path))
        .collect();
    calls.push((
        "create_project",
        json!({ "organizationSlug": "acme", "teamSlug": "core", "name": "Web" }),
        "/teams/acme/core/projects/",
    ));
    calls
}

/// As [`crate::tries::tries`].
pub(crate) fn tries() -> Tries {
    let shows = [
        ("create_team", "\"slug\":\"data\""),
        ("update_project", "Web shop"),
        ("update_dsn", "k1@ingest"),
        ("add_team_to_project", "\"changed\":true"),
        ("remove_team_from_project", "\"changed\":true"),
        ("find_dropped_events", "key_quota"),
        ("search_agent_conversations", "Where is my order?"),
        ("get_agent_conversation_details", "Where is my order?"),
        ("link_issue", "\"status\":\"linked\""),
        ("unlink_issue", "\"status\":\"unlinked\""),
        ("find_custom_inbound_filters", "\"id\":\"7\""),
        ("create_custom_inbound_filter", "\"id\":\"7\""),
        ("update_custom_inbound_filter", "\"id\":\"7\""),
        ("delete_custom_inbound_filter", "\"success\":true"),
        ("onboarding_status_update", "\"continueUpdates\":true"),
    ];
    let mut tries: Tries = Vec::new();
    for (tool, arguments, path) in own() {
        let (_, shows) = shows.iter().find(|(name, _)| *name == tool).unwrap();
        let mut all = vec![(arguments.clone(), *shows)];
        // What names another project is overwritten where the session's URL says one.
        if path.starts_with("/projects/") {
            let mut other = arguments.clone();
            other["projectSlug"] = "stock".into();
            all.push((other, *shows));
        }
        if arguments.get("issueId").is_some() {
            let mut other = arguments.clone();
            other["issueId"] = "77".into();
            all.push((other, "another project"));
        }
        if path.ends_with("conversations/") {
            let mut other = arguments;
            other["project"] = "stock".into();
            all.push((other, "another project"));
        }
        tries.push((tool, all));
    }
    let new = json!({ "teamSlug": "core", "name": "Web" });
    tries.push(("create_project", vec![(new, "limited to the project")]));
    let feedback = json!({ "task": "t", "kind": "idea", "impact": "friction", "description": "d" });
    tries.push((
        "submit_feedback_to_sentry_team",
        vec![(feedback, "takes no feedback")],
    ));
    let info = vec![(json!({}), "\"projectSlug\":\"web\"")];
    tries.push(("get_sentry_mcp_info", info));
    tries
}
