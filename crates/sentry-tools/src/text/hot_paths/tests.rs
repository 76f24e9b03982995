use sentry_api::Json;
use serde_json::{Value, json};

use super::*;

/// `main` calls `slow`, which waits in a library, and `quick`.
fn frames(names: [&str; 3]) -> Value {
    let [function, file, own] = names;
    json!([
        {function: "main", file: "app/main.py", "lineno": 3, own: true},
        {function: "slow", file: "app/slow.py", "lineno": 9, own: true},
        {function: "quick", file: "app/quick.py", "lineno": 5, own: true},
        {function: "recv", file: "lib/socket.py", "lineno": 70, own: false},
        {function: "idle", file: "lib/loop.py", own: false},
    ])
}

fn sampled(stacks: &[usize]) -> Value {
    let sample = |stack: &usize| json!({"stack_id": stack, "thread_id": "1"});
    json!({
        "transaction": {"active_thread_id": 1},
        "profile": {
            "frames": frames(["function", "filename", "in_app"]),
            // The innermost first.
            "stacks": [[3, 1, 0], [2, 0], [4]],
            "samples": stacks.iter().map(sample).collect::<Vec<_>>(),
        },
    })
}

fn speedscope(weights: [u64; 3]) -> Value {
    json!({
        "shared": {
            "frames": frames(["name", "file", "is_application"]),
            "profiles": [{"profile_id": "a"}, {"profile_id": "b"}],
        },
        "profiles": [{"samples": [[0, 1, 3], [0, 2], [4]], "weights": [1, 1, 1], "sample_durations_ns": weights}],
    })
}

/// Share, own or not, and words of each path.
fn paths(answer: &Value, focus: Focus) -> Vec<(f64, bool, String)> {
    let json = Json::from(answer);
    let calls = Calls::read(json.root(), focus);
    let paths = calls.paths(10).into_iter();
    paths
        .map(|path| {
            let mut words: Vec<_> = path.frames.iter().map(|frame| frame.function()).collect();
            words.extend(path.innermost.map(Frame::function));
            (path.share, path.is_own, words.join(" > "))
        })
        .collect()
}

#[test]
fn every_format_gives_the_same_paths_with_own_code_first() {
    let stacks = [0, 0, 0, 2, 2, 2, 2, 2, 1, 1];
    let expected = [
        (30.0, true, "main > slow > recv".to_owned()),
        (20.0, true, "main > quick".to_owned()),
        (50.0, false, "idle".to_owned()),
    ];
    let profile = sampled(&stacks);
    assert_eq!(paths(&profile, Focus::Own), expected);
    assert_eq!(paths(&json!({"chunk": profile}), Focus::Own), expected);
    assert_eq!(paths(&speedscope([30, 20, 50]), Focus::Own), expected);
    let all = paths(&profile, Focus::All);
    assert_eq!(all[0], (20.0, true, "main > quick".to_owned()));
    assert_eq!(all[1], (50.0, false, "idle".to_owned()));
    assert_eq!(all[2], (30.0, false, "main > slow > recv".to_owned()));
}

#[test]
fn samples_of_other_threads_do_not_count() {
    let mut profile = sampled(&[0, 1]);
    let other = json!({"stack_id": 2, "thread_id": 7});
    profile["profile"]["samples"]
        .as_array_mut()
        .unwrap()
        .push(other);
    let json = Json::from(&profile);
    let calls = Calls::read(json.root(), Focus::Own);
    assert_eq!((calls.samples, calls.profiles), (2, 1));
    profile["transaction"] = Value::Null;
    let json = Json::from(&profile);
    assert_eq!(Calls::read(json.root(), Focus::Own).samples, 3);
}

#[test]
fn functions_know_what_is_theirs() {
    let json = Json::from(&speedscope([30, 20, 50]));
    let calls = Calls::read(json.root(), Focus::Own);
    let functions = |focus| -> Vec<_> {
        let functions = calls.functions(3, focus).into_iter();
        functions
            .map(|one| (one.frame.words(), one.share, one.self_share))
            .collect()
    };
    assert_eq!(
        functions(Focus::Own),
        [
            ("main (app/main.py:3)".to_owned(), 50.0, 0.0),
            ("slow (app/slow.py:9)".to_owned(), 30.0, 0.0),
            ("quick (app/quick.py:5)".to_owned(), 20.0, 20.0),
        ]
    );
    assert_eq!(functions(Focus::All)[0].1, 50.0);
    assert_eq!(calls.profiles, 2);
}

#[test]
fn a_function_that_calls_itself_counts_once() {
    let answer = json!({
        "shared": {"frames": frames(["name", "file", "is_application"])},
        "profiles": [{"samples": [[0, 1, 0, 1]], "weights": [4]}],
    });
    let json = Json::from(&answer);
    let calls = Calls::read(json.root(), Focus::Own);
    assert_eq!(calls.functions(1, Focus::Own)[0].share, 100.0);
    assert_eq!(paths(&answer, Focus::Own)[0].2, "main > slow > main > slow");
}

#[test]
fn two_periods_differ_by_their_functions() {
    let (now, before) = (speedscope([60, 10, 30]), speedscope([10, 60, 30]));
    let (now, before) = (Json::from(&now), Json::from(&before));
    let now = Calls::read(now.root(), Focus::Own);
    let before = Calls::read(before.root(), Focus::Own);
    let changes = changes(&now, &before, 10, Focus::Own);
    let told: Vec<_> = changes
        .iter()
        .map(|change| (change.frame.function(), change.before, change.now))
        .collect();
    assert_eq!(told, [("slow", 10.0, 60.0), ("quick", 60.0, 10.0)]);
}

#[test]
fn what_is_no_profile_has_no_sample() {
    let frames = frames(["name", "file", "is_application"]);
    for hostile in [
        Value::Null,
        json!([]),
        json!({"profile": {"frames": 3, "stacks": [3, [9]], "samples": [{"stack_id": 1}, {"stack_id": -1}, 4]}}),
        json!({"profiles": [{"samples": [[0]], "weights": [5]}]}),
        json!({"shared": {"frames": frames}, "profiles": [{"samples": [[99], [], 7, ["x"]], "weights": [1, 2, 3, 4]}]}),
        json!({"shared": {"frames": frames}, "profiles": [{"samples": [[0], [0], [0]], "weights": [-1, 0, "x"]}]}),
    ] {
        let json = Json::from(&hostile);
        let calls = Calls::read(json.root(), Focus::Own);
        assert_eq!((calls.weight, calls.samples), (0.0, 0), "{hostile}");
        assert!(calls.paths(10).is_empty() && calls.functions(10, Focus::All).is_empty());
    }
}

#[test]
fn a_wide_and_a_deep_profile_end() {
    let names: Vec<Value> = (0..3_000)
        .map(|name| json!({"name": name.to_string()}))
        .collect();
    let wide: Vec<Value> = (0..3_000).map(|frame| json!([frame])).collect();
    let deep: Vec<usize> = (0..3_000).collect();
    let answer = json!({
        "shared": {"frames": names},
        "profiles": [{"samples": wide, "weights": vec![1; 3_000]}, {"samples": [deep], "weights": [9]}],
    });
    let json = Json::from(&answer);
    let calls = Calls::read(json.root(), Focus::All);
    assert_eq!(calls.weight, 3_009.0);
    assert!(calls.nodes.len() < 1_300, "{}", calls.nodes.len());
    assert!(calls.paths(1)[0].frames.len() <= DEEPEST);
}
