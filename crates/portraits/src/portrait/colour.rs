//! A colour, and the few ways paint mixes.
//!
//! Components are sRGB from 0 to 1: a painter's ramp of shadow, body colour and light is chosen by eye in that space.

use std::ops::{Add, Mul};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Colour(pub(super) f32, pub(super) f32, pub(super) f32);

impl Colour {
    pub(super) const BLACK: Self = Self(0.0, 0.0, 0.0);
    pub(super) const WHITE: Self = Self(1.0, 1.0, 1.0);

    /// From `0xrrggbb`.
    pub(super) fn hex(rgb: u32) -> Self {
        let part = |shift: u32| ((rgb >> shift) & 255) as f32 / 255.0;
        Self(part(16), part(8), part(0))
    }

    /// From `self` at 0 to `other` at 1.
    pub(super) fn mix(self, other: Self, share: f32) -> Self {
        Self(
            self.0 + (other.0 - self.0) * share,
            self.1 + (other.1 - self.1) * share,
            self.2 + (other.2 - self.2) * share,
        )
    }

    /// Component by component, as a coloured light or a glaze does.
    pub(super) fn tint(self, other: Self) -> Self {
        Self(self.0 * other.0, self.1 * other.1, self.2 * other.2)
    }

    pub(super) fn luma(self) -> f32 {
        0.299 * self.0 + 0.587 * self.1 + 0.114 * self.2
    }

    /// Towards its own grey below 1, away from it above.
    pub(super) fn saturate(self, amount: f32) -> Self {
        let grey = self.luma();
        Self(grey, grey, grey).mix(self, amount)
    }
}

impl Add for Colour {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0, self.1 + other.1, self.2 + other.2)
    }
}

impl Mul<f32> for Colour {
    type Output = Self;
    fn mul(self, factor: f32) -> Self {
        Self(self.0 * factor, self.1 * factor, self.2 * factor)
    }
}

/// 0 below `low`, 1 above `high`, smooth between.
pub(super) fn smooth(low: f32, high: f32, value: f32) -> f32 {
    let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}
