//! A small service in memory over the test model: what the protocol needs and nothing more.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use edm::expr::Reach;
use edm::testing::{MODEL, SHOP};
use edm::{Model, Navigation, Record, StructType, Value};
use odata::{Address, Kind, Problem, Step};

use crate::exchange::Exchange;
use crate::resources::{Action, Basis, Change, Changed, Changes, Content, Entity, Resources, Row, Window};
use crate::tag::Tag;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// May do everything.
    Owner,
    /// The same, but someone else.
    Other,
    /// May only read.
    Reader,
}

#[derive(Debug, Clone)]
struct Item {
    at: i64,
    id: Arc<str>,
    version: u64,
    record: Record,
}

/// Where an item or collection is.
#[derive(Debug, Clone)]
pub(super) struct Target {
    path: String,
    container: String,
    id: Option<Arc<str>>,
    key: Vec<(&'static str, Value)>,
    ty: &'static StructType,
    parent: Option<Box<Target>>,
}

impl crate::Target for Target {
    fn path(&self) -> String {
        self.path.clone()
    }

    fn container(&self) -> String {
        self.container.clone()
    }
}

#[derive(Debug, Clone, Default)]
struct State {
    collections: BTreeMap<String, Vec<Item>>,
    clock: i64,
    conflicts: u32,
    overtaken: u32,
    changes: u32,
    /// What became of makers, and how much of it is forgotten.
    history: Vec<Change>,
    forgotten: usize,
}

impl State {
    fn note(&mut self, container: &str, row: Row, removed: bool) {
        if container == "Makers" {
            let at = self.position() + 1;
            self.history.push(Change { at, row, removed });
        }
    }

    fn position(&self) -> u64 {
        (self.forgotten + self.history.len()) as u64
    }
}

/// The service.
#[derive(Debug, Clone)]
pub(super) struct Double {
    state: Arc<Mutex<State>>,
    /// Where changes go in the end, and how many it had seen when they began.
    base: Option<(Arc<Mutex<State>>, u32)>,
}

impl Default for Double {
    fn default() -> Self {
        let shop = Item { at: 0, id: "".into(), version: 0, record: Record::new(&SHOP) };
        let state = State { collections: [("Shop".to_owned(), vec![shop])].into(), ..State::default() };
        Double { state: Arc::new(Mutex::new(state)), base: None }
    }
}

/// The id of the n-th thing that was made.
pub(super) fn id(number: i64) -> String {
    format!("00000000-0000-0000-0000-{number:012}")
}

impl Double {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The next so many changes find that someone else was faster.
    pub(super) fn conflict(&self, times: u32) {
        self.state().conflicts = times;
    }

    /// The next so many groups, and entities made under keys of clients, find that someone else was faster.
    pub(super) fn overtake(&self, times: u32) {
        self.state().overtaken = times;
    }

    /// How many changes were carried out.
    pub(super) fn changes(&self) -> u32 {
        self.state().changes
    }

    /// Adds an item; says its number.
    pub(super) fn add(&self, container: &str, mut record: Record) -> i64 {
        let mut state = self.state();
        state.clock += 1;
        let (at, id) = (state.clock, Arc::from(id(state.clock)));
        record.set("ID", Value::Guid(String::from(&*id as &str).parse().unwrap()));
        let item = Item { at, id, version: 1, record };
        state.note(container, row(&item), false);
        state.collections.entry(container.to_owned()).or_default().push(item);
        at
    }

    /// What became of makers until now is not known any more.
    pub(super) fn forget(&self) {
        let mut state = self.state();
        state.forgotten += state.history.len();
        state.history.clear();
    }

    /// Removes an item.
    pub(super) fn remove(&self, container: &str, number: i64) {
        let gone = id(number);
        self.state().collections.get_mut(container).unwrap().retain(|item| *item.id != *gone);
    }

    fn rows(&self, container: &str) -> Vec<Row> {
        self.state().collections.get(container).into_iter().flatten().map(row).collect()
    }

    fn entity(&self, row: Row, path: &str, reach: &Reach) -> Entity {
        let related = |(navigation, reach): &(&'static Navigation, Reach)| {
            let (container, most) = match navigation.name {
                "Maker" => ("Makers".to_owned(), 1),
                name => (format!("{path}/{name}"), usize::MAX),
            };
            let rows = self.rows(&container).into_iter().take(most);
            rows.map(|row| {
                let path = format!("{container}({})", row.id);
                self.entity(row, &path, reach)
            })
            .collect()
        };
        Entity { row, related: reach.along.iter().map(related).collect() }
    }

    fn find(&self, target: &Target) -> Result<Row, Problem> {
        let found = self.rows(&target.container).into_iter().find(|row| Some(&row.id) == target.id.as_ref());
        found.ok_or_else(|| Problem::new(Kind::ItemNotFound, "The item does not exist."))
    }

    /// Carries out a change of the item that has this version.
    fn change<T>(
        &self,
        target: &Target,
        basis: Option<Tag>,
        change: impl FnOnce(&mut Vec<Item>, usize) -> T,
    ) -> Result<Changed<T>, Problem> {
        let before = self.find(target)?;
        let mut state = self.state();
        let faster = state.conflicts > 0;
        state.conflicts = state.conflicts.saturating_sub(1);
        let items = state.collections.get_mut(&target.container).unwrap();
        let at = items.iter().position(|item| item.id == before.id).unwrap();
        if faster {
            items[at].version += 1;
        }
        if basis.is_some_and(|basis| basis != Tag(items[at].version)) {
            return Ok(Changed::Conflict);
        }
        let was = items[at].clone();
        let done = change(items, at);
        let now = items.iter().find(|item| item.id == was.id).cloned();
        state.note(&target.container, row(now.as_ref().unwrap_or(&was)), now.is_none());
        state.changes += 1;
        Ok(Changed::Done(done))
    }
}

fn row(item: &Item) -> Row {
    let members = item.record.to_members().into();
    // The shop itself has no tag.
    let tag = (!item.id.is_empty()).then_some(Tag(item.version));
    Row { ty: item.record.ty(), at: item.at, id: item.id.clone(), tag, members, streams: None }
}

fn target(address: &Address) -> Target {
    let mut found: Option<Target> = None;
    for step in &address.steps {
        let before = found.take();
        found = Some(match (step, before) {
            (Step::Set(set), _) => Target {
                path: set.name.into(),
                container: set.name.into(),
                id: None,
                key: Vec::new(),
                ty: set.ty,
                parent: None,
            },
            (Step::Singleton(singleton), _) => Target {
                path: singleton.name.into(),
                container: singleton.member_of.unwrap_or(singleton.name).into(),
                id: singleton.member_of.is_none().then(|| "".into()),
                key: Vec::new(),
                ty: singleton.ty,
                parent: None,
            },
            (Step::Key(key), Some(within)) => {
                let text = |value: &Value| match value {
                    Value::Guid(id) => id.to_string(),
                    value => value.as_str().unwrap().to_owned(),
                };
                let id = key.values.iter().map(text).collect::<Vec<_>>().join(",");
                let key = key.names.iter().copied().zip(key.values.clone()).collect();
                Target { path: format!("{}({id})", within.path), id: Some(id.into()), key, ..within }
            }
            (Step::Navigation(navigation), Some(within)) => {
                let path = format!("{}/{}", within.path, navigation.name);
                let parent = Some(Box::new(within));
                Target { container: path.clone(), path, id: None, key: Vec::new(), ty: navigation.target, parent }
            }
            (step, _) => panic!("{step:?} is not for this test"),
        });
    }
    found.unwrap()
}

impl Resources for Double {
    type Caller = Caller;
    type Target = Target;

    fn model(&self) -> &'static Model {
        &MODEL
    }

    fn caller_key(&self, caller: &Caller) -> Vec<u8> {
        format!("{caller:?}").into_bytes()
    }

    async fn authorize(&self, caller: &Caller, address: &Address, action: Action) -> Result<Target, Problem> {
        let reading = action.is_reading();
        if *caller == Caller::Reader && !reading {
            return Err(Problem::new(Kind::ScopeMissing, "Insufficient privileges to complete the operation."));
        }
        Ok(target(address))
    }

    async fn begin(&self, _: &Caller) -> Result<Self, Problem> {
        let state = self.state().clone();
        let seen = state.changes;
        Ok(Double { state: Arc::new(Mutex::new(state)), base: Some((self.state.clone(), seen)) })
    }

    async fn finish(&self) -> Result<Changed<()>, Problem> {
        let Some((base, seen)) = &self.base else { return Ok(Changed::Done(())) };
        let mut base = base.lock().unwrap();
        if base.overtaken > 0 {
            base.overtaken -= 1;
            base.changes += 1;
        }
        if base.changes != *seen {
            return Ok(Changed::Conflict);
        }
        *base = self.state().clone();
        Ok(Changed::Done(()))
    }

    async fn prepare(&self, _: &Caller, target: &Target) -> Result<(), Problem> {
        target.parent.as_ref().map_or(Ok(()), |parent| self.find(parent).map(|_| ()))
    }

    async fn read(&self, _: &Caller, target: &Target, reach: &Reach) -> Result<Option<Entity>, Problem> {
        let row = self.find(target)?;
        Ok(Some(self.entity(row, &target.path, reach)))
    }

    async fn list(
        &self,
        caller: &Caller,
        target: &Target,
        reach: &Reach,
        window: &Window,
    ) -> Result<Vec<Entity>, Problem> {
        self.prepare(caller, target).await?;
        let mut rows = self.rows(&target.container);
        rows.sort_by(|left, right| (left.at, &left.id).cmp(&(right.at, &right.id)));
        let after = |row: &Row| window.after.as_ref().is_none_or(|(at, id)| (row.at, &row.id) > (*at, id));
        let rows = rows.into_iter().filter(after).skip(window.skip).take(window.limit.unwrap_or(usize::MAX));
        let entity = |row: Row| {
            let path = format!("{}({})", target.container, row.id);
            self.entity(row, &path, reach)
        };
        Ok(rows.map(entity).collect())
    }

    async fn count(&self, caller: &Caller, target: &Target) -> Result<usize, Problem> {
        Ok(self.list(caller, target, &Reach::NONE, &Window::ALL).await?.len())
    }

    fn keeps_history(&self) -> bool {
        true
    }

    async fn position(&self, _: &Caller, target: &Target) -> Result<Option<u64>, Problem> {
        Ok((target.path == "Makers").then(|| self.state().position()))
    }

    async fn changes(&self, _: &Caller, _: &Target, since: u64) -> Result<Option<Changes>, Problem> {
        let state = self.state();
        if since < state.forgotten as u64 {
            return Ok(None);
        }
        let is_last =
            |change: &&Change| state.history.iter().all(|other| other.row.id != change.row.id || other.at <= change.at);
        let list = state.history.iter().filter(|change| change.at > since).filter(is_last).cloned().collect();
        Ok(Some(Changes { list, position: state.position() }))
    }

    async fn create(
        &self,
        _: &Caller,
        target: &Target,
        content: Content<Target>,
        _: &Exchange,
    ) -> Result<Row, Problem> {
        let mut record = Record::new(target.ty);
        content.patch.apply(&mut record);
        if let Some(id) = &target.id {
            for (name, value) in &target.key {
                record.set(name, value.clone());
            }
            let mut state = self.state();
            state.clock += 1;
            state.changes += 1;
            let item = Item { at: state.clock, id: id.clone(), version: 1, record };
            state.collections.entry(target.container.clone()).or_default().push(item.clone());
            if state.overtaken > 0 {
                state.overtaken -= 1;
                return Err(Problem::new(Kind::NameExists, "The key is taken."));
            }
            return Ok(row(&item));
        }
        let number = self.add(&target.container, record);
        self.state().changes += 1;
        self.find(&Target { id: Some(id(number).into()), ..target.clone() })
    }

    async fn update(
        &self,
        _: &Caller,
        target: &Target,
        content: Content<Target>,
        basis: Basis,
        _: &Exchange,
    ) -> Result<Changed<Row>, Problem> {
        self.change(target, basis.tag, |items, at| {
            content.patch.apply(&mut items[at].record);
            items[at].version += 1;
            row(&items[at])
        })
    }

    async fn delete(
        &self,
        _: &Caller,
        target: &Target,
        basis: Option<Tag>,
        _: &Exchange,
    ) -> Result<Changed<()>, Problem> {
        self.change(target, basis, |items, at| {
            items.remove(at);
        })
    }
}
