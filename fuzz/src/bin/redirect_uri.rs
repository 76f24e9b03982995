#![no_main]

use fuzz::{checks, two_texts};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let (first, second) = two_texts(input);
    checks::redirect_uri(first, second);
});
