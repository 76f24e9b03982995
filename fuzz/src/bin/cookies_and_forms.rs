#![no_main]

use fuzz::{signed, two_texts};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let (first, second) = two_texts(input);
    signed::cookies_and_forms(first, second);
});
