//! Lists of values within entities: options nested in `$select` (`Tags($filter=…;$top=…)`), and those of an address
//! that leads to such a list.

use std::borrow::Cow;
use std::cell::RefCell;

use edm::codec::read_raw;
use edm::eval::{Datum, Object, Row};
use edm::expr::Expr;
use edm::model::build::STRING;
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
        if raw == b"null" {
            return None;
        }
        match list(query, selected.property.ty, raw, self.meter, self.around) {
            Ok(items) => Some(items),
            Err(found) => {
                self.problem.borrow_mut().get_or_insert(found);
                None
            }
        }
    }
}

/// What a query leaves of a list, in the order it asks for, or of a single value, and what it computes in each.
pub(crate) fn list(query: &Query, ty: Type, raw: &[u8], meter: &Meter, around: Around<'_>) -> Result<Items, Problem> {
    let types = query.compute.iter().map(|computed| (computed.name.clone(), type_of(&computed.expr))).collect();
    let Some(inside) = raw.strip_prefix(b"[").and_then(|raw| raw.strip_suffix(b"]")) else {
        let raw = computed(query, &Item { item: item(ty, raw), around }, raw, meter)?.into_owned();
        return Ok(Items { raw, count: None, next: None, types });
    };
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
        out.extend_from_slice(&computed(query, &Item { item: item(ty, raw), around }, raw, meter)?);
    }
    out.push(b']');
    Ok(Items { raw: out, count, next: None, types })
}

/// The value with what is computed in it behind its members.
fn computed<'a>(query: &'a Query, item: &Item<'a>, raw: &'a [u8], meter: &Meter) -> Result<Cow<'a, [u8]>, Problem> {
    let Some(members) = lazy::inside(raw).filter(|_| !query.compute.is_empty()) else { return Ok(Cow::Borrowed(raw)) };
    let mut out = [b"{", members].concat();
    for computed in &query.compute {
        let value = meter.spend("$compute", |env| Ok(computed.expr.eval(item, env)?.to_value()))?;
        if out.len() > 1 {
            out.push(b',');
        }
        out.extend_from_slice(format!("\"{}\":", computed.name).as_bytes());
        value.write(type_of(&computed.expr), &mut out);
    }
    out.push(b'}');
    Ok(Cow::Owned(out))
}

/// Of a null it does not matter.
pub(crate) fn type_of(expr: &Expr) -> Type {
    expr.shape().ty().unwrap_or(STRING)
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
