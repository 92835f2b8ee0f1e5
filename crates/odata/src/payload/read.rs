//! Request bodies to patches: every member is looked up, converted and checked, and all that is wrong is told at once.
//!
//! Names match without case and superseded type names are understood; members that the service computes are skipped
//! unvalidated, for clients send back what they read.

use edm::check::{check_value, pointer};
use edm::json::{self, Kind as Json, Node};
use edm::nearest::nearest;
use edm::{Change, Fault, Mode, Model, Patch, Property, StructType, Violation};

use super::value::Reader;
use crate::problem::{Kind, Problem};

/// More mistakes than this are not listed.
const MAX_VIOLATIONS: usize = 100;

/// What a body is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// A new entity: what is absent gets its initial value.
    Create,
    /// A change: what is absent stays.
    Update,
}

/// A body that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// An entity or part of one.
    Entity(Patch),
    /// Nothing but a reference (`@odata.id`) to an entity elsewhere.
    Reference(String),
}

/// Reads the body of a create or update of an entity of type `ty`.
pub fn read(model: &'static Model, ty: &'static StructType, body: &[u8], intent: Intent) -> Result<Body, Problem> {
    let node = json::parse(body).map_err(|error| {
        let message = format!("Unable to read JSON request payload: {error}.");
        Problem::new(Kind::BadBody, message).at(format!("line {}, column {}", error.line, error.column))
    })?;
    let Json::Object(members) = &node.kind else {
        let message = format!("found {}, expected an object of type `{}`", node.kind.describe(), ty.name);
        return Err(Problem::new(Kind::BadBody, message));
    };
    if let [(name, Node { kind: Json::String(id), .. })] = members.as_slice() {
        if matches!(name.as_ref(), "@odata.id" | "@id") {
            return Ok(Body::Reference(id.clone().into_owned()));
        }
    }
    let mut reader = Reader { model, intent, violations: Vec::new() };
    let patch = reader.members(ty, members, "");
    let mut violations = reader.violations;
    violations.truncate(MAX_VIOLATIONS);
    match violations.is_empty() {
        true => Ok(Body::Entity(patch)),
        false => Err(Problem::violations(violations)),
    }
}

impl Reader {
    /// Reads the members of an object of type `ty`.
    pub(super) fn members(
        &mut self,
        ty: &'static StructType,
        members: &[(std::borrow::Cow<'_, str>, Node<'_>)],
        parent: &str,
    ) -> Patch {
        let mut changes: Vec<(usize, Change)> = Vec::with_capacity(members.len());
        for (name, node) in members {
            if let Some(at) = name.find('@') {
                if at == 0 && matches!(name.as_ref(), "@odata.type" | "@type") {
                    self.type_annotation(ty, node, &pointer(parent, name));
                }
                continue;
            }
            let Some((ordinal, property)) = ty.find(name) else {
                self.unknown(ty, name, parent);
                continue;
            };
            if property.mode == Mode::Computed {
                continue;
            }
            let place = pointer(parent, name);
            if changes.iter().any(|(known, _)| *known == ordinal) {
                self.blame(Fault::Duplicate, &place, format!("found `{}` a second time", property.name));
            } else if property.mode == Mode::Immutable && self.intent == Intent::Update {
                self.blame(Fault::NotSettable, &place, format!("`{}` cannot be changed after creation", property.name));
            } else if let Some(change) = self.change(property, node, &place) {
                changes.push((ordinal, change));
            }
        }
        if self.intent == Intent::Create {
            self.required(ty, &changes, parent);
        }
        // The order of the body decides which mistake comes first, the order of the model what is written.
        changes.sort_by_key(|(ordinal, _)| *ordinal);
        Patch { changes }
    }

    fn required(&mut self, ty: &'static StructType, changes: &[(usize, Change)], parent: &str) {
        for (ordinal, property) in ty.all_properties() {
            let place = || pointer(parent, property.name);
            let given = changes.iter().any(|(known, _)| *known == ordinal);
            // A value that was refused has its own violation.
            let refused = self.violations.iter().any(|violation| violation.pointer.eq_ignore_ascii_case(&place()));
            if property.required && !given && !refused {
                self.blame(Fault::Missing, &place(), format!("found no `{}`, expected one", property.name));
            }
        }
    }

    /// `@odata.type` with or without `#`: must name this type, under any of its names.
    fn type_annotation(&mut self, ty: &'static StructType, node: &Node<'_>, place: &str) {
        let expected = format!("{}.{}", self.model.namespace, ty.name);
        let named = match &node.kind {
            Json::String(text) => text.strip_prefix('#').unwrap_or(text),
            other => {
                return self.blame(Fault::Type, place, format!("found {}, expected `#{expected}`", other.describe()));
            }
        };
        let qualified = self.model.unqualified(named);
        if qualified.len() == named.len() || !ty.is_called(qualified) {
            self.blame(Fault::Type, place, format!("found the type `{named}`, expected `#{expected}`"));
        }
    }

    fn unknown(&mut self, ty: &'static StructType, name: &str, parent: &str) {
        let is = |known: &&str| known.eq_ignore_ascii_case(name);
        if ty.lineage().any(|ty| ty.drops.iter().any(|known| is(&known))) {
            return;
        }
        let place = pointer(parent, name);
        if let Some(navigation) = ty.find_navigation(name) {
            let message =
                format!("`{}` is not part of this body, expected a request to its own address", navigation.name);
            return self.blame(Fault::NotSettable, &place, message);
        }
        if ty.lineage().any(|ty| ty.declines.iter().any(|known| is(&known))) {
            return self.blame(
                Fault::NotSettable,
                &place,
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
        self.blame(Fault::UnknownProperty, &place, message);
    }

    /// What a member does to its property; `None` when it is wrong or means nothing.
    fn change(&mut self, property: &'static Property, node: &Node<'_>, place: &str) -> Option<Change> {
        match (&node.kind, property.ty.structure()) {
            (Json::Object(members), Some(ty)) if !property.collection => {
                Some(Change::Merge(self.members(ty, members, place)))
            }
            _ => {
                let value = self.property(property, node, place)?;
                check_value(property, &value, place, &mut self.violations);
                Some(Change::Set(value))
            }
        }
    }

    pub(super) fn blame(&mut self, fault: Fault, place: &str, message: String) {
        self.violations.push(Violation::new(fault, place, message));
    }
}
