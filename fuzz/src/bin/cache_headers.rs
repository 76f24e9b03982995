#![no_main]

use fuzz::{checks, text};

libfuzzer_sys::fuzz_target!(|input: &[u8]| checks::cache_headers(text(input)));
