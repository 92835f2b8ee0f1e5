//! Pictures: read within bounds, scaled down, encoded anew. Nothing of a file but its pixels comes out: not where it
//! was taken, nor with what. Knows no people and no store.

use std::io::Cursor;

use bytes::Bytes;
use engine::{Kind, Problem};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

/// The largest file, in bytes.
pub(crate) const MOST_BYTES: usize = 4 << 20;
/// The most pixels of a picture, decoded: sixteen million, four bytes each at the most.
const MOST_PIXELS: u64 = 16 << 20;
/// The most memory a decoder may take for itself beside these.
const MOST_MEMORY: u64 = 96 << 20;
/// The longest edge of what is kept.
const EDGE: u32 = 648;
const QUALITY: u8 = 88;

/// A picture as it is kept: a JPEG that fits into a square of 648 pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) jpeg: Bytes,
}

/// The media type of what is kept.
pub(crate) const MEDIA_TYPE: &str = "image/jpeg";

/// A picture from a file as it was sent.
pub(crate) fn read(file: &[u8]) -> Result<Picture, Problem> {
    let mut image = decode(file)?;
    if image.width() > EDGE || image.height() > EDGE {
        image = image.resize(EDGE, EDGE, FilterType::Triangle);
    }
    encode(&flattened(&image))
}

/// The middle of a kept picture, as a square of that edge or, where there is less of it, smaller.
pub(crate) fn square(jpeg: &[u8], edge: u32) -> Result<Picture, Problem> {
    let image = decode(jpeg)?;
    let side = image.width().min(image.height());
    let middle = image.crop_imm((image.width() - side) / 2, (image.height() - side) / 2, side, side);
    let edge = edge.min(side).max(1);
    encode(&middle.resize_exact(edge, edge, FilterType::Triangle).into_rgb8())
}

fn decode(file: &[u8]) -> Result<DynamicImage, Problem> {
    if file.is_empty() {
        return Err(Problem::new(Kind::BadBody, "found no body, expected a picture, JPEG or PNG"));
    }
    let format = image::guess_format(file).ok().filter(|format| matches!(format, ImageFormat::Jpeg | ImageFormat::Png));
    let Some(format) = format else { return Err(not_a_picture("bytes that are neither")) };
    let damaged =
        |error: &dyn std::fmt::Display| Problem::new(Kind::BadBody, format!("the picture cannot be read: {error}"));
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| damaged(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        let message = format!("found a picture of {width} × {height} pixels, expected at most {MOST_PIXELS} in all");
        return Err(Problem::new(Kind::TooLarge, message));
    }
    // How the camera was held is told beside the pixels and would be lost.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| damaged(&error))?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// What is transparent lies on white: JPEG knows no transparency.
fn flattened(image: &DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let over = image.to_rgba8();
    RgbImage::from_fn(over.width(), over.height(), |x, y| {
        let [red, green, blue, alpha] = over.get_pixel(x, y).0.map(u16::from);
        let on_white = |channel: u16| u8::try_from((channel * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX);
        image::Rgb([red, green, blue].map(on_white))
    })
}

fn encode(image: &RgbImage) -> Result<Picture, Problem> {
    let mut jpeg = Vec::new();
    let encoded = JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(image);
    encoded.map_err(|error| Problem::new(Kind::Internal, format!("the picture cannot be written: {error}")))?;
    Ok(Picture { width: image.width(), height: image.height(), jpeg: jpeg.into() })
}

/// What is no picture of a kind that is taken.
pub(crate) fn not_a_picture(found: &str) -> Problem {
    Problem::new(Kind::UnsupportedMediaType, format!("found {found}, expected a picture, `image/jpeg` or `image/png`"))
}

#[cfg(test)]
mod tests {
    use image::{Rgba, RgbaImage};
    use proptest::prelude::*;

    use super::*;

    /// A file of that format with a red left half and, in a PNG, a transparent right one.
    fn file(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let pixel = |x, _| Rgba([255, 0, 0, if x * 2 < width { 255 } else { 0 }]);
        let image = DynamicImage::ImageRgba8(RgbaImage::from_fn(width, height, pixel));
        let image = if format == ImageFormat::Jpeg { DynamicImage::ImageRgb8(image.to_rgb8()) } else { image };
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    /// The picture that comes of it, decoded.
    fn seen(picture: &Picture) -> RgbImage {
        let image = decode(&picture.jpeg).unwrap().to_rgb8();
        assert_eq!(image.dimensions(), (picture.width, picture.height));
        image
    }

    #[test]
    fn pictures_are_scaled_to_fit() {
        for (width, height, expect) in
            [(40, 30, (40, 30)), (1296, 648, (648, 324)), (10, 2000, (3, 648)), (1, 1, (1, 1))]
        {
            for format in [ImageFormat::Jpeg, ImageFormat::Png] {
                let picture = read(&file(width, height, format)).unwrap();
                assert_eq!((picture.width, picture.height), expect, "{width} × {height} {format:?}");
                assert!(picture.jpeg.starts_with(&[0xFF, 0xD8, 0xFF]));
                seen(&picture);
            }
        }
    }

    #[test]
    fn what_is_transparent_is_white() {
        let image = seen(&read(&file(64, 64, ImageFormat::Png)).unwrap());
        let near =
            |pixel: &image::Rgb<u8>, expect: [u8; 3]| pixel.0.iter().zip(expect).all(|(a, b)| a.abs_diff(b) < 12);
        assert!(near(image.get_pixel(4, 32), [255, 0, 0]) && near(image.get_pixel(60, 32), [255, 255, 255]));
    }

    #[test]
    fn squares_are_cut_from_the_middle_and_never_grow() {
        let picture = read(&file(300, 100, ImageFormat::Jpeg)).unwrap();
        for (edge, expect) in [(48, 48), (100, 100), (240, 100)] {
            let square = square(&picture.jpeg, edge).unwrap();
            assert_eq!((square.width, square.height), (expect, expect));
        }
    }

    #[test]
    fn what_a_file_says_beside_its_pixels_is_lost_but_its_orientation() {
        // Exif: little endian, one entry, orientation 6 (the camera was turned), and a secret after it.
        let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0 60.39N 5.32E";
        let plain = file(64, 32, ImageFormat::Jpeg);
        let mut tagged = plain[..2].to_vec();
        tagged.extend_from_slice(&[0xFF, 0xE1]);
        tagged.extend_from_slice(&u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
        tagged.extend_from_slice(exif);
        tagged.extend_from_slice(&plain[2..]);
        let picture = read(&tagged).unwrap();
        assert_eq!((picture.width, picture.height), (32, 64));
        assert!(!picture.jpeg.windows(4).any(|window| window == b"Exif" || window == b"60.3"));
    }

    #[test]
    fn what_is_no_picture_or_too_much_of_one_is_told() {
        let check = |file: &[u8], kind: Kind, part: &str| {
            let problem = read(file).unwrap_err();
            assert!(problem.kind == kind && problem.message.contains(part), "{problem:?}");
        };
        check(b"", Kind::BadBody, "found no body");
        check(b"GIF89a......", Kind::UnsupportedMediaType, "image/png");
        check(b"<svg/>", Kind::UnsupportedMediaType, "image/jpeg");
        check(&file(9, 9, ImageFormat::Png)[..40], Kind::BadBody, "cannot be read");
        check(&file(9, 9, ImageFormat::Jpeg)[..30], Kind::BadBody, "cannot be read");
        // A small file that says it is huge.
        let mut bomb = file(9, 9, ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]);
        assert!(read(&bomb).is_err());
        let huge = read(&file(4097, 4097, ImageFormat::Png)).unwrap_err();
        assert!(huge.kind == Kind::TooLarge && huge.message.contains("4097 × 4097"), "{huge:?}");
    }

    proptest! {
        #[test]
        fn no_file_panics(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
            png in any::<bool>(),
        ) {
            let mut file = file(12, 7, if png { ImageFormat::Png } else { ImageFormat::Jpeg });
            for (at, byte) in changes {
                let at = at.index(file.len());
                file[at] = byte;
            }
            if let Ok(picture) = read(&file) {
                prop_assert!(picture.width <= EDGE && picture.height <= EDGE);
            }
        }
    }
}
