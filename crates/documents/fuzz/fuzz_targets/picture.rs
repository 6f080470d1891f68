//! The picture path on arbitrary bytes: check, decoders, resize, encoder and the PDF around the result.
//!
//! In the folder above: `cargo +nightly fuzz run picture -- -max_len=16384`, or without a nightly compiler
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer none picture -- -max_len=16384`. Seed `fuzz/corpus/picture` with small pictures.

#![no_main]

use std::sync::LazyLock;

use brigade_documents::{Error, Limits, Options, Person, Renderer};
use libfuzzer_sys::fuzz_target;

/// Small limits: what takes long or much memory within them is a finding.
static RENDERER: LazyLock<Renderer> = LazyLock::new(|| {
    let limits = Limits {
        picture_side: 512,
        picture_pixels: 512 * 512,
        picture_scans: 20,
        picture_memory: 16 << 20,
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::default()
    };
    Renderer::new(options).expect("the built-in fonts load")
});

fuzz_target!(|bytes: &[u8]| {
    match RENDERER.render(&Person::default(), bytes) {
        Ok(rendered) => assert!(rendered.pdf.starts_with(b"%PDF-1.7") && rendered.pages == 1),
        Err(error) => assert!(
            matches!(error, Error::Picture(_)),
            "an empty person is printable: {error}"
        ),
    }
});
