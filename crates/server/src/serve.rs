//! `vitae serve`: a server for an organization.

use crate::cli;
use crate::failure::{Failure, Outcome};

pub(crate) fn run(_args: &cli::Serve) -> Outcome {
    Err(Failure::Usage("not yet".to_owned()))
}
