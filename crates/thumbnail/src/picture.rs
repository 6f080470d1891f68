//! What comes out: pixels, and what is known of the picture they came from.

/// A thumbnail with the facts of the picture it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Red, green and blue of each pixel, row by row from the top, without padding.
    pub rgb: Vec<u8>,
    /// What the file says of itself.
    pub info: Info,
    /// The reduction that was decoded: sides of the picture divided by 1, 2, 4 or 8.
    pub divisor: u8,
    /// How many of the [`Info::scans`] were decoded.
    pub scans_read: usize,
    /// The ICC profile of the pixels, as it stands in the file; they are not converted. Without one take sRGB.
    pub icc_profile: Option<Vec<u8>>,
}

impl Picture {
    /// The picture turned and mirrored as its orientation says, which is then [`Orientation::Upright`].
    #[must_use]
    pub fn upright(self) -> Self {
        let orientation = self.info.orientation;
        if orientation == Orientation::Upright {
            return self;
        }
        let (width, height) = (self.width as usize, self.height as usize);
        let (new_width, new_height) = if orientation.swaps_sides() {
            (height, width)
        } else {
            (width, height)
        };
        let mut rgb = Vec::with_capacity(self.rgb.len());
        for y in 0..new_height {
            for x in 0..new_width {
                let (x, y) = match orientation {
                    Orientation::Upright => (x, y),
                    Orientation::Mirrored => (width - 1 - x, y),
                    Orientation::UpsideDown => (width - 1 - x, height - 1 - y),
                    Orientation::MirroredUpsideDown => (x, height - 1 - y),
                    Orientation::MirroredOnLeft => (y, x),
                    Orientation::OnLeft => (y, height - 1 - x),
                    Orientation::MirroredOnRight => (width - 1 - y, height - 1 - x),
                    Orientation::OnRight => (width - 1 - y, x),
                };
                let at = 3 * (y * width + x);
                rgb.extend_from_slice(&self.rgb[at..at + 3]);
            }
        }
        let info = Info {
            orientation: Orientation::Upright,
            ..self.info
        };
        Self {
            width: new_width as u32,
            height: new_height as u32,
            rgb,
            info,
            ..self
        }
    }
}

/// A thumbnail in the colours of JPEG: luma, and chroma at half of its sides, rounded up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planes<'a> {
    /// Luma; as large as the thumbnail.
    pub luma: Channel<'a>,
    /// Blue-difference chroma.
    pub cb: Channel<'a>,
    /// Red-difference chroma.
    pub cr: Channel<'a>,
    /// What the file says of itself.
    pub info: Info,
    /// As in [`Picture::divisor`].
    pub divisor: u8,
    /// As in [`Picture::scans_read`].
    pub scans_read: usize,
}

/// One channel of pixels, row by row from the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Channel<'a> {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Bytes from one row to the next; not less than the width.
    pub stride: usize,
    /// The rows; what lies beyond their width, and below the last, is no part of the picture.
    pub pixels: &'a [u8],
}

impl<'a> Channel<'a> {
    /// A row, counted from the top.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn row(self, y: usize) -> &'a [u8] {
        assert!(y < self.height, "row {y} of {}", self.height);
        &self.pixels[y * self.stride..][..self.width]
    }
}

/// What a file says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Info {
    /// Width of the stored picture in pixels.
    pub width: u32,
    /// Height of the stored picture in pixels.
    pub height: u32,
    /// 1 for grey, 3 for colour.
    pub components: u8,
    /// Whether it is progressive; otherwise sequential, usually baseline.
    pub progressive: bool,
    /// How many scans it has.
    pub scans: usize,
    /// How the stored picture has to be turned to be looked at.
    pub orientation: Orientation,
}

/// The EXIF orientation: where the stored picture's top row and left column belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Orientation {
    /// 1: as stored.
    #[default]
    Upright,
    /// 2: left and right are exchanged.
    Mirrored,
    /// 3: turned by 180°.
    UpsideDown,
    /// 4: top and bottom are exchanged.
    MirroredUpsideDown,
    /// 5: rows are columns.
    MirroredOnLeft,
    /// 6: to be turned clockwise by 90°.
    OnLeft,
    /// 7: rows are columns, both from their ends.
    MirroredOnRight,
    /// 8: to be turned counter-clockwise by 90°.
    OnRight,
}

impl Orientation {
    const ALL: [Self; 8] = [
        Self::Upright,
        Self::Mirrored,
        Self::UpsideDown,
        Self::MirroredUpsideDown,
        Self::MirroredOnLeft,
        Self::OnLeft,
        Self::MirroredOnRight,
        Self::OnRight,
    ];

    /// The orientation that EXIF gives this number, 1 to 8.
    #[must_use]
    pub fn from_exif(number: u16) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// The number that EXIF gives this orientation.
    #[must_use]
    pub fn exif(self) -> u16 {
        self as u16 + 1
    }

    /// Whether width and height change places when the picture is put upright.
    #[must_use]
    pub fn swaps_sides(self) -> bool {
        self.exif() >= 5
    }
}
