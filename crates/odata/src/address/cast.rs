//! Segments with a qualified name: a type to see what is there as, or an operation.

use edm::{StructKind, StructType};

use super::bind::Binder;
use super::{Place, Step};
use crate::problem::Problem;
use crate::url::path::Segment;

impl Binder<'_> {
    /// Takes the segment if its name is one of the model's namespace.
    pub(super) fn qualified(&mut self, segment: &Segment<'_>) -> Result<bool, Problem> {
        let name = self.model.unqualified(segment.name());
        if name.len() == segment.name().len() || !is_identifier(name) {
            return Ok(false);
        }
        if let Some(ty) = self.model.structure(name) {
            self.cast_to(ty, segment)?;
            return Ok(true);
        }
        if self.call_bound(name, segment)? {
            return Ok(true);
        }
        let operations = self.bound_operations().map(|operation| operation.name);
        let names: Vec<&str> = self.model.structs.iter().map(|ty| ty.name).chain(operations).collect();
        let meant = edm::nearest::nearest(name, names);
        let hint = meant.map(|name| format!(" Did you mean `{}.{name}`?", self.model.namespace)).unwrap_or_default();
        let text: String = segment.text.chars().take(80).collect();
        Err(self.missing(format!("Resource not found for the segment '{text}'.{hint}")))
    }

    /// Takes the segment if it names, without the namespace, a type that what was reached can be seen as
    /// (`Core.DefaultNamespace`). A key may look alike, so only the exact spelling counts; members look alike too, and
    /// are looked for before.
    pub(super) fn bare_type(&mut self, segment: &Segment<'_>) -> Result<bool, Problem> {
        // The names of the types are many; most segments that come here are keys, and most keys GUIDs.
        if !is_identifier(segment.name()) {
            return Ok(false);
        }
        let Some(ty) = self.model.structs.iter().copied().find(|ty| ty.name == segment.name()) else {
            return Ok(false);
        };
        if self.declared(ty).is_none_or(|from| !ty.is_a(from)) {
            return Ok(false);
        }
        self.cast_to(ty, segment).map(|()| true)
    }

    /// The type that what was reached is declared with; what is found by its id may have any.
    fn declared(&self, ty: &'static StructType) -> Option<&'static StructType> {
        match self.address.place {
            Place::Collection(from) | Place::Entity(from) => Some(from),
            Place::Property(property) | Place::Item(property) => self.cast().or_else(|| property.ty.structure()),
            Place::Value(of, _) => of.structure(),
            Place::EntityById(None) | Place::All(None) if ty.kind == StructKind::Entity => Some(ty),
            _ => None,
        }
    }

    /// The type of the last step, if that is a cast.
    pub(super) fn cast(&self) -> Option<&'static StructType> {
        match self.address.steps.last() {
            Some(Step::Cast(ty)) => Some(ty),
            _ => None,
        }
    }

    fn cast_to(&mut self, ty: &'static StructType, segment: &Segment<'_>) -> Result<(), Problem> {
        let place = self.address.place;
        let from = self.declared(ty);
        let Some(from) = from else { return Err(self.unexpected(segment)) };
        if !ty.is_a(from) {
            let message =
                format!("found a cast to `{}`, which is neither `{}` nor derived from it", ty.name, from.name);
            return Err(self.missing(message));
        }
        self.address.place = match place {
            Place::Collection(_) => Place::Collection(ty),
            Place::Entity(_) => Place::Entity(ty),
            Place::Value(_, collection) => Place::Value(edm::Type::Struct(ty), collection),
            Place::EntityById(_) => Place::EntityById(Some(ty)),
            Place::All(_) => Place::All(Some(ty)),
            other => other,
        };
        self.address.steps.push(Step::Cast(ty));
        self.key_of_segment(segment)
    }
}

fn is_identifier(name: &str) -> bool {
    name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}
