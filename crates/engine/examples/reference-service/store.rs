//! What the shop holds, in memory: one table per set and singleton, rows in the order in which they came, and what
//! links them. Which rows and links there may be is the model's to say; nothing here names a table.
//!
//! No locks: a change works on a copy of the state, of which rows are shared, and the copy takes its place.

mod change;
mod log;
mod relation;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use edm::{Mode, Primitive, Property, Record, StructType, Value};
use engine::{Media, Row, Stream, Tag};
use uuid::{Builder, Uuid};

use crate::model::SHOP;

pub(crate) use change::{Change, Known};
pub(crate) use log::{Entry, Log};
pub(crate) use relation::end_of;

/// Name of the stream that a media entity itself is; others go by the name of their property.
pub(crate) const OWN: &str = "";

/// A row of a table.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// Its place among all rows, which also names it.
    pub(crate) at: i64,
    /// The text of its key.
    pub(crate) id: Arc<str>,
    pub(crate) record: Record,
    /// Its streams by property.
    pub(crate) streams: BTreeMap<&'static str, Media>,
    members: Bytes,
    told: Option<Arc<[Stream]>>,
}

impl Item {
    fn new(at: i64, record: Record, streams: BTreeMap<&'static str, Media>) -> Self {
        let told = told(record.ty(), &streams);
        Self { at, id: id_of(&record), members: record.to_members().into(), record, streams, told }
    }

    /// As the protocol wants it.
    pub(crate) fn row(&self) -> Row {
        let ty = self.record.ty();
        let (id, members, streams) = (Arc::clone(&self.id), self.members.clone(), self.told.clone());
        Row { ty, at: self.at, id, tag: self.tag(), members, streams }
    }

    /// Its version, where the model counts versions.
    pub(crate) fn tag(&self) -> Option<Tag> {
        match self.record.get(version(self.record.ty())?.name) {
            Value::Integer(version) => u64::try_from(*version).ok().map(Tag),
            _ => None,
        }
    }
}

/// Everything, at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    tables: BTreeMap<&'static str, BTreeMap<i64, Arc<Item>>>,
    /// The pairs of relationships that no property holds, by navigation property, in the order in which they came.
    links: BTreeMap<&'static str, Vec<(i64, i64)>>,
    log: Log,
    last: i64,
    ids: u64,
}

impl State {
    /// Forgets all rows; their places and ids are not given again.
    pub(crate) fn clear(&mut self) {
        self.tables.clear();
        self.links.clear();
    }

    /// Begins a new log: what was changed before is not to be told.
    pub(crate) fn forget(&mut self) {
        self.log.clear();
    }

    /// What changed.
    pub(crate) fn log(&self) -> &Log {
        &self.log
    }

    /// The rows of a table in their order.
    pub(crate) fn items(&self, table: &str) -> impl Iterator<Item = &Arc<Item>> {
        self.tables.get(table).into_iter().flat_map(BTreeMap::values)
    }

    /// The row of that key.
    pub(crate) fn find(&self, table: &str, id: &str) -> Option<&Arc<Item>> {
        self.items(table).find(|item| *item.id == *id)
    }

    /// The row in which these properties have these values.
    pub(crate) fn find_by(&self, table: &str, names: &[&str], values: &[Value]) -> Option<&Arc<Item>> {
        let fits = |item: &&Arc<Item>| names.iter().zip(values).all(|(name, value)| item.record.get(name) == value);
        self.items(table).find(fits)
    }

    fn place(&self, table: &str, at: i64) -> Option<&Arc<Item>> {
        self.tables.get(table)?.get(&at)
    }

    fn put(&mut self, table: &'static str, item: Item) -> Arc<Item> {
        let item = Arc::new(item);
        self.tables.entry(table).or_default().insert(item.at, Arc::clone(&item));
        self.note(table, &item, false);
        item
    }

    fn note(&mut self, table: &'static str, item: &Arc<Item>, removed: bool) {
        if SHOP.set(table).is_some_and(|set| set.capabilities.change_tracked) {
            self.log.note(table, item, removed);
        }
    }

    /// Adds a row that is known to fit, as the first state is.
    pub(crate) fn add(&mut self, table: &'static str, record: Record, now: i64) -> Arc<Item> {
        self.add_with(table, record, now, None)
    }

    /// The same, with one of its streams.
    pub(crate) fn add_with(
        &mut self,
        table: &'static str,
        mut record: Record,
        now: i64,
        stream: Option<(&'static str, Media)>,
    ) -> Arc<Item> {
        self.give_id(&mut record);
        rules::complete(&mut record, now);
        let mut streams = empty_streams(record.ty());
        streams.extend(stream);
        self.last += 1;
        self.put(table, Item::new(self.last, record, streams))
    }

    /// Keys of the service's making count up in the form of a random one (RFC 9562, version 4).
    fn give_id(&mut self, record: &mut Record) {
        for name in record.ty().key_properties() {
            let made = record.ty().find(name).is_some_and(|(_, key)| key.ty.primitive() == Some(Primitive::Guid));
            if made && record.ty().key_properties().len() == 1 && *record.get(name) == Value::Guid(Uuid::nil()) {
                self.ids += 1;
                let mut bytes = [0; 16];
                let (_, low) = bytes.split_at_mut(8);
                low.copy_from_slice(&self.ids.to_be_bytes());
                record.set(name, Value::Guid(Builder::from_random_bytes(bytes).into_uuid()));
            }
        }
    }
}

/// A stream property that was never written is empty, not absent.
fn empty_streams(ty: &'static StructType) -> BTreeMap<&'static str, Media> {
    let empty = || Media { content_type: "application/octet-stream".to_owned(), bytes: Bytes::new() };
    let streams = ty.all_properties().filter(|(_, property)| property.ty.primitive() == Some(Primitive::Stream));
    streams.map(|(_, property)| (property.name, empty())).collect()
}

/// What there is to say of the streams of a row, but for those in which nothing is yet.
fn told(ty: &'static StructType, streams: &BTreeMap<&'static str, Media>) -> Option<Arc<[Stream]>> {
    let told = streams.iter().filter(|(name, media)| **name == OWN || !media.bytes.is_empty());
    let told = told.map(|(name, media)| {
        let property = ty.find(name).map(|(_, property)| property);
        Stream { property, content_type: media.content_type.clone() }
    });
    let told: Vec<Stream> = told.collect();
    (!told.is_empty()).then(|| told.into())
}

/// The text of a key: its values, joined by commas.
fn id_of(record: &Record) -> Arc<str> {
    let values: Vec<&Value> = record.ty().key_properties().iter().map(|name| record.get(name)).collect();
    key_text(&values).into()
}

/// The text by which a key is looked up.
pub(crate) fn key_text(values: &[&Value]) -> String {
    let texts = values.iter().map(|value| match value {
        Value::Guid(id) => id.hyphenated().to_string(),
        Value::String(text) => text.to_string(),
        Value::Integer(number) => number.to_string(),
        _ => String::new(),
    });
    texts.collect::<Vec<_>>().join(",")
}

/// The property that counts the versions of a row.
fn version(ty: &'static StructType) -> Option<&'static Property> {
    ty.all_properties().map(|(_, property)| property).find(|property| property.concurrency)
}

/// Is it the service's alone to set, also when all the rest is replaced?
fn is_kept(ty: &'static StructType, property: &Property) -> bool {
    property.mode != Mode::Settable || property.concurrency || ty.key_properties().contains(&property.name)
}
