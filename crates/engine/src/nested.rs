//! Lists of values within entities: options nested in `$select` (`Tags($filter=…;$top=…)`), and those of an address
//! that leads to such a list.

use std::cell::RefCell;

use edm::codec::read_raw;
use edm::eval::{Datum, Object};
use edm::{Property, StructType, Type, Value, lazy};
use odata::payload::{Items, Nested};
use odata::{Problem, Query, Select};

use crate::rows::Meter;

/// The lists of one entity.
pub(crate) struct NestedLists<'a> {
    wanted: Vec<(&'static Property, &'a Query)>,
    meter: &'a Meter,
    problem: RefCell<Option<Problem>>,
}

impl<'a> NestedLists<'a> {
    /// What a selection asks of lists.
    pub(crate) fn new(select: Option<&'a Select>, meter: &'a Meter) -> Self {
        let mut wanted = Vec::new();
        if let Some(select) = select {
            gather(select, &mut wanted);
        }
        Self { wanted, meter, problem: RefCell::new(None) }
    }

    /// Is anything asked?
    pub(crate) fn any(&self) -> bool {
        !self.wanted.is_empty()
    }

    /// What went wrong while they were written.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        self.problem.into_inner().map_or(Ok(()), Err)
    }
}

fn gather<'a>(select: &'a Select, wanted: &mut Vec<(&'static Property, &'a Query)>) {
    for selected in &select.properties {
        if let Some(query) = &selected.query {
            wanted.push((selected.property, query));
        }
        if let Some(nested) = &selected.nested {
            gather(nested, wanted);
        }
    }
}

impl Nested for NestedLists<'_> {
    fn items(&self, _: &'static StructType, property: &'static Property, raw: &[u8]) -> Option<Items> {
        let (_, query) = self.wanted.iter().find(|(wanted, _)| std::ptr::eq(*wanted, property))?;
        match list(query, property.ty, raw, self.meter) {
            Ok(items) => Some(items),
            Err(found) => {
                self.problem.borrow_mut().get_or_insert(found);
                None
            }
        }
    }
}

/// What a query leaves of a list, in the order it asks for.
pub(crate) fn list(query: &Query, ty: Type, raw: &[u8], meter: &Meter) -> Result<Items, Problem> {
    let inside = raw.strip_prefix(b"[").and_then(|raw| raw.strip_suffix(b"]")).unwrap_or_default();
    let mut kept: Vec<(Vec<Value>, &[u8])> = Vec::new();
    for raw in lazy::items(inside) {
        let item = item(ty, raw);
        if keeps(query, &item, meter)? {
            kept.push((meter.spend("$orderby", |env| query.order.values(&item, env))?, raw));
        }
    }
    kept.sort_by(|(left, _), (right, _)| query.order.compare(left, right));
    let number = |number: Option<u64>| number.map(|number| usize::try_from(number).unwrap_or(usize::MAX));
    let count = query.count.then_some(kept.len());
    let rest = kept.into_iter().skip(number(query.skip).unwrap_or(0)).take(number(query.top).unwrap_or(usize::MAX));
    let mut out = vec![b'['];
    for (position, (_, raw)) in rest.enumerate() {
        if position > 0 {
            out.push(b',');
        }
        out.extend_from_slice(raw);
    }
    out.push(b']');
    Ok(Items { raw: out, count, next: None })
}

fn keeps(query: &Query, item: &Datum<'_>, meter: &Meter) -> Result<bool, Problem> {
    if let Some(filter) = &query.filter
        && !meter.spend("$filter", |env| filter.matches(item, env))?
    {
        return Ok(false);
    }
    match &query.search {
        Some(search) => meter.spend("$search", |env| search.matches(item, env)),
        None => Ok(true),
    }
}

fn item(ty: Type, raw: &[u8]) -> Datum<'_> {
    match (ty, lazy::inside(raw)) {
        (Type::Struct(ty), Some(members)) => Datum::Object(Object::Stored(members, ty)),
        _ => read_raw(ty, false, raw).unwrap_or(Value::Null).into(),
    }
}
