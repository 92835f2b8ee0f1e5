//! Chance, made repeatable: one stream of draws for each purpose of each person.
//!
//! Streams are numbered, so person 4,711 can be drawn without drawing those before. Nothing here knows what is drawn.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of draws; equal seed and stream give equal draws on every machine.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The draws of one stream of a seed.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// A number from 0 up to, but not including, `end`; 0 when there is none.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let draw = self.0.next_u64();
        draw.checked_rem(end as u64).and_then(|rest| usize::try_from(rest).ok()).unwrap_or(0)
    }

    /// A number from `first` to `last`, both included.
    pub(super) fn between(&mut self, first: i32, last: i32) -> i32 {
        let width = usize::try_from(last - first + 1).unwrap_or(0);
        first + i32::try_from(self.below(width)).unwrap_or(0)
    }

    /// True in so many cases of a hundred.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of the entries; the empty value when there are none.
    pub(super) fn pick<T: Copy + Default>(&mut self, from: &[T]) -> T {
        let index = self.below(from.len());
        from.get(index).copied().unwrap_or_default()
    }

    /// Distinct entries in random order, as many as asked or as there are.
    pub(super) fn some<T: Copy>(&mut self, from: &[T], count: usize) -> Vec<T> {
        let mut left = from.to_vec();
        let mut taken = Vec::with_capacity(count);
        while taken.len() < count && !left.is_empty() {
            taken.push(left.remove(self.below(left.len())));
        }
        taken
    }

    /// The pattern with each `#` replaced by a digit and each `%` by a digit other than 0.
    pub(super) fn digits(&mut self, pattern: &str) -> String {
        let fill = |sign: char| match sign {
            '#' => char::from_digit(self.digit(0), 10).unwrap_or('0'),
            '%' => char::from_digit(self.digit(1), 10).unwrap_or('1'),
            other => other,
        };
        pattern.chars().map(fill).collect()
    }

    /// A random GUID (version 4), in lower case.
    pub(super) fn guid(&mut self) -> String {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    fn digit(&mut self, first: u32) -> u32 {
        first + self.0.next_u32() % (10 - first)
    }
}
