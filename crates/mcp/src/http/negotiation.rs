//! The two content-negotiation headers.

/// Whether a `Content-Type` is JSON, with any parameters (RFC 9110 §8.3.1: type and subtype ignore case).
pub(super) fn is_json(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|value| essence(value).eq_ignore_ascii_case("application/json"))
}

/// Whether an `Accept` header admits JSON or event streams, the two types that MCP answers in. The specification
/// requires clients to list both. Since we always answer JSON, we also serve clients that list only one, send `*/*`, or
/// send no `Accept` at all.
pub(super) fn admits_json_or_events(accept: Option<&str>) -> bool {
    accept.is_none_or(|accept| accept.trim().is_empty() || accept.split(',').any(admits))
}

fn admits(range: &str) -> bool {
    const ADMITTED: [&str; 5] = [
        "application/json",
        "text/event-stream",
        "*/*",
        "application/*",
        "text/*",
    ];
    let essence = essence(range);
    ADMITTED
        .iter()
        .any(|admitted| essence.eq_ignore_ascii_case(admitted))
        && !is_refused(range)
}

/// "A weight of 0 means not acceptable" (RFC 9110 §12.4.2).
fn is_refused(range: &str) -> bool {
    range.split(';').skip(1).any(|parameter| {
        parameter.split_once('=').is_some_and(|(name, weight)| {
            name.trim().eq_ignore_ascii_case("q") && is_zero(weight.trim())
        })
    })
}

fn essence(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

/// `0`, `0.0`, `0.000` (RFC 9110 §12.4.2).
fn is_zero(weight: &str) -> bool {
    weight.contains('0') && weight.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types() {
        for (value, json) in [
            (Some("application/json"), true),
            (Some("Application/JSON; charset=utf-8"), true),
            (Some("application/json-patch+json"), false),
            (Some("text/plain"), false),
            (Some(""), false),
            (None, false),
        ] {
            assert_eq!(is_json(value), json, "{value:?}");
        }
    }

    #[test]
    fn accepts() {
        for (value, admitted) in [
            (None, true),
            (Some(""), true),
            (Some("*/*"), true),
            (Some("application/json, text/event-stream"), true),
            (Some("TEXT/Event-Stream"), true),
            (Some("text/html, application/*;q=0.1"), true),
            (Some("application/json;q=0"), false),
            (Some("application/json;q=0.000, text/html"), false),
            (Some("text/html"), false),
            (Some("image/*"), false),
        ] {
            assert_eq!(admits_json_or_events(value), admitted, "{value:?}");
        }
    }
}
