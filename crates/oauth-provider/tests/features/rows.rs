//! Rows of a later release in the hands of this one, which keeps what it does not know, or refuses.

use oauth_provider::UnixTime;
use oauth_provider::authorize::TicketId;
use oauth_provider::grant::{Command, Lifecycle, Reply};
use oauth_provider::par::{Pushed, Use};
use oauth_provider::rows::{Row, RowError, Shape, Versions, check, read, write};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::grant::{Grant, active};

fn ticket() -> TicketId {
    serde_json::from_value(json!("a")).unwrap()
}

/// What the members that nobody here knows say.
const LATER: &str = "what a later release has put here";

/// The row that a later release would have written: a member more in every object.
fn later<T: Row>(value: &T, versions: &str) -> String {
    fn grown(value: &mut Value, place: &str) {
        match value {
            Value::Object(members) => {
                for (name, value) in members.iter_mut() {
                    grown(value, &format!("{place}.{name}"));
                }
                members.insert("later".to_owned(), json!([LATER, place]));
            }
            Value::Array(elements) => elements.iter_mut().for_each(|one| grown(one, place)),
            _ => {}
        }
    }
    let row = serde_json::to_value(value).unwrap();
    let (kind, mut content) = row.as_object().unwrap().clone().into_iter().next().unwrap();
    grown(&mut content, "");
    let content = content.to_string();
    let members = content.strip_prefix('{').unwrap();
    format!(r#"{{"{kind}":{{"v":[{versions}],{members}}}"#)
}

/// The content of a row's variant.
fn content(row: &str) -> Value {
    let row: Value = serde_json::from_str(row).unwrap();
    row.as_object().unwrap().values().next().unwrap().clone()
}

/// A grant as this release reads it, and the row that it was read from.
fn of_a_later_release(grant: &mut Grant) -> String {
    let row = later(grant.state.as_ref().unwrap(), "7,1");
    let kept = read::<Lifecycle>(&row).unwrap();
    assert!(kept.is_newer);
    grant.state = Some(kept.value);
    row
}

fn rewritten(grant: &Grant, over: &str) -> String {
    write(grant.state.as_ref().unwrap(), Some(over)).unwrap()
}

// rule: tokens/rows-side-by-side: what a release rewrites keeps its version and the members that it does not know, of
//    every kind of row
#[test]
fn a_rotation_keeps_what_it_does_not_know() {
    let (mut grant, issued) = active();
    let token = grant.rotate(&issued.refresh.unwrap()).unwrap();
    let row = of_a_later_release(&mut grant);
    let before = content(&row);
    grant.rotate(&token).unwrap();
    let after = content(&rewritten(&grant, &row));
    assert_eq!(after["v"], json!([7, 1]));
    for path in [
        "/later",
        "/terms/later",
        "/terms/client/later",
        "/props/later",
        "/document/later",
        "/family/later",
    ] {
        assert_eq!(after.pointer(path), before.pointer(path), "{path}");
        assert!(after.pointer(path).is_some(), "{path}");
    }
    // What belongs to a token goes where the token goes.
    assert_eq!(
        after["family"]["previous"]["slot"]["later"],
        before["family"]["current"]["later"]
    );
    assert_eq!(
        after["family"]["current"]["later"],
        Value::Null,
        "another token"
    );
    let accesses = |row: &Value| row["accesses"].as_array().unwrap().clone();
    for access in accesses(&after) {
        let same = accesses(&before)
            .into_iter()
            .find(|old| old["h"] == access["h"]);
        assert_eq!(
            access["later"],
            same.map_or(Value::Null, |old| old["later"].clone())
        );
    }
    assert!(accesses(&after).len() > 1);
}

// rule: tokens/rows-side-by-side
#[test]
fn so_do_a_redemption_and_an_end() {
    let mut grant = Grant::new();
    let code = grant.open(|_| {}).unwrap();
    let row = of_a_later_release(&mut grant);
    grant.redeem(&code, |_| {}).unwrap();
    let row = rewritten(&grant, &row);
    assert!(row.starts_with(r#"{"active":{"v":[7,1],"#), "{row}");
    assert_eq!(content(&row)["terms"]["client"]["later"][0], LATER);
    assert_eq!(content(&row)["wrap"], Value::Null, "known, and gone");
    assert!(matches!(grant.send(Command::Close), Reply::Done));
    let row = rewritten(&grant, &row);
    assert!(row.starts_with(r#"{"closed":{"v":[7,1],"#), "{row}");
    assert_eq!(content(&row)["later"], json!([LATER, ""]));
    assert!(read::<Lifecycle>(&row).unwrap().is_newer);
}

// rule: tokens/rows-side-by-side
#[test]
fn and_the_use_of_a_pushed_request() {
    let waiting = Pushed::Waiting {
        query: "q".to_owned(),
        expires_at: UnixTime(60),
    };
    let row = later(&waiting, "2,1");
    let kept = read::<Pushed>(&row).unwrap();
    let Use::First(used) = Pushed::approve(Some(&kept.value), &ticket(), UnixTime(1)) else {
        panic!("it waits");
    };
    let row = content(&write(&used, Some(&row)).unwrap());
    assert_eq!(
        (&row["v"], &row["later"]),
        (&json!([2, 1]), &json!([LATER, ""]))
    );
    assert_eq!(row["query"], Value::Null);
}

// rule: tokens/rows-not-honoured: a row of a higher security version is refused, and never rewritten or deleted
#[test]
fn a_higher_security_version_is_refused() {
    fn refuses<T: Row>(value: &T) {
        for versions in [
            "1,2",
            "9,9",
            "1,99999999999999",
            "1,x",
            "1",
            r#""2""#,
            "1,-1",
        ] {
            let row = later(value, versions);
            assert!(matches!(read::<T>(&row), Err(RowError::Newer)), "{row}");
            assert!(matches!(check::<T>(&row), Err(RowError::Newer)), "{row}");
            assert!(
                matches!(write(value, Some(&row)), Err(RowError::Newer)),
                "{row}"
            );
        }
    }
    let (mut grant, _) = active();
    refuses(grant.state.as_ref().unwrap());
    grant.send(Command::Close);
    refuses(grant.state.as_ref().unwrap());
    let mut grant = Grant::new();
    grant.open(|_| {}).unwrap();
    refuses(grant.state.as_ref().unwrap());
    refuses(&Pushed::Waiting {
        query: "q".to_owned(),
        expires_at: UnixTime(60),
    });
    refuses(&Pushed::Used {
        by: ticket(),
        at: UnixTime(1),
    });
}

// rule: tokens/rows-not-honoured
#[test]
fn so_is_a_later_row_that_cannot_be_read() {
    let newer = r#"{"active":{"v":[99,1],"terms":"another form"}}"#;
    assert!(matches!(read::<Lifecycle>(newer), Err(RowError::Newer)));
    let unknown = r#"{"suspended":{"v":[99,1]}}"#;
    assert!(matches!(read::<Lifecycle>(unknown), Err(RowError::Newer)));
    let broken = r#"{"active":{"terms":"another form"}}"#;
    assert!(matches!(
        read::<Lifecycle>(broken),
        Err(RowError::Unreadable(_))
    ));
}

/// Two releases of one kind of rows.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Old {
    name: String,
    list: Vec<Element>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Element {
    id: String,
}

#[derive(Serialize, Deserialize)]
struct New {
    name: String,
    list: Vec<Element>,
    #[serde(default)]
    more: u32,
}

impl Row for Old {
    const VERSIONS: Versions = Versions::FIRST;
    const SHAPE: Shape = Shape::Struct;
}

/// A row whose list is to be kept from everybody must be known to be so.
impl Row for New {
    const VERSIONS: Versions = Versions {
        row: 2,
        security: 3,
    };
    const SHAPE: Shape = Shape::Struct;

    fn security(&self) -> u32 {
        if self.more > 100 { 3 } else { 1 }
    }
}

// rule: tokens/rows-side-by-side
#[test]
fn a_row_goes_to_the_release_before_and_comes_back() {
    let element = |id: &str| Element { id: id.to_owned() };
    let new = New {
        name: "a".to_owned(),
        list: vec![element("x")],
        more: 3,
    };
    let row = write(&new, None).unwrap();
    assert_eq!(
        row,
        r#"{"v":[2,1],"name":"a","list":[{"id":"x"}],"more":3}"#
    );
    let mut old = read::<Old>(&row).unwrap();
    assert!(old.is_newer);
    old.value.list.push(element("y"));
    let row = write(&old.value, Some(&row)).unwrap();
    assert_eq!(
        row,
        r#"{"v":[2,1],"list":[{"id":"x"},{"id":"y"}],"more":3,"name":"a"}"#
    );
    let new = read::<New>(&row).unwrap();
    assert_eq!(
        (new.is_newer, new.value.more, new.value.list.len()),
        (false, 3, 2)
    );
    // A row of the first version says nothing, and one from before is written in the version of today.
    let first = write(&old.value, None).unwrap();
    assert_eq!(check::<Old>(&first).unwrap(), Versions::FIRST);
    assert!(!first.contains("\"v\""));
    let new = read::<New>(&first).unwrap();
    assert!(!new.is_newer);
    assert!(
        write(&new.value, None)
            .unwrap()
            .starts_with(r#"{"v":[2,1],"#)
    );
}

// rule: tokens/rows-not-honoured
#[test]
fn only_the_rows_that_say_it_are_refused() {
    let new = |more| New {
        name: "a".to_owned(),
        list: Vec::new(),
        more,
    };
    let open = write(&new(100), None).unwrap();
    assert!(read::<Old>(&open).unwrap().is_newer);
    let kept = write(&new(101), None).unwrap();
    assert!(kept.starts_with(r#"{"v":[2,3],"#));
    assert!(matches!(read::<Old>(&kept), Err(RowError::Newer)));
    assert_eq!(read::<New>(&kept).unwrap().value.more, 101);
}
