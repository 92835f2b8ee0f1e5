//! POSTs that are done once, however often they are sent: by what a service knows one that it has carried out before.
//!
//! What it remembers of them, for how long, and what it answers then is the service's (`Resources::create_once`).

use edm::Record;
use hmac::{Hmac, KeyInit, Mac};
use odata::headers::Repeat;
use odata::payload::{Body, Entity, Linked};
use odata::{Address, Problem, Step};
use sha2::Sha256;

use crate::resources::{Resources, Target};
use crate::service::{Service, Understood};

/// A request that may have been sent before, by digests with a key of the service's: who does not know that learns nothing
/// of what it says, even by guessing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// The same for all requests of one caller to one collection that are known by the same.
    pub name: Box<str>,
    /// The same, besides, only for those that say the same, however it is spelt.
    pub said: Box<str>,
    /// By what it is known, and what it says of itself.
    pub claim: Claim,
}

/// By what a request is known when it comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// A key of the client's (`Idempotency-Key`): whatever has it is the same request.
    Key,
    /// The id that an SDK gave it (`client-request-id`), in the first try.
    First,
    /// The same in a further try (`Retry-Attempt`).
    Again,
}

impl Once {
    /// 128 bits from which to make an id for what the request makes, by which it is found again; another for each number.
    /// No other request comes to the same, but one with the same key.
    pub fn id(&self, number: u8) -> [u8; 16] {
        let mut text = Text::keyed(self.name.as_bytes());
        // An SDK's id may be that of many requests: those that say something else go elsewhere.
        if self.claim != Claim::Key {
            text.add(self.said.as_bytes());
        }
        text.add(&[number]);
        text.half()
    }
}

impl<R: Resources> Service<R> {
    /// By what the request is known when it comes again, if that is to be.
    pub(crate) fn once(
        &self,
        understood: &Understood<'_, R>,
        target: &R::Target,
        entity: &Entity,
    ) -> Result<Option<Once>, Problem> {
        let Some(repeat) = understood.repeat else { return Ok(None) };
        let (claim, kind, key) = match repeat {
            Repeat::Key(key) => (Claim::Key, "key", key),
            Repeat::Attempt { id, again: false } => (Claim::First, "attempt", id),
            Repeat::Attempt { id, again: true } => (Claim::Again, "attempt", id),
        };
        let mut name = Text::keyed(&self.paging_key);
        name.add(b"once");
        name.add(&self.resources.caller_key(understood.caller));
        [target.path().as_str(), kind, key].iter().for_each(|part| name.add(part.as_bytes()));
        let mut said = name.clone();
        said.entity(entity, &|id| self.reference(understood, id))?;
        Ok(Some(Once { name: name.digest(), said: said.digest(), claim }))
    }
}

/// What is digested: parts that do not run into each other.
#[derive(Clone)]
struct Text(Hmac<Sha256>);

impl Text {
    fn keyed(key: &[u8]) -> Self {
        // No key is refused, be it long or short.
        Self(Hmac::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default())))
    }

    fn add(&mut self, part: &[u8]) {
        self.0.update(&(part.len() as u64).to_be_bytes());
        self.0.update(part);
    }

    /// What a body means: absent members are not null ones, and their order does not matter. Whom it refers to is told by
    /// the address, whoever that leads to by now. Bodies nest no deeper than they are read.
    fn entity(&mut self, entity: &Entity, bound: &impl Fn(&str) -> Result<Address, Problem>) -> Result<(), Problem> {
        self.add(entity.ty.name.as_bytes());
        let mut named: Vec<usize> = entity.patch.changes.iter().map(|(ordinal, _)| *ordinal).collect();
        named.sort_unstable();
        named.iter().for_each(|ordinal| self.add(&ordinal.to_be_bytes()));
        let mut record = Record::new(entity.ty);
        entity.patch.clone().apply(&mut record);
        self.add(&record.to_members());
        for (navigation, linked) in &entity.links {
            self.add(navigation.name.as_bytes());
            match linked {
                Linked::References(ids) => ids.iter().try_for_each(|id| bound(id).map(|at| self.address(&at)))?,
                Linked::New(ends) => {
                    for end in ends {
                        match end {
                            Body::Reference(id) => self.address(&bound(id)?),
                            Body::Entity(entity) => self.entity(entity, bound)?,
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// An address, however it is spelt.
    fn address(&mut self, address: &Address) {
        for step in &address.steps {
            let name = match step {
                Step::Set(set) => set.name,
                Step::Singleton(singleton) => singleton.name,
                Step::Navigation(navigation) => navigation.name,
                Step::Property(property) => property.name,
                Step::Cast(ty) => ty.name,
                Step::Key(key) => {
                    key.names.iter().for_each(|name| self.add(name.as_bytes()));
                    self.add(format!("{:?}", key.values).as_bytes());
                    continue;
                }
                Step::Filter(text) => text,
                Step::Call(call) => {
                    call.candidates.iter().for_each(|operation| self.add(operation.name.as_bytes()));
                    call.arguments.iter().for_each(|(_, value)| self.add(format!("{value:?}").as_bytes()));
                    continue;
                }
            };
            self.add(name.as_bytes());
        }
    }

    /// Half of the digest: 128 bits are more than chance can meet.
    fn half(self) -> [u8; 16] {
        self.0.finalize().into_bytes().first_chunk().copied().unwrap_or_default()
    }

    fn digest(self) -> Box<str> {
        format!("{:032x}", u128::from_be_bytes(self.half())).into()
    }
}
