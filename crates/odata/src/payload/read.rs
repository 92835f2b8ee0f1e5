//! Request bodies to patches: every member is looked up, converted and checked, and all that is wrong is told at once.
//!
//! Names match without case and superseded type names are understood; members that the service computes are skipped
//! unvalidated, for clients send back what they read.

use std::borrow::Cow;

use edm::check::{MAX_VIOLATIONS, brief, check_value};
use edm::json::{self, Kind as Json, Node};
use edm::nearest::nearest;
use edm::{Change, Fault, Mode, Model, Patch, Property, StructType, Violation};

use super::place::Place;
use super::value::Reader;
use crate::problem::{Kind, Problem};

/// More values than this are no entity.
const MAX_VALUES: usize = 50_000;

/// What a body is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// A new entity: what is absent gets its initial value.
    Create,
    /// A change: what is absent stays.
    Update,
    /// A whole new state: what is absent and can be set gets its initial value again.
    Replace,
}

/// A body that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// An entity or part of one.
    Entity(Patch),
    /// Nothing but a reference (`@odata.id`) to an entity elsewhere.
    Reference(String),
}

type Members<'a> = [(Cow<'a, str>, Node<'a>)];

/// Reads the body of a create or update of an entity of type `ty`.
pub fn read(model: &'static Model, ty: &'static StructType, body: &[u8], intent: Intent) -> Result<Body, Problem> {
    let node = json::parse_within(body, MAX_VALUES).map_err(|error| {
        let message = format!("Unable to read JSON request payload: {error}.");
        Problem::new(Kind::BadBody, message).at(format!("line {}, column {}", error.line, error.column))
    })?;
    let Json::Object(members) = &node.kind else {
        let message = format!("found {}, expected an object of type `{}`", node.kind.describe(), ty.name);
        return Err(Problem::new(Kind::BadBody, message));
    };
    if let Some(id) = reference(members) {
        return Ok(Body::Reference(id.to_owned()));
    }
    let mut reader = Reader { model, intent, violations: Vec::new() };
    let patch = reader.members(ty, members, &Place::Root, intent != Intent::Update);
    match reader.violations.is_empty() {
        true => Ok(Body::Entity(patch)),
        false => Err(Problem::violations(reader.violations)),
    }
}

/// The id, if the body is an entity reference: annotations only, and that among them.
fn reference<'a>(members: &'a Members<'_>) -> Option<&'a str> {
    let id = members.iter().find(|(name, _)| matches!(name.as_ref(), "@odata.id" | "@id"));
    match id {
        Some((_, Node { kind: Json::String(id), .. })) if members.iter().all(|(name, _)| name.contains('@')) => {
            Some(id)
        }
        _ => None,
    }
}

impl Reader {
    /// Reads the members of an object of type `ty`; `fresh` when it is a new value rather than a change of one.
    pub(super) fn members(
        &mut self,
        ty: &'static StructType,
        members: &Members<'_>,
        parent: &Place<'_>,
        fresh: bool,
    ) -> Patch {
        let mut changes: Vec<(usize, Change)> = Vec::with_capacity(members.len().min(ty.property_count()));
        let mut seen = vec![false; ty.property_count()];
        for (name, node) in members {
            if self.is_full() {
                break;
            }
            let place = Place::Member(parent, name);
            if name.contains('@') {
                if matches!(name.as_ref(), "@odata.type" | "@type") {
                    self.type_annotation(ty, node, &place);
                }
                continue;
            }
            let Some((ordinal, property)) = ty.find(name) else {
                self.unknown(ty, name, &place);
                continue;
            };
            if !self.is_settable(property, fresh) {
                continue;
            }
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
        if fresh {
            self.absent(ty, &seen, parent, &mut changes);
        }
        // The order of the body decides which mistake comes first, the order of the model what is written.
        changes.sort_by_key(|(ordinal, _)| *ordinal);
        Patch { changes }
    }

    /// What cannot be changed is skipped like what cannot be set: clients send back what they read.
    fn is_settable(&self, property: &Property, fresh: bool) -> bool {
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
            if property.required && !self.is_full() {
                let message = format!("found no `{}`, expected one", property.name);
                self.blame(Fault::Missing, &Place::Member(parent, property.name), message);
            } else if self.intent == Intent::Replace {
                changes.push((ordinal, Change::Set(property.initial())));
            }
        }
    }

    /// `@odata.type` with or without `#`: must name this type, under any of its names.
    fn type_annotation(&mut self, ty: &'static StructType, node: &Node<'_>, place: &Place<'_>) {
        let expected = format!("{}.{}", self.model.namespace, ty.name);
        let named = match &node.kind {
            Json::String(text) => text.strip_prefix('#').unwrap_or(text),
            other => {
                return self.blame(Fault::Type, place, format!("found {}, expected `#{expected}`", other.describe()));
            }
        };
        let qualified = self.model.unqualified(named);
        if qualified.len() == named.len() || !ty.is_called(qualified) {
            self.blame(Fault::Type, place, format!("found the type {}, expected `#{expected}`", brief(named)));
        }
    }

    fn unknown(&mut self, ty: &'static StructType, name: &str, place: &Place<'_>) {
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
        let message =
            format!("The property '{name}' does not exist on type '{}.{}'{hint}", self.model.namespace, ty.name);
        self.blame(Fault::UnknownProperty, place, message);
    }

    /// What a member does to its property; `None` when it is wrong or means nothing.
    fn change(&mut self, property: &'static Property, node: &Node<'_>, place: &Place<'_>) -> Option<Change> {
        match (&node.kind, property.ty.structure()) {
            (Json::Object(members), Some(ty)) if !property.collection && self.intent != Intent::Replace => {
                Some(Change::Merge(self.members(ty, members, place, self.intent == Intent::Create)))
            }
            _ => {
                let value = self.property(property, node, place)?;
                let mut found = Vec::new();
                check_value(property, &value, "", &mut found);
                for Violation { fault, pointer, message } in found.into_iter().take(self.room()) {
                    self.violations.push(Violation::new(fault, place.pointer() + &pointer, message));
                }
                Some(Change::Set(value))
            }
        }
    }

    pub(super) fn blame(&mut self, fault: Fault, place: &Place<'_>, message: String) {
        self.violations.push(Violation::new(fault, place.pointer(), message));
    }

    fn room(&self) -> usize {
        MAX_VIOLATIONS.saturating_sub(self.violations.len())
    }

    /// Are there as many mistakes as are told?
    pub(super) fn is_full(&self) -> bool {
        self.room() == 0
    }
}

#[cfg(test)]
mod tests;
