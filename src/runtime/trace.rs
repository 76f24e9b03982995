//! W3C Trace Context, level 1: the trace that a request is a part of. The request is the span, under its own id.

/// A trace, as `traceparent` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// 32 hexadecimal digits.
    pub id: String,
    /// The caller's span, where the caller named one.
    pub parent: Option<String>,
    /// Whether the caller says that it records the trace.
    pub sampled: bool,
}

impl Trace {
    /// The trace that the caller names in `traceparent`, else the new one.
    pub fn read(header: &str, new: &str) -> Self {
        parse(header).unwrap_or_else(|| Self {
            id: new.to_owned(),
            parent: None,
            sampled: false,
        })
    }

    /// `traceparent` of what follows from the request with this id.
    pub fn header(&self, request: &str) -> String {
        let flags = if self.sampled { "-01" } else { "-00" };
        ["00-", &self.id, "-", request, flags].concat()
    }
}

/// `00-{trace}-{span}-{flags}` in lower-case digits. A later version may have more behind a further hyphen, and `ff` is none
/// (Trace Context §3.2.2).
fn parse(header: &str) -> Option<Trace> {
    let (version, rest) = (digits(header, 0, 2)?, header.get(55..)?);
    let (id, parent) = (digits(header, 3, 32)?, digits(header, 36, 16)?);
    let flags = digits(header, 53, 2)?;
    let hyphens = [2, 35, 52]
        .iter()
        .all(|at| header.as_bytes().get(*at) == Some(&b'-'));
    let more = if version == "00" {
        rest.is_empty()
    } else {
        rest.is_empty() || rest.starts_with('-')
    };
    let zero = |text: &str| text.bytes().all(|b| b == b'0');
    if version == "ff" || !hyphens || !more || zero(id) || zero(parent) {
        return None;
    }
    Some(Trace {
        id: id.to_owned(),
        parent: Some(parent.to_owned()),
        // The last bit of the flags: an odd digit.
        sampled: flags.ends_with(['1', '3', '5', '7', '9', 'b', 'd', 'f']),
    })
}

fn digits(text: &str, from: usize, count: usize) -> Option<&str> {
    let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let part = text.get(from..from + count)?;
    part.bytes().all(digit).then_some(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";
    const NEW: &str = "11111111111111111111111111111111";

    // rule: mcp/trace-context: a caller's trace goes on; what is no `traceparent` begins another [Trace Context §3.2]
    #[test]
    fn a_trace_goes_on_or_begins() {
        for (header, sampled) in [
            (format!("00-{TRACE}-{SPAN}-01"), true),
            (format!("00-{TRACE}-{SPAN}-00"), false),
            (format!("00-{TRACE}-{SPAN}-ff"), true),
            (format!("cc-{TRACE}-{SPAN}-01-what-comes-later"), true),
        ] {
            let trace = Trace::read(&header, NEW);
            assert_eq!(
                (trace.id.as_str(), trace.parent.as_deref(), trace.sampled),
                (TRACE, Some(SPAN), sampled)
            );
            let ours = "2222222222222222";
            let flags = if sampled { "01" } else { "00" };
            assert_eq!(trace.header(ours), format!("00-{TRACE}-{ours}-{flags}"));
        }
        let zeros = "0".repeat(32);
        for header in [
            String::new(),
            TRACE.to_owned(),
            format!("00-{TRACE}-{SPAN}"),
            format!("00-{TRACE}-{SPAN}-01-x"),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("00-{zeros}-{SPAN}-01"),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-{SPAN}-0x"),
            format!("00-{TRACE}-{SPAN}-+1"),
            format!(" 00-{TRACE}-{SPAN}-01"),
            format!("00-{TRACE}x-{SPAN}-01"),
            "00-<script>-x-01".to_owned(),
        ] {
            let trace = Trace::read(&header, NEW);
            assert_eq!((trace.id.as_str(), trace.parent), (NEW, None), "{header}");
        }
    }
}
