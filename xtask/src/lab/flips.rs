//! `lab flips`: a bit is another in one of the files of a server that is not running. Whoever asks the next server is
//! answered what the one before answered, or is told of damage: by a server that does not start, by a 5xx, or by
//! `vitae check`. A wrong answer is a violation even where the check would have found it.

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
    let mut figures: BTreeMap<PathBuf, [usize; 2]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for killed in [true, false] {
        if !killed {
            site.start()?.end()?;
        }
        let kept = Kept::look(bench, &site)?;
        for (file, content) in &kept.files {
            // Once is enough for what does not change with the end.
            let bits = match file.to_string_lossy().as_ref() {
                "vitae.db-wal" => bench.size(5, 100),
                "vitae.db" => bench.size(6, 150),
                _ if killed => bench.size(1, 30),
                _ => 0,
            };
            for number in 0..bits {
                let place = place(content, number, bits, &mut dice);
                match flip(bench, &kept, file, place)? {
                    Fate::Told => figures.entry(file.clone()).or_default()[0] += 1,
                    Fate::Harmless => figures.entry(file.clone()).or_default()[1] += 1,
                    Fate::Wrong(what) => wrong.push(format!("{}: {what}", file.display())),
                }
            }
        }
    }
    report(&figures, &wrong)
}

/// Sums up what was told and what was harmless, by file.
fn report(figures: &BTreeMap<PathBuf, [usize; 2]>, wrong: &[String]) -> Outcome<String> {
    let told = figures.iter().map(|(file, [told, harmless])| format!("{} {told} + {harmless}", file.display()));
    let told = told.collect::<Vec<_>>().join(", ");
    let [all_told, harmless] = figures.values().fold([0, 0], |sum, [told, none]| [sum[0] + told, sum[1] + none]);
    let figures = format!("{all_told} told, {harmless} harmless ({told}), {} wrong answers", wrong.len());
    match wrong {
        [] => Ok(figures),
        wrong => Err(Failure::new(format_args!("{figures}\n{}", wrong.join("\n")))),
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
        kept.answers = answers(&server.door, &server.people()?)?;
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
    let people: Vec<String> = kept.answers.keys().filter_map(|path| person_of(path)).collect();
    let found = answers(&server.door, &people)?;
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

/// Everybody, and everything of each of these.
fn answers(door: &Door, people: &[String]) -> Outcome<Answers> {
    let mut line = Line::open(door).or_fail("cannot connect")?;
    let mut found = Answers::new();
    let of = people.iter().map(|person| format!("/beta/users/{person}/profile"));
    for path in of.chain(["/beta/users?$top=999".to_owned(), "/beta/groups?$top=999".to_owned()]) {
        let reply = line.ask("GET", &path, &[], None).or_fail(&path)?;
        let said = if reply.status == 200 { without_addresses(reply.json()) } else { Value::Null };
        found.insert(path, json!({ "status": reply.status, "said": said }));
    }
    Ok(found)
}

fn person_of(path: &str) -> Option<String> {
    Some(path.strip_prefix("/beta/users/")?.strip_suffix("/profile")?.to_owned())
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
