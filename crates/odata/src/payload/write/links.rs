//! Where the parts of an entity are and what can be done with it: control information of full metadata (OData JSON
//! Format 4.01 sections 4.6.9 to 4.6.12, 16).

use edm::{Model, Navigation, Operation, OperationKind, Primitive, Property};

use super::super::format::Metadata;
use super::Writer;
use super::entity::{Instance, Layout, Media};

impl Writer {
    /// The links of a navigation property, before its expanded value. `id` is the address of the entity it leads from.
    /// Nothing below full metadata.
    pub fn expanded(&mut self, id: &str, navigation: &'static Navigation) {
        if self.format.has(Metadata::Full) {
            let link = [id, "/", navigation.name].concat();
            self.control_text(navigation.name, "associationLink", &[&link, "/$ref"].concat());
            self.control_text(navigation.name, "navigationLink", &link);
        }
    }

    /// Links to all that is not written out, streams, and operations.
    pub(super) fn links(&mut self, layout: &Layout<'_>, instance: &Instance<'_>, edit: &str) {
        let streams = instance.ty.all_properties().map(|(_, property)| property);
        let streams = streams.filter(|property| property.ty.primitive() == Some(Primitive::Stream));
        for property in streams.filter(|property| layout.shows(property)) {
            self.media_of(Some(property), instance.media, Some(edit));
        }
        for navigation in instance.ty.all_navigation().filter(|to| layout.links_to(to)) {
            let id = instance.id.filter(|_| layout.declares(navigation));
            self.expanded(id.unwrap_or(edit), navigation);
        }
        let model = layout.model();
        for operation in model.operations {
            let on = operation.parameters.first().filter(|on| operation.bound && !on.collection);
            if on.and_then(|on| on.ty.structure()).is_some_and(|on| instance.ty.is_a(on)) {
                self.operation(model, operation, edit);
            }
        }
    }

    /// `#ns.Name` with where to call it.
    fn operation(&mut self, model: &'static Model, operation: &'static Operation, edit: &str) {
        let name = format!("{}.{}", model.namespace, operation.name);
        let given = || operation.parameters.iter().skip(1).map(|parameter| parameter.name);
        let overloads = model.operations.iter().filter(|other| other.bound && other.name == operation.name).count();
        let is_function = operation.kind == OperationKind::Function;
        let told = if is_function && overloads > 1 {
            format!("({})", given().collect::<Vec<_>>().join(","))
        } else {
            String::new()
        };
        let called: Vec<_> = given().map(|name| format!("{name}=@{name}")).collect();
        let called = if is_function { format!("({})", called.join(",")) } else { String::new() };
        self.open_member(&["#", &name, &told].concat());
        self.name("title");
        edm::json::write_string(&mut self.out, operation.name);
        self.name("target");
        edm::json::write_string(&mut self.out, &[edit, "/", &name, &called].concat());
        self.close();
    }

    /// What there is to say of a stream: its links where the address of the entity is given, its type and tag where
    /// they are known.
    pub(super) fn media_of(&mut self, property: Option<&'static Property>, media: &[Media<'_>], edit: Option<&str>) {
        let name = property.map_or("", |property| property.name);
        if let (Some(edit), true) = (edit, self.format.has(Metadata::Full)) {
            let link = [edit, "/", property.map_or("$value", |property| property.name)].concat();
            self.control_text(name, "mediaEditLink", &link);
            self.control_text(name, "mediaReadLink", &link);
        }
        let same = |media: &&Media<'_>| media.property.map(|known| known.name) == property.map(|known| known.name);
        let known = media.iter().find(same);
        if let (Some(media), true) = (known, self.format.has(Metadata::Minimal)) {
            self.control_text(name, "mediaContentType", media.content_type);
            if let Some(etag) = media.etag {
                self.control_text(name, "mediaEtag", etag);
            }
        }
    }
}
