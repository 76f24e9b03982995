//! Arguments as a person reads them: what stands, in which order, and what is refused.
// file rule: chat/agreement-shown-whole

#![cfg(test)]

use approval::{Unshowable, json, line};

const MOST: usize = 1 << 16;

#[test]
fn members_stand_in_the_order_in_which_they_were_sent() {
    let sent = r#"{"z":1,"a":{"y":[],"b":[true,null,"x"]},"e":{}}"#;
    assert_eq!(
        json(sent, MOST).unwrap(),
        "{\n  \"z\": 1,\n  \"a\": {\n    \"y\": [],\n    \"b\": [\n      true,\n      null,\n      \"x\"\n    ]\n  },\n  \"e\": {}\n}"
    );
    assert_eq!(
        line(sent, MOST).unwrap(),
        r#"{"z": 1, "a": {"y": [], "b": [true, null, "x"]}, "e": {}}"#
    );
}

#[test]
fn hidden_signs_are_escapes_however_they_were_sent() {
    for sent in [
        "{\"a\u{202e}\":\"\u{200b}\u{e0041}\u{a0}\"}",
        r#"{"a\u202e":"\u200b\udb40\udc41\u00a0"}"#,
    ] {
        assert_eq!(
            line(sent, MOST).unwrap(),
            r#"{"a\u202e": "\u200b\udb40\udc41\u00a0"}"#
        );
    }
    // Nor is anything hidden by an escape.
    assert_eq!(
        line(r#"["\u0041\u006e\u00e9\/\ud83d\ude00"]"#, MOST).unwrap(),
        r#"["Ané/😀"]"#
    );
    // A text that only looks like an escape is told from one.
    assert_eq!(line(r#"["\\u202e"]"#, MOST).unwrap(), r#"["\\u202e"]"#);
}

#[test]
fn nothing_is_pushed_out_of_sight_by_spaces() {
    let sent = format!("[\"a{}b\"]", " ".repeat(18));
    assert_eq!(
        line(&sent, MOST).unwrap(),
        format!("[\"a{}\\u0020\\u0020b\"]", " ".repeat(16))
    );
}

#[test]
fn numbers_are_what_a_reader_makes_of_them() {
    let sent = "[12345678901234567890,-7,1.50,1e3,123456789012345678901234567890]";
    assert_eq!(
        line(sent, MOST).unwrap(),
        "[12345678901234567890, -7, 1.5, 1000.0, 1.2345678901234568e+29]"
    );
}

#[test]
fn what_two_readers_read_differently_is_refused() {
    for sent in [r#"{"a":1,"b":2,"a":3}"#, r#"[{"x":{"a":1,"\u0061":1}}]"#] {
        assert_eq!(json(sent, MOST), Err(Unshowable::Repeated));
    }
    assert!(json(r#"{"a":{"a":1},"b":{"a":1}}"#, MOST).is_ok());
}

#[test]
fn what_is_no_json_is_refused() {
    for sent in [
        "",
        "{",
        "{}x",
        "{a:1}",
        "[1e999]",
        r#"["\ud800"]"#,
        "nul",
        &"[".repeat(100_000),
    ] {
        assert_eq!(json(sent, MOST), Err(Unshowable::Malformed));
    }
}

#[test]
fn what_would_be_too_long_is_refused_before_it_is_written() {
    assert_eq!(json(r#"["abc"]"#, 9).as_deref(), Err(&Unshowable::TooLong));
    assert_eq!(json(r#"["abc"]"#, 11).as_deref(), Ok("[\n  \"abc\"\n]"));
    // Much on many lines, far to the right.
    let deep = format!(
        "{}{}1{}",
        "[".repeat(100),
        "1,".repeat(100_000),
        "]".repeat(100)
    );
    assert_eq!(json(&deep, MOST), Err(Unshowable::TooLong));
    assert!(json(&deep, 10_000_000).unwrap().len() < 30 * deep.len());
}
