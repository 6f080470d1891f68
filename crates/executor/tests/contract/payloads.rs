//! Large payloads in and out, in windows and orders that could deadlock.

use crate::{MODES, cases, executor, jobs::Bulk};
use brigade_executor::{Mode, Outcome};
use serde_bytes::ByteBuf;

const MIB: usize = 1 << 20;

pub(crate) fn trials() -> Vec<libtest_mimic::Trial> {
    [
        cases("payloads of every size come back", &MODES, every_size),
        cases("1 MiB in and out, many in flight", &MODES, many_in_flight),
        cases("64 MiB in and out", &MODES, sixty_four_mib),
        cases("unjoined handles with large payloads", &MODES, unjoined),
        cases("joined backwards", &MODES, joined_backwards),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn bulk(seed: usize, length: usize) -> Bulk {
    Bulk {
        bytes: (0..length)
            .map(|at| (at.wrapping_mul(31) ^ seed) as u8)
            .collect(),
    }
}

fn reversed(seed: usize, length: usize) -> Outcome<ByteBuf> {
    let mut bytes = bulk(seed, length).bytes;
    bytes.reverse();
    Outcome::Ok(bytes.into())
}

fn every_size(mode: Mode) {
    let executor = executor(mode).build().expect("plain options");
    let around = |size: usize| [size - 9, size - 1, size, size + 1];
    let sizes: Vec<_> = [0, 1]
        .into_iter()
        .chain(
            [64 << 10, 128 << 10, 212_992, MIB]
                .into_iter()
                .flat_map(around),
        )
        .collect();
    let jobs = sizes
        .iter()
        .enumerate()
        .map(|(seed, length)| bulk(seed, *length));
    let outcomes: Vec<_> = executor.map(jobs).collect();
    for (seed, (length, outcome)) in sizes.iter().zip(outcomes).enumerate() {
        assert!(outcome == reversed(seed, *length), "{length} bytes");
    }
}

fn many_in_flight(mode: Mode) {
    for window in [1, 2, 7, 64] {
        let executor = executor(mode)
            .window(window)
            .build()
            .expect("plain options");
        for (seed, outcome) in executor
            .map((0..40).map(|seed| bulk(seed, MIB)))
            .enumerate()
        {
            assert!(outcome == reversed(seed, MIB));
        }
    }
}

fn sixty_four_mib(mode: Mode) {
    let executor = executor(mode).build().expect("plain options");
    for (seed, outcome) in executor
        .map((0..3).map(|seed| bulk(seed, 64 * MIB)))
        .enumerate()
    {
        assert!(outcome == reversed(seed, 64 * MIB));
    }
}

fn unjoined(mode: Mode) {
    let executor = executor(mode).build().expect("plain options");
    let handles: Vec<_> = (0..12)
        .map(|seed| executor.submit(bulk(seed, MIB)))
        .collect();
    let mut handles = handles.into_iter();
    assert!(handles.next().expect("twelve").join() == reversed(0, MIB));
    drop(handles);
    assert!(executor.submit(bulk(99, MIB)).join() == reversed(99, MIB));
}

fn joined_backwards(mode: Mode) {
    let executor = executor(mode).build().expect("plain options");
    let handles: Vec<_> = (0..24)
        .map(|seed| (seed, executor.submit(bulk(seed, MIB))))
        .collect();
    for (seed, handle) in handles.into_iter().rev() {
        assert!(handle.join() == reversed(seed, MIB));
    }
}
