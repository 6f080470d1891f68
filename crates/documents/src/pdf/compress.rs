//! Streams made smaller. One compressor, one level, named here, so that every build of this crate writes the same.
//!
//! A compressor's tables are larger than all streams of a document together, so each thread keeps one and winds it
//! back. That is no state between documents: a compressor that was wound back writes what a new one would.

use std::cell::RefCell;

use lopdf::{Dictionary, Stream};
use zlib_rs::{Deflate, DeflateFlush, Status, compress_bound};

/// Level 1 codes with fixed tables. Level 6 would save 2 KB of a page's 31 and takes three times as long, more than
/// everything else about the PDF.
const LEVEL: i32 = 1;
/// 32 KiB, the format's largest.
const WINDOW_BITS: u8 = 15;

thread_local! {
    static COMPRESSOR: RefCell<Deflate> = RefCell::new(Deflate::new(LEVEL, true, WINDOW_BITS));
}

/// A stream of `content`, compressed.
pub(super) fn deflated(mut dict: Dictionary, content: &[u8]) -> Stream {
    let mut packed = vec![0; compress_bound(content.len())];
    let length = COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        let status = compressor.compress(content, &mut packed, DeflateFlush::Finish);
        assert!(
            matches!(status, Ok(Status::StreamEnd)),
            "the buffer is as large as the compressor's own bound"
        );
        compressor.total_out() as usize
    });
    packed.truncate(length);
    dict.set("Filter", "FlateDecode");
    Stream::new(dict, packed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever a thread compressed before, a stream comes out as from a new compressor, and reads back.
        #[test]
        fn a_compressor_keeps_nothing_of_what_it_packed_before(
            contents in proptest::collection::vec((0..60_000usize, 1..40u8, any::<u64>()), 1..6)
        ) {
            for (length, letters, seed) in contents {
                let content: Vec<u8> = (0..length as u64)
                    .map(|place| ((seed ^ place).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as u8 % letters)
                    .collect();
                let used = deflated(Dictionary::new(), &content);
                let new = std::thread::scope(|scope| {
                    let thread = scope.spawn(|| deflated(Dictionary::new(), &content));
                    thread.join().expect("compressing does not panic")
                });
                prop_assert_eq!(&used.content, &new.content);
                prop_assert_eq!(used.decompressed_content().expect("it reads back"), content);
            }
        }
    }
}
