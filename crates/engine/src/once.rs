//! POSTs that are done once, however often they are sent: by what a service knows one that it has carried out before.
//!
//! What it remembers of them, for how long, and what it answers then is the service's (`Resources::create_once`).

use edm::json::{self, Kind, Node};
use hmac::{Hmac, KeyInit, Mac};
use odata::headers::Repeat;
use sha2::Sha256;

use crate::resources::{Resources, Target};
use crate::service::{Service, Understood};

/// A request that may have been sent before, by digests with a key of the service's: who does not know that learns
/// nothing of what it says, even by guessing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// The same for all requests of one caller to one collection that are known by the same.
    pub name: Box<str>,
    /// The same, besides, only for those that say the same, in whichever order and with whatever space between.
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
    /// 128 bits from which to make an id for what the request makes, by which it is found again; another for each
    /// number. No other request comes to the same, but one with the same key.
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
    /// By what the request is known when it comes again, if that is to be. Nothing of it follows from the model beyond
    /// names: a request that comes again after an upgrade is the same.
    pub(crate) fn once(&self, understood: &Understood<'_, R>, target: &R::Target) -> Option<Once> {
        let (claim, kind, key) = match understood.repeat? {
            Repeat::Key(key) => (Claim::Key, "key", key),
            Repeat::Attempt { id, again: false } => (Claim::First, "attempt", id),
            Repeat::Attempt { id, again: true } => (Claim::Again, "attempt", id),
        };
        let mut name = Text::keyed(&self.paging_key);
        name.add(b"once");
        name.add(&self.resources.caller_key(understood.caller));
        [target.path().as_str(), kind, key].iter().for_each(|part| name.add(part.as_bytes()));
        let mut said = name.clone();
        // A cast in the address says what is made, too.
        said.add(understood.route.entity_type().name.as_bytes());
        said.body(&understood.request.body);
        Some(Once { name: name.digest(), said: said.digest(), claim })
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

    /// A body, which was read before. As it is written, but for what JSON gives no meaning: what else comes to the
    /// same, only a model can tell, and the next release has another one.
    fn body(&mut self, body: &[u8]) {
        match json::parse(body) {
            Ok(node) => self.node(&node),
            Err(_) => self.add(body),
        }
    }

    /// A JSON value; these nest no deeper than they are read.
    fn node(&mut self, node: &Node<'_>) {
        match &node.kind {
            Kind::Null => self.add(b"null"),
            Kind::Bool(value) => self.add(if *value { b"true" } else { b"false" }),
            Kind::Number(text) => [b"number", text.as_bytes()].iter().for_each(|part| self.add(part)),
            Kind::String(text) => [b"string", text.as_bytes()].iter().for_each(|part| self.add(part)),
            Kind::Array(items) => {
                [&b"array"[..], &items.len().to_be_bytes()].iter().for_each(|part| self.add(part));
                items.iter().for_each(|item| self.node(item));
            }
            Kind::Object(members) => {
                [&b"object"[..], &members.len().to_be_bytes()].iter().for_each(|part| self.add(part));
                let mut members: Vec<_> = members.iter().collect();
                members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
                for (name, value) in members {
                    self.add(name.as_bytes());
                    self.node(value);
                }
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(one: &str, other: &str, same: bool) {
        let digest = |body: &str| {
            let mut text = Text::keyed(b"k");
            text.body(body.as_bytes());
            text.digest()
        };
        assert_eq!(digest(one) == digest(other), same, "{one} {other}");
    }

    #[test]
    fn which_bodies_say_the_same() {
        check(r#"{"a":1,"b":{"c":null,"d":[true,"x"]}}"#, r#" { "b" : {"d":[true, "\u0078"], "c":null},"a":1 }"#, true);
        check(r#"{"a":null}"#, "{}", false);
        check(r#"{"a":"1"}"#, r#"{"a":1}"#, false);
        check(r#"{"a":1.0}"#, r#"{"a":1}"#, false);
        check(r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#, false);
        check(r#"{"a":[[1],2]}"#, r#"{"a":[[1,2]]}"#, false);
        check(r#"{"a":{"b":1},"c":2}"#, r#"{"a":{"b":1,"c":2}}"#, false);
        check(r#"{"a":{},"b":"string"}"#, r#"{"a":{"b":"string"}}"#, false);
        check("", "{}", false);
    }

    /// What is kept by one release is looked for by the next: a digest that changes makes another request of one that
    /// comes again.
    #[test]
    fn digests_stay() {
        let mut text = Text::keyed(b"k");
        text.body(br#"{"a":[1,"x",true,null],"b":{}}"#);
        assert_eq!(&*text.digest(), "be58b6001dee32f46b92748582f8aef4");
    }
}
