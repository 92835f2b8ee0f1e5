//! Keys (OData URL Conventions 4.01, section 4.3): in parentheses or as segments, named, alternate, given by an alias.

use edm::{StructType, Value};

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

    /// The key that whole segments are, one for each of its values but those that the way here implies; how many it
    /// takes of those after the first.
    pub(super) fn key_segments(
        &mut self,
        ty: &'static StructType,
        segment: &Segment<'_>,
        after: &[Segment<'_>],
    ) -> Result<usize, Problem> {
        let names = ty.key_properties();
        let mut texts = std::iter::once(segment).chain(after).map(|segment| &segment.text);
        let mut taken = 0_usize;
        let mut values = Vec::with_capacity(names.len());
        values.extend(names.iter().map_while(|name| {
            if let Some(value) = self.implied(names, name) {
                return Some(value);
            }
            taken += 1;
            self.plain(ty.key_property(name)?.ty, texts.next()?)
        }));
        let key = (taken > 0 && values.len() == names.len()).then_some(Key { names, values });
        self.key(ty, key)?;
        Ok(taken.saturating_sub(1))
    }

    /// The key values in declared order; `None` when names or types do not fit. Alternate keys are always named, as
    /// are keys of several values.
    fn bind_key(&self, ty: &'static StructType, arguments: &[Argument]) -> Option<Key> {
        let primary = ty.key_properties();
        if let [argument @ Argument { name: None, .. }] = arguments {
            return self.nameless_key(ty, argument);
        }
        let alternate = ty.lineage().flat_map(|ty| ty.alternate_keys.iter().copied());
        std::iter::once(primary).chain(alternate).find_map(|names| {
            let mut named = 0;
            let values = names.iter().map(|name| {
                let is_meant = |argument: &&Argument| {
                    argument.name.as_deref().is_some_and(|given| given.eq_ignore_ascii_case(name))
                };
                let Some(argument) = arguments.iter().find(is_meant) else { return self.implied(names, name) };
                named += 1;
                self.value(ty.find(name)?.1.ty, argument)
            });
            let values = values.collect::<Option<Vec<_>>>()?;
            (named == arguments.len()).then_some(Key { names, values })
        })
    }

    /// A single value without a name is that of the one key property which the way here does not imply.
    fn nameless_key(&self, ty: &'static StructType, argument: &Argument) -> Option<Key> {
        let names = ty.key_properties();
        let mut rest = Some(argument);
        let values = names.iter().map(|name| {
            let given = || self.value(ty.key_property(name)?.ty, rest.take()?);
            self.implied(names, name).or_else(given)
        });
        let values = values.collect::<Option<Vec<_>>>()?;
        rest.is_none().then_some(Key { names, values })
    }

    /// The value that a key property has because of the entity the way leads from: its foreign key (OData URL
    /// Conventions 4.01, section 4.3.2). Of a key of one property nothing is implied.
    fn implied(&self, names: &[&str], name: &str) -> Option<Value> {
        if names.len() < 2 {
            return None;
        }
        let [.., Step::Key(owner), Step::Navigation(navigation)] = self.address.steps.as_slice() else { return None };
        let back = navigation.target.find_navigation(navigation.partner?)?;
        let (_, principal) = back.constraint.iter().find(|(dependent, _)| *dependent == name)?;
        let at = owner.names.iter().position(|name| name == principal)?;
        owner.values.get(at).cloned()
    }

    fn key(&mut self, ty: &'static StructType, key: Option<Key>) -> Result<(), Problem> {
        let key = key.ok_or_else(|| self.wrong_key(ty))?;
        self.address.steps.push(Step::Key(key));
        self.address.place = Place::Entity(ty);
        Ok(())
    }
}
