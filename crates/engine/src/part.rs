//! What lies within an entity or a complex value: properties of properties, and items of lists by their position (OData
//! URL Conventions 4.01, section 4.10). Found in stored members; a change there becomes one of the entity.
//!
//! A list is stored as a whole, so that a change of an item is one of the list.

use edm::codec::read_raw;
use edm::{Change, Patch, Property, Record, StructType, Value, lazy};
use odata::{Problem, Step};

use crate::service::nothing;

/// A property on the way, and which item is meant of the list that it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) property: &'static Property,
    /// From 0 on, or from the end on, which is -1; `None` for the property itself.
    pub(crate) position: Option<i64>,
}

/// What becomes of what lies at the end of the way.
pub(crate) enum Edit {
    Change(Change),
    /// An item is taken off its list.
    Remove,
}

impl Part {
    /// Goes one step further, if that leads to a property or an item of one.
    pub(crate) fn go(way: &mut Vec<Part>, step: &Step) {
        match (step, way.last_mut()) {
            (Step::Property(property), _) => way.push(Part { property, position: None }),
            (Step::Item(position), Some(last)) => last.position = Some(*position),
            _ => {}
        }
    }

    /// Is it a list?
    pub(crate) fn is_list(self) -> bool {
        self.property.collection && self.position.is_none()
    }

    /// The raw value of it among the members that it is one of; `None` where nothing is stored.
    fn raw(self, members: &[u8]) -> Result<Option<&[u8]>, Problem> {
        let raw = lazy::member(members, self.property.name);
        let Some(position) = self.position else { return Ok(raw) };
        let inside = raw.and_then(|raw| raw.strip_prefix(b"[")?.strip_suffix(b"]")).unwrap_or_default();
        let at = self.index(position, lazy::items(inside).count())?;
        Ok(lazy::items(inside).nth(at))
    }

    /// Where the item at a position is among so many.
    fn index(self, position: i64, length: usize) -> Result<usize, Problem> {
        let at = usize::try_from(position.unsigned_abs()).ok();
        let index = if position < 0 { at.and_then(|at| length.checked_sub(at)) } else { at.filter(|at| *at < length) };
        index.ok_or_else(|| {
            let expected = match length {
                0 => "which is empty".to_owned(),
                _ => format!("expected one from 0 to {}, or from -{length} to -1 counted from its end", length - 1),
            };
            nothing(&format!("found the position {position} in `{}`, {expected}", self.property.name))
        })
    }
}

/// Is what the way leads through there, as far as that takes a position?
pub(crate) fn check_positions(members: &[u8], parts: &[Part]) -> Result<(), Problem> {
    let last = parts.iter().rposition(|part| part.position.is_some());
    last.map_or(Ok(()), |last| value_at(members, parts.get(..=last).unwrap_or_default()).map(drop))
}

/// Does the way lead through an item of a list? Such values have no path that contexts could say.
pub(crate) fn is_in_item(parts: &[Part]) -> bool {
    parts.iter().any(|part| part.position.is_some())
}

/// The raw value at the end of a way through complex values. Below one that is null there is nothing.
pub(crate) fn value_at(members: &[u8], parts: &[Part]) -> Result<Vec<u8>, Problem> {
    let mut members = members;
    let (mut raw, mut within): (Option<&[u8]>, Option<&Property>) = (None, None);
    for part in parts {
        if let Some(outer) = within {
            let inside = raw.and_then(lazy::inside);
            members = inside.ok_or_else(|| nothing(&format!("`{}` is null and has no properties", outer.name)))?;
        }
        raw = part.raw(members)?;
        within = Some(part.property);
    }
    let initial = || {
        let mut out = Vec::new();
        if let Some(Part { property, .. }) = parts.last() {
            property.initial().write(property.ty, &mut out);
        }
        out
    };
    Ok(raw.map_or_else(initial, <[u8]>::to_vec))
}

/// The edit of what lies at the end of the way as a change of that which has these members.
pub(crate) fn around(ty: &'static StructType, members: &[u8], parts: &[Part], edit: Edit) -> Result<Patch, Problem> {
    let at = parts.iter().position(|part| part.position.is_some());
    let (outer, inner) = parts.split_at(at.map_or(parts.len(), |at| at + 1));
    let change = match (at, edit) {
        (Some(_), edit) => Change::Set(edited(members, outer, inner, edit)?),
        (None, Edit::Change(change)) => change,
        (None, Edit::Remove) => return Err(nothing("no item of a list is addressed")),
    };
    let mut owners = Vec::with_capacity(outer.len());
    let mut owner = Some(ty);
    for Part { property, .. } in outer {
        let at = owner.and_then(|owner| owner.find(property.name));
        let (ordinal, _) = at.ok_or_else(|| nothing(&format!("there is no property `{}`", property.name)))?;
        owners.push(ordinal);
        owner = property.ty.structure();
    }
    let wrap = |change: Change, ordinal: &usize| Change::Merge(Patch { changes: vec![(*ordinal, change)] });
    match owners.iter().rev().fold(change, wrap) {
        Change::Merge(patch) => Ok(patch),
        Change::Set(_) => Err(nothing("no property is addressed")),
    }
}

/// The list that the way to an item leads into, with the item edited, or what lies at the end of the rest of the way.
fn edited(members: &[u8], outer: &[Part], inner: &[Part], edit: Edit) -> Result<Value, Problem> {
    let Some((item, before)) = outer.split_last() else { return Err(nothing("no property is addressed")) };
    let list = [before, &[Part { position: None, ..*item }]].concat();
    let ty = item.property.ty;
    let Ok(Value::List(mut items)) = read_raw(ty, true, &value_at(members, &list)?) else {
        return Err(nothing(&format!("`{}` is no list", item.property.name)));
    };
    let at = item.index(item.position.unwrap_or_default(), items.len())?;
    let change = match (edit, ty.structure()) {
        (Edit::Remove, _) if inner.is_empty() => None,
        (Edit::Change(change), _) if inner.is_empty() => Some(change),
        (edit, Some(ty)) => {
            let members = items
                .get(at)
                .and_then(Value::as_record)
                .map_or_else(|| Record::new(ty).to_members(), Record::to_members);
            Some(Change::Merge(around(ty, &members, inner, edit)?))
        }
        (_, None) => return Err(nothing(&format!("an item of `{}` has no properties", item.property.name))),
    };
    match (change, items.get_mut(at)) {
        (Some(change), Some(slot)) => change.apply(ty.structure(), slot),
        _ => drop(items.remove(at)),
    }
    Ok(Value::List(items))
}
