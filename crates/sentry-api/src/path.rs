/// A value that would change the path's shape instead of filling one segment of it.
// file rule: mcp/values-in-their-segment
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a path segment may not be empty, `.` or `..`")]
pub struct InvalidSegment;

/// The one way in which values enter a path: `["issues", id]` becomes `issues/{id}/`, each segment percent-encoded
/// except for RFC 3986's unreserved characters. The slash at the end is Sentry's custom.
///
/// # Errors
/// [`InvalidSegment`] for an empty segment and for `.` and `..`, which URL parsers resolve away.
pub fn path(segments: &[&str]) -> Result<String, InvalidSegment> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut path = String::new();
    for segment in segments {
        if matches!(*segment, "" | "." | "..") {
            return Err(InvalidSegment);
        }
        for byte in segment.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                path.push(char::from(byte));
            } else {
                path.push('%');
                for nibble in [byte >> 4, byte & 0xf] {
                    path.extend(HEX.get(usize::from(nibble)).copied().map(char::from));
                }
            }
        }
        path.push('/');
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_stays_in_its_segment() {
        for (value, encoded) in [
            ("acme", "x/acme/"),
            ("a/b", "x/a%2Fb/"),
            ("../x", "x/..%2Fx/"),
            ("%2e%2e", "x/%252e%252e/"),
            ("a?b#c", "x/a%3Fb%23c/"),
            ("a\\b\n", "x/a%5Cb%0A/"),
            ("@evil.example:1", "x/%40evil.example%3A1/"),
            ("pkg@1.2+é", "x/pkg%401.2%2B%C3%A9/"),
            ("...", "x/.../"),
        ] {
            let path = path(&["x", value]).unwrap();
            assert_eq!(path, encoded);
            let url = url::Url::parse("https://sentry.io/api/0/")
                .unwrap()
                .join(&path)
                .unwrap();
            assert_eq!(url.as_str(), format!("https://sentry.io/api/0/{encoded}"));
        }
    }

    #[test]
    fn what_a_parser_would_resolve_is_refused() {
        for value in ["", ".", ".."] {
            assert_eq!(path(&["x", value]), Err(InvalidSegment));
        }
    }
}
