//! Timelines, which PostgreSQL numbers: a promotion begins one. Once a newer one was seen, connections to an older one are
//! neither made nor used. They compare within one database, as it was once made, and within one node of a cluster, whose
//! nodes all take writes.

use std::sync::{PoisonError, RwLock};

use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

/// The first eight digits are the timeline. Not every engine knows these functions. Nothing else tells databases apart
/// without a right that is harder to come by.
const TIMELINE: &str = "SELECT pg_walfile_name(pg_current_wal_lsn()), system_identifier, \
                        to_regclass('pg_dist_local_group') IS NOT NULL FROM pg_control_system()";

/// Which node of a Citus cluster it is. Nodes that were made from one image have one identifier.
const NODE: &str = "SELECT groupid FROM pg_dist_local_group";

/// A timeline of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timeline {
    pub(super) database: Database,
    pub(super) number: u32,
}

/// The name that a database was given when it was made, and which node of a cluster it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Database {
    pub(super) system: i64,
    pub(super) node: Option<i64>,
}

/// The newest timeline seen of each database.
#[derive(Default)]
pub(super) struct Newest(RwLock<Vec<Timeline>>);

impl Newest {
    /// Was no newer one seen?
    pub(super) fn is_current(&self, own: Timeline) -> bool {
        let newest = self.0.read().unwrap_or_else(PoisonError::into_inner);
        !newest.iter().any(|new| new.database == own.database && new.number > own.number)
    }

    /// Notes a timeline, and gives the newest of its database.
    pub(super) fn note(&self, seen: Timeline) -> u32 {
        let mut newest = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match newest.iter_mut().find(|known| known.database == seen.database) {
            Some(known) => {
                known.number = known.number.max(seen.number);
                known.number
            }
            None => {
                newest.push(seen);
                seen.number
            }
        }
    }
}

/// The timeline of the engine at the other end, if it tells one.
pub(super) async fn of(client: &Client) -> Result<Option<Timeline>, tokio_postgres::Error> {
    let Some(told) = first(client, TIMELINE).await? else { return Ok(None) };
    let node = match told.get(2) {
        Some("t") => first(client, NODE).await?.and_then(|node| node.get(0)?.parse().ok()),
        _ => None,
    };
    let of = |told: &SimpleQueryRow| {
        let database = Database { system: told.get(1)?.parse().ok()?, node };
        Some(Timeline { database, number: u32::from_str_radix(told.get(0)?.get(..8)?, 16).ok()? })
    };
    Ok(of(&told))
}

/// The first row of a query without parameters.
async fn first(client: &Client, sql: &str) -> Result<Option<SimpleQueryRow>, tokio_postgres::Error> {
    let rows = client.simple_query(sql).await?;
    Ok(rows.into_iter().find_map(|row| match row {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeline_is_old_once_a_newer_one_was_seen() {
        let newest = Newest::default();
        let timeline = |system, number| Timeline { database: Database { system, node: None }, number };
        let are_current = |numbers: [u32; 3]| numbers.map(|number| newest.is_current(timeline(7, number)));
        assert_eq!(are_current([1, 2, 3]), [true, true, true]);
        assert_eq!([2, 1, 3, 2].map(|number| newest.note(timeline(7, number))), [2, 2, 3, 3]);
        assert_eq!(are_current([1, 2, 3]), [false, false, true]);
        // Another node of a cluster, or what took the place of the database, has its own.
        assert!(newest.is_current(timeline(8, 1)));
        assert_eq!(newest.note(timeline(8, 1)), 1);
        assert!(newest.is_current(timeline(8, 1)) && newest.is_current(timeline(7, 3)));
    }
}
