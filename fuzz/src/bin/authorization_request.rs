#![no_main]

use fuzz::{checks, text};

libfuzzer_sys::fuzz_target!(|input: &[u8]| checks::authorization_request(text(input)));
