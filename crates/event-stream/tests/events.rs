//! The parser of server-sent events against a plain reading of the whole text, for any text in any pieces.

#![expect(clippy::indexing_slicing, reason = "a test may panic")]

use agent::sse::{Event, Parser, TooLong};
use proptest::prelude::*;

/// HTML §9.2.6, over a text that is there as a whole.
fn reference(bytes: &[u8]) -> Vec<Event> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    // What comes after the last line break is no line yet.
    let lines: Vec<&str> = text.split('\n').collect();
    let (mut events, mut name, mut data) = (Vec::new(), String::new(), Vec::new());
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
                _ => {}
            }
        }
    }
    events
}

fn parse(pieces: &[&[u8]], most: usize) -> Result<Vec<Event>, TooLong> {
    let mut parser = Parser::new(most);
    let mut events = Vec::new();
    for piece in pieces {
        parser.push(piece, &mut events)?;
    }
    Ok(events)
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
        prop_assert_eq!(parse(&pieces, 10_000), Ok(reference(&bytes)));
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
