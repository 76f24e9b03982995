#![no_main]

use fuzz::checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| checks::registration(input));
