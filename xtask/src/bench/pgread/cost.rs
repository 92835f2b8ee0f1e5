//! Whose CPU time reads took: of who asks, of the server between, of the database. Where all of them share the cores,
//! it is what decides how long a round trip takes, and it is the same however busy the machine is otherwise.

use std::time::Duration;

use crate::bench::figures::median;
use crate::bench::process;
use crate::failure::Outcome;

/// The processes whose time is taken.
pub(super) struct Meter {
    /// The server's.
    pub(super) server: u32,
    /// The database's, which has one for each connection.
    pub(super) database: Vec<u32>,
}

/// CPU time of each.
#[derive(Clone, Copy)]
pub(crate) struct Cost<T> {
    asking: T,
    server: T,
    database: T,
}

impl Meter {
    /// What each used so far.
    pub(super) fn read(&self) -> Outcome<Cost<Duration>> {
        let mut database = Duration::ZERO;
        for &id in &self.database {
            database += process::cpu(id)?;
        }
        Ok(Cost { asking: process::cpu(std::process::id())?, server: process::cpu(self.server)?, database })
    }
}

impl Cost<Duration> {
    /// What was added since, in microseconds for each of so many reads.
    pub(super) fn each(self, before: Self, reads: usize) -> Cost<f64> {
        let each = |now: Duration, before: Duration| (now - before).as_secs_f64() * 1e6 / reads.max(1) as f64;
        Cost {
            asking: each(self.asking, before.asking),
            server: each(self.server, before.server),
            database: each(self.database, before.database),
        }
    }
}

impl Cost<f64> {
    /// Of several turns.
    pub(super) fn median(turns: &[Self]) -> Self {
        let of = |part: fn(&Self) -> f64| median(turns.iter().map(part));
        Self { asking: of(|cost| cost.asking), server: of(|cost| cost.server), database: of(|cost| cost.database) }
    }

    /// In words.
    pub(super) fn text(&self) -> String {
        let Self { asking, server, database } = self;
        let total = asking + server + database;
        format!("{total:.1} µs of CPU: who asks {asking:.1}, server {server:.1}, database {database:.1}")
    }
}
