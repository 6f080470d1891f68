//! One portrait, painted from back to front.
//!
//! A painting rather than a photograph: form by light on a relief, soft airbrush, single hairs, grain. Each file paints
//! one thing on the canvas for a sitter; all randomness is keyed by (seed, index) and purpose,
//! so a change to the hair leaves every face as it was. Floating point is the same on the same build and processor
//! family; nothing is promised beyond that.

mod backdrop;
mod canvas;
mod clothes;
mod colour;
mod eyes;
mod face;
mod finish;
mod hair;
mod mouth;
mod pose;
mod relief;
mod sitter;
mod years;

use pose::Pose;
use relief::Relief;
use sitter::Sitter;

/// The portrait for this seed and index: a progressive JPEG of 1024×1024 pixels and at least 100 KB.
///
/// The same numbers give the same bytes; different numbers give different people.
#[must_use]
pub fn portrait_jpeg(seed: u64, index: u64) -> Vec<u8> {
    let sitter = Sitter::invent(seed, index);
    let pose = Pose::of(&sitter);
    let relief = Relief::of(&sitter);
    let brush = |purpose| crate::random::Random::keyed(purpose, &[seed, index]);

    let mut canvas = backdrop::paint(&sitter, &mut brush("backdrop"));
    hair::paint_behind(&mut canvas, &sitter, &pose, &mut brush("hair behind"));
    clothes::paint_neck(&mut canvas, &sitter, &pose);
    clothes::paint(&mut canvas, &sitter, &pose, &mut brush("clothes"));
    face::paint(&mut canvas, &sitter, &pose, &relief);
    years::paint(&mut canvas, &sitter, &pose, &mut brush("years"));
    mouth::paint(&mut canvas, &sitter, &pose);
    eyes::paint(&mut canvas, &sitter, &pose, &mut brush("eyes"));
    hair::paint_beard(&mut canvas, &sitter, &pose, &relief, &mut brush("beard"));
    eyes::paint_glasses(&mut canvas, &sitter, &pose);
    hair::paint_front(&mut canvas, &sitter, &pose, &mut brush("hair"));
    finish::jpeg(canvas, &sitter, &mut brush("grain"))
}
