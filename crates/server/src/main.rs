//! `vitae`: the one binary.
//!
//! A command is a module: [`dev`], [`serve`], [`token`], [`check`], [`migrate`], [`copy`], [`mod@env`]. What `dev` and
//! `serve` share is the way of a request ([`app`]), the sockets ([`listen`]) and the making of the service
//! ([`wiring`]).

mod app;
mod check;
mod cli;
mod clock;
mod config;
mod copy;
mod data_dir;
mod demo;
mod dev;
mod duration;
mod effects;
mod env;
mod failure;
mod files;
mod issuers;
mod listen;
mod logging;
mod migrate;
mod random;
mod sealing;
mod seeded;
mod serve;
mod sightings;
mod storage;
mod term;
mod tls;
mod token;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::failure::{Failure, Outcome};

/// Requests are many small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Usage errors of the command line itself end here, with exit code 2.
    let cli = Cli::parse();
    let outcome = match &cli.command {
        Command::Dev(dev) => dev::run(dev),
        Command::Serve(serve) => serve::run(serve),
        Command::Token(token) => token::run(token),
        Command::Check(check) => check::run(check),
        Command::Migrate(migrate) => migrate::run(migrate),
        Command::Copy(copy) => copy::run(copy),
        Command::Env(env) => env::run(env),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(message) = failure.message() {
                term::complain(message);
            }
            failure.exit_code()
        }
    }
}

/// Runs a command's future on so many threads.
fn run_async<F: Future<Output = Outcome>>(threads: usize, future: F) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .map_err(|error| Failure::failed("cannot start", error))?;
    runtime.block_on(future)
}
