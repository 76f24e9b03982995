//! Text that JSON cannot hold: an SDK cut a string in the middle of an emoji, and Sentry hands half of it on.

/// The same text with U+FFFD for what is not UTF-8; `None` where that makes it longer than `most` bytes.
pub(crate) fn utf8(bytes: &[u8], most: usize) -> Option<String> {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
        if text.len() > most {
            return None;
        }
    }
    Some(text)
}

/// The same answer with U+FFFD for each half of a surrogate pair that stands alone, where it stood: both are six
/// characters. A backslash stands in strings only, so that nothing else has to be known of the JSON around it.
pub(crate) fn text(json: String) -> String {
    let mut bytes = json.into_bytes();
    let mut at = 0;
    while let Some(rest) = bytes.get_mut(at..).filter(|rest| !rest.is_empty()) {
        at += match (rest.first(), surrogate(rest)) {
            (Some(b'\\'), None) => 2,
            (_, None) => 1,
            (_, Some(true)) if rest.get(6..).and_then(surrogate) == Some(false) => 12,
            (_, Some(_)) => {
                for (byte, new) in rest.iter_mut().zip(b"\\ufffd") {
                    *byte = *new;
                }
                6
            }
        };
    }
    // Invariant: ASCII in place of ASCII.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Whether `\\uD83D` or the like begins here: `Some(true)` for the first half of a pair, `Some(false)` for the second.
fn surrogate(json: &[u8]) -> Option<bool> {
    let [b'\\', b'u', b'd' | b'D', second, third, fourth, ..] = json else {
        return None;
    };
    let is_hex = third.is_ascii_hexdigit() && fourth.is_ascii_hexdigit();
    match second {
        b'8' | b'9' | b'a' | b'b' | b'A' | b'B' if is_hex => Some(true),
        b'c'..=b'f' | b'C'..=b'F' if is_hex => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    #[test]
    fn halves_of_pairs_become_replacement_characters() {
        for (json, read) in [
            (r#""\ud83d""#, "\u{fffd}"),
            (r#""a\uD83Db""#, "a\u{fffd}b"),
            (r#""\udE00x""#, "\u{fffd}x"),
            (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\\ud83d""#, "\\ud83d"),
            (r#""\\\ud83d""#, "\\\u{fffd}"),
            (r#""\ud83d\n\u00e9""#, "\u{fffd}\né"),
            (r#""\ud83d\"""#, "\u{fffd}\""),
        ] {
            let mended = super::text(json.to_owned());
            let value: Value = serde_json::from_str(&mended).unwrap();
            assert_eq!(value, read, "{json}");
        }
        let mended = super::utf8(b"[\"a\xffb\"]", 9);
        assert_eq!(mended.as_deref(), Some("[\"a\u{fffd}b\"]"));
        assert_eq!(super::utf8(b"[\"a\xffb\"]", 8), None);
    }

    #[test]
    fn what_is_no_json_stays_none() {
        for json in ["", "\\", "{\"a\": \"\\ud8", "\\ud83", "\"\\u\"", "[1"] {
            let mended = super::text(json.to_owned());
            assert!(serde_json::from_str::<Value>(&mended).is_err(), "{json}");
        }
    }
}
