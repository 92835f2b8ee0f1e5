//! A page of a collection: what is kept, its order, skipping, cutting.
//!
//! The entities come from the service already restricted to what the caller may see; nothing is counted before that.

use std::cmp::Ordering;

use edm::Value;
use edm::codec::read_raw;
use edm::eval::{Row as _, Sort};
use edm::expr::Reach;
use edm::json;
use odata::{Problem, Query};

use crate::paging::{Place, Plan};
use crate::resources::{Entity, Window};
use crate::rows::{Around, Loaded, Meter};

/// Longest order value that a place keeps whole, in bytes of JSON. Tokens travel in URLs.
const MAX_VALUE: usize = 512;
/// Characters kept of a longer one.
const KEPT: usize = 100;

/// Does the query leave some of the collection out, whatever page is asked for?
pub(crate) fn is_selective(query: &Query) -> bool {
    query.filter.is_some() || query.search.is_some()
}

/// The part that a plan needs of a collection that is answered as it is, in default order.
pub(crate) fn window(plan: &Plan) -> Window {
    let after = plan.after.as_ref().map(|place| (place.at, place.id.clone()));
    // One more than is answered tells whether there is a next page.
    Window { after, skip: plan.skip, limit: Some(plan.limit().saturating_add(1)) }
}

/// What is done with entities that were loaded with that reach.
#[derive(Clone, Copy)]
pub(crate) struct Shaping<'a> {
    pub(crate) query: &'a Query,
    pub(crate) reach: &'a Reach,
    pub(crate) meter: &'a Meter,
    pub(crate) around: Around<'a>,
}

impl<'a> Shaping<'a> {
    /// Of the entities that a request is about.
    pub(crate) fn new(query: &'a Query, reach: &'a Reach, meter: &'a Meter) -> Self {
        Self { query, reach, meter, around: meter.around() }
    }

    /// Those that the filter and the search find.
    pub(crate) fn kept(&self, mut entities: Vec<Entity>) -> Result<Vec<Entity>, Problem> {
        let mut problem = None;
        if is_selective(self.query) {
            entities.retain(|entity| {
                problem.is_none()
                    && self.keeps(entity).unwrap_or_else(|found| {
                        problem = Some(found);
                        false
                    })
            });
        }
        problem.map_or(Ok(entities), Err)
    }

    fn keeps(&self, entity: &Entity) -> Result<bool, Problem> {
        let row = Loaded::new(entity, self.reach).amid(self.around);
        if let Some(filter) = &self.query.filter
            && !self.meter.spend("$filter", |env| filter.matches(&row, env))?
        {
            return Ok(false);
        }
        match &self.query.search {
            Some(search) => self.meter.spend("$search", |env| search.matches(&row.whole(), env)),
            None => Ok(true),
        }
    }

    /// The page of a plan, and the plan of the next if there is one. The entities are the [`window`] of the plan.
    pub(crate) fn page(&self, entities: Vec<Entity>, plan: &Plan) -> Result<(Vec<Entity>, Option<Plan>), Problem> {
        Ok(cut(self.keyed(entities)?, &self.query.order, plan))
    }

    /// The same of a whole collection, of which no window was asked for.
    pub(crate) fn first_page(&self, entities: Vec<Entity>, plan: &Plan) -> Result<Vec<Entity>, Problem> {
        let mut keyed = self.keyed(entities)?;
        let order = &self.query.order;
        keyed.sort_by(|left, right| order.compare(&left.values, &right.values));
        Ok(cut(skipped(keyed, plan.skip), order, plan).0)
    }

    fn keyed(&self, entities: Vec<Entity>) -> Result<Vec<Keyed>, Problem> {
        let order = &self.query.order;
        let keyed = |entity: Entity| {
            let values = match order.keys.is_empty() {
                true => Vec::new(),
                false => {
                    let row = Loaded::new(&entity, self.reach).amid(self.around);
                    self.meter.spend("$orderby", |env| order.values(&row, env))?
                }
            };
            Ok(Keyed { values, entity })
        };
        entities.into_iter().map(keyed).collect()
    }
}

/// A page in the making of a collection that is read piece by piece. It holds no more entities than the page needs.
pub(crate) struct Gathering<'a> {
    shaping: Shaping<'a>,
    plan: &'a Plan,
    /// The order values of the last entity of the page before.
    last: Option<Vec<Value>>,
    /// The first entities of the page, in order.
    best: Vec<Keyed>,
    /// How many were found in all.
    pub(crate) count: usize,
}

impl<'a> Gathering<'a> {
    pub(crate) fn new(shaping: Shaping<'a>, plan: &'a Plan) -> Self {
        let order = &shaping.query.order;
        let last = plan.after.as_ref().filter(|place| !place.cut).map(|place| values(place, &[], order));
        Self { shaping, plan, last, best: Vec::new(), count: 0 }
    }

    /// Takes the next entities in default order.
    pub(crate) fn take(&mut self, entities: Vec<Entity>) -> Result<(), Problem> {
        let kept = self.shaping.kept(entities)?;
        self.count += kept.len();
        let mut keyed = self.shaping.keyed(kept)?;
        let order = &self.shaping.query.order;
        if let (Some(place), Some(last)) = (&self.plan.after, &self.last) {
            keyed.retain(|keyed| !keyed.is_up_to(place, last, order));
        }
        self.best.extend(keyed);
        if !order.keys.is_empty() {
            // Stable: rows that the order does not tell apart stay in default order.
            self.best.sort_by(|left, right| order.compare(&left.values, &right.values));
        }
        if !self.needs_all() {
            self.best.truncate(self.wanted());
        }
        Ok(())
    }

    /// Can nothing that follows in default order be on the page?
    pub(crate) fn is_full(&self) -> bool {
        self.shaping.query.order.keys.is_empty() && self.best.len() >= self.wanted()
    }

    /// So many tell the page, and whether there is one after it.
    pub(crate) fn wanted(&self) -> usize {
        self.plan.skip.saturating_add(self.plan.limit()).saturating_add(1)
    }

    /// Where a page ended at a value that is too long to keep, the row itself has to be found first.
    fn needs_all(&self) -> bool {
        self.plan.after.is_some() && self.last.is_none()
    }

    /// The page, and the plan of the next if there is one.
    pub(crate) fn page(self) -> (Vec<Entity>, Option<Plan>) {
        let order = &self.shaping.query.order;
        let after = self.plan.after.as_ref().filter(|_| self.needs_all());
        let keyed = match after {
            Some(place) => ordered_after(self.best, order, place),
            None => self.best,
        };
        cut(skipped(keyed, self.plan.skip), order, self.plan)
    }
}

/// An entity and the values by which it is ordered.
struct Keyed {
    values: Vec<Value>,
    entity: Entity,
}

impl Keyed {
    /// Does it come no later than the place with these order values?
    fn is_up_to(&self, place: &Place, values: &[Value], order: &Sort) -> bool {
        let row = &self.entity.row;
        let ordering = order.compare(&self.values, values);
        ordering.then_with(|| (row.at, &row.id).cmp(&(place.at, &place.id))) != Ordering::Greater
    }
}

fn skipped(mut keyed: Vec<Keyed>, skip: usize) -> Vec<Keyed> {
    keyed.drain(..skip.min(keyed.len()));
    keyed
}

/// What fits on the page, and the plan of the next if more is left.
fn cut(mut keyed: Vec<Keyed>, order: &Sort, plan: &Plan) -> (Vec<Entity>, Option<Plan>) {
    let limit = plan.limit();
    let more = keyed.len() > limit;
    keyed.truncate(limit);
    let last = keyed.last().filter(|_| more).map(|last| place(last, order));
    let next = last.and_then(|last| plan.next(last, keyed.len()));
    (keyed.into_iter().map(|keyed| keyed.entity).collect(), next)
}

/// What of a whole collection in order comes after the place.
fn ordered_after(mut keyed: Vec<Keyed>, order: &Sort, place: &Place) -> Vec<Keyed> {
    let values = values(place, &keyed, order);
    let done = keyed.partition_point(|keyed| keyed.is_up_to(place, &values, order));
    keyed.drain(..done);
    keyed
}

/// The place of an entity.
fn place(Keyed { values, entity: Entity { row, .. } }: &Keyed, order: &Sort) -> Place {
    let mut cut = false;
    let raw = |(key, value): (&edm::eval::SortKey, &Value)| {
        if let Value::String(text) = value
            && text.len() > MAX_VALUE
        {
            cut = true;
            return beginning(text);
        }
        let mut raw = Vec::new();
        match key.expr.shape().ty() {
            Some(ty) => value.write(ty, &mut raw),
            None => raw.extend_from_slice(b"null"),
        }
        raw
    };
    Place { values: order.keys.iter().zip(values).map(raw).collect(), cut, at: row.at, id: row.id.clone() }
}

/// The beginning of a string that is too long to keep.
fn beginning(text: &str) -> Vec<u8> {
    let end = text.char_indices().nth(KEPT).map_or(text.len(), |(end, _)| end);
    let mut out = Vec::new();
    json::write_string(&mut out, text.get(..end).unwrap_or_default());
    out
}

/// The order values of a place. Those that were cut are looked up in the row itself as long as it is there unchanged;
/// without it, rows that begin alike may be answered again, but none is left out.
fn values(place: &Place, keyed: &[Keyed], order: &Sort) -> Vec<Value> {
    if place.cut {
        let itself = keyed.iter().find(|keyed| keyed.entity.row.id == place.id);
        if let Some(itself) = itself.filter(|itself| self::place(itself, order).values == place.values) {
            return itself.values.clone();
        }
    }
    let value = |(key, raw): (&edm::eval::SortKey, &Vec<u8>)| {
        let ty = key.expr.shape().ty();
        ty.and_then(|ty| read_raw(ty, false, raw).ok()).unwrap_or(Value::Null)
    };
    order.keys.iter().zip(&place.values).map(value).collect()
}
