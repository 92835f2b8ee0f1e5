//! Entities in a body: which type they are of, and what they say of others (OData JSON Format 4.01 sections 8.5, 8.6).

use edm::json::{Kind as Json, Node};
use edm::{Fault, Navigation, StructType};

use super::super::place::Place;
use super::super::value::Reader;
use super::members::of_type;
use super::{Body, Entity, Intent, Linked, Members, reference};

/// What is gathered beside the properties of an entity.
pub(in super::super) struct Links<'g> {
    found: Vec<(&'static Navigation, Linked)>,
    etag: Option<String>,
    /// Properties whose values follow from where the entity stands.
    given: &'g [&'static str],
}

impl Links<'_> {
    /// Properties that need not be named, for their values follow from a relationship.
    pub(super) fn given(&self) -> impl Iterator<Item = &'static str> {
        let found = self.found.iter().flat_map(|(navigation, _)| navigation.constraint);
        self.given.iter().copied().chain(found.map(|(dependent, _)| *dependent))
    }
}

impl Reader {
    /// Reads an entity that is expected to be of type `ty`.
    pub(super) fn entity(
        &mut self,
        ty: &'static StructType,
        members: &Members<'_>,
        place: &Place<'_>,
        given: &[&'static str],
    ) -> Entity {
        let ty = self.entity_type(ty, members, place);
        let mut links = Links { found: Vec::new(), etag: None, given };
        let fresh = self.intent != Intent::Update;
        let patch = self.members(ty, members, place, fresh, Some(&mut links));
        Entity { ty, patch, links: links.found, key: Vec::new(), etag: links.etag }
    }

    /// The type that the entity names, if it may be that; else the expected one. A change may name what its entity is
    /// derived from.
    fn entity_type(
        &mut self,
        ty: &'static StructType,
        members: &Members<'_>,
        place: &Place<'_>,
    ) -> &'static StructType {
        let annotation = members.iter().find(|(name, _)| matches!(name.as_ref(), "@odata.type" | "@type"));
        let Some((name, node)) = annotation else {
            if ty.is_abstract && self.intent == Intent::Create {
                self.wrong_type(self.kinds(ty), "no type", &Place::Member(place, "@odata.type"));
            }
            return ty;
        };
        let at = Place::Member(place, name);
        match self.named_type(ty, node, &at) {
            Some((_, Some(named))) if named.is_a(ty) && !named.is_abstract => named,
            Some((_, Some(named))) if self.intent != Intent::Create && ty.is_a(named) => ty,
            Some((text, _)) => {
                self.wrong_type(self.kinds(ty), &of_type(text), &at);
                ty
            }
            None => ty,
        }
    }

    /// The names of the types of which there are entities where one of type `ty` is expected.
    fn kinds(&self, ty: &'static StructType) -> impl Iterator<Item = &'static str> + use<> {
        let kinds = self.reading.model.structs.iter().filter(|kind| kind.is_a(ty) && !kind.is_abstract);
        kinds.map(|kind| kind.name)
    }

    /// Control information of an entity or one of its members: what is not understood is ignored.
    pub(super) fn link_control(
        &mut self,
        ty: &'static StructType,
        of: &str,
        control: &str,
        node: &Node<'_>,
        place: &Place<'_>,
        links: &mut Links<'_>,
    ) {
        let control = control.strip_prefix("odata.").unwrap_or(control);
        match (of, control, &node.kind) {
            ("", "etag", Json::String(tag)) => links.etag = Some(tag.as_ref().to_owned()),
            (_, "bind", _) if self.reading.related || self.reading.binds => match ty.find_navigation(of) {
                Some(navigation) => self.bind(navigation, node, place, links),
                None if self.reading.related => self.unknown(ty, of, place),
                // An annotation like any other that is not understood.
                None => {}
            },
            (_, "delta", _) if ty.find_navigation(of).is_some() => {
                let message = "found changes of related entities, expected requests to their own addresses";
                self.blame(Fault::NotSettable, place, message.to_owned());
            }
            _ => {}
        }
    }

    /// `Name@odata.bind`: the address of an existing entity, or several.
    fn bind(&mut self, navigation: &'static Navigation, node: &Node<'_>, place: &Place<'_>, links: &mut Links<'_>) {
        let mut ids = Vec::new();
        match &node.kind {
            Json::String(id) if !navigation.collection => ids.push(id.as_ref().to_owned()),
            Json::Array(items) if navigation.collection => {
                for (position, item) in items.iter().enumerate() {
                    match &item.kind {
                        Json::String(id) => ids.push(id.as_ref().to_owned()),
                        other if !self.is_full() => {
                            let message = format!("found {}, expected the address of an entity", other.describe());
                            self.blame(Fault::Type, &Place::Item(place, position), message);
                        }
                        _ => break,
                    }
                }
            }
            other => {
                let expected = if navigation.collection { "an array of addresses" } else { "the address of an entity" };
                let message = format!("found {}, expected {expected}", other.describe());
                return self.blame(Fault::Type, place, message);
            }
        }
        self.link(navigation, Linked::References(ids), place, links);
    }

    /// A member that is no property.
    pub(super) fn related_or_unknown(
        &mut self,
        ty: &'static StructType,
        name: &str,
        node: &Node<'_>,
        place: &Place<'_>,
        links: &mut Links<'_>,
    ) {
        let Some(navigation) = ty.find_navigation(name) else { return self.unknown(ty, name, place) };
        let mut found = Vec::new();
        match &node.kind {
            Json::Null if !navigation.collection && navigation.nullable => {}
            Json::Object(members) if !navigation.collection => {
                found.extend(self.related(navigation, members, place));
            }
            Json::Array(items) if navigation.collection => {
                for (position, item) in items.iter().enumerate() {
                    if self.is_full() {
                        return;
                    }
                    let place = Place::Item(place, position);
                    match &item.kind {
                        Json::Object(members) => found.extend(self.related(navigation, members, &place)),
                        other => self.blame(Fault::Type, &place, expected(navigation, &other.describe(), false)),
                    }
                }
            }
            other => {
                return self.blame(Fault::Type, place, expected(navigation, &other.describe(), navigation.collection));
            }
        }
        self.link(navigation, Linked::New(found), place, links);
    }

    /// One entity at the other end: one that exists, or in the body of a create a new one.
    fn related(&mut self, navigation: &'static Navigation, members: &Members<'_>, place: &Place<'_>) -> Option<Body> {
        if let Some(id) = reference::id(members) {
            return Some(Body::Reference(id.to_owned()));
        }
        if self.intent != Intent::Create {
            let message = format!(
                "found an entity of type `{}` in a change, expected a reference (`@odata.id`) or a request to its own address",
                navigation.target.name
            );
            self.blame(Fault::NotSettable, place, message);
            return None;
        }
        let back = navigation.partner.and_then(|partner| navigation.target.find_navigation(partner));
        let dependent: Vec<_> = back.iter().flat_map(|back| back.constraint).map(|(dependent, _)| *dependent).collect();
        Some(Body::Entity(self.entity(navigation.target, members, place, &dependent)))
    }

    fn link(&mut self, navigation: &'static Navigation, linked: Linked, place: &Place<'_>, links: &mut Links<'_>) {
        match links.found.iter_mut().find(|(known, _)| std::ptr::eq(*known, navigation)) {
            None => links.found.push((navigation, linked)),
            Some(_) => {
                self.blame(Fault::Duplicate, place, format!("found `{}` a second time", navigation.name));
            }
        }
    }
}

fn expected(navigation: &Navigation, found: &str, list: bool) -> String {
    let form = if list { "an array of objects" } else { "an object" };
    format!("found {found}, expected {form} of type `{}`", navigation.target.name)
}
