//! What is done to a cluster that somebody else runs: a command of theirs, such as one that stops a worker for a while.
//!
//! It runs at a moment of chance and is to leave the cluster whole. The lab tells it the number of the disturbance in
//! `VITAE_LAB_ROUND` and a number by chance in `VITAE_LAB_DICE`, by which it may choose.

use std::process::{Child, Command, Stdio};

use fuzz::Dice;

use crate::failure::{Because, Failure, Outcome};

/// A cluster to try servers on.
#[derive(Clone)]
pub(crate) struct Cluster {
    pub(crate) url: String,
    /// What disturbs it; without one only servers are killed.
    pub(crate) command: Option<String>,
}

/// A disturbance under way.
pub(crate) struct Disturbance(Child);

impl Cluster {
    /// Begins a disturbance, if there is a command for it.
    pub(crate) fn disturb(&self, round: usize, dice: &mut Dice) -> Outcome<Option<Disturbance>> {
        let Some(command) = &self.command else { return Ok(None) };
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).stdin(Stdio::null()).stdout(Stdio::null());
        shell.env("VITAE_LAB_ROUND", round.to_string()).env("VITAE_LAB_DICE", dice.below(1 << 20).to_string());
        Ok(Some(Disturbance(shell.spawn().or_fail("the command of --disturb")?)))
    }
}

impl Disturbance {
    /// Whether it is over; a command that failed is an error, for what it tried is not known then.
    pub(crate) fn is_over(&mut self) -> Outcome<bool> {
        match self.0.try_wait().or_fail("the command of --disturb")? {
            None => Ok(false),
            Some(status) if status.success() => Ok(true),
            Some(status) => Err(Failure::new(format_args!("the command of --disturb failed: {status}"))),
        }
    }

    /// Waits until it is over.
    pub(crate) fn end(mut self) -> Outcome {
        self.0.wait().or_fail("the command of --disturb")?;
        self.is_over().map(drop)
    }
}

impl Drop for Disturbance {
    fn drop(&mut self) {
        // It leaves the cluster whole only when it ends by itself.
        let _ = self.0.wait();
    }
}
