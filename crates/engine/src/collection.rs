//! A page of a collection: ordering, skipping, cutting.
//!
//! The rows come from the service already restricted to what the caller may see; counting happens on those alone.

use std::cmp::Ordering;

use edm::Value;
use edm::codec::read_raw;
use edm::query::Order;

use crate::paging::{Place, Plan};
use crate::resources::{Row, Window};

/// The part of the collection that a plan needs, so far as the default order tells.
pub(crate) fn window(order: &Order, plan: &Plan) -> Window {
    if !order.keys.is_empty() {
        return Window::default();
    }
    let after = plan.after.as_ref().map(|place| (place.at, place.id.clone()));
    // One more than is answered tells whether there is a next page.
    Window { after, limit: Some(plan.limit().saturating_add(plan.skip).saturating_add(1)) }
}

/// The rows of a page, and the plan of the next if there is one. `rows` are in default order.
pub(crate) fn page(rows: Vec<Row>, order: &Order, plan: &Plan) -> (Vec<Row>, Option<Plan>) {
    let mut rows = sorted(rows, order);
    if let Some(place) = &plan.after {
        let done = rows.partition_point(|row| !comes_after(row, order, place));
        rows.drain(..done);
    }
    rows.drain(..plan.skip.min(rows.len()));
    let limit = plan.limit();
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().map(|row| place(row, order));
    let next = last.filter(|_| more).and_then(|last| plan.next(last, rows.len()));
    (rows, next)
}

fn sorted(rows: Vec<Row>, order: &Order) -> Vec<Row> {
    if order.keys.is_empty() {
        return rows;
    }
    let mut keyed: Vec<(Vec<Value>, Row)> = rows.into_iter().map(|row| (order.values(&row.members), row)).collect();
    // Stable: rows that the order does not tell apart stay in default order.
    keyed.sort_by(|(left, _), (right, _)| order.compare(left, right));
    keyed.into_iter().map(|(_, row)| row).collect()
}

fn place(row: &Row, order: &Order) -> Place {
    let raw = |key: &edm::query::OrderKey| key.path.raw(&row.members).unwrap_or(b"null").to_vec();
    Place { values: order.keys.iter().map(raw).collect(), at: row.at, id: row.id.clone() }
}

fn comes_after(row: &Row, order: &Order, place: &Place) -> bool {
    let given = order.keys.iter().zip(&place.values).map(|(key, raw)| {
        let last = key.path.steps().last();
        last.and_then(|property| read_raw(property.ty, property.collection, raw).ok()).unwrap_or(Value::Null)
    });
    let given: Vec<Value> = given.collect();
    let ordering = order.compare(&order.values(&row.members), &given);
    ordering.then_with(|| (row.at, &row.id).cmp(&(place.at, &place.id))) == Ordering::Greater
}
