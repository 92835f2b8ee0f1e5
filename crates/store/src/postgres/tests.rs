//! What is particular to a shared engine: several servers, layouts, and connections and engines that fail.

mod distributed;
mod encrypted;
mod failover;
mod faults;
mod pooled;
mod portable;
mod waits;

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::{Options, PostgresStore, migrate};
use crate::fixture::{commit, expecting, indexed, item, put, server, user, version};
use crate::testing::{Place, execute};
use crate::{Change, Error, Precondition, Store};

async fn open(url: &str, options: &Options) -> Arc<PostgresStore> {
    Arc::new(PostgresStore::open(url, options).await.unwrap())
}

fn ids(snapshot: &crate::Snapshot, collection: &str) -> Vec<String> {
    snapshot.items(collection).map(|item| item.id.to_string()).collect()
}

#[tokio::test]
async fn each_sees_what_the_other_has_just_written() {
    let place = Place::laid_out().await.unwrap();
    let servers = [open(&place.url, &server()).await, open(&place.url, &server()).await];
    for number in 0..20 {
        let (writing, reading) = (&servers[number % 2], &servers[(number + 1) % 2]);
        let id = number.to_string();
        writing.commit(commit(user(1), 1, vec![put("skills", &id, 1)])).await.unwrap();
        let seen = reading.snapshot(user(1)).await.unwrap().unwrap();
        assert!(seen.item("skills", &id).is_some(), "{id} in {:?}", ids(&seen, "skills"));
        assert_eq!(seen.rev(), number as u64 + 1);
    }
}

#[tokio::test]
async fn a_cached_partition_decides_nothing() {
    let place = Place::laid_out().await.unwrap();
    let (one, other) = (open(&place.url, &server()).await, open(&place.url, &server()).await);
    one.commit(commit(user(1), 1, vec![put("skills", "a", 1)])).await.unwrap();
    let change = Change::Put { item: item("skills", "a", 1, 2), index: vec![] };
    other.commit(commit(user(1), 2, vec![change])).await.unwrap();
    // The first server still keeps version 1, and must neither accept on it nor refuse on it.
    let late = expecting(vec![version("skills", "a", 1)], commit(user(1), 3, vec![Change::Drop]));
    assert_eq!(one.commit(late).await, Err(Error::Conflict(version("skills", "a", 1))));
    other.commit(commit(user(1), 4, vec![put("skills", "b", 1)])).await.unwrap();
    let good = expecting(vec![Precondition::Rev(3)], commit(user(1), 5, vec![put("skills", "c", 1)]));
    assert_eq!(one.commit(good).await, Ok(4));
    assert_eq!(one.verify().await, Ok(vec![]));
}

#[tokio::test]
async fn staleness_is_what_was_chosen_and_ends_with_a_conflict() {
    let place = Place::laid_out().await.unwrap();
    let hours = |hours: u64| Options { staleness: Duration::from_hours(hours), ..server() };
    let (patient, strict) = (open(&place.url, &hours(1)).await, open(&place.url, &hours(0)).await);
    let seen = async |store: &dyn Store| store.snapshot(user(1)).await.unwrap().map(|seen| seen.rev());
    strict.commit(commit(user(1), 1, vec![put("skills", "a", 1)])).await.unwrap();
    assert_eq!((seen(&*patient).await, seen(&*strict).await), (Some(1), Some(1)));
    strict.commit(commit(user(1), 2, vec![put("skills", "b", 1)])).await.unwrap();
    assert_eq!((seen(&*patient).await, seen(&*strict).await), (Some(1), Some(2)));
    // What it changes itself it sees, and a change is never judged on what is stale.
    let late = expecting(vec![Precondition::Rev(1)], commit(user(1), 3, vec![Change::Drop]));
    assert_eq!(patient.commit(late).await, Err(Error::Conflict(Precondition::Rev(1))));
    assert_eq!(seen(&*patient).await, Some(2), "whoever lost a race sees who won");
    patient.commit(commit(user(1), 4, vec![put("skills", "c", 1)])).await.unwrap();
    assert_eq!((seen(&*patient).await, seen(&*strict).await), (Some(3), Some(3)));
    strict.commit(commit(user(1), 5, vec![Change::Drop])).await.unwrap();
    assert_eq!((seen(&*patient).await, seen(&*strict).await), (Some(3), None));
    let gone = expecting(vec![Precondition::Exists], commit(user(1), 6, vec![]));
    assert_eq!(patient.commit(gone).await, Err(Error::Conflict(Precondition::Exists)));
    assert_eq!(seen(&*patient).await, None);
}

#[tokio::test]
async fn what_is_of_one_moment_is_asked_for_once() {
    let place = Place::laid_out().await.unwrap();
    let (one, other) = (open(&place.url, &server()).await, open(&place.url, &server()).await);
    let seen = async || one.snapshot(user(1)).await.unwrap().map(|seen| seen.rev());
    let write = async |store: &PostgresStore, at| store.commit(commit(user(1), at, vec![put("skills", "a", 1)])).await;
    write(&other, 1).await.unwrap();
    assert_eq!(seen().await, Some(1));
    write(&other, 2).await.unwrap();
    let of_one = crate::of_one_moment(async {
        // What was read before it began does not count, what it writes itself does.
        tokio::time::sleep(Duration::from_millis(1)).await;
        let first = seen().await;
        write(&other, 3).await.unwrap();
        let again = seen().await;
        write(&one, 4).await.unwrap();
        (first, again, seen().await)
    });
    assert_eq!(of_one.await, (Some(2), Some(2), Some(4)));
    write(&other, 5).await.unwrap();
    assert_eq!(crate::of_one_moment(async { seen().await }).await, Some(5));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_race_lose_nothing() {
    let place = Place::laid_out().await.unwrap();
    let servers = [open(&place.url, &server()).await, open(&place.url, &server()).await];
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..60 {
        let store = Arc::clone(&servers[number % 2]);
        let id = number.to_string();
        writers
            .spawn(async move { store.commit(commit(user(1), 1, vec![indexed("skills", &id, &[("s", &id)])])).await });
    }
    let mut revs: Vec<u64> = writers.join_all().await.into_iter().map(Result::unwrap).collect();
    revs.sort_unstable();
    assert_eq!(revs, (1..=60).collect::<Vec<_>>());
    for store in &servers {
        assert_eq!(store.snapshot(user(1)).await.unwrap().unwrap().items("skills").len(), 60);
        assert_eq!(store.verify().await, Ok(vec![]));
    }
}

#[tokio::test]
async fn a_rev_that_was_made_twice_is_told_apart() {
    let place = Place::laid_out().await.unwrap();
    let (one, other) = (open(&place.url, &server()).await, open(&place.url, &server()).await);
    one.commit(commit(user(1), 1, vec![put("skills", "lost", 1)])).await.unwrap();
    // As after a failover to a machine that had not got the commit.
    for table in ["partition", "item", "history"] {
        execute(&place.url, &format!("DELETE FROM {table}")).await.unwrap();
    }
    other.commit(commit(user(1), 1, vec![put("skills", "kept", 1)])).await.unwrap();
    assert_eq!(one.commit(commit(user(1), 2, vec![put("skills", "next", 2)])).await, Ok(2));
    let seen = one.snapshot(user(1)).await.unwrap().unwrap();
    assert_eq!(ids(&seen, "skills"), ["kept", "next"]);
}

#[tokio::test]
async fn layouts_are_made_once_and_newer_ones_left_alone() {
    let place = Place::new().await.unwrap();
    let options = Options::new(Uuid::from_u128(1));
    let unready = PostgresStore::open(&place.url, &options).await.unwrap_err();
    assert!(unready.to_string().contains("vitae migrate"), "{unready}");
    let migrations = || migrate(&place.url, &options, false);
    let told = tokio::join!(migrations(), migrations(), migrations(), migrations());
    for told in [told.0, told.1, told.2, told.3] {
        assert!(told.unwrap()[0].contains("version 1"));
    }
    let store = open(&place.url, &options).await;
    store.commit(commit(user(1), 1, vec![put("skills", "a", 1)])).await.unwrap();
    let again = migrate(&place.url, &options, false).await;
    assert_eq!(again.unwrap()[0], "the layout is at version 1, as before");
    // A layout that was cut short is taken up again.
    execute(&place.url, "DELETE FROM layout; DROP TABLE secret").await.unwrap();
    assert_eq!(migrate(&place.url, &options, false).await.unwrap()[0], "laid out version 1");
    assert_eq!(store.secret("s".into(), [1; 32]).await, Ok([1; 32]));
    assert!(store.snapshot(user(1)).await.unwrap().is_some());
    execute(&place.url, "UPDATE layout SET version = 9").await.unwrap();
    let newer = Error::Schema { found: 9, supported: 1 };
    assert_eq!(PostgresStore::open(&place.url, &options).await.unwrap_err(), newer);
    assert_eq!(migrate(&place.url, &options, false).await, Err(newer));
}

#[tokio::test]
async fn what_tables_lack_is_named_or_added() {
    let table = [
        ("ALTER TABLE item DROP COLUMN confidence", "the table `item` lacks the column `confidence double", true, true),
        ("ALTER TABLE item DROP COLUMN body", "the table `item` lacks the column `body bytea NOT NULL`", true, false),
        ("DROP TABLE secret", "the table `secret` is not there", true, true),
        ("ALTER TABLE name DROP CONSTRAINT name_pkey", "the table `name` lacks a primary key (key)", true, false),
        (
            "DROP INDEX posting_scan; CREATE INDEX posting_scan ON posting (tenant, token)",
            "lacks a valid index (tenant, path, token, owner, item, collection, kind); `DROP INDEX IF EXISTS posting_scan`",
            false,
            false,
        ),
        ("DROP INDEX history_changes", "the table `history` lacks a valid index", false, true),
    ];
    for (damage, expected, is_fatal, is_mended) in table {
        let place = Place::on(&crate::testing::engine().unwrap().url()).await.unwrap();
        migrate(&place.url, &server(), false).await.unwrap();
        execute(&place.url, damage).await.unwrap();
        let refused = PostgresStore::open(&place.url, &server()).await.err().map(|error| error.to_string());
        assert_eq!(refused.as_ref().is_some_and(|why| why.contains(expected)), is_fatal, "{damage}: {refused:?}");
        match migrate(&place.url, &server(), false).await {
            Ok(_) => assert!(is_mended, "{damage}"),
            Err(error) => assert!(!is_mended && error.to_string().contains(expected), "{damage}: {error}"),
        }
        assert_eq!(PostgresStore::open(&place.url, &server()).await.is_ok(), is_mended || !is_fatal, "{damage}");
    }
}

#[tokio::test]
async fn a_layout_that_is_there_waits_for_nobody() {
    let place = Place::on(&crate::testing::engine().unwrap().url()).await.unwrap();
    migrate(&place.url, &server(), false).await.unwrap();
    let store = open(&place.url, &server()).await;
    let writing = store.inner.pool.connect().await.unwrap();
    writing.batch_execute("BEGIN; LOCK TABLE posting, history, item, partition IN ROW EXCLUSIVE MODE").await.unwrap();
    let again = tokio::time::timeout(Duration::from_secs(20), migrate(&place.url, &server(), false)).await;
    assert_eq!(again.expect("no wait").unwrap()[0], "the layout is at version 1, as before");
}

#[tokio::test]
async fn tables_of_others_are_not_taken_for_ones_own() {
    for table in ["item (id int, name text)", "layout (x int)", "secret (name text, value bytea)"] {
        let place = Place::new().await.unwrap();
        execute(&place.url, &format!("CREATE TABLE {table}")).await.unwrap();
        let refused = migrate(&place.url, &server(), false).await.unwrap_err().to_string();
        let name = table.split(' ').next().unwrap();
        assert!(refused.starts_with(&format!("`{name}` is there")), "{table}: {refused}");
        let rest = "SELECT 1 / (count(*) = 1)::int FROM pg_class WHERE relnamespace = current_schema()::regnamespace
                    AND relkind = 'r'";
        execute(&place.url, rest).await.unwrap();
    }
}

#[tokio::test]
async fn tables_are_not_hidden_by_new_ones() {
    let engine = crate::testing::engine().unwrap().url();
    let (place, other) = (Place::on(&engine).await.unwrap(), Place::on(&engine).await.unwrap());
    migrate(&place.url, &server(), false).await.unwrap();
    let store = open(&place.url, &server()).await;
    store.commit(commit(user(1), 1, vec![put("skills", "a", 1)])).await.unwrap();
    let own = store.inner.pool.ad_hoc("SELECT current_schema()::text", &[]).await.unwrap()[0].get::<_, String>(0);
    // As where somebody makes a schema of the user's name, which comes before `public`.
    let behind = format!("{}%2C{own}", other.url);
    assert!(migrate(&behind, &server(), false).await.unwrap_err().to_string().contains(&format!("begin with `{own}`")));
    assert!(open(&behind, &server()).await.snapshot(user(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn what_is_wrong_with_an_address_is_told() {
    let place = Place::on(&crate::testing::engine().unwrap().url()).await.unwrap();
    let (address, _) = place.url.split_once('?').unwrap();
    let (server, name) = address.rsplit_once('/').unwrap();
    let none = format!("{server}/nosuch?sslmode=disable");
    let stranger = format!("{}/{name}?sslmode=disable", server.replace("vitae@", "nobody@"));
    let late = place.url.clone() + "nowhere";
    for (url, expected) in [(none, "make the database"), (stranger, "see to the user"), (late, "make the schema")] {
        let error = migrate(&url, &super::Options::new(Uuid::nil()), false).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{url}: {error}");
    }
    for (options, expected) in [
        ("sslmode=bogus", "`sslmode`"),
        ("sslmode=allow", "not `allow`"),
        ("sslrootcert=a.pem", "`database.ca`"),
        ("colour=red", "`colour`"),
        ("connect_timeout=soon", "`connect_timeout`"),
    ] {
        let error = super::check_url(&format!("postgres://vitae@db/people?{options}")).unwrap_err();
        assert!(error.contains(expected), "{options}: {error}");
    }
}

#[tokio::test]
async fn verify_finds_what_does_not_fit() {
    let place = Place::laid_out().await.unwrap();
    let store = open(&place.url, &server()).await;
    let table = [
        ("DELETE FROM posting", "has 0 index rows, not 1"),
        ("DELETE FROM item", "belongs to no item"),
        ("DELETE FROM history WHERE rev = 1", "its history has 1 rows up to rev 2"),
        ("UPDATE partition SET rev = 1", "that it never came to"),
        ("UPDATE partition SET live = false", "belongs to no partition"),
        ("UPDATE partition SET last_time = -1", "is later than its partition"),
        ("UPDATE item SET version = 1000", "has more versions"),
        ("UPDATE partition SET stamp = owner", "was not made by its last commit"),
        ("UPDATE partition SET head = NULL", "breaks at rev 2, which is the newest"),
        ("UPDATE history SET what = touched WHERE rev = 1", "breaks at rev 1, which does not go on"),
        ("UPDATE history SET audit = what WHERE rev = 1", "breaks at rev 1, which records other values"),
        ("UPDATE history SET at = 9 WHERE rev = 2", "breaks at rev 2, which does not go on"),
        ("UPDATE history SET dropped = true WHERE rev = 2", "breaks at rev 2, which does not go on"),
    ];
    for (damage, expected) in table {
        store.erase_all().await.unwrap();
        store.commit(commit(user(1), 1, vec![indexed("skills", "a", &[("s", "t")])])).await.unwrap();
        store.commit(commit(user(1), 2, vec![put("notes", "a", 1)])).await.unwrap();
        assert_eq!(store.verify().await, Ok(vec![]));
        execute(&place.url, damage).await.unwrap();
        let found = store.verify().await.unwrap().join("; ");
        assert!(found.contains(expected), "{damage}: {found}");
    }
}

#[tokio::test]
async fn what_is_broken_everywhere_is_told_in_bounded_room() {
    let place = Place::laid_out().await.unwrap();
    let store = open(&place.url, &server()).await;
    for owner in 0..120 {
        store.commit(commit(user(owner), 1, vec![put("notes", "a", 1)])).await.unwrap();
    }
    execute(&place.url, "UPDATE partition SET head = NULL; UPDATE item SET version = 1000").await.unwrap();
    let found = store.verify().await.unwrap();
    assert_eq!(found.len(), 100 + 100 + 2);
    assert_eq!(found[200..], ["and 20 more items with too many versions", "and 20 more broken histories"]);
}

/// Triggers that warn, at once and in COMMIT, in the manner of the worst warning there is.
#[tokio::test]
async fn what_an_operator_s_triggers_warn_of_is_in_nobody_s_way() {
    let place = Place::on(&crate::testing::engine().unwrap().url()).await.unwrap();
    migrate(&place.url, &server(), false).await.unwrap();
    let store = open(&place.url, &server()).await;
    let warn = "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                  RAISE WARNING 'noticed' USING ERRCODE = '57P01'; RETURN NEW; END $$;
                CREATE TRIGGER warn BEFORE INSERT OR UPDATE ON item FOR EACH ROW EXECUTE FUNCTION warn();
                CREATE TRIGGER warn BEFORE INSERT OR UPDATE ON name FOR EACH ROW EXECUTE FUNCTION warn();
                CREATE CONSTRAINT TRIGGER late AFTER INSERT ON history DEFERRABLE INITIALLY DEFERRED
                  FOR EACH ROW EXECUTE FUNCTION warn()";
    execute(&place.url, warn).await.unwrap();
    for rev in 1..4_u64 {
        assert_eq!(store.commit(commit(user(1), 1, vec![put("skills", "a", 1)])).await, Ok(rev));
    }
    let [tenant, ada] = [7, 1].map(Uuid::from_u128);
    assert_eq!(store.claim(tenant, "ada".into(), ada, 1).await, Ok(crate::Claimed::Granted));
    assert_eq!(store.bind(tenant, "ada".into(), ada).await, Ok(true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verify_is_not_misled_by_writers() {
    let place = Place::laid_out().await.unwrap();
    let store = open(&place.url, &server()).await;
    let writer = Arc::clone(&store);
    let writing = tokio::spawn(async move {
        for number in 0.. {
            let change = indexed("skills", &(number % 9).to_string(), &[("s", "t")]);
            writer.commit(commit(user(number % 3), 1, vec![change])).await.unwrap();
        }
    });
    for _ in 0..10 {
        assert_eq!(store.verify().await, Ok(vec![]));
    }
    writing.abort();
}

#[tokio::test]
async fn more_callers_than_may_wait_are_refused_at_once() {
    let place = Place::laid_out().await.unwrap();
    let store = open(&place.url, &Options { queue: 1, ..server() }).await;
    let many = tokio::join!(store.snapshot(user(1)), store.snapshot(user(1)));
    assert!(many.0.is_ok());
    assert!(matches!(&many.1, Err(Error::Unavailable(why)) if why.contains("too many")), "{:?}", many.1);
}
