//! Any bytes at all: no panic, bounded time and memory, and whatever can be read at full size can be read at any
//! reduction, with the same coefficients.

#![no_main]

use brigade_thumbnail::probe::coefficients;
use brigade_thumbnail::{Fidelity, Limits, Options, Reader, Size, info, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|jpeg: &[u8]| {
    let mut limits = Limits::default();
    limits.pixels = 1 << 18;
    limits.scans = 30;
    for size in [Size::Exactly(3, 50), Size::Within(20, 20), Size::AtLeast(40, 40)] {
        for fidelity in [Fidelity::Exact, Fidelity::Visible] {
            if let Ok(picture) = read(jpeg, &Options::new(size).fidelity(fidelity).limits(limits)) {
                assert_eq!(picture.rgb.len() as u32, 3 * picture.width * picture.height);
                let _ = picture.upright();
            }
            let mut reader = Reader::new();
            let options = Options::new(size).fidelity(fidelity).limits(limits);
            if let Ok(Some(planes)) = reader.read_planes(jpeg, &options) {
                for channel in [planes.luma, planes.cb, planes.cr] {
                    assert_eq!(channel.row(channel.height - 1).len(), channel.width);
                }
            }
        }
    }
    let Ok(whole) = info(jpeg, &limits) else { return };
    if u64::from(whole.width) * u64::from(whole.height) > 1 << 14 {
        return;
    }
    let Ok(whole) = coefficients(jpeg, 8, Fidelity::Exact) else { return };
    for eighths in [1, 2, 4] {
        let reduced = coefficients(jpeg, eighths, Fidelity::Exact).expect("less of the same");
        for (reduced, whole) in reduced.iter().zip(&whole) {
            let (across, down) = reduced.kept;
            for (reduced, whole) in reduced.values.iter().zip(&whole.values) {
                for place in (0..64).filter(|place| place / 8 < down && place % 8 < across) {
                    assert_eq!(reduced[place], whole[place], "coefficient {place} at {eighths}/8");
                }
            }
        }
    }
});
