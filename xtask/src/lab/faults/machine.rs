//! Too few file descriptors, little memory, a clock that jumps; the clock is that of a development server.

use std::sync::mpsc::Receiver;

use fuzz::Dice;
use serde_json::{Value, json};

use crate::failure::{Because, Failure, Outcome};
use crate::lab::client::{Door, Line};
use crate::lab::ledger::{Before, End, Said, Verdict, Writer, write_together};
use crate::lab::site::{Running, Site};
use crate::lab::{Below, Bench};

/// Writes in each phase.
const WRITES: usize = 30;

/// Each by itself.
pub(super) fn run(bench: &Bench) -> Outcome<String> {
    let mut told = vec![descriptors(bench)?, memory(bench)?];
    if bench.below == Below::Sqlite {
        told.push(clock(bench)?);
    }
    Ok(told.join("; "))
}

/// A server, and those who write to it.
struct Stage {
    site: Site,
    server: Running,
    before: Before,
    writers: Vec<Writer>,
}

impl Stage {
    fn set(bench: &Bench, limit: &str) -> Outcome<Stage> {
        let mut site = Site::new(bench, 3)?;
        // The people are made without the limit.
        site.start()?.end()?;
        site.limits.extend((!limit.is_empty()).then(|| limit.to_owned()));
        let server = site.start()?;
        let before = Before::look(&server.door, &server.people()?)?;
        let mut dice = Dice::new(bench.seed);
        Ok(Stage { writers: Writer::several(3, &mut dice, 9_000), site, server, before })
    }

    /// Writes on new connections; all of it must be done.
    fn write(&mut self) -> Outcome {
        let mut refused = None;
        let watch = |said: &Receiver<Said>| {
            refused = said.iter().take(WRITES).find(|said| !said.is_yes());
        };
        let (door, places) = (&self.server.door, &self.before.places);
        let ((), acknowledged) = write_together(&|_| Line::open(door), &mut self.writers, places, &|| 1, watch);
        match refused {
            None if acknowledged >= WRITES => Ok(()),
            None => Err(Failure::new(format_args!("only {acknowledged} writes were answered"))),
            Some(said) => Err(Failure::new(format_args!("a write was answered {}", said.status))),
        }
    }

    /// Kills the server; all that was promised must be there.
    fn end(mut self) -> Outcome {
        let mut verdict = self.before.judge(&self.server.door, &self.writers, End::None)?;
        self.server.kill();
        let mut findings = self.site.check()?;
        self.site.limits.clear();
        self.server = self.site.start()?;
        verdict.add(self.before.judge(&self.server.door, &self.writers, End::LAST)?);
        findings.extend(self.site.check()?);
        sound(&verdict, &findings)
    }
}

fn sound(verdict: &Verdict, findings: &[String]) -> Outcome {
    match findings.first() {
        None if verdict.is_good() => Ok(()),
        None => Err(Failure::new(verdict)),
        Some(finding) => Err(Failure::new(format_args!("{verdict}; unsound: {finding}"))),
    }
}

/// More clients than file descriptors: who is connected is served, and so is who comes when others have gone.
fn descriptors(bench: &Bench) -> Outcome<String> {
    let mut stage = Stage::set(bench, "--nofile=64:64")?;
    stage.write()?;
    let mut known = Line::open(&stage.server.door).or_fail("cannot connect")?;
    served(&mut known)?;
    // The system takes connections for the server that it cannot accept.
    let crowd: Vec<Line> = (0..100).filter_map(|_| Line::open(&stage.server.door).ok()).collect();
    for _ in 0..20 {
        served(&mut known)?;
    }
    let count = crowd.len();
    drop(crowd);
    stage.write()?;
    stage.end()?;
    Ok(format!("{count} connections where 64 descriptors are: who is connected is served, later all are"))
}

/// Within a bound of memory that an ordinary load does not reach, large requests neither end the server nor lose
/// anything.
fn memory(bench: &Bench) -> Outcome<String> {
    let limit = 1_500_u64 << 20;
    let mut stage = Stage::set(bench, &format!("--as={limit}"))?;
    stage.write()?;
    let mut refused = 0;
    for _ in 0..bench.size(20, 200) {
        let mut line = Line::open(&stage.server.door).or_fail("cannot connect")?;
        let large = json!({ "displayName": "x".repeat(8 << 20) });
        match line.ask("POST", "/beta/me/profile/interests", &[], Some(&large)) {
            Ok(reply) if (400..500).contains(&reply.status) => refused += 1,
            Ok(reply) => return Err(Failure::new(format_args!("8 MB were answered {}", reply.told()))),
            // The server may close a connection on which there is more than it takes.
            Err(_) => refused += 1,
        }
    }
    stage.write()?;
    stage.end()?;
    Ok(format!("within {} MiB of address space {refused} bodies of 8 MB refused", limit >> 20))
}

/// The clock goes an hour ahead and back again.
fn clock(bench: &Bench) -> Outcome<String> {
    let mut stage = Stage::set(bench, "")?;
    stage.write()?;
    let now = ask_clock(&stage.server.door, None)?;
    for wish in [json!({ "advance": "1h" }), json!({ "set": now })] {
        ask_clock(&stage.server.door, Some(&wish))?;
        stage.write()?;
    }
    stage.end()?;
    Ok("the clock an hour ahead and back: all written".to_owned())
}

fn ask_clock(door: &Door, wish: Option<&Value>) -> Outcome<String> {
    let mut line = Line::open(door).or_fail("cannot connect")?;
    let reply = line.ask(if wish.is_some() { "POST" } else { "GET" }, "/dev/clock", &[], wish).or_fail("the clock")?;
    let now = reply.json().get("now").and_then(Value::as_str).map(str::to_owned);
    now.ok_or_else(|| Failure::new(format_args!("the clock: {}", reply.told())))
}

fn served(line: &mut Line) -> Outcome {
    let reply = line.ask("GET", "/beta/me/profile", &[], None).or_fail("an open connection")?;
    match reply.status {
        200 => Ok(()),
        _ => Err(Failure::new(reply.told())),
    }
}
