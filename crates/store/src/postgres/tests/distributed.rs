//! The layout of a cluster, where no cluster is at hand: stand-ins for the functions of Citus cut each table into shards, and
//! refuse what Citus would refuse. The planner tells which shards a statement asks.

use std::collections::BTreeSet;

use tokio_postgres::types::{ToSql, Type};

use super::portable::{OF_ALL, SPREAD};
use super::*;
use crate::postgres::sql::STATEMENTS;
use crate::testing::{SHARDS, shards};

/// How tables lie, each with how many shards.
const HOW: &str = "SELECT logicalrelid::text || ': ' || count(inhrelid) || ' of ' || partmethod::text
    FROM pg_dist_partition LEFT JOIN pg_inherits ON inhparent = logicalrelid
    WHERE pg_table_is_visible(logicalrelid) GROUP BY logicalrelid, partmethod ORDER BY 1";

#[tokio::test]
async fn tables_are_distributed_once_and_all_of_a_person_together() {
    let place = Place::on(&crate::testing::engine().unwrap().url()).await.unwrap();
    let plain = migrate(&place.url, &server(), true).await.unwrap_err().to_string();
    assert!(plain.contains("is the extension `citus` there?"), "{plain}");
    let place = Place::in_cluster(shards().await.unwrap()).await.unwrap();
    assert!(place.is_distributed());
    // Servers of before may have written what is distributed now.
    migrate(&place.url, &server(), false).await.unwrap();
    let store = open(&place.url, &server()).await;
    store.commit(commit(user(1), 1, vec![indexed("skills", "a", &[("s", "t")])])).await.unwrap();
    let told = migrate(&place.url, &server(), true).await.unwrap();
    assert_eq!(told.iter().filter(|told| told.starts_with("distributed the table")).count(), 7, "{told:?}");
    let rows = store.inner.pool.ad_hoc(HOW, &[]).await.unwrap();
    let rows: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(
        rows,
        [
            "history: 4 of h",
            "item: 4 of h",
            "layout: 0 of n",
            "name: 4 of h",
            "partition: 4 of h",
            "posting: 4 of h",
            "secret: 0 of n"
        ]
    );
    let again = migrate(&place.url, &server(), true).await.unwrap();
    assert_eq!(again[0], "the layout is at version 1, as before");
    store.commit(commit(user(1), 2, vec![indexed("skills", "b", &[("s", "t")])])).await.unwrap();
    assert_eq!(store.verify().await, Ok(vec![]));
    // A distribution that was cut short is taken up again.
    execute(&place.url, "DROP TABLE posting").await.unwrap();
    let rest = migrate(&place.url, &server(), true).await.unwrap();
    assert_eq!(rest.first().map(String::as_str), Some("distributed the table `posting`"));
}

/// As far as the layout and the statements could come to need it; else the suite on stand-ins would show nothing.
#[tokio::test]
async fn stand_ins_refuse_what_citus_refuses() {
    let place = Place::in_cluster(shards().await.unwrap()).await.unwrap();
    let tables = "CREATE TABLE a (owner int PRIMARY KEY, b int); CREATE TABLE b (owner int, id int PRIMARY KEY);
        CREATE TABLE c (owner int PRIMARY KEY REFERENCES b); CREATE TABLE d (owner text PRIMARY KEY)";
    execute(&place.url, tables).await.unwrap();
    execute(&place.url, "SELECT create_distributed_table('a', 'owner')").await.unwrap();
    for (statement, expected) in [
        ("SELECT create_distributed_table('b', 'owner')", "unique constraint on partitioned table"),
        ("SELECT create_distributed_table('c', 'owner')", "has a foreign key"),
        ("SELECT create_distributed_table('d', 'owner', colocate_with => 'a')", "cannot be with"),
        ("CREATE UNIQUE INDEX ON a (b)", "unique constraint on partitioned table"),
        ("INSERT INTO a VALUES (1, 1) ON CONFLICT (b) DO NOTHING", "no unique or exclusion constraint"),
        ("UPDATE a SET owner = 2 WHERE owner = 1", "modifying the partition value"),
        ("INSERT INTO a VALUES (1, 1) ON CONFLICT (owner) DO UPDATE SET owner = 2", "modifying the partition value"),
        ("INSERT INTO a SELECT number FROM generate_series(1, 20) number", "inserts on two machines"),
    ] {
        let refused = execute(&place.url, statement).await.unwrap_err().to_string();
        assert!(refused.contains(expected), "{statement}: {refused}");
    }
}

/// A value of a type, whichever.
fn value(kind: &Type) -> Box<dyn ToSql + Sync> {
    match *kind {
        Type::UUID => Box::new(Uuid::from_u128(1)),
        Type::INT2 => Box::new(1_i16),
        Type::INT4 => Box::new(1_i32),
        Type::INT8 => Box::new(1_i64),
        Type::FLOAT8 => Box::new(1.0_f64),
        Type::BOOL => Box::new(true),
        Type::TEXT => Box::new("a"),
        Type::TEXT_ARRAY => Box::new(vec!["a"]),
        Type::BYTEA => Box::new(vec![1_u8]),
        _ => panic!("{kind}"),
    }
}

/// The shards that the plan of a statement looks into.
async fn planned(store: &PostgresStore, text: &str, types: &[Type]) -> BTreeSet<String> {
    let values: Vec<_> = types.iter().map(value).collect();
    let params: Vec<_> =
        values.iter().zip(types).map(|(value, kind)| (&**value as &(dyn ToSql + Sync), kind.clone())).collect();
    let plan = store.inner.pool.ad_hoc(&format!("EXPLAIN (COSTS OFF) {text}"), &params).await.unwrap();
    let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
    let words =
        plan.iter().flat_map(|line| line.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_'));
    let shard = |word: &str| word.split_once("_shard")?.1.get(..1).map(str::to_owned);
    words.filter_map(shard).collect()
}

#[tokio::test]
async fn the_planner_finds_one_machine_for_each_statement() {
    let place = Place::sharded().await.unwrap();
    let store = open(&place.url, &server()).await;
    for (number, statement) in STATEMENTS.iter().enumerate() {
        let text = statement.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let found = planned(&store, &text, statement.types).await;
        let is_spread = SPREAD.iter().any(|(table, _)| {
            [" FROM ", " INTO ", "UPDATE "].iter().any(|word| format!("{text} ").contains(&format!("{word}{table} ")))
        });
        let expected = match is_spread {
            // Where a new row goes the planner does not say: to one place, unless the stand-in refuses it.
            true if text.starts_with("INSERT") => 0,
            true if OF_ALL.iter().any(|sql| *sql as usize == number) => SHARDS as usize,
            true => 1,
            false => 0,
        };
        assert_eq!(found.len(), expected, "{text}: {found:?}");
    }
    for (text, types) in [
        ("SELECT 1 FROM item WHERE tenant = $1", &[Type::UUID][..]),
        ("SELECT 1 FROM partition p JOIN item i ON i.tenant = p.tenant WHERE p.owner = $1", &[Type::UUID]),
        ("UPDATE history SET at = 1 WHERE rev = $1", &[Type::INT8]),
        ("DELETE FROM name WHERE owner = $1", &[Type::UUID]),
    ] {
        assert_eq!(planned(&store, text, types).await.len(), SHARDS as usize, "{text}");
    }
}

/// Locks a shard for so long, as if its machine stood still.
async fn freeze(url: &str, shard: &str, time: Duration) -> tokio::task::JoinHandle<()> {
    let tables = ["partition", "item", "posting", "history"].map(|table| format!("{table}_shard{shard}")).join(", ");
    let lock = format!("BEGIN; LOCK TABLE {tables}; SELECT pg_sleep({}); COMMIT", time.as_secs_f64());
    let (own, url) = (url.to_owned(), url.to_owned());
    let frozen = tokio::spawn(async move { execute(&own, &lock).await.unwrap() });
    let held =
        "SELECT 1 / (count(*) = 0)::int FROM pg_locks WHERE relation = to_regclass('history_shard{}') AND granted";
    let free = held.replace("{}", shard);
    while execute(&url, &free).await.is_ok() {}
    frozen
}

/// People, by the shard that they are on.
async fn people(store: &PostgresStore) -> std::collections::BTreeMap<String, Vec<u128>> {
    let mut there = std::collections::BTreeMap::<String, Vec<u128>>::new();
    for owner in 1..20 {
        store.commit(change(owner)).await.unwrap();
        let sql = format!("SELECT tableoid::regclass::text FROM partition WHERE owner = '{}'", user(owner).owner);
        let shard: String = store.inner.pool.ad_hoc(&sql, &[]).await.unwrap()[0].get(0);
        there.entry(shard.trim_start_matches("partition_shard").to_owned()).or_default().push(owner);
    }
    there
}

fn change(owner: u128) -> crate::Commit {
    commit(user(owner), 1, vec![indexed("skills", "a", &[("s", "t")])])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_that_stands_still_keeps_nobody_else_waiting() {
    let place = Place::sharded().await.unwrap();
    let deadline = Duration::from_millis(400);
    let store = open(&place.url, &Options { deadline, ..server() }).await;
    let mut there = people(&store).await;
    let (shard, stuck) = there.pop_first().unwrap();
    let lock = freeze(&place.url, &shard, deadline * 8).await;
    let asking = Arc::clone(&store);
    let frozen = stuck[0];
    let refused = tokio::spawn(async move {
        let mut refused = 0;
        while !lock.is_finished() {
            let begun = tokio::time::Instant::now();
            let (read, write) = tokio::join!(asking.snapshot(user(frozen)), asking.commit(change(frozen)));
            // Those that the lock ended with may be done.
            let both = [read.map(drop), write.map(drop)];
            assert!(both.iter().all(|one| matches!(one, Ok(()) | Err(Error::Unavailable(_)))), "{both:?}");
            assert!(begun.elapsed() < deadline * 6, "{:?}", begun.elapsed());
            refused += both.iter().filter(|one| one.is_err()).count();
        }
        refused
    });
    let others: Vec<u128> = there.into_values().flatten().collect();
    let mut answered = 0;
    while !refused.is_finished() {
        for owner in &others {
            store.snapshot(user(*owner)).await.unwrap().unwrap();
            store.commit(change(*owner)).await.unwrap();
            answered += 1;
        }
    }
    assert!(refused.await.unwrap() > 1 && answered > others.len(), "{answered}");
    // It goes on where it stood still.
    store.commit(change(frozen)).await.unwrap();
    assert_eq!(store.verify().await, Ok(vec![]));
}

/// However many ask for what it has, there is a connection for a change of others. Who changes something reads first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_that_wait_for_a_machine_leave_connections_for_changes() {
    let place = Place::sharded().await.unwrap();
    let deadline = Duration::from_millis(800);
    let store = open(&place.url, &Options { deadline, ..server() }).await;
    let mut there = people(&store).await;
    let (shard, stuck) = there.pop_first().unwrap();
    let lock = freeze(&place.url, &shard, deadline * 6).await;
    let mut waiting = tokio::task::JoinSet::new();
    for number in 0..10 * server().writers {
        let (store, owner, lock) = (Arc::clone(&store), stuck[number % stuck.len()], lock.abort_handle());
        waiting.spawn(async move {
            while !lock.is_finished() {
                if store.snapshot(user(owner)).await.is_ok() {
                    // Where the machine stood still again meanwhile.
                    let _ = store.commit(change(owner)).await;
                }
            }
        });
    }
    while !lock.is_finished() {
        for owner in there.values().flatten() {
            store.commit(change(*owner)).await.unwrap();
        }
    }
    waiting.join_all().await;
    assert_eq!(store.verify().await, Ok(vec![]));
}
