//! The picture check on arbitrary bytes; seed it with the pictures of the tests, as in
//! `cargo +nightly fuzz run picture fuzz/corpus/picture tests/pictures -- -max_len=8192` in the folder above.

#![no_main]

use brigade_faces::{Limits, Picture};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(picture) = Picture::inspect(bytes, &Limits::default()) {
        assert!(picture.width >= 16 && picture.height >= 16);
    }
});
