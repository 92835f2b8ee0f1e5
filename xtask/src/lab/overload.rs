//! `lab overload`: more is asked than the server can do, and some mean harm.
//!
//! A closed load tells what the server takes. Then requests come at twice and at five times that rate, whatever is
//! answered ([`arrivals`]); each answer is 2xx, or a refusal that says when to come again, and what was refused was not
//! done. Beside a crowd of slow and hostile clients ([`hostile`]) a well-behaved one is answered as if they were not
//! there.
//!
//! What depends on time (goodput, latencies) is told, and judged in the long form only, which wants a quiet machine:
//! server and load then have a core each.

mod arrivals;
mod caller;
mod hostile;
mod tally;

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use self::arrivals::{Arrivals, SLACK};
use self::caller::{CHANGE, Caller};
use self::tally::Tally;
use crate::bench::pin::Pins;
use crate::bench::{clock, figures};
use crate::failure::{Because, Failure, Outcome};
use crate::lab::Bench;
use crate::lab::client::{Door, Line};
use crate::lab::site::{Running, Site};

/// People who ask.
const CALLERS: u32 = 20;

/// Connections of the closed load.
const CLOSED: usize = 64;

/// The settings as they come, from which the bound of latencies follows.
const WAIT_MS: f64 = 500.0;
const CHANGES: f64 = 256.0;

/// Least goodput at overload, by the server's capacity.
const SHARE: f64 = 0.8;

/// Runs all parts.
pub(super) fn run(bench: &Bench) -> Outcome<String> {
    let pins = Pins::find();
    let rushed = rush(bench, &pins);
    pins.release();
    Ok(format!("{}; {}; {}", rushed?, cramped(bench)?, beside(bench)?))
}

/// How fast requests are accepted.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// In a second.
    rate: f64,
    /// In a second of the server's CPU time, of which nobody else on the machine takes anything.
    by_cpu: f64,
}

/// A server, and those who ask it.
struct Stage {
    server: Running,
    load: Arrivals,
    faults: Vec<String>,
    _site: Site,
}

impl Stage {
    fn set(bench: &Bench, settings: &[(&'static str, &str)]) -> Outcome<Stage> {
        let mut site = Site::new(bench, CALLERS)?;
        site.environment.extend(settings.iter().map(|(name, value)| (*name, (*value).into())));
        let server = site.start()?;
        let doors = doors(bench, &site, &server)?;
        let load = Arrivals {
            address: server.door.address,
            connections: CLOSED,
            rate: None,
            callers: doors.iter().map(Caller::new).collect::<Outcome<Vec<Caller>>>()?.into(),
            next: Arc::default(),
        };
        Ok(Stage { server, load, faults: Vec::new(), _site: site })
    }

    /// Asks as much as is taken, or at a rate.
    fn ask(&mut self, what: &str, connections: usize, rate: Option<f64>, time: Duration) -> Outcome<(Tally, Pace)> {
        let before = self.server.process.cpu()?;
        let tally = Arrivals { connections, rate, ..self.load.clone() }.run(time)?;
        let cpu = self.server.process.cpu()?.saturating_sub(before).as_secs_f64();
        self.faults.extend(judge(what, &tally));
        let pace = Pace { rate: tally.goodput(), by_cpu: tally.accepted.len() as f64 / cpu.max(0.01) };
        Ok((tally, pace))
    }

    /// What it takes on so many connections.
    fn capacity(&mut self, connections: usize, time: Duration) -> Outcome<Pace> {
        Ok(self.ask("closed load", connections, None, time)?.1)
    }

    /// What was acknowledged is there, and nothing that was refused.
    fn end(mut self, figures: String) -> Outcome<String> {
        let mut differing = Vec::new();
        for caller in &*self.load.callers {
            differing.extend(caller.faults()?);
        }
        if let Some(first) = differing.first() {
            self.faults.push(format!("{} items are not as it was answered: {first}", differing.len()));
        }
        self.server.end()?;
        match self.faults.as_slice() {
            [] => Ok(figures),
            faults => Err(Failure::new(format_args!("{figures}\n  {}", faults.join("\n  ")))),
        }
    }
}

/// More than the server can do, with the settings as they come.
fn rush(bench: &Bench, pins: &Pins) -> Outcome<String> {
    let mut stage = Stage::set(bench, &[])?;
    let pinned = bench.long && pins.hold() && pins.hold_server(stage.server.process.id());
    let time = bench.size(Duration::from_secs(1), Duration::from_secs(10));
    stage.capacity(CLOSED, time / 4)?;
    let few = stage.capacity(CLOSED, time)?;
    // More connections fill more of the processor's memory, the system's share above all: the same request costs more,
    // whether or not too much is asked. What is lost for that reason is told, and not judged.
    let many = bench.size(300, 1_000);
    let mut capacity = stage.capacity(many, time)?;
    let pinned = if pinned { ", pinned" } else { "" };
    let mut told = vec![format!(
        "{:.0} requests/s as they are taken on {CLOSED} connections, {:.0} on {many}{pinned}",
        few.rate, capacity.rate
    )];
    for times in [2.0, 5.0] {
        let (open, pace) = stage.ask(&format!("at {times}×"), many, Some(few.rate * times), time)?;
        // The machine may have become another meanwhile: before and after count alike.
        let after = stage.capacity(many, time)?;
        let share = Pace {
            rate: pace.rate / f64::midpoint(capacity.rate, after.rate),
            by_cpu: pace.by_cpu / f64::midpoint(capacity.by_cpu, after.by_cpu),
        };
        told.push(tell(times, share, &open));
        if bench.long {
            stage.faults.extend(judge_times(times, share, &open));
        }
        capacity = after;
    }
    stage.end(told.join("; "))
}

/// Hardly any room, so that most are refused.
fn cramped(bench: &Bench) -> Outcome<String> {
    // Not for waiting, but for want of room.
    let settings =
        [("VITAE_OVERLOAD_WAIT_MS", "60000"), ("VITAE_OVERLOAD_CHANGES", "2"), ("VITAE_OVERLOAD_PER_CALLER", "2")];
    let mut stage = Stage::set(bench, &settings)?;
    let (tally, _) = stage.ask("cramped", 400, None, bench.size(Duration::from_secs(1), Duration::from_secs(10)))?;
    let [own, all] = tally.refused;
    if own + all == 0 {
        stage.faults.push("cramped: nothing was refused".to_owned());
    }
    let accepted = tally.accepted.len();
    stage.end(format!("with little room {accepted} accepted, {all} refused by 503 and {own} by 429"))
}

fn tell(times: f64, share: Pace, tally: &Tally) -> String {
    let [own, all] = tally.refused;
    format!(
        "at {times}×: goodput {:.0} % of capacity, by CPU {:.0} % ({:.0}/s), {all} refused by 503 and {own} by 429; of {} \
         due {} were pushed back, for every connection waited (who asks was busy {:.0} % of the time); accepted p50 \
         {:.0} ms, p99 {:.0} ms (bound {:.0} ms)",
        share.rate * 100.0,
        share.by_cpu * 100.0,
        tally.goodput(),
        tally.due,
        tally.pushed_back,
        tally.busy.as_secs_f64() / tally.time.as_secs_f64() * 100.0,
        tally.latency(50),
        tally.latency(99),
        bound(tally),
    )
}

/// Milliseconds within which nearly all of the accepted are to be answered: a change waits for a thread, then for those
/// before it, of which there are as many as may be under way.
fn bound(tally: &Tally) -> f64 {
    let changes = tally.goodput() / CHANGE as f64;
    SLACK.as_secs_f64() * 1e3 + WAIT_MS + CHANGES / changes.max(1.0) * 1e3
}

/// What must hold on any machine.
fn judge(when: &str, tally: &Tally) -> Vec<String> {
    let mut faults = Vec::new();
    if tally.wrong > 0 {
        let first = tally.first_wrong.as_deref().unwrap_or_default().trim();
        faults.push(format!("{when}: {} answers are neither 2xx nor refusals with Retry-After: {first}", tally.wrong));
    }
    if tally.broken > 0 {
        faults.push(format!("{when}: {} connections broke", tally.broken));
    }
    if tally.changes == 0 {
        faults.push(format!("{when}: no change was accepted"));
    }
    faults
}

/// What must hold in the long form: by CPU, for the machine may not be quiet after all.
fn judge_times(times: f64, share: Pace, tally: &Tally) -> Vec<String> {
    let mut faults = Vec::new();
    if share.by_cpu < SHARE {
        faults.push(format!("at {times}×: goodput is below {:.0} % of capacity", SHARE * 100.0));
    }
    if tally.latency(99) > bound(tally) {
        faults.push(format!("at {times}×: p99 of the accepted is over {:.0} ms", bound(tally)));
    }
    faults
}

/// The door for each of the people.
fn doors(bench: &Bench, site: &Site, server: &Running) -> Outcome<Vec<Door>> {
    let mut line = Line::open(&server.door).or_fail("cannot connect")?;
    let people = line.ask("GET", "/beta/users?$select=userPrincipalName&$top=999", &[], None).or_fail("no people")?;
    let people = people.json();
    let people = people.get("value").and_then(|value| value.as_array()).map(Vec::as_slice).unwrap_or_default();
    let names = people.iter().filter_map(|person| person.get("userPrincipalName")?.as_str());
    names.map(|name| Ok(Door { token: token(bench, site, name)?, ..server.door.clone() })).collect()
}

fn token(bench: &Bench, site: &Site, name: &str) -> Outcome<String> {
    let mut command = Command::new(&bench.server);
    let made = command.args(["token", "--user", name, "--data"]).arg(site.data()).output().or_fail("vitae token")?;
    match made.status.success() {
        true => Ok(String::from_utf8_lossy(&made.stdout).trim().to_owned()),
        false => Err(Failure::new(format_args!("vitae token: {}", String::from_utf8_lossy(&made.stderr)))),
    }
}

/// Beside those who are slow or mean harm.
fn beside(bench: &Bench) -> Outcome<String> {
    let mut site = Site::new(bench, 3)?;
    // Time is not the matter here: the machine may be busy.
    site.environment.push(("VITAE_OVERLOAD_WAIT_MS", "30000".into()));
    let server = site.start()?;
    let doors = doors(bench, &site, &server)?;
    let [good, bad, ..] = doors.as_slice() else { return Err(Failure::new("nobody is there")) };
    let requests = bench.size(150, 2_000);
    let alone = well_behaved(good, requests)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.or_fail("cannot start")?;
    let (crowd, count) = runtime.block_on(async { hostile::crowd(bad, bench.size(1, 5)) });
    let crowded = well_behaved(good, requests);
    drop(crowd);
    runtime.shutdown_background();
    let crowded = crowded?;
    let after = well_behaved(good, requests / 5)?;
    server.end()?;
    Ok(format!(
        "{requests} requests beside {count} slow and hostile clients: all answered, p99 {:.1} ms (alone {:.1}, after {:.1})",
        figures::percentile(&crowded, 99),
        figures::percentile(&alone, 99),
        figures::percentile(&after, 99),
    ))
}

/// Reads and writes one after the other; all of it must be done. Gives the latencies, sorted.
fn well_behaved(door: &Door, requests: usize) -> Outcome<Vec<Duration>> {
    let mut latencies = Vec::with_capacity(requests);
    let body = json!({ "displayName": "Calm" });
    for turn in 0..requests {
        let (method, body, status) = if turn % 5 == 0 { ("POST", Some(&body), 201) } else { ("GET", None, 200) };
        let began = clock::now();
        // A new connection each time, for the door must be open, too.
        let mut line = Line::open(door).or_fail("cannot connect")?;
        let path = if turn % 2 == 0 { "/beta/me/profile/interests" } else { "/beta/me/profile/skills" };
        let reply = line.ask(method, path, &[], body).or_fail("a well-behaved request")?;
        if reply.status != status {
            return Err(Failure::new(format_args!("a well-behaved request was answered {}", reply.told())));
        }
        latencies.push(clock::now().saturating_duration_since(began));
    }
    latencies.sort_unstable();
    Ok(latencies)
}
