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
use crate::rows::{Loaded, Meter};

/// Longest order value that a place keeps whole, in bytes of JSON. Tokens travel in URLs.
const MAX_VALUE: usize = 512;
/// Characters kept of a longer one.
const KEPT: usize = 100;

/// Does the query leave some of the collection out, whatever page is asked for?
pub(crate) fn is_selective(query: &Query) -> bool {
    query.filter.is_some() || query.search.is_some()
}

/// The part of the collection that a plan needs, so far as the default order tells.
pub(crate) fn window(query: &Query, plan: &Plan) -> Window {
    if !query.order.keys.is_empty() || is_selective(query) {
        return Window::ALL;
    }
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
}

impl Shaping<'_> {
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
        let row = Loaded::new(entity, self.reach);
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

    /// The page of a plan, and the plan of the next if there is one. The entities are the [`window`] of the plan, of
    /// which none is left that is not kept.
    pub(crate) fn page(&self, entities: Vec<Entity>, plan: &Plan) -> Result<(Vec<Entity>, Option<Plan>), Problem> {
        let keyed = self.keyed(entities)?;
        let order = &self.query.order;
        let keyed = match order.keys.is_empty() {
            true if is_selective(self.query) => skipped(after(keyed, plan.after.as_ref()), plan.skip),
            true => keyed,
            false => skipped(ordered_after(keyed, order, plan.after.as_ref()), plan.skip),
        };
        Ok(cut(keyed, order, plan))
    }

    /// The same of a whole collection, of which no window was asked for.
    pub(crate) fn first_page(&self, entities: Vec<Entity>, plan: &Plan) -> Result<Vec<Entity>, Problem> {
        let mut keyed = self.keyed(entities)?;
        if !self.query.order.keys.is_empty() {
            keyed = ordered_after(keyed, &self.query.order, None);
        }
        Ok(cut(skipped(keyed, plan.skip), &self.query.order, plan).0)
    }

    fn keyed(&self, entities: Vec<Entity>) -> Result<Vec<Keyed>, Problem> {
        let order = &self.query.order;
        let keyed = |entity: Entity| {
            let values = match order.keys.is_empty() {
                true => Vec::new(),
                false => {
                    let row = Loaded::new(&entity, self.reach);
                    self.meter.spend("$orderby", |env| order.values(&row, env))?
                }
            };
            Ok(Keyed { values, entity })
        };
        entities.into_iter().map(keyed).collect()
    }
}

/// An entity and the values by which it is ordered.
struct Keyed {
    values: Vec<Value>,
    entity: Entity,
}

fn skipped(mut keyed: Vec<Keyed>, skip: usize) -> Vec<Keyed> {
    keyed.drain(..skip.min(keyed.len()));
    keyed
}

/// What comes after the place in default order.
fn after(mut keyed: Vec<Keyed>, place: Option<&Place>) -> Vec<Keyed> {
    if let Some(place) = place {
        keyed.retain(|Keyed { entity: Entity { row, .. }, .. }| (row.at, &row.id) > (place.at, &place.id));
    }
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

/// What comes after the place in an order, brought into that.
fn ordered_after(mut keyed: Vec<Keyed>, order: &Sort, place: Option<&Place>) -> Vec<Keyed> {
    // Stable: rows that the order does not tell apart stay in default order.
    keyed.sort_by(|left, right| order.compare(&left.values, &right.values));
    if let Some(place) = place {
        let values = values(place, &keyed, order);
        let done = keyed.partition_point(|Keyed { values: own, entity: Entity { row, .. } }| {
            let ordering = order.compare(own, &values);
            ordering.then_with(|| (row.at, &row.id).cmp(&(place.at, &place.id))) != Ordering::Greater
        });
        keyed.drain(..done);
    }
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
