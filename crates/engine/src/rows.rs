//! Entities as expressions see them: their members, and the related entities that were loaded with them.

use std::sync::atomic::{AtomicU64, Ordering};

use edm::eval::{Datum, Env, EvalError, Object, Row as Seen, Stored};
use edm::expr::Reach;
use edm::{DateTimeOffset, Navigation, Property, StructType};
use odata::{Kind, Problem};

use crate::resources::Entity;

/// An entity as the row of an expression.
pub(crate) struct Loaded<'a> {
    entity: &'a Entity,
    reach: &'a Reach,
    members: Stored<'a>,
}

impl<'a> Loaded<'a> {
    /// An entity that was loaded with that reach.
    pub(crate) fn new(entity: &'a Entity, reach: &'a Reach) -> Self {
        Self { entity, reach, members: Stored::new(entity.row.ty, &entity.row.members) }
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
        let mut rows = entities.iter().map(|entity| Datum::row(Loaded::new(entity, reach)));
        match navigation.collection {
            true => Datum::list(rows.collect::<Vec<_>>()),
            false => rows.next().unwrap_or(Datum::Null),
        }
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
}

impl Meter {
    /// A full one.
    pub(crate) fn new(now: i64, ignore_case: bool, steps: u64) -> Self {
        Self { now: DateTimeOffset::from_ticks(now), ignore_case, limit: steps, left: AtomicU64::new(steps) }
    }

    /// Evaluates something, and pays for it.
    pub(crate) fn spend<T>(&self, option: &str, work: impl FnOnce(&Env) -> Result<T, EvalError>) -> Result<T, Problem> {
        let left = self.left.load(Ordering::Relaxed);
        let env = Env::new(self.now).ignoring_case(self.ignore_case).limited(left);
        let done = work(&env);
        self.left.store(left.saturating_sub(env.spent()), Ordering::Relaxed);
        done.map_err(|error| {
            let error = match error {
                // What was left is no limit that anybody set.
                EvalError::TooMuchWork { .. } => EvalError::TooMuchWork { limit: self.limit },
                other => other,
            };
            Problem::new(Kind::BadQuery, error.to_string()).at(option)
        })
    }
}
