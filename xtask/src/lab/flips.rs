//! `lab flips`: a bit is another in one of the files of a server that is not running. Whoever asks the next server is
//! answered what the one before answered, or is told of damage: by a server that does not start, by a 5xx, or by
//! `vitae check`. A wrong answer is a violation even where the check would have found it. Some bits are aimed at what
//! answers show ([`aim`]): of these most must be told, else the lab could not tell.

mod aim;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;

use fuzz::Dice;
use serde_json::{Value, json};

use crate::bench::scene;
use crate::failure::{Because, Failure, Outcome};
use crate::lab::Bench;
use crate::lab::client::{Door, Line};
use crate::lab::ledger::{Before, Writer, write_together};
use crate::lab::site::Site;

const WRITES: usize = 40;

const PEOPLE: u32 = 3;

/// What came of a bit.
enum Fate {
    Told,
    Harmless,
    /// Nobody was told, and this is what is wrong.
    Wrong(String),
}

/// A directory as a kill or an orderly end left it.
struct Kept {
    files: BTreeMap<PathBuf, Vec<u8>>,
    answers: Answers,
}

/// What is asked, and what is answered.
type Answers = BTreeMap<String, Value>;

/// Flips bits in the files that a kill left, and in those of an orderly end.
pub(super) fn run(bench: &Bench) -> Outcome<String> {
    let mut dice = Dice::new(bench.seed);
    let site = Site::new(bench, PEOPLE)?;
    let server = site.start()?;
    let before = Before::look(&server.door, &server.people()?)?;
    let mut writers = [Writer::new("w0".to_owned(), dice.below(usize::MAX) as u64, 3_000)];
    let enough = |said: &Receiver<_>| said.iter().take(WRITES).for_each(drop);
    write_together(&|_| Line::open(&server.door), &mut writers, &before.places, &|| 1, enough);
    server.kill();
    let mut course = Course::default();
    for killed in [true, false] {
        if !killed {
            site.start()?.end()?;
        }
        let kept = Kept::look(bench, &site)?;
        for (file, content) in &kept.files {
            // Once is enough for what does not change with the end.
            let (bits, aimed) = match file.to_string_lossy().as_ref() {
                "vitae.db-wal" => (bench.size(5, 100), bench.size(4, 40)),
                "vitae.db" if killed => (bench.size(6, 150), 0),
                "vitae.db" => (bench.size(6, 150), bench.size(24, 160)),
                _ if killed => (bench.size(1, 30), 0),
                _ => (0, 0),
            };
            let spread = (0..bits).map(|number| place(content, number, bits, &mut dice)).collect();
            course.flip(bench, &kept, file, spread, "")?;
            let aimed = aim::bits(content, &kept.answers, aimed, &mut dice);
            course.flip(bench, &kept, file, aimed, AIMED)?;
        }
    }
    course.report()
}

/// What bits are called that are aimed.
const AIMED: &str = " where answers show it";

/// What came of all bits: those told of and the harmless ones by file, and what was wrong.
#[derive(Default)]
struct Course {
    figures: BTreeMap<String, [usize; 2]>,
    wrong: Vec<String>,
}

impl Course {
    fn flip(&mut self, bench: &Bench, kept: &Kept, file: &Path, bits: Vec<(usize, usize)>, where_to: &str) -> Outcome {
        let name = format!("{}{where_to}", file.display());
        for bit in bits {
            let [told, harmless] = self.figures.entry(name.clone()).or_default();
            match flip(bench, kept, file, bit)? {
                Fate::Told => *told += 1,
                Fate::Harmless => *harmless += 1,
                Fate::Wrong(what) => self.wrong.push(format!("{name}: {what}")),
            }
        }
        Ok(())
    }

    /// Sums up what was told and what was harmless, by file.
    fn report(&self) -> Outcome<String> {
        let each = self.figures.iter().map(|(name, [told, harmless])| format!("{name} {told} + {harmless}"));
        let each = each.collect::<Vec<_>>().join(", ");
        let [told, harmless] = self.figures.values().fold([0, 0], |sum, [told, none]| [sum[0] + told, sum[1] + none]);
        let figures = format!("{told} told, {harmless} harmless ({each}), {} wrong answers", self.wrong.len());
        let aimed = self.figures.get(&format!("vitae.db{AIMED}")).copied().unwrap_or_default();
        match self.wrong.as_slice() {
            [] if aimed[0] > aimed[1] => Ok(figures),
            [] => Err(Failure::new(format_args!(
                "{figures}\nwhat answers show was hardly hit, so the lab proves nothing"
            ))),
            wrong => Err(Failure::new(format_args!("{figures}\n{}", wrong.join("\n")))),
        }
    }
}

/// A bit of a file: the first in its header, the others spread over it, and rather where there is something.
fn place(content: &[u8], number: usize, bits: usize, dice: &mut Dice) -> (usize, usize) {
    let (from, length) = match number {
        0 => (0, content.len().min(100)),
        _ => (content.len() * (number - 1) / bits, content.len() / bits + 1),
    };
    let mut at = from;
    for _ in 0..9 {
        at = (from + dice.below(length)).min(content.len().saturating_sub(1));
        if content.get(at) > Some(&0) {
            break;
        }
    }
    (at, dice.below(8))
}

impl Kept {
    /// What is there, and what a server answers over it.
    fn look(bench: &Bench, site: &Site) -> Outcome<Kept> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(site.data()).or_fail("the data")? {
            let name = PathBuf::from(entry.or_fail("the data")?.file_name());
            let content = fs::read(site.data().join(&name)).or_fail(name.display())?;
            // The index of the log is made anew.
            if !content.is_empty() && !name.to_string_lossy().ends_with("-shm") {
                files.insert(name, content);
            }
        }
        let mut kept = Kept { files, answers: Answers::new() };
        let place = scene::folder()?;
        let server = kept.copy(bench, place.path())?.start()?;
        kept.answers = answers(&server.door, &paths(&server.door)?)?;
        Ok(kept)
    }

    fn copy(&self, bench: &Bench, place: &Path) -> Outcome<Site> {
        let copy = Site::at(&bench.server, place, PEOPLE)?;
        fs::create_dir(copy.data()).or_fail("a copy")?;
        for (name, content) in &self.files {
            fs::write(copy.data().join(name), content).or_fail(name.display())?;
        }
        Ok(copy)
    }
}

fn flip(bench: &Bench, kept: &Kept, file: &Path, (at, bit): (usize, usize)) -> Outcome<Fate> {
    let place = scene::folder()?;
    let copy = kept.copy(bench, place.path())?;
    let mut bytes = kept.files.get(file).cloned().unwrap_or_default();
    bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << bit);
    fs::write(copy.data().join(file), bytes).or_fail(file.display())?;
    let Ok(server) = copy.start() else { return Ok(Fate::Told) };
    let paths: Vec<String> = kept.answers.keys().cloned().collect();
    let found = answers(&server.door, &paths)?;
    let is_told = |answer: &Value| answer.get("status").and_then(Value::as_u64).is_some_and(|status| status >= 500);
    let mut told = false;
    for (path, before) in &kept.answers {
        let now = found.get(path).unwrap_or(&Value::Null);
        told |= is_told(now);
        if now != before && !is_told(now) {
            return Ok(Fate::Wrong(format!("bit {bit} of byte {at}: GET {path} was answered otherwise than before")));
        }
    }
    drop(server);
    Ok(if told || !copy.check()?.is_empty() { Fate::Told } else { Fate::Harmless })
}

/// Where to ask for everybody, by list and by name, for everything of each, and for groups.
fn paths(door: &Door) -> Outcome<Vec<String>> {
    let lists = ["/beta/users?$top=999", "/beta/groups?$top=999"].map(str::to_owned);
    let found = answers(door, &lists)?;
    let people = found.values().filter_map(|list| list.pointer("/said/value")?.as_array()).flatten();
    let own = people.filter_map(|person| {
        let (id, name) = (person.get("id")?.as_str()?, person.get("userPrincipalName")?.as_str()?);
        Some([format!("/beta/users/{id}/profile"), format!("/beta/users/{name}?$select=id")])
    });
    Ok(own.flatten().chain(lists).collect())
}

/// What is answered there.
fn answers(door: &Door, paths: &[String]) -> Outcome<Answers> {
    let mut line = Line::open(door).or_fail("cannot connect")?;
    let mut found = Answers::new();
    for path in paths {
        let reply = line.ask("GET", path, &[], None).or_fail(path)?;
        let said = if reply.status == 200 { without_addresses(reply.json()) } else { Value::Null };
        found.insert(path.clone(), json!({ "status": reply.status, "said": said }));
    }
    Ok(found)
}

/// The port is another at each start.
fn without_addresses(answer: Value) -> Value {
    match answer {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(name, _)| !name.contains("@odata.") || name.ends_with("etag"));
            Value::Object(kept.map(|(name, value)| (name, without_addresses(value))).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(without_addresses).collect()),
        other => other,
    }
}
