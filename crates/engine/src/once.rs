//! POSTs that are done once, however often they are sent: by what a service knows one that it has carried out before.
//!
//! What it remembers of them, for how long, and what it answers then is the service's (`Resources::create_once`).

use odata::headers::Repeat;
use sha2::{Digest, Sha256};

use edm::Record;

use crate::resources::{Content, Linked, Resources, Target};
use crate::service::{Service, Understood};

/// A request that may have been sent before, by digests that tell nothing of what it says.
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
        let mut text = Text::default();
        text.add(self.name.as_bytes());
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
        content: &Content<R::Target>,
    ) -> Option<Once> {
        let (claim, kind, key) = match understood.repeat? {
            Repeat::Key(key) => (Claim::Key, "key", key),
            Repeat::Attempt { id, again: false } => (Claim::First, "attempt", id),
            Repeat::Attempt { id, again: true } => (Claim::Again, "attempt", id),
        };
        let mut name = Text::default();
        name.add(&self.resources.caller_key(understood.caller));
        [target.path().as_str(), kind, key].iter().for_each(|part| name.add(part.as_bytes()));
        let mut said = name.clone();
        said.content(content);
        Some(Once { name: name.digest(), said: said.digest(), claim })
    }
}

/// What is digested: parts that do not run into each other.
#[derive(Clone, Default)]
struct Text(Sha256);

impl Text {
    fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
    }

    /// What a body means: absent members are not null ones, and their order does not matter. Bodies nest no deeper
    /// than they are read.
    fn content<T: Target>(&mut self, content: &Content<T>) {
        self.add(content.ty.name.as_bytes());
        let mut named: Vec<usize> = content.patch.changes.iter().map(|(ordinal, _)| *ordinal).collect();
        named.sort_unstable();
        named.iter().for_each(|ordinal| self.add(&ordinal.to_be_bytes()));
        let mut record = Record::new(content.ty);
        content.patch.clone().apply(&mut record);
        self.add(&record.to_members());
        for links in &content.links {
            self.add(links.navigation.name.as_bytes());
            for end in &links.ends {
                match end {
                    Linked::Known(target) => self.add(target.path().as_bytes()),
                    Linked::New(content) => self.content(content),
                }
            }
        }
    }

    /// Half of the digest: 128 bits are more than chance can meet.
    fn half(self) -> [u8; 16] {
        self.0.finalize().first_chunk().copied().unwrap_or_default()
    }

    fn digest(self) -> Box<str> {
        format!("{:032x}", u128::from_be_bytes(self.half())).into()
    }
}
