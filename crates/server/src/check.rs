//! `vitae check`: is the data of a directory sound? Nothing is changed, and a server may be running.

use std::sync::Arc;

use serde_json::json;
use store::Store;
use store::sqlite::SqliteStore;

use crate::cli;
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
    let directory = DataDir::existing(&args.data)?;
    let path = directory.store();
    let opened = SqliteStore::open_read_only(&path);
    let store: Arc<dyn Store> = match opened {
        Ok(store) => Arc::new(store),
        Err(store::Error::Corrupt(what)) => return report(args, &[what]),
        Err(error) => return Err(Failure::failed(format_args!("cannot read `{}`", path.display()), error)),
    };
    let mut findings = match store.verify().await {
        Ok(findings) => findings,
        Err(store::Error::Corrupt(what)) => vec![what],
        Err(error) => return Err(Failure::failed(format_args!("cannot read `{}`", path.display()), error)),
    };
    let api = Api::new(Arc::clone(&store), Arc::new(Effects::machine()), &Choices::default(), [0; 32]);
    findings.extend(api.verify().await);
    findings.extend(development(&directory));
    report(args, &findings)
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

fn report(args: &cli::Check, findings: &[String]) -> Outcome {
    if args.json {
        term::say(&json!({ "sound": findings.is_empty(), "findings": findings }).to_string());
    } else if findings.is_empty() {
        term::say(&format!("the data in `{}` is sound", args.data.display()));
    } else {
        for finding in findings {
            term::say(finding);
        }
        term::say(&format!("{} found; to mend: {MENDING}", findings.len()));
    }
    if findings.is_empty() { Ok(()) } else { Err(Failure::Found) }
}

/// Index rows and headers can be computed again from what is stored; bodies that are gone cannot.
const MENDING: &str = "stop the server, copy the directory to a safe place, and put the latest sound copy in its place; \
    what is lost can be told by comparing the two";
