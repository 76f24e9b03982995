//! What a file is, by its bytes: a name or a media type may say anything.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The media type of an image that clients show; `None` for anything else.
pub(crate) fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        _ => None,
    }
}

/// The bytes as a text, unless they are something else: a text has no control characters but tabs, line breaks and the
/// escapes of a terminal.
pub(crate) fn as_text(bytes: &[u8]) -> Option<&str> {
    let is_odd = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    if bytes.iter().any(is_odd) {
        return None;
    }
    str::from_utf8(bytes).ok()
}

/// The bytes as MCP carries them.
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide() {
        for (bytes, kind) in [
            (&b"\x89PNG\r\n\x1a\n\0"[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"GIF87a..", Some("image/gif")),
            (b"GIF89a", Some("image/gif")),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"RIFF\x10\0\0\0WAVE", None),
            (b"\x89PNG", None),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
            (b"", None),
        ] {
            assert_eq!(media_type(bytes), kind, "{bytes:?}");
        }
    }

    #[test]
    fn a_text_is_one() {
        assert_eq!(
            as_text("a\tb\r\né\u{1b}[0m".as_bytes()),
            Some("a\tb\r\né\u{1b}[0m")
        );
        assert_eq!(as_text(b""), Some(""));
        for bytes in [&b"a\0b"[..], b"\xff\xfe", b"\x01"] {
            assert_eq!(as_text(bytes), None);
        }
    }
}
