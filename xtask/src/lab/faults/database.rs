//! A database that freezes, dies or runs out of room, or that a server reaches over a line that fails, while many write
//! through that server.
//! Another server, with a line of its own, is asked afterwards what is there.

use std::cell::RefCell;
use std::net::TcpStream;
use std::sync::mpsc::Receiver;

use fuzz::Dice;
use store::testing::{Engine, Mood, Proxy};

use crate::failure::{Because, Failure, Outcome};
use crate::lab::Bench;
use crate::lab::client::Line;
use crate::lab::database::Beneath;
use crate::lab::faults::disk::{GROWTH, NO_SPACE, reads};
use crate::lab::faults::trials::{Fault, TRIALS, Trial};
use crate::lab::ledger::{Before, End, Said, Writer, write_together};
use crate::lab::preload::{Switch, WELL};
use crate::lab::site::{Running, Site};

const WRITERS: usize = 4;

/// Answers before a fault.
const ANSWERS: usize = 16;

/// How often a line fails that fails for moments.
const MOMENTS: usize = 4;

/// Answers in which the server must have begun to write again.
const RECOVERY: usize = 2_000;

/// Two servers, one of them beyond a relay.
struct Stage {
    site: Site,
    proxy: Proxy,
    /// The disk of the database.
    disk: Switch,
    tried: Running,
    other: Running,
    /// Those who have all connections that the database has left.
    crowd: RefCell<Vec<TcpStream>>,
}

/// Each fault, on the same servers.
pub(super) fn run(bench: &Bench) -> Outcome<String> {
    let mut dice = Dice::new(bench.seed);
    let disk = Switch::new()?;
    let engine = Engine::behind(&disk.library, &disk.file).or_fail("cannot start PostgreSQL")?;
    let site = Site::over(bench, 3, Some(Beneath::Own(engine)))?;
    let proxy = Proxy::before(site.database()?.engine()?.port()).or_fail("a relay")?;
    let (tried, other) = (site.start_through(&proxy)?, site.start()?);
    let stage = Stage { tried, other, site, proxy, disk, crowd: RefCell::default() };
    let before = Before::look(&stage.other.door, &stage.other.people()?)?;
    let mut writers = Writer::several(WRITERS, &mut dice, 9_000);
    let (mut told, mut kept) = (Vec::new(), 0);
    for _ in 0..bench.size(1, 10) {
        for trial in &TRIALS {
            let failed = |failure| Failure::new(format_args!("{}: {failure}", trial.name));
            let (course, done) = stage.try_out(trial, &before, &mut writers).map_err(failed)?;
            let Course { done: meanwhile, refused, undecided, .. } = course;
            told.push(format!("{}: {meanwhile} done, {refused} refused ({undecided} of them done)", trial.name));
            kept += done;
        }
    }
    let findings = stage.site.check()?;
    stage.tried.end()?;
    stage.other.end()?;
    match findings.first() {
        None => Ok(format!("{}; {kept} kept, lost 0, phantom 0, torn 0, unsound 0", told.join("; "))),
        Some(finding) => Err(Failure::new(format_args!("unsound: {finding}"))),
    }
}

/// What the writers were told while it lasted.
#[derive(Default)]
struct Course {
    done: usize,
    refused: usize,
    undecided: usize,
}

impl Stage {
    fn try_out(&self, trial: &Trial, before: &Before, writers: &mut [Writer]) -> Outcome<(Course, usize)> {
        let watch = |said: &Receiver<Said>| self.course(trial.fault, said);
        let door = &self.tried.door;
        let (course, done) = write_together(&|_| Line::open(door), writers, &before.places, &|| 1, watch);
        let mut course = course?;
        self.tried.recover()?;
        self.other.recover()?;
        let end = if trial.open { End::LAST } else { End::None };
        for server in [&self.tried, &self.other] {
            let verdict = before.judge(&server.door, writers, end)?;
            if !verdict.is_good() {
                return Err(Failure::new(verdict));
            }
            course.undecided = verdict.undecided;
        }
        writers.iter_mut().try_for_each(|writer| writer.settle(&self.other.door, &before.places))?;
        Ok((course, done))
    }

    fn course(&self, fault: Fault, said: &Receiver<Said>) -> Outcome<Course> {
        let mut course = Course::default();
        course.look(said.iter().take(ANSWERS))?;
        self.begin(fault)?;
        // What was answered while the fault came about.
        course.look(said.try_iter())?;
        course = Course::default();
        match fault {
            Fault::Moments(mood) => {
                for _ in 0..MOMENTS {
                    self.proxy.set(mood, 1);
                    course.look(said.iter().take(WRITERS))?;
                }
            }
            // It takes a moment until all of its processes know, or need room.
            fault if fault.is_slow() => {
                course.look_until(said, |course| course.refused > 0, "it was not kept from writing")?;
            }
            _ => {}
        }
        if !matches!(fault, Fault::Moments(_)) {
            course.look(said.iter().take(2 * WRITERS))?;
        }
        // Who writes may wait, who asks is told: both that there is trouble, and whatever can be read.
        let unclear = reads(&self.tried.door, false)?;
        let told = self.told(fault);
        self.end(fault)?;
        told?;
        if let Some(unclear) = unclear.first() {
            return Err(Failure::new(unclear));
        }
        let well = course.done + 2 * WRITERS;
        course.look_until(said, |course| course.done == well, "it did not get well again without a restart")?;
        Ok(course)
    }

    fn begin(&self, fault: Fault) -> Outcome {
        let engine = self.site.database()?.engine()?;
        match fault {
            Fault::Frozen => engine.freeze().or_fail("the database")?,
            Fault::Killed => engine.kill().or_fail("the database")?,
            Fault::Lasting(mood) => self.proxy.set(mood, usize::MAX),
            Fault::HalfOpen => self.proxy.abandon(),
            Fault::Gone => {
                self.proxy.set(Mood::Refusing, usize::MAX);
                self.proxy.abandon();
            }
            Fault::Crowded => {
                *self.crowd.borrow_mut() = self.site.database()?.crowd()?;
                self.proxy.abandon();
            }
            Fault::ReadOnly => self.site.database()?.keep_from_writing(true)?,
            Fault::Full => {
                self.site.database()?.begin_log()?;
                self.disk.set(GROWTH)?;
            }
            Fault::Unwritable => self.disk.set(NO_SPACE)?,
            Fault::Locked => self.crowd.borrow_mut().push(self.site.database()?.lock_all()?),
            Fault::Moments(_) => {}
        }
        Ok(())
    }

    fn end(&self, fault: Fault) -> Outcome {
        let engine = self.site.database()?.engine()?;
        self.proxy.set(Mood::Fair, usize::MAX);
        self.disk.set(WELL)?;
        self.crowd.borrow_mut().clear();
        match fault {
            Fault::Frozen => engine.thaw().or_fail("the database"),
            Fault::Killed => engine.restart().or_fail("the database"),
            Fault::ReadOnly => self.site.database()?.keep_from_writing(false),
            Fault::Full | Fault::Unwritable => self.site.database()?.revive(),
            _ => Ok(()),
        }
    }

    /// Does each server tell whether it can serve?
    fn told(&self, fault: Fault) -> Outcome {
        let Some([tried, other]) = fault.serves() else { return Ok(()) };
        for (server, serves) in [(&self.tried, tried), (&self.other, other)] {
            if serves {
                server.recover()?;
                continue;
            }
            let mut line = Line::open(&server.door).or_fail("cannot connect")?;
            let reply = line.ask("GET", "/readyz", &[], None).or_fail("/readyz")?;
            if reply.status != 503 {
                return Err(Failure::new(format_args!("/readyz answered {} without a database", reply.status)));
            }
        }
        Ok(())
    }
}

impl Course {
    fn look_until(&mut self, said: &Receiver<Said>, enough: impl Fn(&Course) -> bool, or: &str) -> Outcome {
        for said in said.iter().take(RECOVERY) {
            self.look([said])?;
            if enough(self) {
                return Ok(());
            }
        }
        Err(Failure::new(or))
    }

    fn look(&mut self, said: impl IntoIterator<Item = Said>) -> Outcome {
        for said in said {
            if !said.is_clear() {
                return Err(Failure::new(format_args!("a write was answered {}", said.status)));
            }
            *if said.is_yes() { &mut self.done } else { &mut self.refused } += 1;
        }
        Ok(())
    }
}
