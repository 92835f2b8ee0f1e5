//! A page of a collection: ordering, skipping, cutting.
//!
//! The rows come from the service already restricted to what the caller may see; counting happens on those alone.

use std::cmp::Ordering;

use edm::Value;
use edm::codec::read_raw;
use edm::json::{self, Kind};
use edm::query::{Order, OrderKey};

use crate::paging::{Place, Plan};
use crate::resources::{Row, Window};

/// Longest order value that a place keeps whole, in bytes of JSON. Tokens travel in URLs.
const MAX_VALUE: usize = 512;
/// Characters kept of a longer one.
const KEPT: usize = 100;

/// The part of the collection that a plan needs, so far as the default order tells.
pub(crate) fn window(order: &Order, plan: &Plan) -> Window {
    if !order.keys.is_empty() {
        return Window::ALL;
    }
    let after = plan.after.as_ref().map(|place| (place.at, place.id.clone()));
    // One more than is answered tells whether there is a next page.
    Window { after, skip: plan.skip, limit: Some(plan.limit().saturating_add(1)) }
}

/// The rows of a page, and the plan of the next if there is one. `rows` are the [`window`] of the plan, in default order.
pub(crate) fn page(rows: Vec<Row>, order: &Order, plan: &Plan) -> (Vec<Row>, Option<Plan>) {
    if order.keys.is_empty() {
        return cut(rows, order, plan);
    }
    cut(skipped(ordered_after(rows, order, plan.after.as_ref()), plan.skip), order, plan)
}

/// The same of a whole collection, in default order, of which no window was asked for.
pub(crate) fn first_page(rows: Vec<Row>, order: &Order, plan: &Plan) -> Vec<Row> {
    let rows = if order.keys.is_empty() { skipped(rows, plan.skip) } else { rows };
    page(rows, order, plan).0
}

fn skipped(mut rows: Vec<Row>, skip: usize) -> Vec<Row> {
    rows.drain(..skip.min(rows.len()));
    rows
}

/// What fits on the page, and the plan of the next if more is left.
fn cut(mut rows: Vec<Row>, order: &Order, plan: &Plan) -> (Vec<Row>, Option<Plan>) {
    let limit = plan.limit();
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more).map(|row| place(row, order));
    let next = last.and_then(|last| plan.next(last, rows.len()));
    (rows, next)
}

/// What comes after the place in an order, brought into that.
fn ordered_after(rows: Vec<Row>, order: &Order, place: Option<&Place>) -> Vec<Row> {
    let mut keyed: Vec<(Vec<Value>, Row)> = rows.into_iter().map(|row| (order.values(&row.members), row)).collect();
    // Stable: rows that the order does not tell apart stay in default order.
    keyed.sort_by(|(left, _), (right, _)| order.compare(left, right));
    if let Some(place) = place {
        let values = values(place, &keyed, order);
        let done = keyed.partition_point(|(row_values, row)| {
            let ordering = order.compare(row_values, &values);
            ordering.then_with(|| (row.at, &row.id).cmp(&(place.at, &place.id))) != Ordering::Greater
        });
        keyed.drain(..done);
    }
    keyed.into_iter().map(|(_, row)| row).collect()
}

/// The place of a row.
fn place(row: &Row, order: &Order) -> Place {
    let mut cut = false;
    let raw = |key: &OrderKey| {
        let raw = key.path.raw(&row.members).unwrap_or(b"null");
        let beginning = beginning(raw);
        cut |= beginning.is_some();
        beginning.unwrap_or_else(|| raw.to_vec())
    };
    Place { values: order.keys.iter().map(raw).collect(), cut, at: row.at, id: row.id.clone() }
}

/// The beginning of a string that is too long to keep.
fn beginning(raw: &[u8]) -> Option<Vec<u8>> {
    let node = (raw.len() > MAX_VALUE).then(|| json::parse(raw).ok()).flatten()?;
    let Kind::String(text) = node.kind else { return None };
    let end = text.char_indices().nth(KEPT).map_or(text.len(), |(end, _)| end);
    let mut out = Vec::new();
    json::write_string(&mut out, text.get(..end)?);
    Some(out)
}

/// The order values of a place. Those that were cut are looked up in the row itself as long as it is there unchanged;
/// without it, rows that begin alike may be answered again, but none is left out.
fn values(place: &Place, rows: &[(Vec<Value>, Row)], order: &Order) -> Vec<Value> {
    if place.cut {
        let itself = rows.iter().find(|(_, row)| row.id == place.id);
        if let Some((values, _)) = itself.filter(|(_, row)| self::place(row, order).values == place.values) {
            return values.clone();
        }
    }
    let value = |(key, raw): (&OrderKey, &Vec<u8>)| {
        let last = key.path.steps().last();
        last.and_then(|property| read_raw(property.ty, property.collection, raw).ok()).unwrap_or(Value::Null)
    };
    order.keys.iter().zip(&place.values).map(value).collect()
}
