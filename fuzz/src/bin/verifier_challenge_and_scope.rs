#![no_main]

use fuzz::{checks, text};

libfuzzer_sys::fuzz_target!(|input: &[u8]| checks::verifier_challenge_and_scope(text(input)));
