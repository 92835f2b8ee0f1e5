//! What is wrong with a path.

use edm::StructType;
use edm::nearest::nearest;

use super::bind::Binder;
use crate::problem::{Kind, Problem};
use crate::url::path::Segment;

/// Segments that are not names, and stand after others.
const SPECIAL: [&str; 6] = ["$value", "$ref", "$count", "$filter", "$each", "$query"];

impl Binder<'_> {
    /// The answer to a segment that names nothing: Graph's sentence, and the name that was probably meant.
    pub(super) fn unknown<'n>(&self, segment: &Segment<'_>, names: impl Iterator<Item = &'n str>) -> Problem {
        let meant = nearest(segment.name(), names).filter(|name| !name.eq_ignore_ascii_case(segment.name()));
        let hint = meant.map(|name| format!(" Did you mean `{name}`?")).unwrap_or_default();
        let text: String = segment.text.chars().take(80).collect();
        self.missing(format!("Resource not found for the segment '{text}'.{hint}"))
    }

    /// The same, where nothing can follow.
    pub(super) fn unexpected(&self, segment: &Segment<'_>) -> Problem {
        self.unknown(segment, std::iter::empty())
    }

    /// A segment that begins with `$`: for elsewhere, or no word of OData at all.
    pub(super) fn special(&self, segment: &Segment<'_>) -> Problem {
        let is_known = |known: &&&str| segment.is(known) || (segment.condition.is_some() && **known == "$filter");
        match SPECIAL.iter().find(is_known) {
            Some(&"$filter") if segment.condition.is_none() => {
                let message = "found `$filter` alone, expected a condition in parentheses after it";
                Problem::new(Kind::UnknownSegment, message)
            }
            Some(known) => self.missing(format!("`{known}` does not apply at this address")),
            None => self.unknown(segment, SPECIAL.into_iter()),
        }
    }

    pub(super) fn wrong_key(&self, ty: &'static StructType) -> Problem {
        let form = |name: &&str| match ty.find(name).map(|(_, property)| property.ty.name()) {
            Some(kind) => format!("`{name}` ({kind})"),
            None => format!("`{name}`"),
        };
        let names: Vec<String> = ty.key_properties().iter().map(form).collect();
        self.missing(format!("found a key that does not fit, `{}` is keyed by {}", ty.name, names.join(" and ")))
    }

    /// The path names nothing: what that is, the dialect says.
    pub(super) fn missing(&self, message: String) -> Problem {
        Problem::new(self.dialect.unknown_segment, message)
    }
}

/// Something that such entities have elsewhere. Clients made for there ask for it, and know how to go on without.
pub(super) fn not_kept(ty: &'static StructType, segment: &Segment<'_>) -> Problem {
    let message = format!("this service does not keep `{}` of `{}`", segment.name(), ty.name);
    Problem::new(Kind::ResourceNotFound, message)
}

/// A known feature that nothing offers.
pub(super) fn not_yet(what: &str) -> Problem {
    Problem::new(Kind::NotSupported, format!("{what} is not supported yet"))
}
