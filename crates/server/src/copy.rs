//! `vitae copy`: everything of one store into another. How it is brought over is told in [`store::moving`]; here is
//! where stores are, who uses them, and what is said meanwhile.

mod bar;
mod place;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use store::moving::{Halt, Mover, Survey};

use self::bar::{Bar, counted};
use self::place::{Place, Source, Target};
use crate::cli;
use crate::clock::stopwatch;
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::listen::Stop;
use crate::logging::{self, Format};
use crate::storage::{self, Database};
use crate::{run_async, term};

/// Threads that copy.
const WORKERS: usize = 4;

/// How long an answer of a database is waited for: a person is written in one transaction.
const DEADLINE: Duration = Duration::from_secs(60);

/// Copies, and says what came of it.
pub(crate) fn run(args: &cli::Copy) -> Outcome {
    let from = named(args.from.as_deref(), "--from", "VITAE_COPY_FROM")?;
    let to = named(args.to.as_deref(), "--to", "VITAE_COPY_TO")?;
    if from == to {
        return Err(Failure::Usage(format!("--from and --to are both `{from}`; expected two stores")));
    }
    logging::start("warn", Format::Text)?;
    let database = database(args.config.as_deref())?;
    run_async(WORKERS, copy(from, to, database, args.stopped))
}

/// A store that was named, on the command line or in the environment.
fn named(given: Option<&str>, flag: &str, variable: &str) -> Outcome<Place> {
    let (text, said) = match (given, std::env::var(variable)) {
        (Some(text), _) => (text.to_owned(), flag),
        (None, Ok(text)) => (text, variable),
        (None, Err(_)) => {
            return Err(Failure::Usage(format!("no {flag}; expected {flag} STORE, or {variable} in the environment")));
        }
    };
    let wrong = |why| Failure::Usage(format!("{said}: found `{}`, {why}", storage::without_password(&text)));
    Place::parse(&text).map_err(wrong)
}

/// How databases are reached.
fn database(file: Option<&Path>) -> Outcome<Database> {
    let usual = Database { deadline: DEADLINE, ..Database::default() };
    let Some(file) = file else { return Ok(usual) };
    // The rest of the settings does not matter here.
    let (settings, _) = Config::read(Some(file), &|name| std::env::var(name).ok())?.legible()?.judged();
    Ok(Database { pooler: settings.database.pooler, authorities: settings.database.authorities, ..usual })
}

async fn copy(from: Place, to: Place, database: Database, stopped: bool) -> Outcome {
    let mut stop = Stop::new()?;
    let source = Source::open(from, &database, stopped).await?;
    let target = Target::open(to, &database, &source).await?;
    let mover = Arc::new(Mover::new(source.store.clone(), target.store.clone(), &[storage::PURPOSE]));
    let survey = mover.survey().await.map_err(|halt| target.explain(halt))?;
    target.dedicate(&source).await?;
    let running = if source.is_still { "" } else { ", beside its servers" };
    term::tell(&format!("copying `{}` to `{}`{running}: {}", source.place, target.place, outlook(&survey)));
    let started = stopwatch();
    let moved = pass(&mover, survey.clone(), &mut stop).await;
    let seconds = Duration::from_nanos(stopwatch().saturating_sub(started)).as_secs_f64();
    term::say(&format!("copied and compared {} in {seconds:.1} s", counted(&mover.progress().figures())));
    moved.map_err(|halt| target.explain(halt))?;
    if !source.is_still {
        term::say(&source.what_is_left());
        return Err(Failure::Found);
    }
    match mover.finish().await.map_err(|halt| target.explain(halt))? {
        0 => term::say(&format!(
            "`{}` holds all that `{}` does: {} people, groups and records of tenants, those deleted included",
            target.place, source.place, survey.partitions
        )),
        left => {
            let place = &source.place;
            return Err(Failure::Failed(format!(
                "`{place}` was changed meanwhile, in {left} places; stop its servers"
            )));
        }
    }
    Ok(())
}

fn outlook(survey: &Survey) -> String {
    format!("{} of {} to bring or to compare", survey.todo.len(), survey.partitions)
}

/// Brings over what is to be brought, and shows how far it has come. Once asked to stop it finishes what is under way;
/// asked again, it leaves that.
async fn pass(mover: &Arc<Mover>, survey: Survey, stop: &mut Stop) -> Result<(), Halt> {
    let mut bar = Bar::new(survey.todo.len());
    let working = Arc::clone(mover);
    let mut work = tokio::spawn(async move { working.pass(&survey).await });
    let mut ticks = tokio::time::interval(bar.period());
    ticks.tick().await;
    let outcome = loop {
        tokio::select! {
            outcome = &mut work => break outcome,
            _ = ticks.tick() => bar.show(&mover.progress().figures()),
            () = stop.wished() => {
                if mover.progress().is_stopping() {
                    break Ok(Err(Halt::Stopped));
                }
                mover.progress().stop();
            }
        }
    };
    bar.clear();
    outcome.unwrap_or_else(|error| Err(Halt::Target(store::Error::Unavailable(error.to_string()))))
}
