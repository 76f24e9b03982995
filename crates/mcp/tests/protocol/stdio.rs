//! Stdio, one message per line: MCP 2025-11-25 transports, stdio; MCP 2026-07-28 stdio.

use mcp::stdio::{Incoming, Line, Lines, MAX_LINE, Peer};
use mcp::{Message, Version, dispatch};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixture::Fixture;

fn read(peer: &mut Peer, line: impl Into<Vec<u8>>) -> Incoming {
    peer.read(&Line::Whole(line.into()))
}

fn error(incoming: Incoming) -> (Value, i64) {
    let Incoming::Refused(line) = incoming else {
        panic!("{incoming:?}");
    };
    assert!(!line.contains('\n'));
    let error: Value = serde_json::from_str(&line).unwrap();
    (
        error["id"].clone(),
        error["error"]["code"].as_i64().unwrap(),
    )
}

fn spoken(incoming: &Incoming) -> Version {
    match incoming {
        Incoming::Requests { version, .. } => *version,
        other => panic!("{other:?}"),
    }
}

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

// rule: stdio/protocol-output-only: standard output is the protocol's alone; one message a line
#[tokio::test]
async fn an_answer_is_one_line_without_line_breaks() {
    let mut peer = Peer::default();
    let line = json!({ "jsonrpc": "2.0", "id": "a\nb", "method": "prompts/get", "params": { "name": "greet", "arguments": { "who": "x\ny" } } });
    let Incoming::Requests {
        version,
        requests,
        batch,
    } = read(&mut peer, line.to_string())
    else {
        panic!()
    };
    assert!(!batch);
    for request in requests {
        let answered = dispatch::answer(&Fixture::default(), version, request).await;
        let body = answered.unwrap().unwrap().body;
        assert!(!body.contains(['\n', '\r']), "{body}");
        assert!(body.contains("a\\nb"));
    }
}

// rule: stdio/protocol-output-only
#[test]
fn separators_at_which_readers_split_lines_are_escaped() {
    let message = "{\"id\":\"a\u{2028}b\u{2029}\\u2028 c\"}".to_owned();
    let line = mcp::stdio::line(message.clone());
    assert_eq!(line, "{\"id\":\"a\\u2028b\\u2029\\u2028 c\"}\n");
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(value(&line), value(&message));
}

// rule: stdio/version-and-batches: the version is what was agreed on, or what the request says;
//    batches of 2025-03-26 only
#[test]
fn the_version_is_what_was_agreed_on_or_what_the_request_says() {
    let mut peer = Peer::default();
    assert_eq!(spoken(&read(&mut peer, PING)), Version::WITHOUT_HEADER);
    for (asked, agreed) in [
        ("2025-06-18", Version::V2025_06_18),
        ("2026-07-28", Version::V2025_11_25),
        ("2099-01-01", Version::V2025_11_25),
    ] {
        let initialize = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": { "protocolVersion": asked } });
        assert!(matches!(
            read(&mut peer, initialize.to_string()),
            Incoming::Requests { .. }
        ));
        assert_eq!(spoken(&read(&mut peer, PING)), agreed, "{asked}");
    }
    let discover = |version: &str| {
        json!({ "jsonrpc": "2.0", "id": 5, "method": "server/discover", "params": { "_meta": {
            "io.modelcontextprotocol/protocolVersion": version, "io.modelcontextprotocol/clientCapabilities": {} } } })
        .to_string()
    };
    assert_eq!(
        spoken(&read(&mut peer, discover("2026-07-28"))),
        Version::V2026_07_28
    );
    assert_eq!(
        error(read(&mut peer, discover("2099-01-01"))),
        (json!(5), -32022)
    );
    // That version applied to one request; later ones use the negotiated version.
    assert_eq!(spoken(&read(&mut peer, PING)), Version::V2025_11_25);
}

// rule: stdio/garbage-and-long-lines: garbage is −32700, a line beyond 1 MiB −32600 under its
//    request's id, neither is kept, and the next line is read
#[test]
fn what_cannot_be_read_is_refused_and_the_next_line_is_not() {
    let mut peer = Peer::default();
    for (line, id, code) in [
        ("garbage", Value::Null, -32700),
        ("{\"jsonrpc\":\"2.0\",", Value::Null, -32700),
        ("[1,2", Value::Null, -32700),
        ("7", Value::Null, -32600),
        ("{}", Value::Null, -32600),
        (r#"{"jsonrpc":"2.0","id":3,"method":7}"#, json!(3), -32600),
        (
            r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
            Value::Null,
            -32600,
        ),
        (
            r#"{"jsonrpc":"1.0","id":3,"method":"ping"}"#,
            json!(3),
            -32600,
        ),
        ("[]", Value::Null, -32600),
        (
            r#"[{"jsonrpc":"2.0","id":3,"method":"initialize"}]"#,
            Value::Null,
            -32600,
        ),
    ] {
        assert_eq!(error(read(&mut peer, line)), (id, code), "{line}");
        assert_eq!(spoken(&read(&mut peer, PING)), Version::WITHOUT_HEADER);
    }
    assert_eq!(
        error(read(&mut peer, vec![0xff, 0xfe])),
        (Value::Null, -32700)
    );
}

#[test]
fn what_wants_no_answer_gets_none() {
    let mut peer = Peer::default();
    for line in [
        "",
        " \r",
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        r#"[{"jsonrpc":"2.0","method":"notifications/initialized"}]"#,
        // "Invalid cancellation notifications SHOULD be ignored"
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled"}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":null}}"#,
    ] {
        assert_eq!(read(&mut peer, line), Incoming::Nothing, "{line}");
    }
}

// rule: stdio/called-off: a request that is called off is not answered; an id in flight is used
//    once
#[test]
fn params_that_are_nothing_are_none() {
    for params in ["null", "[]", "{}"] {
        let mut peer = Peer::default();
        let initialized = format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/initialized","params":{params}}}"#
        );
        assert_eq!(read(&mut peer, initialized), Incoming::Nothing, "{params}");
        for method in ["tools/list", "prompts/list", "resources/list", "ping"] {
            let line =
                format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
            let incoming = read(&mut peer, line);
            assert!(
                matches!(incoming, Incoming::Requests { .. }),
                "{method} {params}"
            );
        }
    }
    let mut peer = Peer::default();
    for params in ["\"x\"", "[1]", "0", "false"] {
        let line = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{params}}}"#);
        assert_eq!(error(read(&mut peer, line)).1, -32600, "{params}");
    }
}

#[test]
fn a_request_is_called_off_by_its_id() {
    let mut peer = Peer::default();
    for id in [json!(7), json!("seven")] {
        let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id, "reason": "no" } });
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": "ping" });
        let Ok(Message::Request { id, .. }) = Message::parse(request) else {
            panic!()
        };
        assert_eq!(read(&mut peer, cancel.to_string()), Incoming::Cancel(id));
    }
}

// rule: stdio/version-and-batches
#[test]
fn batches_are_of_the_version_that_has_them() {
    let batch = format!("[{PING},{PING}]");
    let mut peer = Peer::default();
    let Incoming::Requests {
        requests,
        batch: true,
        ..
    } = read(&mut peer, batch.clone())
    else {
        panic!()
    };
    assert_eq!(requests.len(), 2);
    let many = vec![PING; 21].join(",");
    assert_eq!(error(read(&mut peer, format!("[{many}]"))).1, -32600);
    read(
        &mut peer,
        r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}"#,
    );
    assert_eq!(error(read(&mut peer, batch)).1, -32600);
}

// rule: stdio/garbage-and-long-lines
#[test]
fn a_line_that_is_too_long_is_let_go_while_it_comes() {
    let mut lines = Lines::new(MAX_LINE);
    let mut found = Vec::new();
    lines.push(
        br#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":""#,
        &mut found,
    );
    for _ in 0..160 {
        lines.push(&[b'x'; 1 << 16], &mut found);
        // `Debug` shows everything that is kept.
        assert!(format!("{lines:?}").len() < 6 * MAX_LINE, "kept");
    }
    let rest = format!("\"}},\"id\":42}}\n{PING}\n");
    lines.push(rest.as_bytes(), &mut found);
    let [long, ping] = found.as_slice() else {
        panic!("{}", found.len());
    };
    let mut peer = Peer::default();
    assert_eq!(error(peer.read(long)), (json!(42), -32600));
    assert_eq!(spoken(&peer.read(ping)), Version::WITHOUT_HEADER);
}

#[test]
fn the_last_line_needs_no_end() {
    let mut lines = Lines::new(10);
    let mut found = Vec::new();
    lines.push(b"one\ntwo", &mut found);
    assert_eq!(found, [Line::Whole(b"one".to_vec())]);
    assert_eq!(lines.end(), Some(Line::Whole(b"two".to_vec())));
    assert_eq!(lines.end(), None);
    lines.push(b"more than ten", &mut found);
    assert_eq!(lines.end(), Some(Line::TooLong(None)));
    assert_eq!(lines.end(), None);
}

proptest! {
    // rule: stdio/garbage-and-long-lines
    /// The lines are the same however the bytes are cut into pieces, and every line is read.
    #[test]
    fn pieces_make_no_difference(bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'{'), Just(b'"'), any::<u8>()], 0..200), cut in 1usize..20) {
        let mut whole = Vec::new();
        let mut lines = Lines::new(16);
        lines.push(&bytes, &mut whole);
        whole.extend(lines.end());
        let mut pieces = Vec::new();
        let mut lines = Lines::new(16);
        for piece in bytes.chunks(cut) {
            lines.push(piece, &mut pieces);
        }
        pieces.extend(lines.end());
        prop_assert_eq!(&whole, &pieces);
        let breaks = bytes.iter().filter(|byte| **byte == b'\n').count();
        prop_assert!(whole.len() == breaks || whole.len() == breaks + 1);
        let mut peer = Peer::default();
        for line in &whole {
            if let Incoming::Refused(error) = peer.read(line) {
                prop_assert!(!error.contains('\n'));
            }
        }
    }
}
