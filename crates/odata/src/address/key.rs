//! Keys (OData URL Conventions 4.01, section 4.3): in parentheses or as segments, named, alternate, given by an alias.

use edm::StructType;

use super::bind::Binder;
use super::{Key, Place, Step};
use crate::problem::Problem;
use crate::url::path::{Argument, Segment};

impl Binder<'_> {
    /// `skills('…')`: the key that stands in the same segment as the collection, if any.
    pub(super) fn key_of_segment(&mut self, segment: &Segment<'_>) -> Result<(), Problem> {
        match segment.further.is_empty() {
            true => self.key_in_parentheses(segment, segment.arguments.as_deref()),
            false => Err(self.unexpected(segment)),
        }
    }

    /// The same, of these parentheses.
    pub(super) fn key_in_parentheses(
        &mut self,
        segment: &Segment<'_>,
        arguments: Option<&[Argument]>,
    ) -> Result<(), Problem> {
        match (arguments, self.address.place) {
            (None, _) => Ok(()),
            (Some(arguments), Place::Collection(ty)) if !arguments.is_empty() => {
                let key = self.bind_key(ty, arguments);
                self.key(ty, key)
            }
            (Some(_), _) => Err(self.unexpected(segment)),
        }
    }

    /// The key that whole segments are, one for each of its values; how many it takes of those after the first.
    pub(super) fn key_segments(
        &mut self,
        ty: &'static StructType,
        segment: &Segment<'_>,
        after: &[Segment<'_>],
    ) -> Result<usize, Problem> {
        let names = ty.key_properties();
        let more = names.len().saturating_sub(1);
        let texts = std::iter::once(segment).chain(after).map(|segment| &segment.text);
        let values = names.iter().zip(texts).map(|(name, text)| self.plain(ty.find(name)?.1.ty, text));
        let values: Option<Vec<_>> = values.collect();
        let key = values.filter(|values| !names.is_empty() && values.len() == names.len());
        self.key(ty, key.map(|values| Key { names, values }))?;
        Ok(more)
    }

    /// The key values in declared order; `None` when names or types do not fit. Alternate keys are always named, as
    /// are keys of several values.
    fn bind_key(&self, ty: &'static StructType, arguments: &[Argument]) -> Option<Key> {
        if let ([argument @ Argument { name: None, .. }], names @ [name]) = (arguments, ty.key_properties()) {
            let value = self.value(ty.find(name)?.1.ty, argument)?;
            return Some(Key { names, values: vec![value] });
        }
        let alternate = ty.lineage().flat_map(|ty| ty.alternate_keys.iter().copied());
        let keys = std::iter::once(ty.key_properties()).chain(alternate);
        keys.filter(|names| names.len() == arguments.len()).find_map(|names| {
            let values = names.iter().map(|name| {
                let is_meant = |argument: &&Argument| {
                    argument.name.as_deref().is_some_and(|given| given.eq_ignore_ascii_case(name))
                };
                self.value(ty.find(name)?.1.ty, arguments.iter().find(is_meant)?)
            });
            Some(Key { names, values: values.collect::<Option<Vec<_>>>()? })
        })
    }

    fn key(&mut self, ty: &'static StructType, key: Option<Key>) -> Result<(), Problem> {
        let key = key.ok_or_else(|| self.wrong_key(ty))?;
        self.address.steps.push(Step::Key(key));
        self.address.place = Place::Entity(ty);
        Ok(())
    }
}
