//! Runs of the state machine: what it asks for, what it refuses, and how it ends.

#![cfg(test)]

use agent::{Agent, Asked, Limits, Message, Next, Reason, Said, Target, Tool};
use serde_json::{Value, json};

fn tool(name: &str, reads: bool) -> Tool {
    let tool = json!({ "name": name, "annotations": { "readOnlyHint": reads }, "inputSchema": { "type": "object" } });
    Tool::from_mcp(&tool).unwrap()
}

fn tools() -> Vec<Tool> {
    vec![
        tool("find", true),
        tool("change", false),
        tool("execute", false),
    ]
}

fn agent(limits: Limits) -> Agent {
    let question = vec![Message::User("What broke?".to_owned())];
    Agent::new(question, tools(), limits)
}

fn calls(calls: &[(&str, &str, &str)]) -> Said {
    let asked = calls.iter().map(|(id, name, arguments)| Asked {
        id: (*id).to_owned(),
        name: (*name).to_owned(),
        arguments: (*arguments).to_owned(),
    });
    Said {
        calls: asked.collect(),
        ..Said::default()
    }
}

fn text(text: &str) -> Said {
    Said {
        text: text.to_owned(),
        ..Said::default()
    }
}

fn ids(next: &Next) -> Vec<&str> {
    match next {
        Next::CallTools(calls) | Next::Confirm(calls) => {
            calls.iter().map(|call| call.id.as_str()).collect()
        }
        Next::Refused(call, _) => vec![&call.id],
        _ => Vec::new(),
    }
}

#[test]
fn from_a_question_over_a_tool_to_an_answer() {
    let mut agent = agent(Limits::default());
    assert_eq!(agent.next(), Next::AskModel);
    agent.model_said(calls(&[("1", "find", "{\"query\":\r\n\"x\"}\n")]));
    let next = agent.next();
    let Next::CallTools(run) = &next else {
        panic!("{next:?}")
    };
    assert_eq!(
        Value::Object(run[0].arguments.clone()),
        json!({ "query": "x" })
    );
    assert_eq!(agent.next(), next, "the same again");
    assert_eq!(
        agent.tool_answered("1", "WEB-1", false),
        Some(("WEB-1".to_owned(), false))
    );
    assert_eq!(agent.next(), Next::AskModel);
    let body: Value = serde_json::from_str(&agent.body("model", true)).unwrap();
    assert_eq!(body["stream_options"]["include_usage"], true);
    assert_eq!(body["messages"][0]["role"], "system");
    assert_eq!(
        body["messages"][2]["tool_calls"][0]["function"]["arguments"],
        "{\"query\":\r\n\"x\"}\n"
    );
    assert_eq!(
        body["messages"][3]["content"],
        "<tool_output>\nWEB-1\n</tool_output>"
    );
    assert_eq!(body["tools"][0]["function"]["name"], "find");
    agent.model_said(text("WEB-1 broke."));
    assert_eq!(agent.next(), Next::Done(Reason::Answer));
    assert_eq!(agent.steps(), 2);
}

// rule: chat/changes-need-agreement
#[test]
fn what_changes_waits_for_somebody_to_agree_and_what_reads_does_not() {
    let mut agent = agent(Limits::default());
    agent.model_said(calls(&[
        ("1", "change", "{}"),
        ("2", "find", "{}"),
        ("3", "change", r#"{"a":1}"#),
    ]));
    assert_eq!(ids(&agent.next()), ["2"]);
    assert_eq!(
        agent.tool_answered("1", "done", false),
        None,
        "it was not asked for"
    );
    agent.tool_answered("2", "found", false);
    let next = agent.next();
    assert!(matches!(next, Next::Confirm(_)), "{next:?}");
    assert_eq!(ids(&next), ["1", "3"]);
    agent.approve("1");
    assert_eq!(ids(&agent.next()), ["1"]);
    agent.tool_answered("1", "done", false);
    agent.decline("3");
    let next = agent.next();
    assert!(
        matches!(&next, Next::Refused(call, words) if call.id == "3" && words.contains("declined")),
        "{next:?}"
    );
    assert_eq!(agent.next(), Next::AskModel);
    let answers: Vec<_> = agent
        .messages()
        .iter()
        .filter(|m| matches!(m, Message::Tool { .. }))
        .collect();
    assert_eq!(answers.len(), 3);
}

// rule: chat/changes-need-agreement
#[test]
fn agreeing_counts_for_the_call_that_waits_and_for_none_that_comes_later() {
    let open = |id: &str| {
        json!([
            { "role": "user", "content": "Resolve it." },
            { "role": "assistant", "tool_calls": [{ "id": id, "function": { "name": "change", "arguments": "{}" } }] },
        ])
    };
    let messages = Message::conversation(&open("1")).unwrap();
    let mut agent = Agent::new(messages, tools(), Limits::default());
    agent.approve("2");
    assert!(matches!(agent.next(), Next::Confirm(_)));
    agent.approve("1");
    assert_eq!(ids(&agent.next()), ["1"]);
    agent.tool_answered("1", "done", false);
    agent.approve("2");
    // The model reuses an id, or one that a person agreed to earlier.
    agent.model_said(calls(&[
        ("1", "change", r#"{"all":true}"#),
        ("2", "change", r#"{"b":1}"#),
    ]));
    let next = agent.next();
    assert!(matches!(next, Next::Confirm(_)), "{next:?}");
    let ids = ids(&next);
    assert_eq!(ids.len(), 2);
    assert!(!ids.contains(&"1"), "{ids:?}");
}

// rule: chat/every-run-ends
#[test]
fn a_model_that_does_wrong_is_told_so() {
    let mut agent = agent(Limits {
        calls: 3,
        ..Limits::default()
    });
    agent.model_said(calls(&[
        ("1", "rm -rf", "{}"),
        ("2", "find", "[1]"),
        ("3", "find", ""),
        ("4", "find", r#"{"a":1}"#),
        ("4", "find", r#"{"a":2}"#),
    ]));
    let mut words = Vec::new();
    let next = loop {
        match agent.next() {
            Next::Refused(_, said) => words.push(said),
            next => break next,
        }
    };
    assert_eq!(words.len(), 4);
    assert!(
        words[0].contains("no tool of that name") && words[1].contains("JSON object"),
        "{words:?}"
    );
    assert!(
        words[2].contains("Too many") && words[3].contains("Too many"),
        "{words:?}"
    );
    assert_eq!(ids(&next), ["3"]);
    agent.tool_answered("3", "found", false);
    agent.model_said(calls(&[("", "find", "")]));
    let next = agent.next();
    assert!(
        matches!(&next, Next::Refused(_, words) if words.contains("before")),
        "{next:?}"
    );
}

#[test]
fn a_call_is_no_repetition_after_something_changed() {
    let mut agent = agent(Limits::default());
    for (id, name) in [("1", "find"), ("2", "change"), ("3", "find")] {
        agent.model_said(calls(&[(id, name, "{}")]));
        agent.approve(id);
        assert_eq!(ids(&agent.next()), [id], "{name}");
        agent.tool_answered(id, "", false);
    }
}

// rule: chat/changes-need-agreement
#[test]
fn a_tool_that_stands_for_another_changes_what_that_one_changes() {
    let targets = |name: &str, arguments: &serde_json::Map<String, Value>| {
        let named = arguments.get("name").and_then(Value::as_str);
        (name == "execute").then(|| Target {
            name: named.unwrap_or_default().to_owned(),
            changes: named != Some("look"),
            foreign: arguments.keys().find(|key| *key != "name").cloned(),
        })
    };
    let mut agent = agent(Limits::default()).with_targets(targets);
    agent.model_said(calls(&[
        ("1", "execute", r#"{"name":"look"}"#),
        ("2", "execute", r#"{"name":"break"}"#),
    ]));
    let next = agent.next();
    let Next::CallTools(run) = &next else {
        panic!("{next:?}")
    };
    assert_eq!((run.len(), run[0].target.as_deref()), (1, Some("look")));
    agent.tool_answered("1", "", false);
    assert_eq!(ids(&agent.next()), ["2"]);
}

#[test]
fn what_a_tool_does_not_read_is_shown_to_nobody() {
    let named = r#"{"type":"object","properties":{"id":{"type":"string"}}}"#;
    let tool = |name: &str, changes| Tool {
        name: name.to_owned(),
        description: String::new(),
        parameters: named.to_owned(),
        changes,
    };
    let tools = vec![tool("change", true), tool("find", false)];
    let mut agent = Agent::new(Vec::new(), tools, Limits::default());
    agent.model_said(calls(&[
        ("1", "change", r#"{"id":"a","dryRun":true}"#),
        ("2", "change", r#"{"id":"b"}"#),
        ("3", "find", r#"{"id":"c","dryRun":true}"#),
    ]));
    agent.approve("1");
    let mut next = agent.next();
    assert!(
        matches!(&next, Next::Refused(call, _) if call.id == "1"),
        "{next:?}"
    );
    next = agent.next();
    assert_eq!(ids(&next), ["3"], "what only reads may say too much");
    agent.tool_answered("3", "", false);
    assert_eq!(ids(&agent.next()), ["2"]);
}

#[test]
fn a_conversation_goes_on_from_open_calls() {
    let messages = json!([
        { "role": "user", "content": "Resolve it." },
        { "role": "assistant", "content": "", "tool_calls": [
            { "id": "1", "function": { "name": "find", "arguments": "{}" } },
            { "id": "2", "function": { "name": "change", "arguments": "{}" } },
        ] },
        { "role": "tool", "tool_call_id": "1", "content": "found" },
    ]);
    let messages = Message::conversation(&messages).unwrap();
    let mut agent = Agent::new(messages, tools(), Limits::default());
    agent.approve("2");
    assert_eq!(ids(&agent.next()), ["2"]);
    agent.tool_answered("2", "done", false);
    assert_eq!(agent.next(), Next::AskModel);
}

// rule: chat/every-run-ends: every run ends: steps, tokens, time of the model, length
#[test]
fn every_run_ends() {
    let mut endless = agent(Limits::default());
    let mut asked = 0;
    loop {
        match endless.next() {
            Next::AskModel => {
                asked += 1;
                endless.model_said(calls(&[("1", "find", &format!("{{\"page\":{asked}}}"))]));
            }
            Next::CallTools(run) => {
                for call in run {
                    endless.tool_answered(&call.id, "more", false);
                }
            }
            next => break assert_eq!(next, Next::Done(Reason::Steps)),
        }
    }
    assert_eq!(asked, 10);

    let mut dear = agent(Limits {
        tokens: 100,
        ..Limits::default()
    });
    dear.model_said(Said {
        tokens: Some(100),
        ..calls(&[("1", "find", "{}")])
    });
    dear.tool_answered("1", "", false);
    assert_eq!(dear.next(), Next::Done(Reason::Tokens));
    assert_eq!(dear.tokens(), 100);

    let mut silent = agent(Limits {
        tokens: 100,
        ..Limits::default()
    });
    silent.model_said(Said {
        text: "x".repeat(400),
        ..calls(&[("1", "find", "{}")])
    });
    silent.tool_answered("1", "", false);
    assert_eq!(
        silent.next(),
        Next::Done(Reason::Tokens),
        "a model that does not count is counted"
    );

    let mut long = agent(Limits {
        history: 100,
        tool_text: 200,
        ..Limits::default()
    });
    long.model_said(calls(&[("1", "find", "{}")]));
    let (kept, cut) = long.tool_answered("1", &"é".repeat(150), false).unwrap();
    assert!(cut && kept.starts_with('é') && kept.len() < 300, "{kept}");
    assert_eq!(long.next(), Next::Done(Reason::TooLong));
}

// rule: chat/answers-are-data
#[test]
fn the_model_is_told_that_outputs_are_data() {
    let agent = agent(Limits::default()).with_rules("Only Acme.");
    let body: Value = serde_json::from_str(&agent.body("m", false)).unwrap();
    let rules = body["messages"][0]["content"].as_str().unwrap();
    assert!(
        rules.contains("data from outside") && rules.ends_with("\nOnly Acme."),
        "{rules}"
    );
    assert!(body.get("stream").is_none());
}

// rule: chat/agreement-shown-whole
#[test]
fn what_a_person_agrees_to_is_shown_whole_and_in_its_order() {
    let sent = "{\"to\":\"a\u{202e}b\",\n\"padding\":\"x\",\"all\":true}";
    let mut agent = agent(Limits::default());
    agent.model_said(calls(&[("1", "change", sent), ("2", "find", sent)]));
    let next = agent.next();
    let Next::CallTools(run) = &next else {
        panic!("{next:?}")
    };
    assert_eq!(run[0].shown, "", "nobody has to agree");
    agent.tool_answered("2", "found", false);
    let next = agent.next();
    let Next::Confirm(asked) = &next else {
        panic!("{next:?}")
    };
    assert_eq!(
        asked[0].shown,
        "{\n  \"to\": \"a\\u202eb\",\n  \"padding\": \"x\",\n  \"all\": true\n}"
    );
}

// rule: chat/unreadable-not-run: what two readers read differently, or nobody could read whole, is
//    not run
#[test]
fn what_cannot_be_shown_is_not_run() {
    let long = format!("{{\"note\":\"{}\"}}", "x".repeat(70_000));
    let mut agent = agent(Limits::default());
    agent.model_said(calls(&[
        ("1", "change", r#"{"issue":"A-1","issue":"B-2"}"#),
        ("2", "find", r#"{"query":"a","\u0071uery":"b"}"#),
        ("3", "change", &long),
        ("4", "find", &long),
    ]));
    for (id, why) in [
        ("1", "twice"),
        ("2", "twice"),
        ("3", "longer than a person"),
    ] {
        let next = agent.next();
        assert!(
            matches!(&next, Next::Refused(call, words) if call.id == id && words.contains(why)),
            "{next:?}"
        );
    }
    assert_eq!(ids(&agent.next()), ["4"], "nobody has to be shown that");
}

// rule: chat/agreement-shown-whole
#[test]
fn what_was_shown_and_came_back_is_the_call_that_was_agreed_to() {
    let conversation = |arguments: &str| {
        let messages = json!([
            { "role": "user", "content": "Resolve it." },
            { "role": "assistant", "tool_calls": [{ "id": "1", "function": { "name": "change", "arguments": arguments } }] },
        ]);
        let messages = Message::conversation(&messages).unwrap();
        Agent::new(messages, tools(), Limits::default())
    };
    let sent = r#"{"z":12345678901234567890,"a":"x  y"}"#;
    let Next::Confirm(asked) = conversation(sent).next() else {
        panic!("it was not asked");
    };
    let mut agent = conversation(&asked[0].shown);
    agent.approve("1");
    let Next::CallTools(run) = agent.next() else {
        panic!("it does not run");
    };
    assert_eq!(run[0].arguments, asked[0].arguments);
    agent.tool_answered("1", "failed", true);
    agent.model_said(calls(&[("2", "change", sent)]));
    let next = agent.next();
    assert!(
        matches!(&next, Next::Refused(_, words) if words.contains("before")),
        "written otherwise it is the same call: {next:?}"
    );
}
