//! `vitae migrate`: lays out the tables of a database, or brings them to this release's layout. Servers may be running.

use crate::cli;
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::{run_async, term};

/// Lays out the database that the settings name.
pub(crate) fn run(args: &cli::Migrate) -> Outcome {
    let config = Config::read(args.config.as_deref(), &|name| std::env::var(name).ok())?.legible()?;
    // The rest of the settings may be those of another machine.
    let (settings, faults) = config.judged();
    let Some(url) = settings.database.url.clone() else {
        let fault = faults.into_iter().find(|fault| fault.contains("`store`"));
        let none = "`store` names no database; a file is laid out by the server that opens it".to_owned();
        return Err(Failure::Usage(fault.unwrap_or(none)));
    };
    run_async(1, async move {
        for told in settings.database.migrate(&url, args.distributed).await? {
            term::say(&told);
        }
        Ok(())
    })
}
