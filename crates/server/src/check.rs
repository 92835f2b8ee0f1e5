//! `vitae check`: are the settings of a service, its issuers and the data of a directory sound? Nothing is changed, and
//! a server may be running.

mod issuers;

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use auth::Authenticator;
use serde_json::json;
use store::{Store, Transfer};

use crate::cli;
use crate::config::Config;
use crate::data_dir::DataDir;
use crate::dev::Authority;
use crate::effects::Effects;
use crate::failure::{Failure, Outcome};
use crate::storage::{self, Claimant, Database, Url};
use crate::wiring::{Api, Choices};
use crate::{run_async, term};

/// Looks through the directory and says what it found.
pub(crate) fn run(args: &cli::Check) -> Outcome {
    run_async(1, look(args))
}

async fn look(args: &cli::Check) -> Outcome {
    match &args.config {
        Some(file) => settings(args, file).await,
        None => {
            let directory = DataDir::existing(&args.data)?;
            let found = data(&directory).await?;
            let place = if directory.database().is_some() { DATABASE } else { DIRECTORY };
            let mending = found.mending(place);
            let sound = format!("the data in `{}` is sound", args.data.display());
            report(args, &sound, &found.all(), mending.unwrap_or_default())
        }
    }
}

/// The settings of `vitae serve`, and the data they name.
async fn settings(args: &cli::Check, file: &Path) -> Outcome {
    let config = Config::read(Some(file), &|name| std::env::var(name).ok())?;
    let is_legible = config.is_legible();
    let (settings, mut findings) = config.judged();
    if !is_legible {
        return report(args, "", &findings, CHANGE);
    }
    // What is wrong with one issuer is said already; this is about all of them together.
    let declared = settings.issuers.iter().map(|trusted| trusted.issuer.clone()).collect();
    if let (true, Err(error)) = (findings.is_empty(), Authenticator::new(declared, 1)) {
        findings.push(format!("the issuers cannot be used: {error}; change their [[issuers]]"));
    }
    findings.extend(settings.tls().and_then(|files| files.load().err()));
    findings.extend(issuers::look(&settings.issuers).await);
    let (place, remedy, kept) = match &settings.database.url {
        Some(url) => (url.to_string(), DATABASE, database(&settings.database, url).await),
        None => (settings.data.display().to_string(), DIRECTORY, named(&DataDir::named(&settings.data)).await),
    };
    let Kept { obstacles, contents, data_is } = kept;
    findings.extend(obstacles);
    let mending = contents.mending(remedy).unwrap_or(CHANGE);
    findings.extend(contents.all());
    let sound = format!("the settings in `{}` are sound; the data in `{place}` {data_is}", file.display());
    report(args, &sound, &findings, mending)
}

/// What the settings keep people in.
struct Kept {
    /// Why it cannot be used.
    obstacles: Vec<String>,
    contents: Contents,
    data_is: &'static str,
}

/// What is wrong with what is in a store.
#[derive(Default)]
struct Contents {
    /// A copy into it was not finished.
    is_unfinished: bool,
    damage: Vec<String>,
}

impl Contents {
    /// What is to be done, where anything is: `restore` about damage.
    fn mending(&self, restore: &'static str) -> Option<&'static str> {
        match (self.damage.is_empty(), self.is_unfinished) {
            (false, _) => Some(restore),
            (true, true) => Some("finish the copy"),
            (true, false) => None,
        }
    }

    fn all(self) -> Vec<String> {
        let unfinished = self.is_unfinished.then(|| storage::UNFINISHED.to_owned());
        self.damage.into_iter().chain(unfinished).collect()
    }
}

impl Kept {
    fn looked_at(outcome: Outcome<Contents>, advice: &str) -> Kept {
        let (obstacles, contents) = match outcome {
            Ok(contents) => (Vec::new(), contents),
            Err(failure) => (vec![format!("{}; {advice}", failure.message().unwrap_or_default())], Contents::default()),
        };
        Kept { obstacles, contents, data_is: "is sound" }
    }
}

/// The directory that the settings name, which may not be there yet.
async fn named(directory: &DataDir) -> Kept {
    match directory.is_made() {
        Ok(true) if directory.is_of_development() => {
            Kept { obstacles: vec![directory.of_development()], contents: Contents::default(), data_is: "" }
        }
        Ok(true) => {
            Kept::looked_at(data(directory).await, "whoever runs the service must be able to read and write it")
        }
        _ => {
            let obstacles = directory.obstacle().into_iter().collect();
            Kept { obstacles, contents: Contents::default(), data_is: "will be made when the service starts" }
        }
    }
}

/// The database that the settings name.
async fn database(database: &Database, url: &Url) -> Kept {
    let look = async {
        let store = database.open(url, 0).await?;
        match storage::claimant(&*store, url).await? {
            Some(Claimant::Development) => Err(Claimant::Service.refused(url)),
            _ => contents(store, url).await,
        }
    };
    Kept::looked_at(look.await, "change `store`, or see to the database")
}

/// What is wrong with the data in a directory.
async fn data(directory: &DataDir) -> Outcome<Contents> {
    let path = directory.store();
    let store = match storage::look_into(directory).await {
        Ok(store) => store,
        Err(store::Error::Corrupt(what)) => return Ok(Contents { is_unfinished: false, damage: vec![what] }),
        Err(error) => return Err(Failure::failed(format_args!("cannot read `{}`", path.display()), error)),
    };
    let mut found = contents(store, &path.display()).await?;
    found.damage.extend(development(directory));
    Ok(found)
}

/// What is wrong in a store.
async fn contents(store: Arc<dyn Transfer>, place: &dyn Display) -> Outcome<Contents> {
    // What cannot be read now may be sound.
    let told = |found: Result<Vec<String>, store::Error>| match found {
        Ok(findings) => Ok(findings),
        Err(store::Error::Corrupt(what)) => Ok(vec![what]),
        Err(error) => Err(Failure::failed(format_args!("cannot read `{place}`"), error)),
    };
    let mut damage = told(store.verify().await)?;
    let unfinished = store::moving::is_unfinished(&*store).await;
    let is_unfinished = unfinished.as_ref().is_ok_and(|unfinished| *unfinished);
    damage.extend(told(unfinished.map(|_| Vec::new()))?);
    let store: Arc<dyn Store> = store;
    damage.extend(told(store::seal::verify(&*store).await)?);
    let api = Api::new(Arc::clone(&store), Arc::new(Effects::machine()), &Choices::default(), [0; 32]);
    damage.extend(api.verify().await);
    Ok(Contents { is_unfinished, damage })
}

/// What is wrong with the files that `vitae dev` keeps beside the store, where it does.
fn development(directory: &DataDir) -> Vec<String> {
    // Without these two the people are nobody's that `vitae dev` knows.
    let put_back = "put a sound copy of the file back, or start `vitae dev` with another directory";
    let issuer = match directory.note() {
        Ok(None) => return Vec::new(),
        Ok(Some(note)) if note.loading => {
            return vec![
                "the first start of `vitae dev` was cut short; start it again to load the people anew".to_owned(),
            ];
        }
        Ok(Some(_)) => directory.existing_issuer().map(drop),
        Err(failure) => Err(failure),
    };
    let (outcome, mending) = match issuer {
        Ok(()) => (Authority::judge(directory.path()), "remove the file, and `vitae dev` makes it anew"),
        damaged => (damaged, put_back),
    };
    let damage = outcome.err().and_then(|failure| failure.message().map(str::to_owned));
    damage.map(|damage| format!("{damage}; {mending}")).into_iter().collect()
}

fn report(args: &cli::Check, sound: &str, findings: &[String], mending: &str) -> Outcome {
    if args.json {
        term::say(&json!({ "sound": findings.is_empty(), "findings": findings }).to_string());
    } else if findings.is_empty() {
        term::say(sound);
    } else {
        for finding in findings {
            term::say(finding);
        }
        term::say(&format!("{} found; to mend: {mending}", findings.len()));
    }
    if findings.is_empty() { Ok(()) } else { Err(Failure::Found) }
}

/// What to do about settings, whose findings say how.
const CHANGE: &str = "change the settings as told";

/// Index rows and headers can be computed again from what is stored; bodies that are gone cannot.
const DIRECTORY: &str = "stop the server, copy the directory to a safe place, and put the latest sound copy in its place; \
    what is lost can be told by comparing the two";

/// The same of a database.
const DATABASE: &str = "stop the servers, keep a dump of the database, and restore the latest sound one; what is lost can \
    be told by comparing the two";

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::data_dir::DevNote;

    #[test]
    fn only_what_is_made_anew_is_to_be_removed() {
        for (file, mending) in
            [("dev.json", "put a sound copy"), ("issuer.json", "put a sound copy"), ("ca.pem", "remove")]
        {
            let place = tempfile::tempdir().unwrap();
            let directory = DataDir::create(place.path()).unwrap();
            directory.issuer().unwrap();
            directory.write_note(&DevNote::default()).unwrap();
            Authority::judge(directory.path()).unwrap();
            fs::write(place.path().join("ca.pem"), "").unwrap();
            fs::write(place.path().join("ca.key.pem"), "x").unwrap();
            fs::write(place.path().join(file), "x").unwrap();
            let told = development(&directory);
            assert!(matches!(told.as_slice(), [one] if one.contains(mending)), "{file}: {told:?}");
        }
    }
}
