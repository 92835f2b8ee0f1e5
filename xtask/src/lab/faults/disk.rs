//! A disk that is full, fails, or cannot be written, while many write: by `xtask/lab/disk.c`.

use std::sync::mpsc::Receiver;

use fuzz::Dice;

use crate::failure::{Because, Failure, Outcome};
use crate::lab::Bench;
use crate::lab::client::{Door, Line};
use crate::lab::ledger::{Before, End, Said, Verdict, Writer, write_together};
use crate::lab::preload::{Switch, WELL};
use crate::lab::site::Site;

/// A fault by the letter that `disk.c` knows it by.
const FAULTS: [(char, &str); 6] = [
    (NO_SPACE, "no space"),
    (GROWTH, "no room to grow"),
    ('w', "writing fails"),
    ('s', "syncing fails"),
    ('r', "reading fails"),
    ('o', "read-only"),
];

/// Of a disk that takes nothing more.
pub(super) const NO_SPACE: char = 'f';

/// Of one that has no room for more than it has.
pub(super) const GROWTH: char = 'g';

const WRITERS: usize = 4;

/// Answers that are waited for in each phase.
const ANSWERS: usize = 24;

/// Answers in which a server that is well again must have begun to write.
const RECOVERY: usize = 400;

/// Each fault on a site of its own.
pub(super) fn run(bench: &Bench) -> Outcome<String> {
    let mut told = Vec::new();
    let mut dice = Dice::new(bench.seed);
    for _ in 0..bench.size(1, 10) {
        for (letter, name) in FAULTS {
            let figures = fail(bench, letter, &mut dice);
            told.push(format!(
                "{name}: {}",
                figures.map_err(|failure| Failure::new(format_args!("{name}: {failure}")))?
            ));
        }
    }
    told.push(start_read_only(bench)?);
    Ok(told.join("; "))
}

/// What the writers were told while the disk was ill, and after.
#[derive(Default)]
struct Course {
    /// Writes done and refused while it was ill.
    done: usize,
    refused: usize,
    /// Answers until a write was done again.
    recovery: usize,
    /// Statuses that say nothing clear.
    unclear: Vec<String>,
    /// Whether what is read may fail; SQLite calls that damaged, and so does the server (500).
    unreadable: bool,
}

fn fail(bench: &Bench, letter: char, dice: &mut Dice) -> Outcome<String> {
    let mut site = Site::new(bench, 3)?;
    let switch = Switch::new()?;
    site.environment = switch.before(site.folder());
    let server = site.start()?;
    let before = Before::look(&server.door, &server.people()?)?;
    let mut writers = Writer::several(WRITERS, dice, 9_000);
    let watch = |said: &Receiver<Said>| course(&switch, letter, &server.door, said);
    let (course, acknowledged) =
        write_together(&|_| Line::open(&server.door), &mut writers, &before.places, &|| 1, watch);
    let course = course?;
    let mut verdict = before.judge(&server.door, &writers, End::None)?;
    server.kill();
    site.environment.clear();
    let mut findings = site.check()?;
    let server = site.start()?;
    verdict.add(before.judge(&server.door, &writers, End::LAST)?);
    server.end()?;
    findings.extend(site.check()?);
    judge(&course, &verdict, &findings)?;
    let Course { done, refused, recovery, .. } = course;
    Ok(format!("{done} done and {refused} refused meanwhile, well again after {recovery} answers, {acknowledged} kept"))
}

/// Lets the writers write, fail and get well again.
fn course(switch: &Switch, letter: char, door: &Door, said: &Receiver<Said>) -> Outcome<Course> {
    let mut course = Course { unreadable: letter == 'r', ..Course::default() };
    said.iter().take(ANSWERS).for_each(|said| course.look(said));
    switch.set(letter)?;
    for said in said.iter().take(ANSWERS) {
        course.look(said);
        *if said.is_yes() { &mut course.done } else { &mut course.refused } += 1;
    }
    course.unclear.extend(reads(door, course.unreadable)?);
    switch.set(WELL)?;
    for said in said.iter().take(RECOVERY) {
        course.look(said);
        course.recovery += 1;
        // What was under way when it got well may still be refused; a few done in a row are no chance.
        if said.is_yes() && course.recovery > 2 * WRITERS {
            break;
        }
    }
    said.iter().take(ANSWERS).for_each(|said| course.look(said));
    Ok(course)
}

/// Reading meanwhile is answered, or refused clearly.
pub(super) fn reads(door: &Door, unreadable: bool) -> Outcome<Vec<String>> {
    let mut line = Line::open(door).or_fail("no connection while the disk is ill")?;
    let mut unclear = Vec::new();
    for path in ["/beta/me/profile", "/beta/users?$top=5", "/beta/users?$filter=startswith(displayName,'A')", "/readyz"]
    {
        let reply = line.ask("GET", path, &[], None).or_fail(path)?;
        let clear = match reply.status {
            200 => true,
            503 => path == "/readyz" || reply.header("retry-after").is_some(),
            500 => unreadable && reply.told().contains("the storage failed"),
            _ => false,
        };
        if !clear {
            unclear.push(format!("GET {path}: {}", reply.told()));
        }
    }
    match line.ask("GET", "/healthz", &[], None).or_fail("/healthz")?.status {
        200 => Ok(unclear),
        status => Err(Failure::new(format_args!("/healthz answered {status}"))),
    }
}

impl Course {
    fn look(&mut self, said: Said) {
        let clear = match said.status {
            200 | 201 | 204 => true,
            503 => said.again,
            500 => self.unreadable,
            _ => false,
        };
        if !clear {
            self.unclear.push(format!("a write was answered {}", said.status));
        }
    }
}

fn judge(course: &Course, verdict: &Verdict, findings: &[String]) -> Outcome {
    if let Some(unclear) = course.unclear.first() {
        return Err(Failure::new(format_args!("{} unclear answers, the first: {unclear}", course.unclear.len())));
    }
    if course.recovery >= RECOVERY {
        return Err(Failure::new("it did not get well again without a restart"));
    }
    match (verdict.is_good(), findings.first()) {
        (true, None) => Ok(()),
        (true, Some(finding)) => Err(Failure::new(format_args!("unsound: {finding}"))),
        (false, _) => Err(Failure::new(verdict)),
    }
}

/// A server that cannot write does not start, and says what it could not do.
fn start_read_only(bench: &Bench) -> Outcome<String> {
    let mut site = Site::new(bench, 3)?;
    site.start()?.end()?;
    let switch = Switch::new()?;
    site.environment = switch.before(site.folder());
    switch.set('o')?;
    if site.start().is_ok() {
        return Err(Failure::new("a server started though it could write nothing"));
    }
    let log = std::fs::read_to_string(site.log()).unwrap_or_default();
    match log.lines().last() {
        Some(line) if line.contains("cannot") => Ok("start refused where nothing can be written".to_owned()),
        line => Err(Failure::new(format_args!("a start that failed said only {line:?}"))),
    }
}
