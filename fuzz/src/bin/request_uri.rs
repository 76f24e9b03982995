#![no_main]

use fuzz::{signed, text};

libfuzzer_sys::fuzz_target!(|input: &[u8]| signed::request_uri(text(input)));
