//! Changes of the state: rows made, changed and removed, with what hangs on them. A change that fails half way leaves
//! a state that is to be thrown away.

use std::sync::Arc;

use edm::{Navigation, StructType, Value};
use engine::{Basis, Changed, Content, Kind, Linked, Links, Media, Problem, Tag};

use super::relation::{Relation, end_of};
use super::{Item, OWN, State, empty_streams, rules, version};
use edm::Record;

/// Where a change finds rows that a body names: as the protocol's targets, or as the store's own.
pub(crate) trait Known {
    /// The row meant, if it exists.
    fn item(&self, state: &State) -> Result<Arc<Item>, Problem>;
}

/// A state that is about to change at a moment.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    pub(crate) state: &'a mut State,
    /// In ticks.
    pub(crate) now: i64,
}

/// Deep inserts go no deeper.
const MAX_DEPTH: usize = 16;

impl Change<'_> {
    /// Adds a row of what a body says; `from` is the row and relationship through which it is added, `key` the key
    /// that the address gives it.
    pub(crate) fn create<T: Known>(
        &mut self,
        table: &'static str,
        content: Content<T>,
        from: Option<(&Item, &'static Navigation)>,
        key: Option<(&'static [&'static str], &[Value])>,
    ) -> Result<Arc<Item>, Problem> {
        self.create_within(table, content, from, key, 0)
    }

    fn create_within<T: Known>(
        &mut self,
        table: &'static str,
        content: Content<T>,
        from: Option<(&Item, &'static Navigation)>,
        key: Option<(&'static [&'static str], &[Value])>,
        depth: usize,
    ) -> Result<Arc<Item>, Problem> {
        if depth >= MAX_DEPTH {
            let message = format!("found entities more than {MAX_DEPTH} levels deep, expected fewer");
            return Err(Problem::new(Kind::BadBody, message));
        }
        let mut record = Record::new(content.ty);
        content.patch.apply(&mut record);
        rules::forget_computed(&mut record);
        for (name, value) in key.into_iter().flat_map(|(names, values)| names.iter().zip(values)) {
            record.set(name, value.clone());
        }
        inherit(&mut record, from);
        // First what this row refers to, then the row, then what refers to it.
        let (before, after): (Vec<_>, Vec<_>) =
            content.links.into_iter().partition(|links| matches!(Relation::of(links.navigation), Relation::Here(_)));
        for links in before {
            for end in self.ends(content.ty, links.navigation, links.ends, None, depth)? {
                for (here, there) in links.navigation.constraint {
                    record.set(here, end.record.get(there).clone());
                }
            }
        }
        let item = self.insert(table, record, None, key.is_some())?;
        if let Some((source, navigation)) = from
            && matches!(Relation::of(navigation), Relation::Beside)
        {
            self.state.links.entry(navigation.name).or_default().push((source.at, item.at));
        }
        for links in after {
            self.attach(table, &item, links, depth)?;
        }
        Ok(self.state.place(table, item.at).map_or(item, Arc::clone))
    }

    /// Adds a row with the bytes of its own stream, of which nothing else is known.
    pub(crate) fn create_media(
        &mut self,
        table: &'static str,
        ty: &'static StructType,
        media: Media,
    ) -> Result<Arc<Item>, Problem> {
        let mut record = Record::new(ty);
        if ty.find("Name").is_some() {
            record.set("Name", Value::text("Unnamed"));
        }
        describe(&mut record, &media, self.now);
        self.insert(table, record, Some(media), false)
    }

    fn insert(
        &mut self,
        table: &'static str,
        mut record: Record,
        media: Option<Media>,
        has_key: bool,
    ) -> Result<Arc<Item>, Problem> {
        if !has_key {
            self.state.give_id(&mut record);
        }
        rules::complete(&mut record, self.now);
        let mut streams = empty_streams(record.ty());
        streams.extend(media.map(|media| (OWN, media)));
        let item = Item::new(self.state.last + 1, record, streams);
        self.state.judge(table, &item)?;
        self.state.last += 1;
        Ok(self.state.put(table, item))
    }

    /// Changes a row.
    pub(crate) fn update<T: Known>(
        &mut self,
        table: &'static str,
        item: &Arc<Item>,
        content: Content<T>,
        basis: Basis,
    ) -> Result<Changed<Arc<Item>>, Problem> {
        if is_outdated(item, basis.tag) {
            return Ok(Changed::Conflict);
        }
        let mut record = if basis.replace { rules::renewed(&item.record) } else { item.record.clone() };
        content.patch.apply(&mut record);
        rules::keep(&item.record, &mut record);
        self.touch(&item.record, &mut record);
        let changed = Item::new(item.at, record.clone(), item.streams.clone());
        self.state.judge(table, &changed)?;
        self.state.rewrite(table, item, record);
        for links in content.links {
            let item = Arc::clone(self.state.place(table, item.at).unwrap_or(item));
            self.attach(table, &item, links, 0)?;
        }
        Ok(Changed::Done(Arc::clone(self.state.place(table, item.at).unwrap_or(item))))
    }

    /// Instants that must be there and that nobody gave are now, or as they were.
    fn touch(&self, before: &Record, record: &mut Record) {
        let ty = before.ty();
        for (_, property) in ty.all_properties().filter(|(_, property)| !property.nullable) {
            if record.get(property.name).is_null() {
                record.set(property.name, before.get(property.name).clone());
            }
        }
        let unchanged = record.get("UpdatedAt") == before.get("UpdatedAt");
        if ty.find("UpdatedAt").is_some() && unchanged {
            record.set("UpdatedAt", Value::Null);
            rules::complete(record, self.now);
        }
    }

    /// Removes a row with what cannot be without it.
    pub(crate) fn delete(
        &mut self,
        table: &'static str,
        item: &Arc<Item>,
        basis: Option<Tag>,
    ) -> Result<Changed<()>, Problem> {
        if is_outdated(item, basis) {
            return Ok(Changed::Conflict);
        }
        let ty = item.record.ty();
        for navigation in ty.all_navigation() {
            let Relation::There(_) = Relation::of(navigation) else { continue };
            let Some(end) = end_of(ty, navigation) else { continue };
            for other in self.state.follow(item, navigation) {
                match navigation.cascades {
                    true => self.delete(end, &other, None).map(|_| ())?,
                    false => self.release(table, item, navigation, &other)?,
                }
            }
        }
        for pairs in self.state.links.values_mut() {
            pairs.retain(|(from, to)| *from != item.at && *to != item.at);
        }
        self.state.tables.entry(table).or_default().remove(&item.at);
        self.state.note(table, item, true);
        Ok(Changed::Done(()))
    }

    /// Replaces or removes a stream of a row.
    pub(crate) fn set_media(
        &mut self,
        table: &'static str,
        item: &Arc<Item>,
        stream: &'static str,
        media: Option<Media>,
        basis: Option<Tag>,
    ) -> Changed<Arc<Item>> {
        if is_outdated(item, basis) {
            return Changed::Conflict;
        }
        let mut record = item.record.clone();
        let mut streams = item.streams.clone();
        match media {
            Some(media) => {
                if stream == OWN {
                    describe(&mut record, &media, self.now);
                }
                streams.insert(stream, media);
            }
            None => {
                streams.remove(stream);
            }
        }
        count_version(&item.record, &mut record);
        Changed::Done(self.state.put(table, Item::new(item.at, record, streams)))
    }

    /// Makes a known row the end of a relationship.
    pub(crate) fn link(
        &mut self,
        table: &'static str,
        item: &Arc<Item>,
        navigation: &'static Navigation,
        other: &Arc<Item>,
    ) -> Result<(), Problem> {
        self.state.connect(table, item.at, navigation, other)
    }

    /// Takes a row, or all, off the end of a relationship.
    pub(crate) fn unlink(
        &mut self,
        table: &'static str,
        item: &Arc<Item>,
        navigation: &'static Navigation,
        other: Option<&Arc<Item>>,
    ) -> Result<(), Problem> {
        let ends = self.state.follow(item, navigation);
        let ends = ends.into_iter().filter(|end| other.is_none_or(|other| other.at == end.at));
        let mut found = false;
        for end in ends {
            self.state.disconnect(item, table, navigation, &end)?;
            found = true;
        }
        match found || other.is_none() {
            true => Ok(()),
            false => Err(Problem::new(Kind::ItemNotFound, format!("`{}` does not lead there", navigation.name))),
        }
    }

    /// What a body names at the end of a relationship becomes its end, the only one where the body says so.
    fn attach<T: Known>(
        &mut self,
        table: &'static str,
        item: &Arc<Item>,
        links: Links<T>,
        depth: usize,
    ) -> Result<(), Problem> {
        let navigation = links.navigation;
        let before = if links.all { self.state.follow(item, navigation) } else { Vec::new() };
        let ends = self.ends(item.record.ty(), navigation, links.ends, Some(item), depth)?;
        for end in before.iter().filter(|end| ends.iter().all(|kept| kept.at != end.at)) {
            self.release(table, item, navigation, end)?;
        }
        for end in ends {
            self.state.connect(table, item.at, navigation, &end)?;
        }
        Ok(())
    }

    /// Takes a row off the end of a relationship, and removes it if it cannot be without.
    fn release(
        &mut self,
        table: &'static str,
        item: &Arc<Item>,
        navigation: &'static Navigation,
        other: &Arc<Item>,
    ) -> Result<(), Problem> {
        if let (Relation::There(pairs), Some(end)) = (Relation::of(navigation), end_of(item.record.ty(), navigation))
            && !pairs.iter().all(|(there, _)| rules::may_be_null(other.record.ty(), there))
        {
            return self.delete(end, other, None).map(|_| ());
        }
        self.state.disconnect(item, table, navigation, other)
    }

    fn ends<T: Known>(
        &mut self,
        ty: &'static StructType,
        navigation: &'static Navigation,
        linked: Vec<Linked<T>>,
        item: Option<&Arc<Item>>,
        depth: usize,
    ) -> Result<Vec<Arc<Item>>, Problem> {
        let mut ends = Vec::with_capacity(linked.len());
        for linked in linked {
            ends.push(match linked {
                Linked::Known(known) => known.item(self.state)?,
                Linked::New(content) => {
                    let end = end_of(ty, navigation).ok_or_else(|| nowhere(navigation))?;
                    let from = item.map(|item| (item.as_ref(), navigation));
                    self.create_within(end, content, from, None, depth + 1)?
                }
            });
        }
        Ok(ends)
    }
}

impl State {
    /// Puts a changed record in a row's place, as its next version.
    pub(crate) fn rewrite(&mut self, table: &'static str, item: &Arc<Item>, mut record: Record) -> Arc<Item> {
        rules::name_type(&mut record);
        count_version(&item.record, &mut record);
        self.put(table, Item::new(item.at, record, item.streams.clone()))
    }
}

/// The row refers to the one through whose relationship it is added.
fn inherit(record: &mut Record, from: Option<(&Item, &'static Navigation)>) {
    let Some((source, navigation)) = from else { return };
    if let Relation::There(pairs) = Relation::of(navigation) {
        for (there, here) in pairs {
            record.set(there, source.record.get(here).clone());
        }
    }
}

/// What is known of a media entity through its stream.
fn describe(record: &mut Record, media: &Media, now: i64) {
    record.set("ContentType", Value::text(media.content_type.as_str()));
    record.set("Size", Value::Integer(i64::try_from(media.bytes.len()).unwrap_or(i64::MAX)));
    record.set("ModifiedAt", Value::Null);
    rules::complete(record, now);
}

fn count_version(before: &Record, record: &mut Record) {
    let Some(version) = version(before.ty()) else { return };
    if let Value::Integer(number) = before.get(version.name) {
        record.set(version.name, Value::Integer(number.saturating_add(1)));
    }
}

fn is_outdated(item: &Item, tag: Option<Tag>) -> bool {
    tag.is_some() && tag != item.tag()
}

fn nowhere(navigation: &Navigation) -> Problem {
    Problem::new(Kind::BadBody, format!("nothing can be made at the end of `{}`", navigation.name))
}
