//! Compares the parser with a simple reference that reads the whole text at once, for arbitrary texts cut into
//! arbitrary pieces.
// file rule: chat/event-stream: server-sent events, in any pieces, bounded [HTML §9.2]

#![cfg(test)]

use std::time::Duration;

use event_stream::{Event, Parser, TooLong};
use proptest::prelude::*;

/// The result of reading a stream: its events, the last id and the waiting time.
type Outcome = (Vec<Event>, Option<String>, Option<Duration>);

/// The algorithm of HTML §9.2.6, over the complete text.
fn reference(bytes: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    // Text after the last line break is not a complete line.
    let lines: Vec<&str> = text.split('\n').collect();
    let (mut events, mut name, mut data) = (Vec::new(), String::new(), Vec::new());
    let (mut last_id, mut retry) = (None, None);
    for line in &lines[..lines.len() - 1] {
        if line.is_empty() {
            if !data.is_empty() {
                let name = if name.is_empty() { "message" } else { &name };
                events.push(Event {
                    name: name.to_owned(),
                    data: data.join("\n"),
                });
            }
            name.clear();
            data.clear();
        } else {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "data" => data.push(value.to_owned()),
                "event" => value.clone_into(&mut name),
                "id" if value.is_empty() => last_id = None,
                "id" if value.chars().all(|c| c == ' ' || c.is_ascii_graphic()) => {
                    last_id = Some(value.to_owned());
                }
                "retry" if !value.is_empty() && value.chars().all(|c| c.is_ascii_digit()) => {
                    retry = value.parse().ok().map(Duration::from_millis);
                }
                _ => {}
            }
        }
    }
    (events, last_id, retry)
}

fn read(parser: &mut Parser, pieces: &[&[u8]]) -> Result<Vec<Event>, TooLong> {
    let events: Result<Vec<_>, _> = pieces.iter().map(|piece| parser.push(piece)).collect();
    Ok(events?.concat())
}

fn parse(pieces: &[&[u8]], most: usize) -> Result<Vec<Event>, TooLong> {
    read(&mut Parser::new(most), pieces)
}

/// The events of a text that arrives byte by byte, as pairs of name and data.
fn bytewise(parser: &mut Parser, text: &str) -> Vec<(String, String)> {
    let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
    let events = read(parser, &bytes).unwrap();
    events.into_iter().map(|e| (e.name, e.data)).collect()
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        Just("data: ".as_bytes().to_vec()),
        Just(b"data".to_vec()),
        Just(b"data:".to_vec()),
        Just(b"event: text".to_vec()),
        Just(b"event".to_vec()),
        Just(b": comment".to_vec()),
        Just(b"id: 1".to_vec()),
        Just(b"id".to_vec()),
        Just(b"id: ".to_vec()),
        Just(b"retry: 500".to_vec()),
        Just(b"retry: ".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\n\n".to_vec()),
        Just("\u{feff}".as_bytes().to_vec()),
        Just("é漢😀".as_bytes().to_vec()),
        Just(vec![0xf0, 0x9f]),
        Just(vec![0xff]),
        Just(vec![0]),
        "[ -~]{0,6}".prop_map(String::into_bytes),
    ];
    prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_split_gives_what_the_whole_gives(bytes in stream(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        places.extend([0, bytes.len()]);
        places.sort_unstable();
        let pieces: Vec<&[u8]> = places.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect();
        let mut parser = Parser::new(10_000);
        let events = read(&mut parser, &pieces).unwrap();
        let outcome = (events, parser.last_id().map(str::to_owned), parser.retry());
        prop_assert_eq!(outcome, reference(&bytes));
    }

    #[test]
    fn nothing_longer_than_the_limit_is_kept(bytes in stream(), most in 0usize..40) {
        if let Ok(events) = parse(&[&bytes], most) {
            for event in events {
                prop_assert!(event.data.len() <= most.max("message".len()));
            }
        }
    }
}

#[test]
fn a_line_and_an_event_have_an_end() {
    let line = vec![b'x'; 101];
    assert_eq!(parse(&[&line], 100), Err(TooLong));
    assert_eq!(parse(&[&line[..100]], 100), Ok(Vec::new()));
    let event = b"data: 123456789\n".repeat(11);
    assert_eq!(parse(&[&event], 100), Err(TooLong));
    assert_eq!(parse(&[&event[..16 * 10]], 100), Ok(Vec::new()));
}

// rule: test-client/sessions-and-streams
#[test]
fn events_ids_and_waiting_times() {
    let mut parser = Parser::new(100);
    let text = "\u{feff}: hello\r\nid: 7\r\nretry: 500\r\ndata: \r\n\r\nevent: message\ndata: {\ndata:}\n\nid\nevent: lost\n\ndata: open";
    let message = |data: &str| ("message".to_owned(), data.to_owned());
    assert_eq!(bytewise(&mut parser, text), [message(""), message("{\n}")]);
    assert_eq!(parser.retry(), Some(Duration::from_millis(500)));
    assert_eq!(
        parser.last_id(),
        None,
        "an empty id takes the last one back"
    );
    bytewise(&mut parser, "\n\nid: 8\nid: \u{1}\nretry: soon\n\n");
    assert_eq!(parser.last_id(), Some("8"));
}

// rule: test-client/sessions-and-streams
#[test]
fn a_new_connection_keeps_id_and_waiting_time_alone() {
    let mut parser = Parser::new(100);
    bytewise(
        &mut parser,
        "id: 8\nretry: 500\nevent: half\ndata: half\ndat\r",
    );
    parser.reconnect();
    assert_eq!(parser.last_id(), Some("8"));
    assert_eq!(parser.retry(), Some(Duration::from_millis(500)));
    // Here the line feed is an empty line, which completes no event; a byte order mark is not allowed after it.
    let events = bytewise(&mut parser, "\n\u{feff}data: lost\n\ndata: whole\n\n");
    assert_eq!(events, [("message".to_owned(), "whole".to_owned())]);
    parser.reconnect();
    let events = bytewise(&mut parser, "\u{feff}data: first\n\n");
    assert_eq!(events, [("message".to_owned(), "first".to_owned())]);
}

// rule: test-client/sessions-and-streams
#[test]
fn limits() {
    assert_eq!(Parser::new(3).push(b"data: 1\n"), Err(TooLong));
    assert_eq!(
        Parser::new(9).push(b"data: 12345\ndata: 12345\n"),
        Err(TooLong)
    );
}
