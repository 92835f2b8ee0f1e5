//! Things that wait to be fetched by a secret, of which only the digest is kept. What is put down last stays longest.

use sha2::{Digest, Sha256};
use std::collections::VecDeque;

/// The digest of a secret.
pub(super) type Mark = [u8; 32];

/// The mark by which a secret finds what it opens.
pub(super) fn mark(secret: &str) -> Mark {
    Sha256::digest(secret).into()
}

/// A bounded number of things. The search is linear: it is bounded too, and no order can fall apart.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    things: VecDeque<(Mark, T)>,
    room: usize,
}

impl<T> Shelf<T> {
    /// A shelf with room for so many.
    pub(super) fn new(room: usize) -> Shelf<T> {
        Shelf { things: VecDeque::new(), room }
    }

    /// Puts a thing down; the oldest makes room.
    pub(super) fn put(&mut self, mark: Mark, thing: T) {
        if self.things.len() >= self.room {
            self.things.pop_front();
        }
        self.things.push_back((mark, thing));
    }

    /// The thing under this mark.
    pub(super) fn get(&mut self, mark: &Mark) -> Option<&mut T> {
        self.things.iter_mut().find(|(own, _)| own == mark).map(|(_, thing)| thing)
    }

    /// Takes the thing under this mark away.
    pub(super) fn take(&mut self, mark: &Mark) -> Option<T> {
        let place = self.things.iter().position(|(own, _)| own == mark)?;
        self.things.remove(place).map(|(_, thing)| thing)
    }

    /// The thing that is like this.
    pub(super) fn find(&mut self, like: impl Fn(&T) -> bool) -> Option<&mut T> {
        self.things.iter_mut().map(|(_, thing)| thing).find(|thing| like(thing))
    }

    /// Takes everything away.
    pub(super) fn clear(&mut self) {
        self.things.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_bounded_and_drops_the_oldest() {
        let mut shelf = Shelf::new(2);
        for number in 0..3 {
            shelf.put(mark(&number.to_string()), number);
        }
        assert_eq!((shelf.take(&mark("0")), shelf.take(&mark("2")), shelf.take(&mark("2"))), (None, Some(2), None));
        assert_eq!(shelf.find(|number| *number == 1), Some(&mut 1));
        shelf.clear();
        assert_eq!(shelf.get(&mark("1")), None);
    }
}
