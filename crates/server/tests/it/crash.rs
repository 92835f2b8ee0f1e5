//! The real server, killed in the midst of writes, again and again on one data directory.
//!
//! The moment follows from a seed and is told in acknowledged writes. After each kill everything is read back: what was
//! acknowledged is there, what was under way is there wholly or not at all, and there is nothing else.
//!
//! `VITAE_CRASH_ROUNDS` asks for more rounds than usual, `VITAE_CRASH_SEED` for other moments.

mod ledger;
mod names;
mod writer;

use std::path::Path;
use std::sync::mpsc;
use std::thread;

use serde_json::json;

use self::ledger::{Ledger, Place, Verdict};
use self::names::Names;
use self::writer::Writer;
use crate::harness::{Dice, Request, Server, run, vitae};

const ROUNDS: u64 = 5;
const WRITERS: u64 = 8;
const COLLECTIONS: [&str; 4] = ["awards", "interests", "patents", "publications"];

fn asked(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let place = tempfile::tempdir().unwrap();
    let mut dice = Dice::new(asked("VITAE_CRASH_SEED", 1));
    let mut server = start(place.path());
    let token = server.ready("VITAE_TOKEN").to_owned();
    let ledger = Ledger::new(&places(&server), &Keeper { server: &server, token: &token });
    let mut writers: Vec<Writer> = (0..WRITERS).map(|number| Writer::new(number, dice.next())).collect();
    let (rounds, mut total) = (asked("VITAE_CRASH_ROUNDS", ROUNDS), Verdict::default());
    for round in 1..=rounds {
        // Mostly in full swing, sometimes among the very first writes.
        let limit = if dice.below(4) == 0 { 1 + dice.below(10) } else { 20 + dice.below(400) };
        let acknowledged = write_and_kill(server, &token, &ledger, &mut writers, limit);
        // Beside the server that comes next, or over what the kill left.
        let early = dice.below(2) == 0;
        if early {
            sound(place.path());
        }
        server = start(place.path());
        refused(place.path(), &server);
        let verdict = ledger.judge(&mut writers, &Keeper { server: &server, token: &token });
        if !early {
            sound(place.path());
        }
        println!("round {round}: killed after {limit}, {acknowledged} acknowledged; {verdict}");
        total.add(verdict, acknowledged);
        assert_eq!(total.wrong, Vec::<String>::new(), "round {round}");
    }
    println!("{rounds} rounds, {} writes acknowledged; {total}", total.acknowledged);
}

/// Reads as the administrator, with the token of the first start.
pub(crate) struct Keeper<'a> {
    server: &'a Server,
    token: &'a str,
}

impl Keeper<'_> {
    fn get(&self, target: &str) -> serde_json::Value {
        let request = self.server.anyone("GET", target).token(self.token).host(Some("localhost"));
        request.send().expect(200).json()
    }

    /// A list to its end, over all pages.
    fn list(&self, target: &str) -> Vec<serde_json::Value> {
        let (mut items, mut next) = (Vec::new(), Some(target.to_owned()));
        while let Some(target) = next {
            let page = self.get(&target);
            items.extend(page["value"].as_array().unwrap().iter().cloned());
            next = page["@odata.nextLink"].as_str().map(|link| link.replacen("http://localhost", "", 1));
        }
        items
    }
}

fn start(place: &Path) -> Server {
    Server::in_place(place, &["--people", "5"])
}

fn places(server: &Server) -> Vec<Place> {
    let people = server.get("/beta/users?$select=id").expect(200).json();
    let ids = people["value"].as_array().unwrap().iter().map(|person| person["id"].as_str().unwrap().to_owned());
    ids.flat_map(|id| COLLECTIONS.map(|name| format!("/beta/users/{id}/profile/{name}"))).collect()
}

/// Lets all write at once until so many writes are acknowledged, and kills. Returns how many were in the end.
fn write_and_kill(server: Server, token: &str, ledger: &Ledger, writers: &mut [Writer], limit: usize) -> usize {
    let address = server.address().to_owned();
    let (acknowledge, acknowledged) = mpsc::channel();
    thread::scope(|scope| {
        for writer in writers {
            let (acknowledge, address) = (acknowledge.clone(), &address);
            scope.spawn(move || {
                let request = |method: &str, target: &str| Request::new(address, method, target).token(token);
                writer.write(address, ledger.places(), &request, &mut || acknowledge.send(()).unwrap());
            });
        }
        drop(acknowledge);
        for _ in 0..limit {
            acknowledged.recv().expect("the writers go on until the server is gone");
        }
        server.kill();
        limit + acknowledged.iter().count()
    })
}

/// `vitae check` has nothing to say.
fn sound(place: &Path) {
    let checked = run(vitae().args(["check", "--json", "--data"]).arg(Server::data(place)));
    assert_eq!((checked.code, checked.stdout.trim()), (0, r#"{"findings":[],"sound":true}"#), "{}", checked.stderr);
}

/// The killed one left no lock; the running one has it.
fn refused(place: &Path, server: &Server) {
    let second = run(vitae().args(["dev", "--port", "0", "--data"]).arg(Server::data(place)));
    assert_eq!(second.code, 1);
    assert!(second.stderr.contains(&format!("is in use by process {}", server.pid())), "{}", second.stderr);
}

#[test]
fn people_being_made_and_renamed_survive_a_kill() {
    let place = tempfile::tempdir().unwrap();
    let mut dice = Dice::new(asked("VITAE_CRASH_SEED", 1) ^ 0xA5);
    let mut server = start(place.path());
    let token = server.ready("VITAE_TOKEN").to_owned();
    for round in 1..=asked("VITAE_CRASH_ROUNDS", ROUNDS) {
        let limit = 1 + dice.below(60);
        let address = server.address().to_owned();
        let (acknowledge, acknowledged) = mpsc::channel();
        let (address, token) = (&address, &token);
        let stories: Vec<Names> = thread::scope(|scope| {
            let stories = (0..4).map(|number| {
                let acknowledge = acknowledge.clone();
                let request = move |method: &str, target: &str| Request::new(address, method, target).token(token);
                scope.spawn(move || {
                    Names::write(address, &format!("r{round}w{number}"), &request, &mut || {
                        let _ = acknowledge.send(());
                    })
                })
            });
            let stories: Vec<_> = stories.collect();
            acknowledged.iter().take(limit).for_each(drop);
            server.kill();
            stories.into_iter().map(|story| story.join().unwrap()).collect()
        });
        server = start(place.path());
        let keeper = Keeper { server: &server, token };
        let people = keeper.list("/beta/users?$top=999&$select=id,userPrincipalName");
        for names in &stories {
            names.judge(&people, &|target| {
                let request = server.anyone("GET", target).token(token).host(Some("localhost"));
                request.send()
            });
        }
        // A name that was only being taken is free again once its taker cannot come back. A start sets the clock right,
        // and the writes of the round before were made ahead of it.
        server.anyone("POST", "/dev/clock").json(&json!({ "advance": 100 * round })).send().expect(200);
        let held = |name: &str| people.iter().any(|person| person["userPrincipalName"] == name);
        for name in stories.iter().flat_map(Names::free).filter(|name| !held(name)) {
            let body = json!({ "displayName": "Again", "userPrincipalName": name });
            let made = server.anyone("POST", "/beta/users").token(token).json(&body).send().expect(201).json();
            let target = format!("/beta/users/{}", made["id"].as_str().unwrap());
            server.anyone("DELETE", &target).token(token).send().expect(204);
        }
        sound(place.path());
        println!("round {round}: killed after {limit} writes, {} people", people.len());
    }
}
