//! The shop as the protocol wants it. There are no callers to tell apart: whoever comes may do everything that the
//! model allows.

use std::sync::{Arc, PoisonError, RwLock};

use edm::expr::Reach;
use edm::{EntitySet, Mode, Model, OperationKind, Property, StructType};
use engine::{
    Action, Address, Basis, Call, Change, Changed, Changes, Content, Entity, Exchange, Kind, Media, Outcome, Problem,
    Resources, Row, Step, Tag, Window,
};

use crate::model::SHOP;
use crate::operations::{self, Arguments, Bound, Given};
use crate::seed;
use crate::store::{self, Entry, Item, OWN, State};
use crate::target::{Source, Spot, Target};

/// The shop. Readers share a state; whoever writes works on a copy, one at a time.
#[derive(Debug)]
pub(crate) struct Shop {
    current: Arc<RwLock<Version>>,
    /// A shop that keeps back its changes has a version of its own, and knows which it came from.
    apart: Option<(u64, RwLock<State>)>,
}

/// A state and how many came before it.
#[derive(Debug)]
struct Version {
    state: State,
    number: u64,
}

impl Shop {
    /// The shop in its first state. The error names a row that does not fit the model.
    pub(crate) fn new(now: i64) -> Result<Shop, String> {
        let mut state = State::default();
        seed::fill(&mut state, now)?;
        let current = Arc::new(RwLock::new(Version { state, number: 0 }));
        Ok(Shop { current, apart: None })
    }

    fn see<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        match &self.apart {
            Some((_, state)) => read(&state.read().unwrap_or_else(PoisonError::into_inner)),
            None => read(&self.current.read().unwrap_or_else(PoisonError::into_inner).state),
        }
    }

    /// Carries a change out whole or not at all.
    fn alter<T>(
        &self,
        exchange: &Exchange,
        change: impl FnOnce(&mut store::Change<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let attempt = |state: &mut State| {
            let mut next = state.clone();
            let done = change(&mut store::Change { state: &mut next, now: exchange.now })?;
            *state = next;
            Ok(done)
        };
        match &self.apart {
            Some((_, state)) => attempt(&mut state.write().unwrap_or_else(PoisonError::into_inner)),
            None => {
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                let done = attempt(&mut current.state)?;
                current.number += 1;
                Ok(done)
            }
        }
    }

    /// A shop that sees its own changes and keeps them from others until [`Shop::settle`].
    pub(crate) fn stage(&self) -> Shop {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        let apart = (current.number, RwLock::new(current.state.clone()));
        Shop { current: Arc::clone(&self.current), apart: Some(apart) }
    }

    /// Makes what was kept back known to all, unless others changed something meanwhile.
    pub(crate) fn settle(&self) -> Changed<()> {
        let Some((came_from, state)) = &self.apart else { return Changed::Done(()) };
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.number != *came_from {
            return Changed::Conflict;
        }
        current.state = state.read().unwrap_or_else(PoisonError::into_inner).clone();
        current.number += 1;
        Changed::Done(())
    }
}

impl Resources for Shop {
    type Caller = ();
    type Target = Target;

    fn model(&self) -> &'static Model {
        &SHOP
    }

    fn caller_key(&self, (): &()) -> Vec<u8> {
        Vec::new()
    }

    async fn authorize(&self, (): &(), address: &Address, action: Action) -> Result<Target, Problem> {
        match address.steps.iter().rev().find_map(set) {
            Some(set) if !allows(set, action) => {
                let message = format!("`{}` may only be read", set.name);
                Err(Problem::new(Kind::MethodNotAllowed, message).allowing("GET, HEAD"))
            }
            _ => self.see(|state| Target::find(state, address)),
        }
    }

    async fn prepare(&self, (): &(), target: &Target) -> Result<(), Problem> {
        self.see(|state| target.source.as_ref().map_or(Ok(()), |source| source.item(state).map(drop)))
    }

    async fn read(&self, (): &(), target: &Target, reach: &Reach) -> Result<Option<Entity>, Problem> {
        self.see(|state| Ok(target.row(state)?.map(|item| entity(state, &item, reach))))
    }

    async fn list(&self, (): &(), target: &Target, reach: &Reach, window: &Window) -> Result<Vec<Entity>, Problem> {
        self.see(|state| {
            let after = |item: &Item| window.after.as_ref().is_none_or(|(at, id)| (item.at, &item.id) > (*at, id));
            let items = target.items(state)?.into_iter().filter(|item| after(item)).skip(window.skip);
            Ok(items.take(window.limit.unwrap_or(usize::MAX)).map(|item| entity(state, &item, reach)).collect())
        })
    }

    async fn count(&self, (): &(), target: &Target) -> Result<usize, Problem> {
        self.see(|state| Ok(target.items(state)?.len()))
    }

    fn keeps_history(&self) -> bool {
        true
    }

    async fn position(&self, (): &(), target: &Target) -> Result<Option<u64>, Problem> {
        Ok(is_told(target).then(|| self.see(|state| state.log().position())))
    }

    async fn changes(&self, (): &(), target: &Target, since: u64) -> Result<Option<Changes>, Problem> {
        if !is_told(target) {
            let message = format!("changes of `{}` are not kept", target.table);
            return Err(Problem::new(Kind::NotSupported, message).at("$deltatoken"));
        }
        self.see(|state| {
            let Some(entries) = state.log().since(target.table, since) else { return Ok(None) };
            let change = |entry: &Entry| Change { at: entry.position, row: entry.item.row(), removed: entry.removed };
            Ok(Some(Changes { list: entries.into_iter().map(change).collect(), position: state.log().position() }))
        })
    }

    async fn create(
        &self,
        (): &(),
        target: &Target,
        content: Content<Target>,
        exchange: &Exchange,
    ) -> Result<Row, Problem> {
        self.alter(exchange, |change| {
            let source = target.source.as_ref();
            let item = source.map(|source| source.item(change.state)).transpose()?;
            let from = item.as_deref().zip(source.map(|source| source.navigation));
            let key = match &target.spot {
                // Keys that the shop makes are not for clients to choose.
                Spot::Key(names, _) if names.iter().any(|name| target.ty.is_some_and(|ty| is_made_here(ty, name))) => {
                    return Err(target.missing());
                }
                Spot::Key(names, values) => Some((*names, values.as_slice())),
                _ => None,
            };
            Ok(change.create(target.table, content, from, key)?.row())
        })
    }

    async fn update(
        &self,
        (): &(),
        target: &Target,
        content: Content<Target>,
        basis: Basis,
        exchange: &Exchange,
    ) -> Result<Changed<Row>, Problem> {
        self.alter(exchange, |change| {
            let item = target.item(change.state)?;
            Ok(change.update(target.table, &item, content, basis)?.map(|item| item.row()))
        })
    }

    async fn delete(
        &self,
        (): &(),
        target: &Target,
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> Result<Changed<()>, Problem> {
        self.alter(exchange, |change| {
            let item = target.item(change.state)?;
            change.delete(target.table, &item, basis)
        })
    }

    async fn link(&self, (): &(), target: &Target, other: &Target, exchange: &Exchange) -> Result<(), Problem> {
        self.alter(exchange, |change| {
            let (item, source) = end(change.state, target)?;
            let other = other.item(change.state)?;
            change.link(source.table, &item, source.navigation, &other)
        })
    }

    async fn unlink(
        &self,
        (): &(),
        target: &Target,
        other: Option<&Target>,
        exchange: &Exchange,
    ) -> Result<(), Problem> {
        self.alter(exchange, |change| {
            let (item, source) = end(change.state, target)?;
            let other = match (&target.spot, other) {
                (_, Some(other)) => Some(other.item(change.state)?),
                // The address itself names which: `Products(…)/RelatedProducts(…)/$ref`.
                (Spot::Key(..), None) => Some(target.item(change.state)?),
                (_, None) => None,
            };
            change.unlink(source.table, &item, source.navigation, other.as_ref())
        })
    }

    async fn media(
        &self,
        (): &(),
        target: &Target,
        property: Option<&'static Property>,
    ) -> Result<Option<Media>, Problem> {
        self.see(|state| Ok(target.item(state)?.streams.get(stream(property)).cloned()))
    }

    async fn set_media(
        &self,
        (): &(),
        target: &Target,
        property: Option<&'static Property>,
        media: Option<Media>,
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> Result<Changed<Row>, Problem> {
        self.alter(exchange, |change| {
            let item = target.item(change.state)?;
            Ok(change.set_media(target.table, &item, stream(property), media, basis).map(|item| item.row()))
        })
    }

    async fn create_media(&self, (): &(), target: &Target, media: Media, exchange: &Exchange) -> Result<Row, Problem> {
        let ty = target.ty.ok_or_else(|| target.missing())?;
        self.alter(exchange, |change| Ok(change.create_media(target.table, ty, media)?.row()))
    }

    async fn begin(&self, (): &()) -> Result<Shop, Problem> {
        Ok(self.stage())
    }

    async fn finish(&self) -> Result<Changed<()>, Problem> {
        Ok(self.settle())
    }

    async fn call(
        &self,
        (): &(),
        target: Option<&Target>,
        call: &Call<'_>,
        reach: &Reach,
        exchange: &Exchange,
    ) -> Result<Outcome, Problem> {
        let arguments = call.arguments.iter().map(|(parameter, value)| (parameter.name, value)).collect();
        self.alter(exchange, |change| {
            let bound = match target {
                None => Bound::Nothing,
                Some(target) if matches!(target.spot, Spot::Root) => Bound::Nothing,
                Some(target) if matches!(target.spot, Spot::All) => Bound::Many(target.items(change.state)?),
                Some(target) => Bound::One(target.item(change.state)?),
            };
            let given = operations::call(change, call.operation, bound, &Arguments(arguments))?;
            Ok(match given {
                Given::Nothing => Outcome::Nothing,
                Given::Value(value) => Outcome::Value(value),
                Given::Row(item) => Outcome::Entity(Box::new(entity(change.state, &item, reach))),
                Given::Rows(items) => {
                    Outcome::Entities(items.iter().map(|item| entity(change.state, item, reach)).collect())
                }
            })
        })
    }
}

/// A row with what the reach asks for along with it.
fn entity(state: &State, item: &Item, reach: &Reach) -> Entity {
    let related = reach.along.iter().map(|(navigation, further)| {
        let ends = state.follow(item, navigation);
        ends.iter().map(|end| entity(state, end, further)).collect()
    });
    Entity { row: item.row(), related: related.collect() }
}

/// The relationship that a target is the end of, and the row whose it is.
fn end<'a>(state: &State, target: &'a Target) -> Result<(Arc<Item>, &'a Source), Problem> {
    let source = target.source.as_ref();
    let source = source.ok_or_else(|| Problem::new(Kind::UnknownSegment, "the address names no relationship"))?;
    Ok((source.item(state)?, source))
}

fn is_made_here(ty: &'static StructType, name: &str) -> bool {
    ty.find(name).is_some_and(|(_, property)| property.mode == Mode::Computed)
}

fn stream(property: Option<&'static Property>) -> &'static str {
    property.map_or(OWN, |property| property.name)
}

/// Is it a whole set whose changes are kept?
fn is_told(target: &Target) -> bool {
    let tracked = SHOP.set(target.table).is_some_and(|set| set.capabilities.change_tracked);
    tracked && matches!(target.spot, Spot::All) && target.source.is_none()
}

fn set(step: &Step) -> Option<&'static EntitySet> {
    match step {
        Step::Set(set) => Some(set),
        _ => None,
    }
}

fn allows(set: &EntitySet, action: Action) -> bool {
    match action {
        Action::Create => set.capabilities.insertable,
        Action::Update => set.capabilities.updatable,
        Action::Delete => set.capabilities.deletable,
        Action::Read | Action::List | Action::Count | Action::Call(OperationKind::Function | OperationKind::Action) => {
            true
        }
    }
}

#[cfg(test)]
mod tests;
