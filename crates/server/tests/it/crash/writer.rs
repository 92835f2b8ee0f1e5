//! Those who write until the line breaks, and remember what they were promised.

use serde_json::{Value, json};

use super::ledger::{Place, checksum};
use crate::harness::{Dice, Line, Request};

/// With more items than this a writer rather deletes.
const ENOUGH: usize = 40;

/// One who writes items of its own among those of others.
#[derive(Debug)]
pub(crate) struct Writer {
    number: u64,
    dice: Dice,
    sequence: u64,
    /// What was acknowledged, as it was answered.
    pub(crate) items: Vec<Owned>,
    /// What was under way when the line broke.
    pub(crate) doubt: Option<Doubt>,
}

/// An item in its last acknowledged state.
#[derive(Debug, Clone)]
pub(crate) struct Owned {
    pub(crate) place: Place,
    pub(crate) id: String,
    pub(crate) state: Value,
}

/// A write that may have happened.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Doubt {
    Create { place: Place, title: String },
    Change { id: String, title: String },
    Delete { id: String },
}

impl Writer {
    pub(crate) fn new(number: u64, seed: u64) -> Writer {
        Writer { number, dice: Dice::new(seed), sequence: 0, items: Vec::new(), doubt: None }
    }

    /// Writes until the server is gone.
    pub(crate) fn write(
        &mut self,
        address: &str,
        places: &[Place],
        request: &dyn Fn(&str, &str) -> Request,
        acknowledge: &mut dyn FnMut(),
    ) {
        // The server may be gone before all are connected.
        let Ok(mut line) = Line::open(address) else { return };
        while self.step(&mut line, places, request).is_ok() {
            self.doubt = None;
            acknowledge();
        }
    }

    fn step(
        &mut self,
        line: &mut Line,
        places: &[Place],
        request: &dyn Fn(&str, &str) -> Request,
    ) -> std::io::Result<()> {
        let choice = self.dice.below(10);
        if self.items.is_empty() || (choice < 4 && self.items.len() < ENOUGH) {
            let place = self.dice.pick(places).clone();
            let (title, body) = self.body();
            self.doubt = Some(Doubt::Create { place: place.clone(), title });
            let state = answer(line, &request("POST", &place).json(&body), 201)?;
            let id = state["id"].as_str().unwrap().to_owned();
            self.items.push(Owned { place, id, state });
            return Ok(());
        }
        let at = self.dice.below(self.items.len());
        let Owned { place, id, state } = self.items[at].clone();
        let target = format!("{place}/{id}");
        let conditional = |request: Request, wanted: bool| match wanted {
            true => request.header("if-match", state["@odata.etag"].as_str().unwrap()),
            false => request,
        };
        let wanted = self.dice.below(2) == 0;
        if choice < 8 {
            let (title, body) = self.body();
            self.doubt = Some(Doubt::Change { id, title });
            let state = answer(line, &conditional(request("PATCH", &target), wanted).json(&body), 200)?;
            self.items[at].state = state;
        } else {
            self.doubt = Some(Doubt::Delete { id });
            answer(line, &conditional(request("DELETE", &target), wanted), 204)?;
            self.items.swap_remove(at);
        }
        Ok(())
    }

    /// A body whose parts tell of each other, mostly short, sometimes of many pages of the store.
    fn body(&mut self) -> (String, Value) {
        self.sequence += 1;
        let length = if self.dice.below(20) == 0 { 40_000 } else { self.dice.below(600) };
        let letters: String = (0..length).map(|_| char::from(b'a' + self.dice.byte() % 26)).collect();
        let title = format!("crash w{} s{} {:016x}", self.number, self.sequence, checksum(&letters));
        let body = json!({ "displayName": title, "description": letters });
        (title, body)
    }
}

/// The answer without what only single items carry.
pub(super) fn answer(line: &mut Line, request: &Request, status: u16) -> std::io::Result<Value> {
    let reply = line.ask(request)?.expect(status);
    if reply.body.is_empty() {
        return Ok(Value::Null);
    }
    let mut state = reply.json();
    state.as_object_mut().unwrap().remove("@odata.context");
    Ok(state)
}
