//! How an answer's JSON is read: as serde_json does, within its limits, and all at once within theirs.

use fetch::Method;
use fetch::scripted::Scripted;
use proptest::prelude::*;
use sentry_api::{ApiError, Event, EventRef, Json, Value};
use serde_json::{Value as Tree, json};

use super::world::{BASE, ISSUE, World, world};

const EVENT: &str = "/events/latest/";
const MIB: usize = 1 << 20;

/// A Sentry with this event.
fn with(body: &str) -> World {
    let url = format!("{BASE}{ISSUE}{EVENT}");
    world(Scripted::new().json(Method::Get, &url, 200, body))
}

async fn event(body: &str) -> Result<Event, ApiError> {
    let world = with(body);
    let (region, organization) = (&world.region, &world.acme);
    let asked = world
        .client
        .issue_event(region, organization, &world.issue, EventRef::Latest);
    Ok(asked.await?.into_seen(&world.sight).unwrap())
}

/// Holds everything that can be asked of a value against the same in serde_json's tree.
fn same(value: Value<'_>, tree: &Tree) {
    match (value, tree) {
        (Value::Null, Tree::Null) => {}
        (Value::Bool(flag), Tree::Bool(other)) => assert_eq!(flag, *other),
        (Value::Number(number), Tree::Number(other)) => {
            assert_eq!(number.to_string(), other.to_string());
            assert_eq!(number.as_u64(), other.as_u64());
            assert_eq!(Some(number.as_f64()), other.as_f64());
        }
        (Value::String(text), Tree::String(other)) => assert_eq!(text, other),
        (Value::Array(list), Tree::Array(others)) => {
            assert_eq!(list.len(), others.len());
            assert_eq!(list.pair().is_some(), others.len() == 2);
            for (place, (element, other)) in list.iter().zip(others).enumerate() {
                same(element, other);
                assert!(list.get(place) == Some(element));
            }
        }
        (Value::Object(members), Tree::Object(others)) => {
            assert_eq!(members.len(), others.len());
            assert!(members.get("not there").is_null());
            for ((name, member), (other_name, other)) in members.iter().zip(others) {
                assert_eq!(name, other_name, "in the order of the names");
                same(member, other);
                assert!(members.get(name) == member);
            }
        }
        (value, tree) => panic!("{value:?} and {tree}"),
    }
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        Just(Tree::Null),
        any::<bool>().prop_map(Tree::from),
        any::<u64>().prop_map(Tree::from),
        any::<i64>().prop_map(Tree::from),
        // Such as every reader reads alike.
        any::<i32>().prop_map(|eighths| Tree::from(f64::from(eighths) / 8.0)),
        "\\PC{0,12}|[\"\\\\\n\u{1F600}a]{0,6}".prop_map(Tree::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Tree::from),
            prop::collection::btree_map("[a-c\"é]{0,3}", inner, 0..6)
                .prop_map(|members| Tree::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    // rule: mcp/long-answers-fit
    #[test]
    fn it_reads_what_serde_json_reads(tree in trees()) {
        let json = Json::from(&tree);
        same(json.root(), &tree);
        // A part that is kept for itself.
        let kept = Json::from(json.root());
        drop(json);
        same(kept.root(), &tree);
        prop_assert_eq!(kept.clone(), kept);
    }

    #[test]
    fn no_bytes_make_it_fail_otherwise_than_they_should(body in "[\\[\\]{}:,\"\\\\u0-9a-f \u{e9}-]{0,40}") {
        let tree: Option<Tree> = serde_json::from_str(&body).ok();
        let json = Json::from(&tree.clone().unwrap_or_default());
        same(json.root(), &tree.unwrap_or_default());
    }
}

#[tokio::test]
async fn of_several_of_one_name_the_last_counts() {
    let event = event(r#"{"contexts":{"b":1,"a":[1,{"x":2}],"b":{"c":3},"a":4,"é":"\u00e9"}}"#)
        .await
        .unwrap();
    let contexts = event.contexts();
    let names: Vec<_> = contexts.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a", "b", "é"]);
    assert_eq!(contexts.get("a").as_u64(), Some(4));
    assert_eq!(contexts.get("b").get("c").as_u64(), Some(3));
    assert_eq!(contexts.get("é").as_str(), Some("é"));
}

// rule: mcp/long-answers-fit
#[tokio::test]
async fn an_answer_has_limits() {
    let with_text = |length: usize| json!({ "culprit": "x".repeat(length) }).to_string();
    let longest = with_text(4 * MIB - with_text(0).len());
    let event_of = event(&longest).await.unwrap();
    assert_eq!(event_of.text("culprit").unwrap().len(), 4 * MIB - 14);
    drop(event_of);
    let longer = event(&(longest + " ")).await.unwrap_err();
    assert!(matches!(longer, ApiError::Transport(_)), "{longer}");
    // As many bytes, of the smallest things there are.
    let small = format!("{{\"contexts\":[{}1]}}", r#"{"a":1},"#.repeat(500_000));
    assert!(small.len() < 4 * MIB);
    assert_eq!(event(&small).await.unwrap_err(), ApiError::TooMuch);
    // A hundred are asked for.
    let url = format!("{BASE}{ISSUE}/notes/");
    let notes = Tree::from(vec![json!({}); 2_001]).to_string();
    let world = world(Scripted::new().json(Method::Get, &url, 200, &notes));
    let notes = world
        .client
        .issue_notes(&world.region, &world.acme, &world.issue, "100");
    assert_eq!(notes.await.unwrap_err(), ApiError::TooMuch);
    // Deeper than anything is walked through.
    let deep = ["[", "]"].map(|bracket| bracket.repeat(200)).concat();
    let deep = format!("{{\"contexts\":{deep}}}");
    assert_eq!(
        event(&deep).await.unwrap_err(),
        ApiError::Malformed("an event")
    );
}

// rule: mcp/long-answers-fit
#[tokio::test]
async fn all_that_are_held_share_one_room() {
    let long = json!({ "culprit": "x".repeat(4 * MIB - 100) }).to_string();
    let mut held = vec![event(&long).await.unwrap(), event(&long).await.unwrap()];
    assert!(event("{}").await.is_ok(), "a short one finds room");
    let third = event(&long).await.unwrap();
    assert_eq!(event(&long).await.unwrap_err(), ApiError::NoRoom);
    assert_eq!(
        event("[").await.unwrap_err(),
        ApiError::Malformed("an event")
    );
    drop(third);
    held.push(event(&long).await.unwrap());
    drop(held);
    // Whatever became of an answer, nothing of it is taken: three find room again.
    for unread in [&long.replace('}', ""), &"[".repeat(4 * MIB)] {
        assert!(event(unread).await.is_err());
    }
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(event(&long).await.unwrap());
    }
}
