//! The versions of entities, as their ETags show them.

use std::fmt;

/// The version of an entity, as its ETag shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag(pub u64);

const ONES: u128 = u128::from_be_bytes([1; 16]);
/// Carries from the half bytes that are letters.
const SIXES: u128 = u128::from_be_bytes([6; 16]);
/// How far to move each upper half, so that in the end every half byte has a byte of its own.
const SPREADING: [(u32, u128); 4] = [
    (32, 0x0000_0000_FFFF_FFFF_0000_0000_FFFF_FFFF),
    (16, 0x0000_FFFF_0000_FFFF_0000_FFFF_0000_FFFF),
    (8, 0x00FF_00FF_00FF_00FF_00FF_00FF_00FF_00FF),
    (4, 0x0F0F_0F0F_0F0F_0F0F_0F0F_0F0F_0F0F_0F0F),
];

impl Tag {
    /// The opaque part of the entity tag: sixteen hexadecimal digits.
    pub fn digits(self) -> [u8; 16] {
        // All digits at once: a byte of 16 for each half byte, then what makes it a character.
        let mut spread = u128::from(self.0);
        for (shift, mask) in SPREADING {
            spread = (spread | spread << shift) & mask;
        }
        let letters = ((spread + SIXES) >> 4) & ONES;
        (spread + letters * u128::from(b'a' - b'0' - 10) + ONES * u128::from(b'0')).to_be_bytes()
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}
