//! Text that JSON cannot hold: an SDK cut a string in the middle of an emoji, and Sentry hands half of it on.

/// The same answer with U+FFFD for each half of a surrogate pair that stands alone, and for bytes that are not UTF-8.
/// A backslash stands in strings only, so that nothing else has to be known of the JSON around it.
pub(crate) fn text(json: &[u8]) -> Vec<u8> {
    let whole = String::from_utf8_lossy(json);
    let json = whole.as_bytes();
    let mut mended = Vec::with_capacity(json.len());
    let mut rest = json;
    while let Some((&byte, after)) = rest.split_first() {
        let (taken, is_half) = match (byte, surrogate(rest)) {
            (b'\\', None) => (2, false),
            (_, None) => {
                mended.push(byte);
                rest = after;
                continue;
            }
            (_, Some(is_high)) => match rest.get(6..).map(surrogate) {
                Some(Some(false)) if is_high => (12, false),
                _ => (6, true),
            },
        };
        let (unit, after) = rest.split_at(taken.min(rest.len()));
        mended.extend_from_slice(if is_half { b"\\ufffd" } else { unit });
        rest = after;
    }
    mended
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
            let mended = super::text(json.as_bytes());
            let value: Value = serde_json::from_slice(&mended).unwrap();
            assert_eq!(value, read, "{json}");
        }
        let mended = super::text(b"[\"a\xffb\"]");
        assert_eq!(mended, "[\"a\u{fffd}b\"]".as_bytes());
    }

    #[test]
    fn what_is_no_json_stays_none() {
        for json in ["", "\\", "{\"a\": \"\\ud8", "\\ud83", "\"\\u\"", "[1"] {
            let mended = super::text(json.as_bytes());
            assert!(serde_json::from_slice::<Value>(&mended).is_err(), "{json}");
        }
    }
}
