//! Bodies of requests to one property: its value in JSON, bare, or one more item of it.

use edm::json::{Kind as Json, Node};
use edm::value::primitive_from_text;
use edm::{Change, Fault, Primitive, Property, Type, Value};

use super::super::place::Place;
use super::super::value::{Reader, Slot, as_kept, form};
use super::{Intent, Reading, object, parse};
use crate::problem::{Kind, Problem};

impl Reading {
    /// Reads the body of a change of one property: `{"value":…}`, a complex one as its members. [`Intent::Update`]
    /// merges these, [`Intent::Replace`] sets back what is not named. A property that clients cannot set is a problem
    /// here, where it is all that is meant.
    pub fn property(self, property: &'static Property, body: &[u8], intent: Intent) -> Result<Change, Problem> {
        let node = parse(body)?;
        // A value that is no complex one is always a new one.
        let whole = !property.collection && property.ty.structure().is_some();
        let mut reader = Reader::new(self, if whole { intent } else { Intent::Replace });
        if !reader.is_settable(property, false) {
            let message = format!("found a value for `{}`, which clients cannot change", property.name);
            return Err(Problem::new(Kind::BadBody, message).at(format!("/{}", property.name)));
        }
        let change = if whole {
            reader.change(property, &node, &Place::Root)
        } else {
            reader.change(property, value(&node)?, &Place::Member(&Place::Root, "value"))
        };
        let unsaid = || Problem::new(Kind::BadBody, format!("the body says nothing of `{}`", property.name));
        reader.finish(change)?.ok_or_else(unsaid)
    }

    /// Reads the body of a request about one item of a list, a new one or one that is there: the object itself, or
    /// `{"value":…}`. [`Intent::Update`] merges the members of an object.
    pub fn item(self, property: &'static Property, body: &[u8], intent: Intent) -> Result<Change, Problem> {
        let node = parse(body)?;
        let structure = property.ty.structure();
        let whole = structure.is_some() || intent != Intent::Update;
        let mut reader = Reader::new(self, if whole { intent } else { Intent::Replace });
        let change = match (&node.kind, structure) {
            (Json::Object(members), Some(ty)) if intent == Intent::Update => {
                Some(Change::Merge(reader.members(ty, members, &Place::Root, false, None)))
            }
            (_, Some(_)) => reader.whole_item(property, &node, &Place::Root),
            _ => reader.whole_item(property, value(&node)?, &Place::Member(&Place::Root, "value")),
        };
        let unsaid = || Problem::new(Kind::BadBody, "the body says nothing of the item");
        reader.finish(change)?.ok_or_else(unsaid)
    }

    /// Reads the bare value of a property or of an item of one (`…/$value`): the bytes of a binary, the text of
    /// anything else.
    pub fn bare(self, property: &'static Property, body: &[u8]) -> Result<Value, Problem> {
        let mut reader = Reader::new(self, Intent::Replace);
        if property.ty.structure().is_some() || !reader.is_settable(property, false) {
            let message = format!("`{}` has no bare value that clients can change", property.name);
            return Err(Problem::new(Kind::BadBody, message));
        }
        let read = reader.bare(property.ty, body);
        if let Some(value) = &read {
            reader.check(property, value, &Place::Root);
        }
        reader.finish(read)?.ok_or_else(|| Problem::new(Kind::BadBody, "the body is not valid"))
    }
}

impl Reader {
    fn whole_item(&mut self, property: &'static Property, node: &Node<'_>, place: &Place<'_>) -> Option<Change> {
        let value = self.value(Slot::from(property).item(), node, place)?;
        self.check(property, &value, place);
        Some(Change::Set(value))
    }

    fn bare(&mut self, ty: Type, body: &[u8]) -> Option<Value> {
        if ty.primitive() == Some(Primitive::Binary) {
            return Some(Value::Binary(body.into()));
        }
        let text = std::str::from_utf8(body);
        let value = match (ty, text, ty.primitive()) {
            (Type::Enum(ty), Ok(text), _) => return self.member(ty, &Json::String(text.into()), &Place::Root),
            (_, Ok(text), Some(primitive)) => primitive_from_text(primitive, text).map(as_kept),
            _ => None,
        };
        value.or_else(|| {
            let found = text.map_or("bytes that are no text".to_owned(), edm::check::brief);
            self.refuse(Fault::Type, &Place::Root, format!("found {found}, expected {}", form(ty)))
        })
    }
}

/// The member `value` of a body that holds nothing else but control information.
fn value<'n, 't>(node: &'n Node<'t>) -> Result<&'n Node<'t>, Problem> {
    let members = object(node, || "an object with the new value as `value`".to_owned())?;
    let mut plain = members.iter().filter(|(name, _)| !name.contains('@'));
    match (plain.next(), plain.next()) {
        (Some((name, value)), None) if name == "value" => Ok(value),
        (None, _) => Err(Problem::new(Kind::BadBody, "found no `value`, expected the new value there").at("/value")),
        (Some((name, _)), other) => {
            let name = other.filter(|_| name == "value").map_or(name, |(other, _)| other);
            let message = format!("found the member {}, expected `value` alone", edm::check::brief(name));
            Err(Problem::new(Kind::BadBody, message))
        }
    }
}
