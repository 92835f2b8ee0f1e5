//! The members of an object to changes of the properties of its type.

use edm::check::{MAX_VIOLATIONS, brief, check_value};
use edm::json::{Kind as Json, Node};
use edm::nearest::nearest;
use edm::{Change, Fault, Mode, Patch, Property, StructType, Value, Violation};

use super::super::format::Version;
use super::super::place::Place;
use super::super::value::{Reader, Slot};
use super::entity::Links;
use super::{Intent, Members};

/// Control information of bodies, whose names are shorter since 4.01 (OData JSON Format 4.01 section 4.6).
const CONTROLS: [&str; 7] = ["type", "id", "etag", "bind", "removed", "delta", "context"];

impl Reader {
    /// Reads the members of an object of type `ty`; `fresh` when it is a new value rather than a change of one. What
    /// is said of related entities goes to `links`, where that is allowed.
    pub(in super::super) fn members(
        &mut self,
        ty: &'static StructType,
        members: &Members<'_>,
        parent: &Place<'_>,
        fresh: bool,
        mut links: Option<&mut Links<'_>>,
    ) -> Patch {
        let mut changes: Vec<(usize, Change)> = Vec::with_capacity(members.len().min(ty.property_count()));
        let mut seen = vec![false; ty.property_count()];
        for (name, node) in members {
            if self.is_full() {
                break;
            }
            let place = Place::Member(parent, name);
            let property = self.property_of(ty, name, node, &place, links.as_deref_mut());
            let Some((ordinal, property)) = property.filter(|(_, property)| self.is_settable(property, fresh)) else {
                continue;
            };
            match seen.get_mut(ordinal) {
                Some(seen) if !*seen => *seen = true,
                _ => {
                    self.blame(Fault::Duplicate, &place, format!("found `{}` a second time", property.name));
                    continue;
                }
            }
            if let Some(change) = self.change(property, node, &place) {
                changes.push((ordinal, change));
            }
        }
        for (ordinal, _) in links.iter().flat_map(|links| links.given()).filter_map(|name| ty.find(name)) {
            seen.get_mut(ordinal).into_iter().for_each(|seen| *seen = true);
        }
        if fresh {
            self.absent(ty, &seen, parent, &mut changes);
        }
        // The order of the body decides which mistake comes first, the order of the model what is written.
        changes.sort_by_key(|(ordinal, _)| *ordinal);
        Patch { changes }
    }

    /// The property that a member is about. Whatever else members are about is dealt with here.
    fn property_of(
        &mut self,
        ty: &'static StructType,
        name: &str,
        node: &Node<'_>,
        place: &Place<'_>,
        links: Option<&mut Links<'_>>,
    ) -> Option<(usize, &'static Property)> {
        if name.contains('@') {
            self.control(ty, name, node, place, links);
            return None;
        }
        let found = ty.find(name);
        if found.is_none() {
            match links {
                Some(links) if self.reading.related => self.related_or_unknown(ty, name, node, place, links),
                _ => self.unknown(ty, name, place),
            }
        }
        found
    }

    /// Control information, and annotations, which say nothing to this service.
    fn control(
        &mut self,
        ty: &'static StructType,
        name: &str,
        node: &Node<'_>,
        place: &Place<'_>,
        links: Option<&mut Links<'_>>,
    ) {
        let Some((of, control)) = name.split_once('@') else { return };
        if self.reading.version == Some(Version::V4) && CONTROLS.contains(&control) {
            let message = format!("found `{name}`, expected `{of}@odata.{control}` in a body of OData 4.0");
            return self.blame(Fault::Form, place, message);
        }
        match (links, name) {
            (None, "@odata.type" | "@type") => self.type_annotation(ty, node, place),
            (Some(links), _) => self.link_control(ty, of, control, node, place, links),
            _ => {}
        }
    }

    /// What cannot be changed is skipped like what cannot be set: clients send back what they read.
    pub(super) fn is_settable(&self, property: &Property, fresh: bool) -> bool {
        match property.mode {
            Mode::Settable => true,
            Mode::Immutable => fresh && self.intent != Intent::Replace,
            Mode::Computed => false,
        }
    }

    /// What the body does not name: required members are missed, a replaced entity loses the others.
    fn absent(
        &mut self,
        ty: &'static StructType,
        seen: &[bool],
        parent: &Place<'_>,
        changes: &mut Vec<(usize, Change)>,
    ) {
        let unseen = |ordinal: usize| seen.get(ordinal) == Some(&false);
        let absent =
            ty.all_properties().filter(|(ordinal, property)| unseen(*ordinal) && self.is_settable(property, true));
        let absent: Vec<_> = absent.collect();
        for (ordinal, property) in absent {
            let missed = property.required && !(self.intent == Intent::Replace && self.reading.replace_defaults);
            if missed && !self.is_full() {
                let message = format!("found no `{}`, expected one", property.name);
                self.blame(Fault::Missing, &Place::Member(parent, property.name), message);
            } else if self.intent == Intent::Replace {
                changes.push((ordinal, Change::Set(property.initial())));
            }
        }
    }

    /// `@odata.type` of a complex value: must name its declared type, under any of its names, for a stored value does
    /// not say which it is of.
    fn type_annotation(&mut self, ty: &'static StructType, node: &Node<'_>, place: &Place<'_>) {
        if let Some((name, named)) = self.named_type(ty, node, place)
            && !named.is_some_and(|named| std::ptr::eq(named, ty))
        {
            self.wrong_type(std::iter::once(ty.name), &of_type(name), place);
        }
    }

    /// The type that an `@odata.type` names, with or without `#`, and its text.
    pub(super) fn named_type<'n>(
        &mut self,
        ty: &'static StructType,
        node: &'n Node<'_>,
        place: &Place<'_>,
    ) -> Option<(&'n str, Option<&'static StructType>)> {
        let Json::String(text) = &node.kind else {
            let expected = format!("{}.{}", self.reading.model.namespace, ty.name);
            self.blame(Fault::Type, place, format!("found {}, expected `#{expected}`", node.kind.describe()));
            return None;
        };
        let name = text.strip_prefix('#').unwrap_or(text);
        let qualified = self.reading.model.unqualified(name).len() < name.len();
        Some((name, self.reading.model.structure(name).filter(|_| qualified)))
    }

    /// Blames a type that is none of `names`.
    pub(super) fn wrong_type<'n>(&mut self, names: impl Iterator<Item = &'n str>, found: &str, place: &Place<'_>) {
        let namespace = self.reading.model.namespace;
        let names: Vec<_> = names.map(|name| format!("`#{namespace}.{name}`")).collect();
        self.blame(Fault::Type, place, format!("found {found}, expected {}", names.join(" or ")));
    }

    pub(super) fn unknown(&mut self, ty: &'static StructType, name: &str, place: &Place<'_>) {
        let is = |known: &&'static str| known.eq_ignore_ascii_case(name);
        if ty.lineage().any(|ty| ty.drops.iter().any(is)) {
            return;
        }
        if let Some(navigation) = ty.find_navigation(name) {
            let message =
                format!("`{}` is not part of this body, expected a request to its own address", navigation.name);
            return self.blame(Fault::NotSettable, place, message);
        }
        if ty.lineage().any(|ty| ty.declines.iter().any(is)) {
            return self.blame(
                Fault::NotSettable,
                place,
                format!("`{name}` is known to Microsoft Graph, this service does not keep it"),
            );
        }
        let settable = ty
            .all_properties()
            .filter(|(_, property)| property.mode != Mode::Computed)
            .map(|(_, property)| property.name);
        let hint = nearest(name, settable).map(|best| format!("; did you mean `{best}`?")).unwrap_or_default();
        let name: String = name.chars().take(80).collect();
        let message = format!(
            "The property '{name}' does not exist on type '{}.{}'{hint}",
            self.reading.model.namespace, ty.name
        );
        self.blame(Fault::UnknownProperty, place, message);
    }

    /// What a member does to its property; `None` when it is wrong or means nothing.
    pub(super) fn change(&mut self, property: &'static Property, node: &Node<'_>, place: &Place<'_>) -> Option<Change> {
        match (&node.kind, property.ty.structure()) {
            (Json::Object(members), Some(ty)) if !property.collection && self.intent != Intent::Replace => {
                Some(Change::Merge(self.members(ty, members, place, self.intent == Intent::Create, None)))
            }
            _ => {
                let value = self.value(Slot::from(property), node, place)?;
                self.check(property, &value, place);
                Some(Change::Set(value))
            }
        }
    }

    /// Holds a value against the facets of its property.
    pub(super) fn check(&mut self, property: &Property, value: &Value, place: &Place<'_>) {
        let mut found = Vec::new();
        check_value(property, value, "", &mut found);
        for Violation { fault, pointer, message } in found.into_iter().take(self.room()) {
            self.violations.push(Violation::new(fault, place.pointer() + &pointer, message));
        }
    }

    pub(in super::super) fn blame(&mut self, fault: Fault, place: &Place<'_>, message: String) {
        self.violations.push(Violation::new(fault, place.pointer(), message));
    }

    fn room(&self) -> usize {
        MAX_VIOLATIONS.saturating_sub(self.violations.len())
    }

    /// Are there as many mistakes as are told?
    pub(in super::super) fn is_full(&self) -> bool {
        self.room() == 0
    }
}

pub(super) fn of_type(name: &str) -> String {
    format!("the type {}", brief(name))
}
