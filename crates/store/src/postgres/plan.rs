//! What a commit comes to: the rows to write and to remove, each once, whatever the order of its changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::read::code;
use super::row::Base;
use super::sql::Sql;
use crate::chain::{Hash, Row};
use crate::{
    Change, ChangeRow, Commit, IndexRow, Item, Op, PartitionKey, Snapshot, Standing, Touched, bucket_of, pack,
};

/// Collection and id.
type Place = (Arc<str>, Arc<str>);

/// The effect of a commit on a partition.
pub(super) struct Plan<'a> {
    commit: &'a Commit,
    /// Tells this commit from every other.
    stamp: Uuid,
    /// Of the commit that made the partition what it was; nil when there was none.
    before: Uuid,
    pub(super) rev: u64,
    last_time: i64,
    /// The partition was dropped at some point.
    dropped: bool,
    /// The partition exists in the end.
    live: bool,
    touched: Vec<Touched>,
    head: Option<Hash>,
    puts: BTreeMap<Place, (&'a Item, &'a [IndexRow])>,
    /// Items to remove that may be there, and whose index rows may be.
    removed: BTreeSet<Place>,
}

impl<'a> Plan<'a> {
    pub(super) fn of(base: &Base, commit: &'a Commit, stamp: Uuid) -> Self {
        let mut plan = Self {
            commit,
            stamp,
            before: base.stamp,
            rev: base.rev() + 1,
            last_time: base.snapshot.last_time(),
            dropped: false,
            live: true,
            touched: Vec::new(),
            head: base.head,
            puts: BTreeMap::new(),
            removed: BTreeSet::new(),
        };
        for change in &commit.changes {
            plan.live = true;
            plan.change(base, change);
        }
        plan
    }

    fn change(&mut self, base: &Base, change: &'a Change) {
        match change {
            Change::Put { item, index } => {
                self.last_time = self.last_time.max(item.header.created).max(item.header.modified);
                let place = (Arc::clone(&item.collection), Arc::clone(&item.id));
                self.touch(&place, Op::Put);
                self.puts.insert(place, (item, index));
            }
            Change::Delete { collection, id } => {
                let place = (Arc::clone(collection), Arc::clone(id));
                self.touch(&place, Op::Delete);
                self.remove(place);
            }
            Change::Clear { keep } => {
                for place in self.present(&base.snapshot).into_iter().filter(|(collection, _)| collection != keep) {
                    self.touch(&place, Op::Delete);
                    self.remove(place);
                }
            }
            Change::Drop => {
                self.puts.clear();
                self.removed.clear();
                self.touched.clear();
                (self.dropped, self.live) = (true, false);
            }
        }
    }

    fn remove(&mut self, place: Place) {
        self.puts.remove(&place);
        self.removed.insert(place);
    }

    /// The items that are there at this point, by collection and id.
    fn present(&self, before: &Snapshot) -> BTreeSet<Place> {
        let mut present: BTreeSet<Place> = self.puts.keys().cloned().collect();
        if !self.dropped {
            let items = before.collections().flat_map(|collection| before.items(collection));
            let places = items.map(|item| (Arc::clone(&item.collection), Arc::clone(&item.id)));
            present.extend(places.filter(|place| !self.removed.contains(place)));
        }
        present
    }

    fn touch(&mut self, (collection, id): &Place, op: Op) {
        self.touched.push(Touched { collection: Arc::clone(collection), id: Arc::clone(id), op });
    }

    /// The partition after the commit.
    pub(super) fn after(&self, base: &Base) -> Option<Base> {
        let snapshot = || Arc::new(base.snapshot.apply(self.rev, self.last_time, &self.commit.changes));
        self.live.then(|| Base { live: true, snapshot: snapshot(), stamp: self.stamp, head: self.row().link })
    }

    /// The statements, the one that decides first.
    pub(super) fn calls(&self) -> Vec<Call> {
        let key = self.commit.partition;
        let row = self.row();
        let mut calls = vec![record(&row, self.stamp)];
        if !self.before.is_nil() {
            calls.push(call(Sql::Guard, key).and(self.before));
        }
        if self.dropped {
            calls.push(call(Sql::EraseHistory, key).and(self.rev.cast_signed()).and(Vec::<u8>::new()));
            calls.extend([call(Sql::ClearItems, key), call(Sql::ClearPostings, key)]);
        } else {
            let bare = by_collection(self.removed.iter().chain(self.puts.keys()));
            calls.extend(bare.into_iter().map(|(name, ids)| call(Sql::UnpostItems, key).and(name).and(ids)));
            let gone = by_collection(self.removed.iter().filter(|place| !self.puts.contains_key(place)));
            calls.extend(gone.into_iter().map(|(name, ids)| call(Sql::DeleteItems, key).and(name).and(ids)));
        }
        calls.extend(self.puts.values().flat_map(|(item, index)| write(key, item, index)));
        let (rev, last_time, live) = (self.rev, self.last_time, self.live);
        calls.push(advance(&Standing { partition: key, rev, last_time, live, head: row.link }, self.stamp));
        calls
    }

    /// The row of the history.
    fn row(&self) -> Row {
        let Commit { partition, at, audit, .. } = self.commit;
        let (partition, at, rev, dropped) = (*partition, *at, self.rev, self.dropped);
        let bucket = bucket_of(partition.owner);
        let change = ChangeRow { bucket, at, partition, rev, dropped, touched: self.touched.clone(), link: None };
        Row::linked(self.head, &change, audit)
    }
}

/// The row of a commit; another's of the same rev makes it fail.
pub(super) fn record(row: &Row, stamp: Uuid) -> Call {
    call(Sql::Record, row.partition)
        .and(row.rev.cast_signed())
        .and(row.at)
        .and(bucket_of(row.partition.owner).cast_signed())
        .and(row.dropped)
        .and(pack::touched(&row.touched))
        .and(row.values.as_deref().map(<[u8]>::to_vec))
        .and(stamp)
        .and(row.what.to_vec())
        .and(row.salt.map(Vec::from))
        .and(row.digest.map(Vec::from))
        .and(row.link.map(Vec::from))
}

/// The partition's own row.
pub(super) fn advance(to: &Standing, stamp: Uuid) -> Call {
    let advance = call(Sql::Advance, to.partition).and(to.rev.cast_signed()).and(to.last_time).and(to.live);
    advance.and(stamp).and(to.head.map(Vec::from))
}

/// An item with its index rows, of which none are there.
pub(super) fn write(key: PartitionKey, item: &Item, index: &[IndexRow]) -> Vec<Call> {
    let rows: BTreeSet<&IndexRow> = index.iter().collect();
    let mut calls = vec![put(key, item).and(i32::try_from(rows.len()).unwrap_or(i32::MAX))];
    calls.extend(rows.into_iter().map(|row| post(key, item, row)));
    calls
}

fn by_collection<'p>(places: impl Iterator<Item = &'p Place>) -> BTreeMap<String, Vec<String>> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (collection, id) in places {
        groups.entry(collection.to_string()).or_default().push(id.to_string());
    }
    groups
}

/// Wants the number of the item's index rows in addition.
fn put(key: PartitionKey, item: &Item) -> Call {
    let header = &item.header;
    call(Sql::Put, key)
        .and(item.collection.to_string())
        .and(item.id.to_string())
        .and(header.version.cast_signed())
        .and(i64::from(header.audience))
        .and(header.searchable)
        .and(header.unverified_inference)
        .and(header.confidence)
        .and(header.creator_app.as_ref().map(|app| app.as_bytes().to_vec()))
        .and(header.creator_user)
        .and(header.created)
        .and(header.modified)
        .and(i64::from(header.revision))
        .and(header.beyond_sentinel)
        .and(item.body.to_vec())
}

fn post(key: PartitionKey, item: &Item, row: &IndexRow) -> Call {
    call(Sql::Post, key)
        .and(item.collection.to_string())
        .and(item.id.to_string())
        .and(row.path.to_string())
        .and(row.token.to_vec())
}

/// A statement with its parameters.
pub(super) struct Call {
    pub(super) sql: Sql,
    params: Vec<Box<dyn ToSql + Sync + Send>>,
}

/// A statement about a partition.
pub(super) fn call(sql: Sql, key: PartitionKey) -> Call {
    Call::new(sql).and(key.owner).and(key.tenant).and(code(key))
}

impl Call {
    pub(super) fn new(sql: Sql) -> Self {
        Self { sql, params: Vec::new() }
    }

    pub(super) fn and(mut self, value: impl ToSql + Sync + Send + 'static) -> Self {
        self.params.push(Box::new(value));
        self
    }

    pub(super) fn params(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.params.iter().map(|value| &**value as &(dyn ToSql + Sync)).collect()
    }
}
