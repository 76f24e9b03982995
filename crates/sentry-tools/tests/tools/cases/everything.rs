//! Nothing is lost without a word: of events that are made up at random, every value is in one of the three answers, or
//! an answer counts what it left out of that part, or the value is of a kind that is never shown.
// file rule: mcp/nothing-lost: every member of an event is told, counted, or on a list of what is never shown

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{B, D, S, event_case, told};

/// What no answer shows, by the path to it, and why.
const NEVER: [(&str, &str); 10] = [
    (
        "/id",
        "the server's own number of the event; `eventID` is shown",
    ),
    ("/groupID", "the issue's number stands in its link"),
    ("/projectID", "the project is shown by its slug"),
    (
        "/dateReceived",
        "when Sentry got it says nothing of the error",
    ),
    (
        "/metadata",
        "what the title was made of; the title is shown",
    ),
    ("/type", "said by which evidence the page has"),
    ("__", "an SDK's internal members"),
    (
        "certificate_chain",
        "certificates fill pages and are counted",
    ),
    (
        "/breakdowns",
        "sums of the spans, which are shown by themselves",
    ),
    ("/packages", "versions of packages are asked for by name"),
];

/// How an answer says that it left something of a part out.
const COUNTED: [(&str, &[&str]); 12] = [
    ("/message/", &["left out", " more]", " more}"]),
    ("/user/", &["left out", " more]", " more}"]),
    ("/context/", &["left out", " more]", " more}"]),
    ("/contexts/", &["left out", " more]", " more}"]),
    ("/tags/", &["other tags left out", "other tag left out"]),
    ("/breadcrumbs/", &["older breadcrumb", " more]", " more}"]),
    (
        "/vars/",
        &["more variables", "left out", " more]", " more}"],
    ),
    ("/frames/", &["left out"]),
    ("/headers/", &["left out"]),
    ("/measurements/", &[" more", "left out"]),
    ("/request/", &["left out", " more]", " more}"]),
    (
        "/occurrence/",
        &["left out", " more]", " more}", "others, not shown"],
    ),
];

/// A value without its texts, which are numbered when it is put into an event.
#[derive(Debug, Clone)]
enum Shape {
    Text(usize),
    List(Vec<Shape>),
    Object(Vec<Shape>),
}

/// With texts of up to `long` characters, some of them.
fn shape(long: usize) -> impl Strategy<Value = Shape> {
    let text = prop_oneof![4 => 0..8_usize, 1 => 0..long].prop_map(Shape::Text);
    text.prop_recursive(3, 12, 4, |inner| {
        let inner = prop::collection::vec(inner, 0..4);
        prop_oneof![
            inner.clone().prop_map(Shape::List),
            inner.prop_map(Shape::Object)
        ]
    })
}

/// A part of an event.
#[derive(Debug, Clone)]
enum Part {
    Tag,
    Extra(Shape),
    Internal,
    Context(Shape),
    Crumb(Shape),
    /// In the project's own code or not, with variables.
    Frame(bool, Vec<Shape>),
    Cause,
    Thread,
    Header,
    Body(Shape),
    Query,
    Flag,
    Response(Shape),
    Problem,
    Finding,
    Data(Shape),
    User(Shape),
    Report,
    Device,
    Params(Shape),
    Measured,
}

fn part(long: usize) -> impl Strategy<Value = Part> {
    prop_oneof![
        Just(Part::Tag),
        shape(long).prop_map(Part::Extra),
        Just(Part::Internal),
        shape(long).prop_map(Part::Context),
        shape(long).prop_map(Part::Crumb),
        (any::<bool>(), prop::collection::vec(shape(long), 0..4))
            .prop_map(|(own, vars)| Part::Frame(own, vars)),
        Just(Part::Cause),
        Just(Part::Thread),
        Just(Part::Header),
        shape(long).prop_map(Part::Body),
        Just(Part::Query),
        Just(Part::Flag),
        shape(long).prop_map(Part::Response),
        Just(Part::Problem),
        Just(Part::Finding),
        shape(long).prop_map(Part::Data),
        shape(long).prop_map(Part::User),
        Just(Part::Report),
        Just(Part::Device),
        shape(long).prop_map(Part::Params),
        Just(Part::Measured),
    ]
}

/// Numbers texts, so that each can be found again.
#[derive(Default)]
struct Maker {
    count: usize,
}

impl Maker {
    fn mark(&mut self) -> String {
        self.count += 1;
        format!("m{}x", self.count)
    }

    fn value(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Text(padding) => format!("{} {}", self.mark(), "y".repeat(*padding)).into(),
            Shape::List(inner) => inner.iter().map(|inner| self.value(inner)).collect(),
            Shape::Object(inner) => {
                let members = inner.iter().enumerate();
                members
                    .map(|(place, inner)| (format!("k{place}"), self.value(inner)))
                    .collect::<Map<_, _>>()
                    .into()
            }
        }
    }

    fn event(&mut self, parts: &[Part]) -> Value {
        let mut case = event_case("local-variables");
        case["tags"] = json!([]);
        case["contexts"] = json!({});
        case["metadata"] = json!({});
        let (mut values, mut crumbs, mut threads) = (vec![], vec![], vec![]);
        let (mut headers, mut flags, mut findings) = (vec![], vec![], vec![]);
        let mut frames = vec![];
        let mut logged = Value::Null;
        let mut request = json!({ "url": self.mark(), "method": "GET" });
        let mut data = json!({});
        for (place, part) in parts.iter().enumerate() {
            let name = format!("n{place}");
            match part {
                Part::Tag => case["tags"]
                    .as_array_mut()
                    .unwrap()
                    .push(json!({ "key": name, "value": self.mark() })),
                Part::Extra(shape) => case["context"][name] = self.value(shape),
                Part::Internal => case["context"][format!("__{name}")] = self.mark().into(),
                Part::Context(shape) => {
                    case["contexts"][name] = json!({ "type": "own", "value": self.value(shape) })
                }
                Part::Crumb(shape) => {
                    crumbs.push(json!({ "category": self.mark(), "message": self.mark(), "data": { "d": self.value(shape) } }));
                }
                Part::Frame(own, vars) => {
                    let vars: Map<_, _> = vars
                        .iter()
                        .enumerate()
                        .map(|(n, var)| (format!("v{n}"), self.value(var)))
                        .collect();
                    frames.push(json!({ "filename": format!("{}.py", self.mark()), "function": self.mark(), "lineNo": place + 1,
                        "inApp": own, "vars": vars, "context": [[place + 1, self.mark()]] }));
                }
                Part::Cause => values.push(json!({ "type": self.mark(), "value": self.mark() })),
                Part::Thread => threads
                    .push(json!({ "id": self.mark(), "name": self.mark(), "state": self.mark() })),
                Part::Header => headers.push(json!([format!("X-{name}"), self.mark()])),
                Part::Body(shape) => request["data"] = self.value(shape),
                Part::Query => request["query"] = json!([["q", self.mark()]]),
                Part::Flag => flags.push(json!({ "flag": self.mark(), "result": true })),
                Part::Response(shape) => {
                    case["contexts"]["response"] = json!({ "body": self.value(shape) })
                }
                Part::Problem => {
                    let problem = json!({ "type": "js_no_source", "data": { "url": format!("https://x.example/{}.js", self.mark()) } });
                    case["errors"] = json!([problem]);
                }
                Part::Finding => findings.push(json!({ "name": name, "value": self.mark() })),
                Part::Data(shape) => data[name] = self.value(shape),
                Part::User(shape) => {
                    case["user"] =
                        json!({ "id": self.mark(), "email": self.mark(), "own": self.value(shape) })
                }
                Part::Report => {
                    case["userReport"] = json!({ "name": self.mark(), "email": self.mark(), "comments": self.mark() })
                }
                Part::Measured => {
                    case["measurements"][name] = json!({ "value": 12.5, "unit": self.mark() });
                    case["breakdowns"] =
                        json!({ "span_ops": { "total": { "value": 1, "unit": self.mark() } } });
                }
                Part::Device => case["contexts"]["device"] = json!({ "model": self.mark() }),
                Part::Params(shape) => {
                    logged = json!({ "formatted": self.mark(), "message": self.mark(), "params": [self.value(shape)] });
                }
            }
        }
        request["headers"] = headers.into();
        if !flags.is_empty() {
            case["contexts"]["flags"] = json!({ "values": flags });
        }
        if !findings.is_empty() || data != json!({}) {
            case["occurrence"] = json!({ "evidenceDisplay": findings, "evidenceData": data });
        }
        values.push(json!({ "type": self.mark(), "value": self.mark(), "stacktrace": { "frames": frames } }));
        // The causes end where their thrown one begins; its own messages stand in the message entry.
        case["entries"][0] = json!({ "type": "exception", "data": { "values": values } });
        let entries = case["entries"].as_array_mut().unwrap();
        entries.push(json!({ "type": "message", "data": logged }));
        entries.push(json!({ "type": "breadcrumbs", "data": { "values": crumbs } }));
        entries.push(json!({ "type": "request", "data": request }));
        if threads.len() > 1 {
            entries.push(json!({ "type": "threads", "data": { "values": threads } }));
        }
        case
    }
}

/// Every mark of a value, with the path to it: an entry of an event is called by its type.
fn marks(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => {
            for word in text.split(|char: char| !char.is_ascii_alphanumeric()) {
                let number = word
                    .strip_prefix('m')
                    .and_then(|word| word.strip_suffix('x'));
                if number.is_some_and(|number| number.parse::<usize>().is_ok()) {
                    found.push((path.to_owned(), word.to_owned()));
                }
            }
        }
        Value::Array(values) => {
            for value in values {
                let kind = value["type"].as_str().filter(|_| path == "/entries");
                marks(value, &format!("{path}/{}", kind.unwrap_or("-")), found);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                marks(value, &format!("{path}/{name}"), found);
            }
        }
        _ => {}
    }
}

fn is_told(path: &str, mark: &str, all: &str) -> bool {
    // A mark ends in a letter that no other holds, and begins with one: no mark is part of another.
    let has_word = all.contains(mark);
    let is_never = || {
        NEVER.iter().any(|(never, _)| {
            path.contains(never)
                && (never.starts_with("__")
                    || path.starts_with(never)
                    || *never == "certificate_chain")
        })
    };
    let is_counted = || {
        let mut parts = COUNTED
            .iter()
            .filter(|(part, _)| format!("{path}/").contains(part));
        parts.any(|(_, words)| words.iter().any(|words| all.contains(words)))
    };
    has_word || is_never() || is_counted()
}

fn all_of(case: &Value) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut all = String::new();
        for tool in [D, S, B] {
            all.push_str(&told(case, tool, None).await);
        }
        all
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_value_is_told_or_counted(parts in prop::collection::vec(part(900), 0..40)) {
        let case = Maker::default().event(&parts);
        let all = all_of(&case);
        let mut found = Vec::new();
        marks(&case, "", &mut found);
        for (path, mark) in found {
            prop_assert!(is_told(&path, &mark, &all), "{path} {mark}\n{case:#}\n{all}");
        }
    }

    #[test]
    fn a_small_event_is_told_whole(parts in prop::collection::vec(part(9), 0..5)) {
        let case = Maker::default().event(&parts);
        let all = all_of(&case);
        let mut found = Vec::new();
        marks(&case, "", &mut found);
        for (path, mark) in found {
            let is_never = NEVER.iter().any(|(never, _)| path.contains(never));
            let is_deep = path.matches('/').count() > 9;
            prop_assert!(all.contains(&mark) || is_never || is_deep, "{path} {mark}\n{case:#}\n{all}");
        }
    }
}

/// An event of 5 MB, or one that is nested as deep as JSON is read, is answered within bounds.
#[tokio::test]
async fn hostile_sizes_are_bounded() {
    let mut deep = json!("end");
    for _ in 0..50 {
        deep = json!({ "a": [deep] });
    }
    let mut case = event_case("local-variables");
    let frame = json!({ "filename": "f`".repeat(40), "function": "<".repeat(60), "inApp": true, "vars": { "x": "`".repeat(200) } });
    case["entries"][0]["data"]["values"] = json!(
        (0..400).map(|n| json!({ "type": "E", "value": "v".repeat(500), "mechanism": { "exception_id": n, "parent_id": n + 1, "is_exception_group": true },
            "stacktrace": { "frames": vec![frame.clone(); 8] } })).collect::<Vec<_>>()
    );
    case["entries"].as_array_mut().unwrap().push(json!({ "type": "breadcrumbs", "data": { "values": vec![json!({ "message": "`".repeat(300) }); 2_000] } }));
    case["entries"].as_array_mut().unwrap().push(json!({ "type": "threads", "data": { "values": (0..2_000).map(|n| json!({ "id": n, "heldLocks": { "a": { "address": format!("{n}") } },
        "stacktrace": { "frames": [{ "lock": { "type": 8, "address": format!("{}", n + 1) } }] } })).collect::<Vec<_>>() } }));
    case["context"] = (0..10_000)
        .map(|n| (format!("k{n}"), json!("v".repeat(20))))
        .collect::<Map<_, _>>()
        .into();
    case["tags"] = (0..10_000)
        .map(|n| json!({ "key": format!("k{n}"), "value": "v" }))
        .collect();
    case["occurrence"] = json!({ "evidenceDisplay": (0..10_000).map(|n| json!({ "name": "n", "value": format!("finding number {n}") })).collect::<Vec<_>>() });
    case["user"] = json!({ "id": "x".repeat(200_000), "own": deep.clone() });
    case["contexts"] = json!({ "own": deep });
    for (tool, most) in [(D, 8_000), (S, 24_000), (B, 16_000)] {
        let text = told(&case, tool, None).await;
        assert!(
            text.chars().count() <= most,
            "{tool}: {}",
            text.chars().count()
        );
        assert!(text.contains("left out"), "{tool}");
    }
}
