//! The JPEG that a page embeds: baseline, 4:2:0, with the standard Huffman tables. (With tables of its own this encoder
//! writes files that some decoders misread without a word.)

use brigade_thumbnail::Channel;
use jpeg_encoder::{
    ChromaSubsamplingMethod, ColorType, Encoder, EncodingError, ImageBuffer, JpegColorType,
    SamplingFactor,
};

/// Good enough at 300 dpi that the difference cannot be seen in print.
const QUALITY: u8 = 85;

/// Encodes a square of red, green and blue bytes.
pub(super) fn rgb(rgb: &[u8], side: u16) -> Result<Vec<u8>, EncodingError> {
    let mut jpeg = Vec::with_capacity(16 << 10);
    let mut encoder = encoder(&mut jpeg);
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    encoder.encode(rgb, side, side, ColorType::Rgb)?;
    Ok(jpeg)
}

/// Encodes a square of luma, with chroma at half of its side.
pub(super) fn planes(
    luma: Channel<'_>,
    chroma: [Channel<'_>; 2],
) -> Result<Vec<u8>, EncodingError> {
    let mut jpeg = Vec::with_capacity(16 << 10);
    encoder(&mut jpeg).encode_image(Halved { luma, chroma })?;
    Ok(jpeg)
}

fn encoder(jpeg: &mut Vec<u8>) -> Encoder<&mut Vec<u8>> {
    let mut encoder = Encoder::new(jpeg, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder
}

/// The encoder asks for chroma as large as luma, and takes one of four.
struct Halved<'a> {
    luma: Channel<'a>,
    chroma: [Channel<'a>; 2],
}

impl ImageBuffer for Halved<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        self.luma.width as u16
    }

    fn height(&self) -> u16 {
        self.luma.height as u16
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let y = usize::from(y);
        let [luma, chroma @ ..] = buffers;
        luma.extend_from_slice(self.luma.row(y));
        for (buffer, channel) in chroma.iter_mut().zip(self.chroma) {
            let (start, row) = (buffer.len(), channel.row(y / 2));
            buffer.resize(start + 2 * row.len(), 0);
            let (pairs, _) = buffer[start..].as_chunks_mut();
            for (pair, &value) in pairs.iter_mut().zip(row) {
                *pair = [value; 2];
            }
            buffer.truncate(start + self.luma.width);
        }
    }
}
