//! Delta payloads: several changes of one collection in one body (OData JSON Format 4.01 section 15).

use edm::json::{Kind as Json, Node};
use edm::{Fault, Property, StructType, Value};

use super::super::place::Place;
use super::super::value::{Reader, Slot};
use super::{Entity, Intent, Members, Reading, object, parse};
use crate::problem::Problem;

/// One change of a collection.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// `@odata.id`: which entity it concerns, as it stands there.
    pub id: Option<String>,
    /// The key properties that it names, which say the same.
    pub key: Vec<(&'static str, Value)>,
    /// What the entity becomes; `None` when it is removed. What a new entity would have to name is not asked for.
    pub entity: Option<Entity>,
}

impl Reading {
    /// Reads the body of a change of a collection of entities of type `ty`: `{"@odata.context":"#$delta","value":[…]}`.
    pub fn delta(self, ty: &'static StructType, body: &[u8]) -> Result<Vec<Item>, Problem> {
        let node = parse(body)?;
        let members = object(&node, || "an object with the changes as `value`".to_owned())?;
        let mut reader = Reader::new(self, Intent::Update);
        let value = members.iter().find(|(name, _)| name == "value").map(|(_, node)| &node.kind);
        let place = Place::Member(&Place::Root, "value");
        let mut items = Vec::new();
        match value {
            Some(Json::Array(nodes)) => {
                for (position, node) in nodes.iter().enumerate() {
                    if reader.is_full() {
                        break;
                    }
                    items.extend(reader.delta_item(ty, node, &Place::Item(&place, position)));
                }
            }
            other => {
                let found = other.map_or("nothing".to_owned(), Json::describe);
                reader.blame(Fault::Type, &place, format!("found {found}, expected an array of changes"));
            }
        }
        reader.finish(items)
    }
}

impl Reader {
    fn delta_item(&mut self, ty: &'static StructType, node: &Node<'_>, place: &Place<'_>) -> Option<Item> {
        let Json::Object(members) = &node.kind else {
            self.blame(Fault::Type, place, format!("found {}, expected an entity", node.kind.describe()));
            return None;
        };
        let control = |wanted: &str| {
            let named = members.iter().find(|(name, _)| {
                name.strip_prefix('@').is_some_and(|name| name.strip_prefix("odata.").unwrap_or(name) == wanted)
            });
            named.map(|(_, node)| &node.kind)
        };
        let id = match control("id") {
            Some(Json::String(id)) => Some(id.as_ref().to_owned()),
            _ => None,
        };
        let key = self.key(ty, members, place);
        if id.is_none() && key.is_empty() {
            let message = "found neither `@odata.id` nor a key, expected one of them".to_owned();
            self.blame(Fault::Missing, place, message);
        }
        let removed = control("removed").is_some();
        let entity = (!removed).then(|| self.entity(ty, members, place, &[]));
        Some(Item { id, key, entity })
    }

    /// The key properties, whoever may set them.
    pub(super) fn key(
        &mut self,
        ty: &'static StructType,
        members: &Members<'_>,
        place: &Place<'_>,
    ) -> Vec<(&'static str, Value)> {
        let mut key = Vec::new();
        let named = |property: &'static Property| {
            members.iter().find(|(name, _)| property.name.eq_ignore_ascii_case(name)).map(|(_, node)| (property, node))
        };
        let properties = ty.key_properties().iter().filter_map(|name| ty.find(name));
        for (property, node) in properties.filter_map(|(_, property)| named(property)) {
            let value = self.value(Slot::from(property), node, &Place::Member(place, property.name));
            key.extend(value.map(|value| (property.name, value)));
        }
        key
    }
}
