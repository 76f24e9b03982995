//! What several calls in one save, on ten ordinary jobs against the local Sentry: `docs/SEVERAL-CALLS.md`.

use mcp::{Content, Handler, Outcome, ToolCall};
use serde_json::{Value, json};

use super::{EXECUTE, of};
use crate::fixture::session;
use crate::local::{Local, ORGANIZATION};

/// A job: what is asked first and needs no answer, then what follows from that.
type Job = (&'static str, Vec<Vec<Value>>);

fn about(name: &str, more: &Value) -> Value {
    let mut arguments = json!({ "organizationSlug": ORGANIZATION });
    let members = arguments.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    of(name, arguments)
}

fn each(name: &str, issues: &[&str]) -> Vec<Value> {
    let call = |issue: &&str| about(name, &json!({ "issueId": issue }));
    issues.iter().map(call).collect()
}

fn jobs() -> Vec<Job> {
    let search = |sort: &str| about("search_issues", &json!({ "sort": sort, "limit": 5 }));
    let events =
        |dataset: &str| about("search_events", &json!({ "dataset": dataset, "limit": 10 }));
    let of_project = |project: &str| {
        let query = json!({ "projectSlugOrId": project, "limit": 5 });
        about("search_issues", &query)
    };
    let five = [
        "CHECKOUT-1",
        "CHECKOUT-2",
        "CHECKOUT-3",
        "SHOP-WINDOW-1",
        "SHOP-WINDOW-2",
    ];
    let one = json!({ "issueId": "CHECKOUT-1" });
    let trace = json!({ "traceId": "5d3a9c1be7f04862a1c40d9be8273f61" });
    let tag = |key: &str| {
        about(
            "get_issue_tag_values",
            &json!({ "issueId": "CHECKOUT-1", "tagKey": key }),
        )
    };
    let both = |issue| {
        [
            each("get_issue_details", &[issue]),
            each("get_event_stacktrace", &[issue]),
        ]
        .concat()
    };
    vec![
        (
            "the five most frequent issues with their stack traces",
            vec![vec![search("freq")], each("get_event_stacktrace", &five)],
        ),
        (
            "one issue from all sides: details, steps before it, history",
            vec![vec![
                about("get_issue_details", &one),
                about("get_issue_breadcrumbs", &one),
                about("get_issue_activity", &one),
            ]],
        ),
        (
            "whom an issue hits: by release, user and environment",
            vec![vec![tag("release"), tag("user"), tag("environment")]],
        ),
        (
            "triage: what is new, what is frequent, then three of them in detail",
            vec![
                vec![search("new"), search("freq")],
                each("get_issue_details", &five[..3]),
            ],
        ),
        (
            "the state of three projects",
            vec![vec![
                of_project("checkout"),
                of_project("shop-window"),
                of_project("parcel-post"),
            ]],
        ),
        (
            "whether two issues have one cause",
            vec![[both("CHECKOUT-1"), both("CHECKOUT-2")].concat()],
        ),
        (
            "why it is slow: spans, and a trace",
            vec![vec![events("spans"), about("get_trace_details", &trace)]],
        ),
        (
            "what happened lately: errors, spans, logs and replays",
            vec![vec![
                events("errors"),
                events("spans"),
                events("logs"),
                events("replays"),
            ]],
        ),
        (
            "getting to know an organization: projects, teams, releases",
            vec![vec![
                about("find_projects", &json!({})),
                about("find_teams", &json!({})),
                about("find_releases", &json!({})),
            ]],
        ),
        (
            "a project's keys, releases and issues, to set it up elsewhere",
            vec![vec![
                about("find_dsns", &json!({ "projectSlug": "checkout" })),
                about("find_releases", &json!({ "projectSlug": "checkout" })),
                of_project("checkout"),
            ]],
        ),
    ]
}

/// What a model reads for a job, one call after another.
#[derive(Default)]
struct Cost {
    calls: usize,
    /// Characters of calls and answers.
    text: usize,
    /// The same as the model reads them: each turn reads all before it again.
    read: usize,
}

impl Cost {
    fn turn(&mut self, call: &Value, answer: usize) {
        self.calls += 1;
        self.text += call.to_string().len() + answer;
        self.read += self.text;
    }
}

async fn answer(local: &Local, name: &str, arguments: &Value) -> usize {
    let call = ToolCall::new(name, arguments.as_object().unwrap().clone());
    let Ok(Outcome::Complete(result)) = local.server.call_tool(call).await else {
        panic!("{name} {arguments}");
    };
    let length = |content: &Content| match content {
        Content::Text { text } => {
            let failed = result.is_error || text.lines().next().unwrap().ends_with(": failed");
            assert!(!failed, "{arguments}: {text}");
            text.chars().count()
        }
        other => panic!("{other:?}"),
    };
    result.content.iter().map(length).sum()
}

/// Tokens, at four characters each, to the hundred.
fn tokens(characters: usize) -> usize {
    (characters / 4).div_ceil(100) * 100
}

#[tokio::test]
async fn several_calls_in_one_save_calls_and_tokens() {
    let local = Local::of(session(), "demo-token-ada").await;
    let mut page = HEAD.to_owned();
    let (mut before, mut after) = (Cost::default(), Cost::default());
    for (job, rounds) in jobs() {
        let (mut alone, mut together) = (Cost::default(), Cost::default());
        for calls in rounds {
            for call in &calls {
                let name = call["name"].as_str().unwrap();
                alone.turn(call, answer(&local, name, &call["arguments"]).await);
            }
            let sent = json!({ "calls": calls });
            together.turn(&sent, answer(&local, EXECUTE, &sent).await);
        }
        page.push_str(&line(job, &alone, &together));
        assert!(
            together.calls < alone.calls && together.read < alone.read,
            "{job}"
        );
        for (sum, cost) in [(&mut before, alone), (&mut after, together)] {
            sum.calls += cost.calls;
            sum.text += cost.text;
            sum.read += cost.read;
        }
    }
    page.push_str(&line("**all ten**", &before, &after));
    page.push_str(TAIL);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/SEVERAL-CALLS.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    // Tokens change a little with every word of an answer; calls and jobs do not.
    assert!(after.read * 2 < before.read && after.text * 9 <= before.text * 10);
    assert!(
        without_tokens(&written) == without_tokens(&page),
        "docs/SEVERAL-CALLS.md differs: UPDATE=1 cargo test -p sentry-tools --test tools several"
    );
}

/// The page with the first two columns of its table.
fn without_tokens(page: &str) -> Vec<&str> {
    let lines = page.lines();
    lines
        .map(|line| match line.match_indices(" | ").nth(1) {
            Some((end, _)) if line.starts_with('|') => line.get(..end).unwrap_or(line),
            _ => line,
        })
        .collect()
}

fn line(job: &str, alone: &Cost, together: &Cost) -> String {
    format!(
        "| {job} | {} → {} | {} → {} | {} → {} |\n",
        alone.calls,
        together.calls,
        tokens(alone.text),
        tokens(together.text),
        tokens(alone.read),
        tokens(together.read)
    )
}

const HEAD: &str = "# Several calls in one

`execute_sentry_tool` takes `calls`, up to eight of `{\"name\": …, \"arguments\": …}`. They run side by side, each answer comes below
a heading that repeats its call, and together they have at most 12,000 characters: what short answers leave of that is
for long ones, and what is cut says so. Only tools that read can be called so. A call that fails is told as such, and the
others go on.

What that saves, on ten ordinary jobs against the local Sentry, measured by `tests/tools/several/measured.rs` of
`crates/sentry-tools`: calls one by one → in `calls`; tokens of calls and answers; and tokens that the model reads, since
every further turn reads all before it again. A token is taken as four characters, rounded up to the hundred. A client that sends
several calls in one turn by itself saves the turns already, and then only what is cut.

| job | calls | tokens of calls and answers | tokens read |
|---|---|---|---|
";

const TAIL: &str = "
An answer that was cut is read whole by calling its tool alone; a job that needs every answer whole is better done one by
one.
";
