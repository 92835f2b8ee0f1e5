//! Positions in lists of values (OData URL Conventions 4.01, section 4.10).
//!
//! Only lists of values have them: where entities are listed, the same segment is a key.

use edm::Property;

use super::bind::Binder;
use super::fault::not_yet;
use super::{Place, Step};
use crate::problem::Problem;
use crate::url::path::Segment;

impl Binder<'_> {
    /// The item at that position of the list that a property is.
    pub(super) fn item(&mut self, property: &'static Property, position: i64) -> Result<(), Problem> {
        // What is left of a list has an order too, but a change of it would be one of the whole list.
        let is_part = match self.address.steps.last() {
            Some(Step::Filter(_)) => true,
            Some(Step::Cast(ty)) => property.ty.structure().is_none_or(|declared| !std::ptr::eq(*ty, declared)),
            _ => false,
        };
        if is_part {
            return Err(not_yet("an item of a part of a list by its position"));
        }
        self.address.steps.push(Step::Item(position));
        self.address.place = Place::Item(property);
        Ok(())
    }

    /// Has the way led through an item of a list?
    pub(super) fn is_in_item(&self) -> bool {
        self.address.steps.iter().any(|step| matches!(step, Step::Item(_)))
    }
}

/// The position that a segment is: digits, perhaps behind a minus sign. One beyond any list may be taken for another.
pub(super) fn position(segment: &Segment<'_>) -> Option<i64> {
    let (digits, beyond) = match segment.text.strip_prefix('-') {
        Some(digits) => (digits, i64::MIN),
        None => (&*segment.text, i64::MAX),
    };
    let is_position = !segment.is_call() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_position.then(|| segment.text.parse().unwrap_or(beyond))
}
