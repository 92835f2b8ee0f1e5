//! `lab flips`: a bit is another in one of the files of a server that is not running: either somebody is told (no start, or a finding of
//! `vitae check`, or an answer that says so), or it changes nothing that is answered.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;

use fuzz::Dice;

use crate::bench::scene;
use crate::failure::{Because, Failure, Outcome};
use crate::lab::Bench;
use crate::lab::ledger::{Before, End, Writer, write_together};
use crate::lab::site::Site;

const WRITES: usize = 40;

const PEOPLE: u32 = 3;

/// What came of a bit.
enum Fate {
    Detected,
    Harmless,
    /// Nobody was told, and this is what is wrong.
    Silent(String),
}

/// Flips bits in the files that a kill left, and in those of an orderly end.
pub(super) fn run(bench: &Bench) -> Outcome<String> {
    let mut dice = Dice::new(bench.seed);
    let site = Site::new(bench, PEOPLE)?;
    let server = site.start()?;
    let before = Before::look(&server.door, &server.people()?)?;
    let mut writers = [Writer::new("w0".to_owned(), dice.below(usize::MAX) as u64, 3_000)];
    let enough = |said: &Receiver<_>| said.iter().take(WRITES).for_each(drop);
    write_together(&server.door, &mut writers, &before.places, &|| 1, enough);
    server.kill();
    let (mut detected, mut harmless, mut silent) = (0, 0, Vec::new());
    let mut tally = |fate: Fate, file: &Path| match fate {
        Fate::Detected => detected += 1,
        Fate::Harmless => harmless += 1,
        Fate::Silent(what) => silent.push(format!("{}: {what}", file.display())),
    };
    for killed in [true, false] {
        if !killed {
            site.start()?.end()?;
        }
        for file in files(&site.data())? {
            for _ in 0..bench.size(if file.ends_with("vitae.db") { 4 } else { 2 }, 40) {
                let fate = flip(bench, &site, &file, &before, &writers, &mut dice)?;
                tally(fate, &file);
            }
        }
    }
    let figures = format!("{detected} told, {harmless} harmless, {} silent", silent.len());
    match silent.as_slice() {
        [] => Ok(figures),
        silent => Err(Failure::new(format_args!("{figures}\n{}", silent.join("\n")))),
    }
}

/// The files that hold something, without the index of the log, which is made anew.
fn files(data: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(data).or_fail(data.display())? {
        let entry = entry.or_fail(data.display())?;
        let empty = entry.metadata().map_or(true, |metadata| metadata.len() == 0);
        let name = PathBuf::from(entry.file_name());
        if !empty && !name.to_string_lossy().ends_with("-shm") {
            files.push(name);
        }
    }
    files.sort();
    Ok(files)
}

fn flip(
    bench: &Bench,
    site: &Site,
    file: &Path,
    before: &Before,
    writers: &[Writer],
    dice: &mut Dice,
) -> Outcome<Fate> {
    let place = scene::folder()?;
    let copy = Site::at(&bench.server, place.path(), PEOPLE)?;
    std::fs::create_dir(copy.data()).or_fail("a copy")?;
    for name in files(&site.data())? {
        std::fs::copy(site.data().join(&name), copy.data().join(&name)).or_fail(name.display())?;
    }
    let path = copy.data().join(file);
    let mut bytes = std::fs::read(&path).or_fail(path.display())?;
    let (at, bit) = (dice.below(bytes.len()), dice.below(8));
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << bit;
    }
    std::fs::write(&path, bytes).or_fail(path.display())?;
    if !copy.check()?.is_empty() {
        return Ok(Fate::Detected);
    }
    let Ok(server) = copy.start() else { return Ok(Fate::Detected) };
    let verdict = match before.judge(&server.door, writers, End::LAST) {
        Ok(verdict) if verdict.is_good() => return Ok(Fate::Harmless),
        Ok(verdict) => verdict,
        Err(_) => return Ok(Fate::Detected),
    };
    if copy.check()?.is_empty() {
        Ok(Fate::Silent(format!("bit {bit} of byte {at}: {verdict}")))
    } else {
        Ok(Fate::Detected)
    }
}
