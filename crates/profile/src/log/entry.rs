//! One entry of the log, in the members of its type. What the reader may not see of the values is left out, and said to
//! be.

use std::sync::Arc;

use bytes::Bytes;
use edm::{DateTimeOffset, Record, StructType, Value, codec, lazy};
use store::{AuditRow, Header, Item, PartitionKind};
use uuid::Uuid;

use super::told::{Told, Touched};
use crate::access::Viewer;
use crate::model::{DIRECTORY_AUDIT, PROFILE, USER};
use crate::rules::{self, PERSON};

/// How somebody is called now; null where nobody of that id is there.
pub(super) struct Named {
    pub(super) display_name: Value,
    pub(super) principal_name: Value,
}

/// An item that was changed, and its sides as access judges them.
pub(super) struct Part<'a> {
    touched: Touched<'a>,
    pub(super) sides: Vec<Arc<Item>>,
}

impl Part<'_> {
    /// Does the id say to whom the person relates, such as whom they mean by their family?
    fn relates(&self) -> bool {
        self.touched.collection != PERSON && PROFILE.find_navigation(&self.touched.collection).is_none()
    }

    /// May the viewer read all that is told of it? Where no side of it is there, for it was erased or only read, its id
    /// is all, which tells something only where it relates.
    fn is_shown(&self, viewer: &Viewer<'_>) -> bool {
        match self.sides.as_slice() {
            [] => !self.relates() || viewer.sees_all(),
            sides => sides.iter().all(|side| viewer.shows(side).is_some()),
        }
    }
}

/// The items that something was done to.
pub(super) fn parts<'a>(told: &Told<'a>) -> Vec<Part<'a>> {
    let part = |touched: Touched<'a>| {
        let sides = [touched.old, touched.new].into_iter().flatten();
        let item = |members: &[u8]| {
            let (collection, id) = (touched.collection.as_str().into(), touched.id.as_str().into());
            let body = Bytes::copy_from_slice(members);
            Arc::new(Item { header: header(&touched.collection, members), collection, id, body })
        };
        Part { sides: sides.map(item).collect(), touched }
    };
    told.touched().map(part).collect()
}

/// One thing that was done by somebody to somebody.
pub(super) struct Entry<'a> {
    pub(super) row: &'a AuditRow,
    pub(super) id: &'a str,
    pub(super) told: &'a Told<'a>,
    pub(super) parts: &'a [Part<'a>],
    /// Who did it.
    pub(super) by: Option<&'a Named>,
    /// To whom.
    pub(super) owner: Uuid,
    pub(super) of: &'a Named,
}

impl Entry<'_> {
    /// The entry as this viewer may read it.
    pub(super) fn record(&self, viewer: &Viewer<'_>) -> Record {
        let kind = if self.told.is_reading() { PartitionKind::User } else { self.row.partition.kind };
        let subject = Subject::of(kind, self.parts, &self.told.activity());
        // Groups and settings have no audience.
        let shows = |part: &Part<'_>| kind != PartitionKind::User || part.is_shown(viewer);
        let mut record = Record::new(&DIRECTORY_AUDIT);
        record.set("id", Value::text(self.id));
        record.set("activityDateTime", Value::DateTimeOffset(DateTimeOffset::from_ticks(self.row.at)));
        record.set("activityDisplayName", Value::text(subject.activity));
        record.set("additionalDetails", Value::List(self.details(&shows)));
        record.set("category", Value::text(subject.category));
        record.set("correlationId", self.told.request().map_or(Value::Null, Value::text));
        record.set("initiatedBy", initiator(self.told, self.by));
        record.set("loggedByService", Value::text("Vitae"));
        record.set("operationType", Value::text(subject.operation));
        record.set("result", Value::Enum(0));
        record.set("targetResources", Value::List(self.targets(subject.kind, &shows)));
        record
    }

    /// The person, group or tenant first, then each item.
    fn targets(&self, kind: &str, shows: &impl Fn(&Part<'_>) -> bool) -> Vec<Value> {
        if self.told.is_reading() {
            return self.read(shows);
        }
        let told = |part: &Part<'_>| Value::List(if shows(part) { properties(&part.touched) } else { Vec::new() });
        let (own, items): (Vec<_>, Vec<_>) = self.parts.iter().partition(|part| part.touched.collection == PERSON);
        let first = vec![
            ("id", Value::text(self.owner.to_string())),
            ("type", Value::text(kind)),
            ("displayName", self.of.display_name.clone()),
            ("userPrincipalName", self.of.principal_name.clone()),
            ("modifiedProperties", own.first().map_or(Value::List(Vec::new()), |part| told(part))),
        ];
        let item = |part: &Part<'_>| {
            let Touched { collection, .. } = &part.touched;
            let ty = PROFILE.find_navigation(collection).map_or(collection.as_str(), |found| found.target.name);
            vec![
                ("id", told_id(part, shows)),
                ("type", Value::text(ty)),
                ("displayName", Value::text(collection.clone())),
                ("modifiedProperties", told(part)),
            ]
        };
        let all = std::iter::once(first).chain(items.into_iter().map(item));
        all.map(|members| complex(&DIRECTORY_AUDIT, "targetResources", members)).collect()
    }

    /// What was read: each person, and then the items of theirs.
    fn read(&self, shows: &impl Fn(&Part<'_>) -> bool) -> Vec<Value> {
        let mut last = None;
        let mut all = Vec::new();
        for part in self.parts {
            let Touched { owner, collection, .. } = &part.touched;
            if let Some(owner) = owner.filter(|owner| last != Some(*owner)) {
                last = Some(owner);
                all.push(vec![("id", Value::text(owner.to_string())), ("type", Value::text("User"))]);
            }
            let ty = PROFILE.find_navigation(collection).map_or(collection.as_str(), |found| found.target.name);
            let collection = Value::text(collection.clone());
            all.push(vec![("id", told_id(part, shows)), ("type", Value::text(ty)), ("displayName", collection)]);
        }
        all.into_iter().map(|members| complex(&DIRECTORY_AUDIT, "targetResources", members)).collect()
    }

    /// Why values are missing.
    fn details(&self, shows: &impl Fn(&Part<'_>) -> bool) -> Vec<Value> {
        let detail = |key: &str, value: &str| {
            let members = vec![("key", Value::text(key)), ("value", Value::text(value))];
            complex(&DIRECTORY_AUDIT, "additionalDetails", members)
        };
        if self.told.is_erased() && !self.parts.is_empty() && !self.told.is_reading() {
            return vec![detail("erased", "the values were erased with the person")];
        }
        let hidden = self.parts.iter().filter(|part| !shows(part));
        let what = |part: &Part<'_>| if part.relates() { "whom it is about" } else { &*part.touched.id }.to_owned();
        hidden.map(|part| detail("redacted", &what(part))).collect()
    }
}

/// The id of an item, unless it tells more than the viewer may know.
fn told_id(part: &Part<'_>, shows: &impl Fn(&Part<'_>) -> bool) -> Value {
    if part.relates() && !shows(part) { Value::Null } else { Value::text(part.touched.id.clone()) }
}

/// What a thing was done to, and the words for it.
struct Subject {
    /// Type of the first target.
    kind: &'static str,
    category: &'static str,
    activity: String,
    operation: &'static str,
}

impl Subject {
    fn of(kind: PartitionKind, parts: &[Part<'_>], activity: &str) -> Self {
        let (word, operation) = match activity {
            "create" => ("Add", "Add"),
            "load" => ("Load", "Add"),
            "update" => ("Update", "Update"),
            "delete" => ("Delete", "Delete"),
            "clear" => ("Clear", "Delete"),
            "read" => ("Read", "Read"),
            other => (other, "Update"),
        };
        let of_items = !parts.is_empty() && parts.iter().all(|part| part.touched.collection != PERSON);
        let (kind, category, what) = match kind {
            PartitionKind::User if word == "Clear" => ("User", "ProfileManagement", "profile"),
            PartitionKind::User if of_items => ("User", "ProfileManagement", "profile item"),
            PartitionKind::User => ("User", "UserManagement", "user"),
            PartitionKind::Group => ("Group", "GroupManagement", "group"),
            PartitionKind::Settings | PartitionKind::Log => ("Directory", "DirectoryManagement", "setting"),
        };
        Self { kind, category, activity: format!("{word} {what}"), operation }
    }
}

/// A value of the complex type that a property has.
fn complex(ty: &'static StructType, property: &str, members: Vec<(&str, Value)>) -> Value {
    let Some(ty) = ty.find(property).and_then(|(_, property)| property.ty.structure()) else { return Value::Null };
    let mut record = Record::new(ty);
    for (name, value) in members {
        record.set(name, value);
    }
    Value::Record(record)
}

fn initiator(told: &Told<'_>, by: Option<&Named>) -> Value {
    let Some(ty) = DIRECTORY_AUDIT.find("initiatedBy").and_then(|(_, property)| property.ty.structure()) else {
        return Value::Null;
    };
    let app = told.app().map_or(Value::Null, |app| complex(ty, "app", vec![("appId", Value::text(app))]));
    let user = told.user().zip(by).map_or(Value::Null, |(id, named)| {
        let members = vec![
            ("id", Value::text(id.to_string())),
            ("displayName", named.display_name.clone()),
            ("userPrincipalName", named.principal_name.clone()),
        ];
        complex(ty, "user", members)
    });
    complex(&DIRECTORY_AUDIT, "initiatedBy", vec![("app", app), ("user", user)])
}

/// The properties that differ, in the order of the newer side.
fn properties(item: &Touched<'_>) -> Vec<Value> {
    let ty = DIRECTORY_AUDIT.find("targetResources").and_then(|(_, property)| property.ty.structure());
    let Some(ty) = ty else { return Vec::new() };
    let (old, new) = (item.old.unwrap_or_default(), item.new.unwrap_or_default());
    let gone = lazy::members(old)
        .filter(|(name, _)| std::str::from_utf8(name).is_ok_and(|name| lazy::member(new, name).is_none()));
    let names = lazy::members(new).chain(gone).filter_map(|(name, _)| std::str::from_utf8(name).ok());
    let text =
        |raw: Option<&[u8]>| raw.map_or(Value::Null, |raw| Value::text(String::from_utf8_lossy(raw).into_owned()));
    let differing = names.filter_map(|name| {
        let (old, new) = (lazy::member(old, name), lazy::member(new, name));
        let members = || vec![("displayName", Value::text(name)), ("oldValue", text(old)), ("newValue", text(new))];
        (old != new).then(|| complex(ty, "modifiedProperties", members()))
    });
    differing.collect()
}

/// What a recorded item says of its audience, as access judges it. What has no audience is its owner's.
fn header(collection: &str, members: &[u8]) -> Header {
    let ty =
        if collection == PERSON { Some(&USER) } else { PROFILE.find_navigation(collection).map(|found| found.target) };
    let record = ty.and_then(|ty| codec::read_members(ty, members).ok());
    record.map(|record| rules::derived(&record)).unwrap_or_default()
}
