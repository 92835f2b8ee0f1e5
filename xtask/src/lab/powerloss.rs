//! `lab powerloss`: a server writes through a recorder, and of what was recorded a disk is made as a power cut may
//! leave it: at and between syncs, without what was not synced, with any part of it, with torn writes. On each a server
//! is started, and every write that was acknowledged before the cut must be there.
//!
//! The same with a disk whose syncs do nothing must lose writes; else the lab could not tell.

mod disk;
mod log;

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use fuzz::Dice;
use tempfile::TempDir;

use self::disk::{Disk, Left};
use self::log::{Record, What};
use crate::bench::scene;
use crate::failure::{Because, Failure, Outcome};
use crate::lab::client::{Door, Line};
use crate::lab::ledger::{Before, End, Moment, Verdict, Writer};
use crate::lab::site::Site;
use crate::lab::{Bench, ledger, preload};

const WRITERS: usize = 4;

/// Texts are so long at most: a few hundred of them make the store fold its log into its file.
const LONGEST: usize = 30_000;

const PEOPLE: u32 = 3;

const CONTROLS: usize = 6;

/// What was written through the recorder.
struct Recording {
    site: Site,
    /// The log lies in a folder of its own.
    log: PathBuf,
    _beside: TempDir,
    records: Vec<Record>,
    before: Before,
    writers: Vec<Writer>,
    acknowledged: usize,
    /// When the first server was ready: until then nobody was promised anything.
    ready: Moment,
}

/// Records, cuts, judges.
pub(super) fn run(bench: &Bench) -> Outcome<String> {
    let mut dice = Dice::new(bench.seed);
    let recording = record(bench, &mut dice)?;
    recording.is_complete()?;
    let mut total = Verdict::default();
    let mut unsound = Vec::new();
    let cuts = recording.moments(&mut dice, bench.size(16, 400));
    let mut kinds = BTreeMap::<String, usize>::new();
    for Cut { at, left } in &cuts {
        let outcome = recording.cut(bench, *at, *left, true, &mut dice)?;
        *kinds.entry(format!("{left:?}")).or_default() += 1;
        unsound
            .extend(outcome.findings.into_iter().map(|finding| format!("cut after change {at}, {left:?}: {finding}")));
        total.add(outcome.verdict);
    }
    let control = recording.control(bench, &mut dice)?;
    let syncs = recording.records.iter().filter(|record| matches!(record.what, What::Sync { .. })).count();
    let figures = format!(
        "{} writes acknowledged, {} changes and {syncs} syncs recorded, {} cuts {kinds:?}; {total}; unsound {}; control: {control}",
        recording.acknowledged,
        recording.records.len(),
        cuts.len(),
        unsound.len(),
    );
    if !total.is_good() || !unsound.is_empty() {
        let unsound: String = unsound.iter().take(5).map(|what| format!("\n  {what}")).collect();
        return Err(Failure::new(format_args!("{figures}{unsound}")));
    }
    Ok(figures)
}

/// A cut after so many changes.
struct Cut {
    at: usize,
    left: Left,
}

/// What came of a cut.
struct Aftermath {
    verdict: Verdict,
    /// What `vitae check` said, or why no server started.
    findings: Vec<String>,
}

/// Lets writers write through the recorder: a first server that is ended, a second that is killed.
fn record(bench: &Bench, dice: &mut Dice) -> Outcome<Recording> {
    let mut site = Site::new(bench, PEOPLE)?;
    let beside = scene::folder()?;
    let log = beside.path().join("log");
    site.environment = preload::environment(beside.path(), site.folder(), &[("VITAE_LAB_LOG", &log)])?;
    let mut server = site.start()?;
    let ready = length(&log);
    let before = Before::look(&server.door, &server.people()?)?;
    let mut writers = Writer::several(WRITERS, dice, LONGEST);
    let goal = bench.size(160, 4_000);
    let mut acknowledged = write(&server.door, &mut writers, &before.places, &log, goal / 2);
    server.end()?;
    server = site.start()?;
    acknowledged += write(&server.door, &mut writers, &before.places, &log, goal / 2);
    server.kill();
    let records = log::read(&log)?;
    Ok(Recording { site, log, _beside: beside, records, before, writers, acknowledged, ready })
}

/// The moment is the length of the log.
fn length(log: &Path) -> Moment {
    std::fs::metadata(log).map_or(0, |metadata| metadata.len())
}

/// All write at once until so many writes were acknowledged; gives how many were.
fn write(door: &Door, writers: &mut [Writer], places: &[String], log: &Path, goal: usize) -> usize {
    let now = || length(log);
    ledger::write_together(&|_| Line::open(door), writers, places, &now, |said| said.iter().take(goal).for_each(drop)).1
}

impl Recording {
    fn disk(&self, honest: bool) -> Outcome<Disk> {
        let root = self.site.folder();
        let number = std::fs::metadata(root).or_fail(root.display())?.ino();
        Ok(Disk::new(root, number, honest))
    }

    /// All that was recorded must lead to what is there; else the recorder has overlooked something.
    fn is_complete(&self) -> Outcome {
        if length(&self.log) != self.records.last().map_or(0, |record| record.end) {
            return Err(Failure::new("the recording breaks off"));
        }
        let mut disk = self.disk(true)?;
        self.records.iter().for_each(|record| disk.tell(&record.what));
        let copy = scene::folder()?;
        disk.cut(Left::Everything, &mut Dice::new(0), copy.path())?;
        let (data, copied) = (self.site.data(), Site::at(Path::new(""), copy.path(), 0)?.data());
        for entry in std::fs::read_dir(&data).or_fail(data.display())? {
            let name = entry.or_fail(data.display())?.file_name();
            let overlooked = std::fs::read(data.join(&name)).ok() != std::fs::read(copied.join(&name)).ok();
            if overlooked && !name.to_string_lossy().ends_with("-shm") {
                return Err(Failure::new(format_args!("the recorder overlooked changes of {}", name.display())));
            }
        }
        Ok(())
    }

    /// Moments to cut at: before and after syncs, and between; with each kind of what is left, in turn.
    fn moments(&self, dice: &mut Dice, count: usize) -> Vec<Cut> {
        let syncs = self.records.iter().enumerate().filter(|(_, record)| matches!(record.what, What::Sync { .. }));
        let syncs: Vec<usize> = syncs.map(|(at, _)| at).collect();
        let kinds = [Left::Nothing, Left::Pieces(512), Left::Beginning, Left::Pieces(4096), Left::Everything];
        let mut cuts: Vec<Cut> = kinds
            .iter()
            .cycle()
            .take(count)
            .enumerate()
            .map(|(number, left)| {
                let sync = syncs.get(dice.below(syncs.len())).copied().unwrap_or_default();
                let at = match number % 3 {
                    0 => sync,
                    1 => sync + 1,
                    _ => dice.below(self.records.len() + 1),
                };
                Cut { at, left: *left }
            })
            .collect();
        cuts.sort_by_key(|cut| cut.at);
        cuts
    }

    /// Cuts after so many changes, looks at what is left, and starts a server there.
    fn cut(&self, bench: &Bench, at: usize, left: Left, honest: bool, dice: &mut Dice) -> Outcome<Aftermath> {
        let mut disk = self.disk(honest)?;
        let told = self.records.iter().take(at);
        told.for_each(|record| disk.tell(&record.what));
        let end = at.checked_sub(1).and_then(|last| self.records.get(last)).map_or(0, |record| record.end);
        let place = scene::folder()?;
        disk.cut(left, dice, place.path())?;
        let site = Site::at(&bench.server, place.path(), PEOPLE)?;
        let promised = end >= self.ready;
        let mut findings = if promised { site.check()? } else { Vec::new() };
        let mut verdict = Verdict::default();
        match site.start() {
            // A first start that was cut short makes other people.
            Ok(server) if promised => match self.before.judge(&server.door, &self.writers, End::Server(end)) {
                Ok(judged) => verdict = judged,
                Err(failure) => findings.push(failure.to_string()),
            },
            Ok(_) => {}
            Err(failure) => findings.push(failure.to_string()),
        }
        if promised {
            findings.extend(site.check()?);
        }
        Ok(Aftermath { verdict, findings })
    }

    /// The same with syncs that do nothing.
    fn control(&self, bench: &Bench, dice: &mut Dice) -> Outcome<String> {
        let (mut lost, mut unsound) = (0, 0);
        for number in 0..CONTROLS {
            let left = if number % 2 == 0 { Left::Beginning } else { Left::Pieces(4096) };
            let at = self.records.len() - dice.below(self.records.len() / 4);
            let outcome = self.cut(bench, at, left, false, dice)?;
            lost += outcome.verdict.lost.len();
            unsound += usize::from(!outcome.findings.is_empty());
        }
        match lost {
            0 => Err(Failure::new("without syncs nothing was lost, so the lab proves nothing")),
            _ => Ok(format!("without syncs {CONTROLS} cuts lost {lost} writes and left {unsound} stores unsound")),
        }
    }
}
