//! What can be done at each place.

use std::borrow::Cow;

use edm::model::{Model, Primitive, Type};

use super::answers::{Asks, answer, empty, json, responses};
use super::operations;
use super::parameters::{named, of_count, of_entity, of_list};
use super::place::{Permits, Place, Shape};
use super::schemas::{Variant, collection_reference, structure_reference};
use super::values::component;
use crate::csdl::Capabilities;
use crate::csdl::tree::{Json, Object};

type Named = (Cow<'static, str>, Json);

/// The paths of all places.
pub(super) fn all(model: &Model, capabilities: &Capabilities, places: &[Place]) -> Vec<Named> {
    let member = |at: usize| places.get(at + 1).filter(|next| next.shape == Shape::Member);
    let each = places.iter().enumerate();
    each.flat_map(|(at, place)| Paths { model, capabilities, place, member: member(at) }.all()).collect()
}

struct Paths<'a> {
    model: &'a Model,
    capabilities: &'a Capabilities,
    place: &'a Place,
    /// What a collection has for members: they come after it.
    member: Option<&'a Place>,
}

impl Paths<'_> {
    fn all(&self) -> Vec<Named> {
        let mut all = vec![self.item("", self.itself())];
        match self.place.shape {
            Shape::Collection => all.extend(self.count()),
            Shape::Member | Shape::Single => all.extend(self.streams()),
            Shape::RelatedMany | Shape::RelatedOne => {
                all.extend(self.count());
                all.push(self.item("/$ref", self.references()));
            }
        }
        if !matches!(self.place.shape, Shape::RelatedMany | Shape::RelatedOne) {
            all.extend(operations::bound(self.model, self.capabilities, self.place));
        }
        all
    }

    fn item(&self, suffix: &str, operations: Object) -> Named {
        path_item(&format!("{}{suffix}", self.place.path), &self.place.variables, operations)
    }

    fn itself(&self) -> Object {
        let place = self.place;
        match place.shape {
            Shape::Collection => {
                Object::new().with("get", self.list()).maybe("post", place.permits.insert.then(|| self.create()))
            }
            Shape::Member | Shape::Single => Object::new()
                .with("get", self.read())
                .maybe("patch", place.permits.update.then(|| self.update()))
                .maybe("delete", place.permits.delete.then(|| self.delete())),
            Shape::RelatedMany => Object::new().with("get", self.list()),
            Shape::RelatedOne => Object::new().with("get", self.read()),
        }
    }

    fn start(&self, verb: &str, summary: String) -> Object {
        operation(self.place.tag, format!("{}.{verb}", self.place.name), summary)
    }

    fn list(&self) -> Object {
        let place = self.place;
        let list = answer("The list.", collection_reference(self.model, place.ty.name), &["Preference-Applied"]);
        self.start("list", format!("List {}", place.name))
            .with("description", place.description)
            .with("parameters", of_list(place.ty, self.capabilities))
            .with("responses", responses(Asks::Read, [("200", list)]))
    }

    fn create(&self) -> Object {
        let made = ["Location", "ETag", "Preference-Applied"];
        let created = answer("The entity as created.", self.entity(Variant::Read), &made).maybe("links", self.links());
        let silently = empty("Created.", &["Location", "OData-EntityId", "ETag", "Preference-Applied"]);
        let (once, asks) = match self.capabilities.repeatable {
            true => (Some(named("idempotency-key")), Asks::SendOnce),
            false => (None, Asks::Send),
        };
        self.start("create", format!("Create in {}", self.place.name))
            .with("parameters", once.into_iter().chain([named("prefer")]).collect::<Vec<_>>())
            .with("requestBody", body(self.entity(Variant::Create)))
            .with("responses", responses(asks, [("201", created), ("204", silently)]))
    }

    /// What can be done with an entity that was created, and where its key comes from.
    fn links(&self) -> Option<Object> {
        let (place, member) = (self.place, self.member?);
        let on_the_way = place.variables.iter().map(|(name, _)| (name, format!("$request.path.{name}")));
        let keys = member.variables.iter().skip(place.variables.len()).zip(member.ty.key_properties());
        let keys = keys.map(|((name, _), key)| (name, format!("$response.body#/{key}")));
        let parameters = on_the_way.chain(keys).map(|(name, from)| (name.clone().into(), Json::from(from)));
        let parameters = Object::new().and(parameters.collect::<Vec<_>>());
        let to = |verb: &str| {
            let id = format!("{}.{verb}", member.name);
            Object::new().with("operationId", id).with("parameters", parameters.clone())
        };
        let links = Object::new().with("get", to("get")).maybe("update", member.permits.update.then(|| to("update")));
        Some(links.maybe("delete", member.permits.delete.then(|| to("delete"))))
    }

    fn read(&self) -> Object {
        let mut options = of_entity(self.place.ty, self.capabilities);
        options.push(named("if-none-match"));
        let found = answer("The entity.", self.entity(Variant::Read), &["ETag", "Preference-Applied"]);
        let none = self.place.shape == Shape::RelatedOne;
        let none = none.then(|| ("204", empty("There is none.", &[])));
        let known = ("304", empty("Not changed.", &["ETag"]));
        let answers = std::iter::once(("200", found)).chain(none).chain([known]);
        self.start("get", format!("Get {}", self.one()))
            .with("description", self.place.description)
            .with("parameters", options)
            .with("responses", responses(Asks::Read, answers))
    }

    fn update(&self) -> Object {
        let with = ["ETag", "Preference-Applied"];
        let updated = answer("The entity as updated.", self.entity(Variant::Read), &with);
        let silently = empty("Updated.", &with);
        self.start("update", format!("Update {}", self.one()))
            .with("parameters", vec![named("if-match"), named("prefer")])
            .with("requestBody", body(self.entity(Variant::Update)))
            .with("responses", responses(Asks::Send, [("200", updated), ("204", silently)]))
    }

    fn delete(&self) -> Object {
        self.start("delete", format!("Delete {}", self.one()))
            .with("parameters", vec![named("if-match")])
            .with("responses", responses(Asks::Change, [("204", empty("Deleted.", &[]))]))
    }

    fn one(&self) -> String {
        match self.place.shape {
            Shape::Member => format!("one of {}", self.place.name),
            _ => self.place.name.clone(),
        }
    }

    fn entity(&self, variant: Variant) -> Object {
        structure_reference(self.model, self.place.ty, variant)
    }

    fn count(&self) -> Option<Named> {
        let many = matches!(self.place.shape, Shape::Collection | Shape::RelatedMany);
        let number = Object::new().with("type", "integer").with("minimum", 0_i64);
        let content = Object::new().with("text/plain", Object::new().with("schema", number));
        let answer = empty("How many there are.", &["OData-Version"]).with("content", content);
        (many && self.capabilities.count).then(|| {
            let get = self
                .start("count", format!("Count {}", self.place.name))
                .with("parameters", of_count(self.place.ty, self.capabilities))
                .with("responses", responses(Asks::Read, [("200", answer)]));
            self.item("/$count", Object::new().with("get", get))
        })
    }

    /// Links to entities that live elsewhere.
    fn references(&self) -> Object {
        let many = self.place.shape == Shape::RelatedMany;
        let permits = self.place.permits;
        let (all, one) = (component("schemas", "references"), component("schemas", "reference"));
        let found = answer("The references.", if many { all } else { one.clone() }, &[]);
        let none = (!many).then(|| ("204", empty("There is none.", &[])));
        let get = self
            .start("getRef", format!("Get references to {}", self.place.name))
            .with("responses", responses(Asks::Read, std::iter::once(("200", found)).chain(none)));
        let write = |verb, summary: &str| {
            self.start(verb, format!("{summary} {}", self.place.name))
                .with("requestBody", body(one.clone()))
                .with("responses", responses(Asks::Send, [("204", empty("Done.", &[]))]))
        };
        let delete = self
            .start("deleteRef", format!("Remove a reference from {}", self.place.name))
            .maybe("parameters", many.then(|| vec![named("id")]))
            .with("responses", responses(Asks::Change, [("204", empty("Removed.", &[]))]));
        Object::new()
            .with("get", get)
            .maybe("post", (many && permits.insert).then(|| write("addRef", "Add a reference to")))
            .maybe("put", (!many && permits.update).then(|| write("setRef", "Set the reference of")))
            .maybe("delete", permits.delete.then_some(delete))
    }

    /// The bytes of a media entity, and those of stream properties.
    fn streams(&self) -> Vec<Named> {
        let own = self.is_media().then_some(("$value", "*/*"));
        let properties = self.place.ty.all_properties().map(|(_, property)| property);
        let streams = properties.filter(|property| matches!(property.ty, Type::Primitive(Primitive::Stream)));
        let streams = streams.map(|property| (property.name, property.media_type.unwrap_or("*/*")));
        own.into_iter().chain(streams).map(|(name, media_type)| self.stream(name, media_type)).collect()
    }

    fn is_media(&self) -> bool {
        self.place.ty.lineage().any(|ty| ty.has_stream)
    }

    fn stream(&self, name: &'static str, media_type: &'static str) -> Named {
        let bytes = || Object::new().with(media_type, Object::new());
        let word = name.trim_start_matches('$');
        let found = empty("The bytes.", &["ETag"]).with("content", bytes());
        let get = self
            .start(&format!("{word}.get"), format!("Get the bytes of {}", self.one()))
            .with("responses", responses(Asks::Read, [("200", found), ("204", empty("There are none.", &[]))]));
        let set = |verb| {
            self.start(&format!("{word}.{verb}"), format!("Set the bytes of {}", self.one()))
                .with("requestBody", Object::new().with("required", true).with("content", bytes()))
                .with("responses", responses(Asks::Send, [("204", empty("Done.", &[]))]))
        };
        let Permits { update, delete, .. } = self.place.permits;
        // One that need not be there comes with its bytes and goes with them, whatever else of it can be set.
        let comes_and_goes = self.is_media() && self.place.shape == Shape::Single && delete;
        let gone = self
            .start(&format!("{word}.delete"), format!("Remove the bytes of {}", self.one()))
            .with("responses", responses(Asks::Change, [("204", empty("Removed.", &[]))]));
        let is_set = update || comes_and_goes;
        let operations = Object::new()
            .with("get", get)
            .maybe("put", is_set.then(|| set("put")))
            .maybe("patch", (is_set && self.capabilities.media_patch).then(|| set("patch")))
            .maybe("delete", comes_and_goes.then_some(gone));
        self.item(&format!("/{name}"), operations)
    }
}

/// A path with its variables.
pub(super) fn path_item(path: &str, variables: &[(String, Object)], operations: Object) -> Named {
    let parameters: Vec<Object> = variables.iter().map(|(name, schema)| variable(name, schema.clone())).collect();
    let item = Object::new().maybe("parameters", (!parameters.is_empty()).then_some(parameters));
    (path.to_owned().into(), item.and(operations.members()).into())
}

fn variable(name: &str, schema: Object) -> Object {
    Object::new().with("name", name.to_owned()).with("in", "path").with("required", true).with("schema", schema)
}

/// The head of an operation.
pub(super) fn operation(tag: &'static str, id: String, summary: String) -> Object {
    Object::new().with("tags", vec![tag]).with("operationId", id).with("summary", summary)
}

/// A JSON body that must be there.
pub(super) fn body(schema: Object) -> Object {
    Object::new().with("required", true).with("content", json(schema))
}
