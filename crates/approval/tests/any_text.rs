//! Of any text: what is shown is what was sent, nothing in it is hidden, and every page of it comes.
// file rule: chat/agreement-shown-whole: what is agreed to is written in one way: whole, in the
//    order sent, nothing hidden; it reads back as what was sent

#![cfg(test)]

use approval::{Unshowable, is_hidden, json, line, pages, plain};
use proptest::prelude::*;
use serde_json::{Map, Value};

const MOST: usize = 1 << 20;

/// Any character, hidden ones often.
fn text() -> impl Strategy<Value = String> {
    let hidden = prop_oneof![
        Just('\u{202e}'),
        Just('\u{200b}'),
        Just('\u{1b}'),
        Just('\u{a0}'),
        Just('\u{e0041}'),
        Just('\u{fe0f}'),
        Just(' '),
        Just('\\'),
        Just('"'),
        Just('\n'),
        Just('u'),
        Just('{'),
    ];
    let sign = prop_oneof![any::<char>(), hidden];
    proptest::collection::vec(sign, 0..40).prop_map(|signs| signs.into_iter().collect())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // With no more digits than every reader keeps.
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 64.0)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            proptest::collection::vec((text(), inner), 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn names() -> impl Strategy<Value = Vec<String>> {
    let different = proptest::collection::btree_set("[a-z]{1,4}", 0..12);
    different
        .prop_map(|names| names.into_iter().collect::<Vec<_>>())
        .prop_shuffle()
}

fn nothing_is_hidden(shown: &str) -> bool {
    !shown.chars().any(|sign| sign != '\n' && is_hidden(sign))
}

proptest! {
    #[test]
    fn what_is_shown_reads_back_as_what_was_sent(value in value()) {
        let sent = value.to_string();
        for shown in [json(&sent, MOST).unwrap(), line(&sent, MOST).unwrap()] {
            prop_assert_eq!(&serde_json::from_str::<Value>(&shown).unwrap(), &value);
            prop_assert!(nothing_is_hidden(&shown), "{shown:?}");
        }
        let shown = json(&sent, MOST).unwrap();
        prop_assert_eq!(json(&shown, MOST).unwrap(), shown, "what was shown may be sent in its place");
    }

    #[test]
    fn names_stand_in_their_order(names in names()) {
        let members: Vec<_> = names.iter().map(|name| format!("\"{name}\":1")).collect();
        let shown = json(&format!("{{{}}}", members.join(",")), MOST).unwrap();
        let found: Vec<_> = shown.split('"').skip(1).step_by(2).collect();
        prop_assert_eq!(found, names);
    }

    #[test]
    fn no_bytes_are_too_much_for_it(text in any::<String>(), most in 0_usize..200) {
        match json(&text, most) {
            Ok(shown) => prop_assert!(shown.len() <= most && nothing_is_hidden(&shown)),
            Err(why) => prop_assert!(why != Unshowable::Repeated || text.contains('"')),
        }
    }

    #[test]
    fn a_plain_text_hides_nothing(text in text()) {
        let shown = plain(&text);
        prop_assert!(nothing_is_hidden(&shown));
        prop_assert_eq!(shown.lines().count(), text.split('\n').collect::<Vec<_>>().join("\n").lines().count());
    }

    #[test]
    fn the_pages_are_the_text(text in text(), width in 1_usize..60, height in 1_usize..10) {
        let shown = plain(&text);
        let found = pages(&shown, width, height);
        prop_assert!(found.pages.iter().all(|page| page.len() <= height));
        prop_assert_eq!(found.pages.iter().map(Vec::len).sum::<usize>(), found.lines);
        let all: String = found.pages.concat().concat();
        prop_assert_eq!(all, shown.replace('\n', ""));
    }
}
