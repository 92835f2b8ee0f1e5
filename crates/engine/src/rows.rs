//! Entities as expressions see them: their members, and the related entities that were loaded with them.

use std::sync::atomic::{AtomicU64, Ordering};

use edm::eval::{Datum, Env, EvalError, Object, Row as Seen, Stored};
use edm::expr::Reach;
use edm::{DateTimeOffset, Navigation, Property, StructType};
use odata::syntax::beyond;
use odata::{Kind, Problem, setting};

use crate::resources::Entity;

/// An entity as the row of an expression.
pub(crate) struct Loaded<'a> {
    entity: &'a Entity,
    reach: &'a Reach,
    members: Stored<'a>,
    around: Around<'a>,
}

/// What an expression may speak of beside its row.
#[derive(Clone, Copy, Default)]
pub(crate) struct Around<'a> {
    /// The entity of the request that the row is a part of, and what was loaded with it.
    it: Option<(&'a Entity, &'a Reach)>,
    elsewhere: &'a [Elsewhere],
}

/// What was found elsewhere in the service: `$root/…`.
#[derive(Debug)]
pub(crate) struct Elsewhere {
    pub(crate) entities: Vec<Entity>,
    pub(crate) reach: Reach,
    /// Is it a collection?
    pub(crate) many: bool,
}

impl<'a> Around<'a> {
    /// The same within that entity, unless that is within another itself.
    pub(crate) fn within(self, entity: &'a Entity, reach: &'a Reach) -> Self {
        Self { it: self.it.or(Some((entity, reach))), ..self }
    }

    pub(crate) fn it(&self) -> Option<Datum<'a>> {
        self.it.map(|(entity, reach)| Datum::row(Loaded::new(entity, reach)))
    }

    pub(crate) fn elsewhere(&self, slot: usize) -> Datum<'a> {
        let Some(Elsewhere { entities, reach, many }) = self.elsewhere.get(slot) else { return Datum::Null };
        rows(entities, reach, *many)
    }
}

impl<'a> Loaded<'a> {
    /// An entity that was loaded with that reach.
    pub(crate) fn new(entity: &'a Entity, reach: &'a Reach) -> Self {
        let members = Stored::new(entity.row.ty, &entity.row.members);
        Self { entity, reach, members, around: Around::default() }
    }

    /// The same amid other things.
    pub(crate) fn amid(self, around: Around<'a>) -> Self {
        Self { around, ..self }
    }
}

impl<'a> Seen<'a> for Loaded<'a> {
    fn whole(&self) -> Datum<'a> {
        match self.reach.is_empty() {
            true => Datum::Object(Object::Stored(&self.entity.row.members, self.entity.row.ty)),
            false => Datum::row(Loaded::new(self.entity, self.reach)),
        }
    }

    fn dynamic_type(&self) -> Option<&'static StructType> {
        Some(self.entity.row.ty)
    }

    fn property(&self, ordinal: usize, property: &'static Property) -> Datum<'a> {
        self.members.property(ordinal, property)
    }

    fn follow(&self, navigation: &'static Navigation) -> Datum<'a> {
        let Some((reach, entities)) = related(self.entity, self.reach, navigation) else { return Datum::Null };
        rows(entities, reach, navigation.collection)
    }

    fn outermost(&self) -> Datum<'a> {
        self.around.it().unwrap_or_else(|| self.whole())
    }

    fn outside(&self, slot: usize) -> Datum<'a> {
        self.around.elsewhere(slot)
    }
}

/// Entities that were loaded with that reach: all of them, or the only one.
fn rows<'a>(entities: &'a [Entity], reach: &'a Reach, many: bool) -> Datum<'a> {
    let mut rows = entities.iter().map(|entity| Datum::row(Loaded::new(entity, reach)));
    match many {
        true => Datum::list(rows.collect::<Vec<_>>()),
        false => rows.next().unwrap_or(Datum::Null),
    }
}

/// What a navigation property of a loaded entity leads to, and what was loaded with that.
pub(crate) fn related<'a>(
    entity: &'a Entity,
    reach: &'a Reach,
    navigation: &'static Navigation,
) -> Option<(&'a Reach, &'a [Entity])> {
    let at = reach.along.iter().position(|(along, _)| std::ptr::eq(*along, navigation))?;
    let (_, within) = reach.along.get(at)?;
    Some((within, entity.related.get(at)?))
}

/// The work that one request may still spend on expressions, and what they depend on beside the rows.
#[derive(Debug)]
pub(crate) struct Meter {
    now: DateTimeOffset,
    ignore_case: bool,
    limit: u64,
    left: AtomicU64,
    elsewhere: Vec<Elsewhere>,
}

impl Meter {
    /// A full one.
    pub(crate) fn new(now: i64, ignore_case: bool, steps: u64) -> Self {
        Self {
            now: DateTimeOffset::from_ticks(now),
            ignore_case,
            limit: steps,
            left: AtomicU64::new(steps),
            elsewhere: Vec::new(),
        }
    }

    /// Lets expressions speak of what was found elsewhere.
    pub(crate) fn supply(&mut self, elsewhere: Vec<Elsewhere>) {
        self.elsewhere = elsewhere;
    }

    /// What expressions over the rows of the request may speak of.
    pub(crate) fn around(&self) -> Around<'_> {
        Around { it: None, elsewhere: &self.elsewhere }
    }

    /// Evaluates something, and pays for it.
    pub(crate) fn spend<T>(&self, option: &str, work: impl FnOnce(&Env) -> Result<T, EvalError>) -> Result<T, Problem> {
        let left = self.left.load(Ordering::Relaxed);
        let env = Env::new(self.now).ignoring_case(self.ignore_case).limited(left);
        let done = work(&env);
        self.left.store(left.saturating_sub(env.spent()), Ordering::Relaxed);
        done.map_err(|error| {
            let message = match error {
                // What was left is no limit that anybody set.
                EvalError::TooMuchWork { .. } => beyond(setting::STEPS, self.limit, "steps of evaluation"),
                other => other.to_string(),
            };
            Problem::new(Kind::BadQuery, message).at(option)
        })
    }
}
