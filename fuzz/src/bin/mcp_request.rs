#![no_main]

use fuzz::{mcp_checks, text};

// The version, the method and the name of the headers, a line each; then the body.
libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let headers = input.splitn(4, |byte| *byte == b'\n').collect::<Vec<_>>();
    let header = |index: usize| {
        let line = headers.get(index).copied().unwrap_or_default();
        Some(text(line)).filter(|line| !line.is_empty())
    };
    let body = headers.get(3).copied().unwrap_or(input);
    mcp_checks::any_request(header(0), header(1), header(2), body);
});
