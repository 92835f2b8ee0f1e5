//! Lists of values within entities: options nested in `$select` (`Tags($filter=…;$top=…)`), and those of an address
//! that leads to such a list.

use std::cell::RefCell;

use edm::codec::read_raw;
use edm::eval::{Datum, Object, Row};
use edm::{Property, StructType, Type, Value, lazy};
use odata::payload::{Items, Nested};
use odata::query::Selected;
use odata::{Problem, Query, Select};

use crate::rows::{Around, Meter};

/// The lists of one entity.
pub(crate) struct NestedLists<'a> {
    any: bool,
    meter: &'a Meter,
    around: Around<'a>,
    problem: RefCell<Option<Problem>>,
}

impl<'a> NestedLists<'a> {
    /// What a selection asks of lists.
    pub(crate) fn new(select: Option<&Select>, meter: &'a Meter) -> Self {
        Self { any: select.is_some_and(asks), meter, around: meter.around(), problem: RefCell::new(None) }
    }

    /// The same of lists amid other things.
    pub(crate) fn amid(self, around: Around<'a>) -> Self {
        Self { around, ..self }
    }

    /// Is anything asked?
    pub(crate) fn any(&self) -> bool {
        self.any
    }

    /// What went wrong while they were written.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        self.problem.into_inner().map_or(Ok(()), Err)
    }
}

/// Does a selection ask anything of lists?
pub(crate) fn asks(select: &Select) -> bool {
    select.properties.iter().any(|selected| selected.query.is_some() || selected.nested.as_ref().is_some_and(asks))
}

impl Nested for NestedLists<'_> {
    fn items(&self, selected: &Selected, raw: &[u8]) -> Option<Items> {
        let query = selected.query.as_ref()?;
        match list(query, selected.property.ty, raw, self.meter, self.around) {
            Ok(items) => Some(items),
            Err(found) => {
                self.problem.borrow_mut().get_or_insert(found);
                None
            }
        }
    }
}

/// What a query leaves of a list, in the order it asks for.
pub(crate) fn list(query: &Query, ty: Type, raw: &[u8], meter: &Meter, around: Around<'_>) -> Result<Items, Problem> {
    let inside = raw.strip_prefix(b"[").and_then(|raw| raw.strip_suffix(b"]")).unwrap_or_default();
    let mut kept: Vec<(Vec<Value>, &[u8])> = Vec::new();
    for raw in lazy::items(inside) {
        let item = Item { item: item(ty, raw), around };
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

/// An item of a list as the row of an expression.
struct Item<'a> {
    item: Datum<'a>,
    around: Around<'a>,
}

impl<'a> Row<'a> for Item<'a> {
    fn whole(&self) -> Datum<'a> {
        self.item.clone()
    }

    fn dynamic_type(&self) -> Option<&'static StructType> {
        self.item.dynamic_type()
    }

    fn property(&self, ordinal: usize, property: &'static Property) -> Datum<'a> {
        self.item.property(ordinal, property)
    }

    fn outermost(&self) -> Datum<'a> {
        self.around.it().unwrap_or_else(|| self.whole())
    }

    fn outside(&self, slot: usize) -> Datum<'a> {
        self.around.elsewhere(slot)
    }
}

fn keeps<'a>(query: &'a Query, item: &Item<'a>, meter: &Meter) -> Result<bool, Problem> {
    if let Some(filter) = &query.filter
        && !meter.spend("$filter", |env| filter.matches(item, env))?
    {
        return Ok(false);
    }
    match &query.search {
        Some(search) => meter.spend("$search", |env| search.matches(&item.item, env)),
        None => Ok(true),
    }
}

fn item(ty: Type, raw: &[u8]) -> Datum<'_> {
    match (ty, lazy::inside(raw)) {
        (Type::Struct(ty), Some(members)) => Datum::Object(Object::Stored(members, ty)),
        _ => read_raw(ty, false, raw).unwrap_or(Value::Null).into(),
    }
}
