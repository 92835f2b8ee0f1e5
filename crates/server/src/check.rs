//! `vitae check`: are the settings of a service, its issuers and the data of a directory sound? Nothing is changed, and a
//! server may be running.

mod issuers;

use std::path::Path;
use std::sync::Arc;

use auth::Authenticator;
use serde_json::json;
use store::Store;
use store::sqlite::SqliteStore;

use crate::cli;
use crate::config::Config;
use crate::data_dir::DataDir;
use crate::effects::Effects;
use crate::failure::{Failure, Outcome};
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
            let findings = data(&directory).await?;
            report(args, &format!("the data in `{}` is sound", args.data.display()), &findings, MENDING)
        }
    }
}

/// The settings of `vitae serve`, and the data they name.
async fn settings(args: &cli::Check, file: &Path) -> Outcome {
    let config = Config::read(Some(file), &|name| std::env::var(name).ok())?;
    let (settings, mut findings) = config.judged();
    // What is wrong with one issuer is said already; this is about all of them together.
    let declared = settings.issuers.iter().map(|trusted| trusted.issuer.clone()).collect();
    if let (true, Err(error)) = (findings.is_empty(), Authenticator::new(declared, 1)) {
        findings.push(format!("the issuers cannot be used: {error}; change their [[issuers]]"));
    }
    findings.extend(settings.tls().and_then(|files| files.load().err()));
    findings.extend(issuers::look(&settings.issuers).await);
    let directory = DataDir::named(&settings.data);
    let (mut damage, mut data_is) = (Vec::new(), "is sound");
    match directory.is_made() {
        Ok(true) if directory.is_of_development() => findings.push(directory.of_development()),
        Ok(true) => match data(&directory).await {
            Ok(found) => damage = found,
            Err(failure) => {
                let message = failure.message().unwrap_or_default();
                findings.push(format!("{message}; whoever runs the service must be able to read and write it"));
            }
        },
        _ => {
            data_is = "will be made when the service starts";
            findings.extend(directory.obstacle());
        }
    }
    let mending = if damage.is_empty() { "change the settings as told" } else { MENDING };
    findings.extend(damage);
    let sound =
        format!("the settings in `{}` are sound; the data in `{}` {data_is}", file.display(), settings.data.display());
    report(args, &sound, &findings, mending)
}

/// What is wrong with the data in a directory.
async fn data(directory: &DataDir) -> Outcome<Vec<String>> {
    let path = directory.store();
    let trouble = |error| Failure::failed(format_args!("cannot read `{}`", path.display()), error);
    let store: Arc<dyn Store> = match SqliteStore::open_read_only(&path) {
        Ok(store) => Arc::new(store),
        Err(store::Error::Corrupt(what)) => return Ok(vec![what]),
        Err(error) => return Err(trouble(error)),
    };
    let mut findings = match store.verify().await {
        Ok(findings) => findings,
        Err(store::Error::Corrupt(what)) => vec![what],
        Err(error) => return Err(trouble(error)),
    };
    let api = Api::new(Arc::clone(&store), Arc::new(Effects::machine()), &Choices::default(), [0; 32]);
    findings.extend(api.verify().await);
    findings.extend(development(directory));
    Ok(findings)
}

/// What is wrong with the files that `vitae dev` keeps beside the store, where it does.
fn development(directory: &DataDir) -> Vec<String> {
    let noted = match directory.note() {
        Ok(None) => return Vec::new(),
        Ok(Some(note)) if note.loading => {
            return vec![
                "the first start of `vitae dev` was cut short; start it again to load the people anew".to_owned(),
            ];
        }
        Ok(Some(_)) => directory.existing_issuer().map(drop),
        Err(failure) => Err(failure),
    };
    let damage = noted.err().and_then(|failure| failure.message().map(str::to_owned));
    damage.map(|damage| format!("{damage}; remove the file, and `vitae dev` makes it anew")).into_iter().collect()
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

/// Index rows and headers can be computed again from what is stored; bodies that are gone cannot.
const MENDING: &str = "stop the server, copy the directory to a safe place, and put the latest sound copy in its place; \
    what is lost can be told by comparing the two";
