//! A Sentry that a second project, or a second organization, shares: whatever an answer can carry of it, every answer
//! carries. It obeys `project=` and paths as Sentry does, so that a request which is not narrowed is answered with the
//! other project's things first, and does not say of each whose it is.

use std::cell::RefCell;
use std::time::Duration;

use fetch::{Fetch, FetchError, LocalFuture, Method, Request, Response};
use serde_json::{Map, Value, json};

use crate::fixture::BASE;
use crate::sentry::{Answer, REPLAY, TRACE, answers, issue};

/// In every text of the other project; answers are searched for it in any case.
const MARK: &str = "zz-foreign";

/// Numbers of the other project begin so, and none of ours holds it.
const NUMBER: u64 = 770_077_000;

/// A trace that is none of ours.
pub(crate) const OTHER_TRACE: &str = "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";

/// An event of the other project.
pub(crate) const OTHER_EVENT: &str = "dddddddddddddddddddddddddddddddd";

/// A replay, and a snapshot, of the other project.
pub(crate) const OTHER_THING: &str = "cccccccccccccccccccccccccccccccc";

/// Whose the marks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Other {
    Project,
    Organization,
}

pub(crate) struct Crowded {
    other: Other,
    /// All that is asked after the session's constraint is known fails so.
    pub(crate) fails: Option<u16>,
    pub(crate) asked: RefCell<Vec<String>>,
}

/// Where something of the other project stands in what somebody is told.
pub(crate) fn marks(told: &str) -> Vec<String> {
    let told = told.to_lowercase();
    let plain = told.replace(',', "");
    let around = |text: &str, at: usize| {
        let (before, after) = text.split_at(at);
        let mut before: Vec<char> = before.chars().rev().take(60).collect();
        before.reverse();
        before
            .into_iter()
            .chain(after.chars().take(60))
            .collect::<String>()
    };
    let texts = told.match_indices(MARK).map(|(at, _)| around(&told, at));
    let numbers = plain
        .match_indices("770077")
        .map(|(at, _)| around(&plain, at));
    texts.chain(numbers).collect()
}

/// The same thing, as if it were the other project's: every text and number is marked. Names of members stay.
pub(crate) fn foreign(value: &Value) -> Value {
    match value {
        Value::String(text) => format!("{MARK}-{text}").into(),
        Value::Number(number) => (NUMBER + number.as_f64().unwrap() as u64 % 1_000).into(),
        Value::Array(values) => values.iter().map(foreign).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), foreign(value)))
            .collect(),
        other => other.clone(),
    }
}

fn project() -> Value {
    foreign(&json!({ "id": "6", "slug": "slug", "name": "Name", "platform": "p" }))
}

/// That thing of the other project, which says so as Sentry does for its kind.
fn saying(value: &Value, says: Value) -> Value {
    let mut value = foreign(value);
    for (name, says) in says.as_object().unwrap() {
        value[name] = says.clone();
    }
    value
}

/// Adds members that Sentry has there, or may have one day, and that name others.
fn aside(value: &mut Value, names: &[&str]) {
    for name in names {
        value[*name] = json!([project(), { "projects": [project()], "title": MARK, "shortId": "ZZ-FOREIGN-1" }]);
    }
}

fn push(list: &mut Value, item: Value) {
    let list = list.as_array_mut().unwrap();
    list.insert(0, item.clone());
    list.push(item);
}

impl Crowded {
    pub(crate) fn of(other: Other) -> Self {
        Self {
            other,
            fails: None,
            asked: RefCell::default(),
        }
    }

    fn answer(&self, request: &Request) -> Option<Value> {
        let url = request.url.as_str();
        let Some(path) = url.strip_prefix(&format!("{BASE}/api/0")) else {
            return known(request.method, url);
        };
        let path = path.split('?').next()?;
        let query: Map<String, Value> = request
            .url
            .query_pairs()
            .map(|(name, value)| (name.into_owned(), value.into_owned().into()))
            .collect();
        let fields: Vec<String> = request
            .url
            .query_pairs()
            .filter(|(name, _)| name == "field")
            .map(|(_, field)| field.into_owned())
            .collect();
        match self.other {
            Other::Organization => of_organizations(request.method, path),
            Other::Project => of_projects(request.method, path, &query, &fields),
        }
    }
}

fn known(method: Method, path: &str) -> Option<Value> {
    thread_local! {
        static ANSWERS: Vec<Answer> = answers();
    }
    ANSWERS.with(|answers| {
        let mut answers = answers.iter();
        let found = answers.find(|answer| answer.method == method && answer.path == path);
        found.map(|answer| answer.body.clone())
    })
}

/// Two organizations: `acme`, and one whose name the marks are.
fn of_organizations(method: Method, path: &str) -> Option<Value> {
    let rest = ["/organizations/", "/projects/"]
        .iter()
        .find_map(|root| path.strip_prefix(root))
        .unwrap_or_default();
    if !rest.is_empty() && !rest.starts_with("acme/") {
        let (_, below) = rest.split_once('/')?;
        return Some(foreign(&known(
            method,
            &path.replace(rest, &format!("acme/{below}")),
        )?));
    }
    let mut body = known(method, path)?;
    if path == "/organizations/" {
        let other = foreign(&body[0]);
        push(&mut body, other);
    } else if body.is_object()
        && path != "/organizations/acme/replay-count/"
        && !path.contains("/attachments/")
    {
        aside(&mut body, &["organization", "organizations"]);
    }
    Some(body)
}

/// Two projects of `acme`: `web`, and one whose name the marks are.
fn of_projects(
    method: Method,
    path: &str,
    query: &Map<String, Value>,
    fields: &[String],
) -> Option<Value> {
    if let Some(below) = path.strip_prefix("/organizations/acme/issues/")
        && let Some((id, below)) = below.split_once('/')
    {
        return of_issue(method, id, below);
    }
    if let Some(below) = path.strip_prefix("/projects/acme/") {
        let (slug, below) = below.split_once('/')?;
        if let Some(found) = stolen(below) {
            return Some(found);
        }
        let own = known(method, &format!("/projects/acme/web/{below}"))?;
        return Some(match slug {
            "web" | "5" => of_project(below, own),
            _ => foreign(&own),
        });
    }
    let narrow = query
        .get("project")
        .is_some_and(|id| id == "5" || id == "web");
    if let Some(below) = path.strip_prefix("/organizations/acme/projects/")
        && let Some((slug, below)) = below.split_once('/')
    {
        let own = known(method, &format!("/organizations/acme/projects/web/{below}"))?;
        return Some(if ["web", "5"].contains(&slug) {
            own
        } else {
            foreign(&own)
        });
    }
    let text = |name: &str| query.get(name).and_then(Value::as_str).unwrap_or_default();
    let body = || known(method, path);
    let say = json!({ "project_id": NUMBER, "project": project()["slug"] });
    Some(
        match path.strip_prefix("/organizations/acme/").unwrap_or(path) {
            "issues/" if text("query") == OTHER_EVENT => json!([other_issue()]),
            "issues/" if narrow => json!([other_issue(), own_issue("4501"), other_issue()]),
            "issues/" => json!([other_issue()]),
            "teams/" | "onboarding/agent/status/" if method == Method::Post => body()?,
            "events-dropped/" if narrow => body()?,
            "agents/conversations/" if narrow => body()?,
            "agents/conversations/c-1/" if narrow => {
                let mut own = body()?["data"].clone();
                let other = saying(
                    &own[0],
                    json!({ "project": project()["slug"], "project.id": NUMBER }),
                );
                push(&mut own, other);
                json!({ "data": own })
            }
            "monitors/" | "uptime/" if method == Method::Get => {
                let own = body()?[0].clone();
                let says = json!({ "project": project(), "projectSlug": project()["slug"] });
                let other = saying(&own, says);
                match narrow {
                    true => json!([other, own, other]),
                    false => json!([foreign(&own)]),
                }
            }
            "monitors/" => body()?,
            deploys if narrow && deploys.starts_with("releases/") => body()?,
            "events/" => {
                let mut row = body()?["data"][0].clone();
                row["gen_ai.conversation.id"] = "conversation-own".into();
                row["project.name"] = "web".into();
                row["project.id"] = 5.into();
                let mut other = foreign(&row);
                row.as_object_mut()
                    .unwrap()
                    .retain(|name, _| fields.contains(name));
                other
                    .as_object_mut()
                    .unwrap()
                    .retain(|name, _| fields.contains(name));
                let says = fields.iter().any(|field| field.starts_with("project"));
                match (narrow, says) {
                    (true, true) => json!({ "data": [other, row, other], "meta": foreign(&row) }),
                    (true, false) => json!({ "data": [row], "meta": foreign(&row) }),
                    (false, _) => json!({ "data": [other] }),
                }
            }
            // It is not narrowed by `project`, and says more than what it was asked.
            "events/validate/" => match text("query") {
                "broken" => json!({ "valid": false, "error": MARK,
                "field": [{ "name": MARK, "valid": false, "error": MARK }],
                "projects": [{ "name": MARK, "valid": false }], "query": [{ "valid": false, "error": MARK }] }),
                _ => {
                    json!({ "valid": true, "projects": [project()], "field": [{ "name": MARK, "valid": true }] })
                }
            },
            "replays/" => {
                let own = body()?["data"][0].clone();
                let other = saying(&own, say);
                match narrow {
                    true => json!({ "data": [other, own, other] }),
                    false => json!({ "data": [foreign(&own)] }),
                }
            }
            // A dashboard says which projects it is of, and one of several is nobody's.
            "dashboards/" => {
                let own = body()?[0].clone();
                let other = saying(&own, json!({ "projects": [NUMBER] }));
                let both = saying(&own, json!({ "projects": [5, NUMBER] }));
                json!([other, own, both])
            }
            "dashboards/22/" => {
                let own = known(method, "/organizations/acme/dashboards/21/")?;
                saying(&own, json!({ "projects": [NUMBER] }))
            }
            "dashboards/21/" => with(body()?, &["filters", "permissions"]),
            // A rule says of no project; a monitor does.
            "workflows/" if narrow || method != Method::Get => body()?,
            "workflows/31/" => body()?,
            "detectors/" if narrow => {
                let own = body()?[0].clone();
                let other = saying(&own, json!({ "projectId": NUMBER.to_string() }));
                json!([other, own, other])
            }
            "detectors/42/" => body()?,
            // What rules can be made of is everybody's; what it says of projects is not.
            "available-actions/" | "data-conditions/" => body()?,
            // They are narrowed by their query, and say nothing of whose they are.
            "profiling/flamegraph/" | "profiling/chunks/" if narrow => with(body()?, &["metadata"]),
            "preprodartifacts/snapshots/latest-base/" if narrow => with(body()?, &["approvers"]),
            other if other.contains(OTHER_THING) => {
                let own = known(method, &path.replace(OTHER_THING, "70002"))
                    .or_else(|| known(method, &path.replace(OTHER_THING, REPLAY)))?;
                match own.get("data") {
                    Some(data) => json!({ "data": saying(data, say) }),
                    None => saying(&own, say),
                }
            }
            own if own.starts_with("replays/") => {
                json!({ "data": with(body()?["data"].clone(), &["clicks", "info_ids"]) })
            }
            own if own.starts_with("preprodartifacts/") && !own.contains("latest") => {
                with(body()?, &["approvers"])
            }
            "replay-count/" if narrow => json!({ "4501": ["aa11"], "4502": ["aa11"] }),
            "replay-count/" => json!({ "4501": [MARK, "zz-foreign-2"], "4502": [MARK] }),
            "" => with(
                body()?,
                &["projects", "teams", "features", "onboardingTasks"],
            ),
            "/auth/" => with(body()?, &["projects", "options", "identities"]),
            trace if trace.starts_with("trace/") => traces(trace, body())?,
            // Lists of the whole organization: what one project's session should not have asked for.
            _ => foreign(&body()?),
        },
    )
}

fn with(mut value: Value, names: &[&str]) -> Value {
    aside(&mut value, names);
    value
}

fn own_issue(id: &str) -> Value {
    let mut own = issue();
    own["id"] = id.into();
    if id == "4502" {
        own["issueCategory"] = "performance".into();
    }
    with(
        own,
        &[
            "activity",
            "annotations",
            "firstRelease",
            "lastRelease",
            "mergedIssues",
            "owners",
            "participants",
            "pluginIssues",
            "seenBy",
            "similar",
            "tags",
            "userReportCount",
            "matchingEventId",
        ],
    )
}

fn other_issue() -> Value {
    saying(&issue(), json!({ "project": project() }))
}

fn of_issue(method: Method, id: &str, below: &str) -> Option<Value> {
    let number = match id {
        "WEB-1A" | "4501" => "4501",
        "PERF-1" | "4502" => "4502",
        _ => {
            let at = |id: &str| known(method, &format!("/organizations/acme/issues/{id}/{below}"));
            let own = at("4501").or_else(|| at("WEB-1A"))?;
            return Some(match below {
                "" => other_issue(),
                _ => foreign(&own),
            });
        }
    };
    let at = |id: &str| known(method, &format!("/organizations/acme/issues/{id}/{below}"));
    let own = at("4501").or_else(|| at("WEB-1A"))?;
    Some(match (below, own) {
        ("", own) if method == Method::Get => {
            let _ = own;
            own_issue(number)
        }
        ("", mut own) => {
            own["id"] = number.into();
            with(
                own,
                &["activity", "mergedIssues", "participants", "pluginIssues"],
            )
        }
        ("events/", own) => {
            let mut event = own[0].clone();
            event["projectID"] = "5".into();
            let other = saying(&event, json!({ "projectID": NUMBER.to_string() }));
            json!([other, event, other])
        }
        (below, mut own) if below.starts_with("events/") => {
            own["projectID"] = "5".into();
            own["release"]["projects"] = json!([project()]);
            with(
                own,
                &[
                    "nextEventID",
                    "previousEventID",
                    "resolvedWith",
                    "sdkUpdates",
                    "userReport",
                    "groupingConfig",
                    "crashFile",
                ],
            )
        }
        ("autofix/", mut own) => {
            if own["autofix"].is_object() {
                aside(
                    &mut own["autofix"],
                    &["request", "repositories", "codebases", "users"],
                );
            }
            with(own, &["integration", "repos"])
        }
        ("activities/", mut own) => {
            let merged = json!({ "id": "8", "type": "merge", "user": null, "dateCreated": "2025-10-04T10:00:00Z",
                "data": { "issues": [other_issue()], "commit": { "repository": project() } } });
            push(&mut own["activity"], merged);
            with(own, &["participants", "seenBy"])
        }
        (_, mut own) if own.is_object() => {
            aside(&mut own, &["projects", "issues"]);
            own
        }
        (_, own) => own,
    })
}

/// What is the other project's, and answers below ours all the same.
fn stolen(below: &str) -> Option<Value> {
    if below == "releases/stolen/commits/" {
        return Some(json!([]));
    }
    let says = match below {
        "releases/stolen/" => json!({ "projects": [project()] }),
        "monitors/stolen/" => json!({ "project": project() }),
        "uptime/stolen/" => json!({ "projectSlug": project()["slug"] }),
        _ => return None,
    };
    let path = match below.split_once('/')?.0 {
        "releases" => "releases/shop%401.4.0/",
        "monitors" => "monitors/nightly/",
        _ => "uptime/3301/",
    };
    let own = known(Method::Get, &format!("/projects/acme/web/{path}"))?;
    Some(saying(&own, says))
}

/// Below `/projects/acme/web/`.
fn of_project(below: &str, mut own: Value) -> Value {
    let whose = json!({ "id": 5, "slug": "web" });
    match below {
        "releases/" => {
            let mut release = own[0].clone();
            let other = saying(&release, json!({ "projects": [project()] }));
            release["projects"] = json!([project(), whose, project()]);
            aside(
                &mut release,
                &[
                    "authors",
                    "lastCommit",
                    "currentProjectMeta",
                    "owner",
                    "newGroupsOf",
                ],
            );
            json!([other, release, other])
        }
        "keys/" if own.is_array() => {
            let mut key = own[0].clone();
            let other = saying(&key, json!({ "projectId": NUMBER }));
            key["projectId"] = 5.into();
            json!([
                other,
                with(key, &["browserSdk", "dynamicSdkLoaderOptions"]),
                other
            ])
        }
        "teams/" => {
            for team in own.as_array_mut().unwrap() {
                aside(team, &["projects", "externalTeams", "organization"]);
            }
            own
        }
        "keys/" => with(own, &["browserSdk"]),
        "releases/shop%401.4.0/" => {
            let own_project = own["projects"][0].clone();
            own["projects"] = json!([project(), own_project, project()]);
            with(own, &["lastDeploy", "currentProjectMeta", "owner"])
        }
        _ if !own.is_object() => own,
        "stacktrace-link/" => with(own, &["config", "integrations", "error", "attemptedUrl"]),
        file if own.is_array() || file.contains("/attachments/") => own,
        _ => with(own, &["team", "teams", "organization", "latestRelease"]),
    }
}

fn traces(path: &str, own: Option<Value>) -> Option<Value> {
    let own = match own {
        Some(own) => own,
        None if path.contains(OTHER_TRACE) => {
            let own = known(Method::Get, &format!("/organizations/acme/trace/{TRACE}/"))?;
            return Some(foreign(&own));
        }
        None => return None,
    };
    let slug = &project()["slug"];
    let mut root = own[0].clone();
    let problem = saying(&root["errors"][0], json!({ "project_slug": slug }));
    let mut unsaid = problem.clone();
    unsaid.as_object_mut().unwrap().remove("project_slug");
    let span = |mut span: Value| {
        for name in ["errors", "occurrences", "performance_issues"] {
            span[name] = json!([problem, unsaid]);
        }
        span["children"] = json!([]);
        span
    };
    let says = json!({ "project_slug": slug, "event_type": "span" });
    let other = span(saying(&root["children"][0], says));
    let mut nameless = span(foreign(&root["children"][0]));
    nameless.as_object_mut().unwrap().remove("project_slug");
    let mut orphan = problem.clone();
    orphan["event_type"] = "error".into();
    for name in ["errors", "occurrences", "performance_issues"] {
        let mut problems = vec![problem.clone(), unsaid.clone()];
        problems.extend(root[name].as_array().cloned().unwrap_or_default());
        root[name] = problems.into();
    }
    // `c1` calls the other project's `d1`, and others have found something in it.
    let children = root["children"].as_array_mut()?;
    for name in ["errors", "occurrences"] {
        children[2][name] = json!([problem, unsaid]);
    }
    let called = saying(
        &children[2]["children"][0],
        json!({ "project_slug": slug, "event_id": "d1" }),
    );
    children[2]["children"][0] = span(called);
    children.insert(1, other.clone());
    children.push(nameless);
    children.push(orphan.clone());
    Some(json!([other, root, orphan]))
}

impl Fetch for Crowded {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        let path = request.url.path().to_owned();
        let asked = request.url.as_str().replace(&format!("{BASE}/api/0"), "");
        self.asked.borrow_mut().push(asked);
        let is_known = [
            "/organizations/acme/",
            "/projects/acme/web/",
            "/projects/acme/5/",
        ]
        .iter()
        .any(|constraint| path == format!("/api/0{constraint}"));
        let (status, body) = match self.fails.filter(|_| !is_known) {
            Some(status) => (status, json!({ "detail": MARK, "project": project() })),
            None => self
                .answer(&request)
                .map_or((404, json!({ "detail": MARK })), |body| (200, body)),
        };
        let response = Response {
            status,
            headers: vec![],
            body: body.to_string().into_bytes(),
        };
        Box::pin(async move { Ok(response) })
    }

    fn sleep(&self, _: Duration) -> LocalFuture<'_, ()> {
        Box::pin(async {})
    }
}
