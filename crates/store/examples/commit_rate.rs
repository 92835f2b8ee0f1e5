//! Measures durable commits: many committers, each to partitions of its own, each commit one item.
//!
//! `cargo run --release -p store --example commit_rate -- [DIR [COMMITS [COMMITTERS [PARTITIONS [BODY]]]]]`

#![expect(clippy::print_stdout, reason = "a measuring tool prints")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use store::sqlite::{Options, SqliteStore};
use store::{Change, Commit, Header, IndexRow, Item, PartitionKey, PartitionKind, Precondition, Record, Store};
use uuid::Uuid;

#[derive(Clone, Copy)]
struct Load {
    commits: u64,
    committers: u64,
    partitions: u64,
    body: usize,
    index: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: u64| arguments.get(at).map_or(Ok(default), |text| text.parse());
    let directory = arguments.first().map_or("/tmp/commit_rate", String::as_str);
    let load = Load {
        commits: number(1, 60_000)?,
        committers: number(2, 64)?,
        partitions: number(3, 20_000)?,
        body: usize::try_from(number(4, 600)?)?,
        index: number(5, 0)? > 0,
    };
    std::fs::create_dir_all(directory)?;
    let store: Arc<dyn Store> =
        Arc::new(SqliteStore::open(&Path::new(directory).join("store.db"), &Options::default())?);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?;
    let (mut waits, took) = runtime.block_on(run(&store, load))?;
    waits.sort_unstable();
    let share = |percent: usize| waits.get(waits.len() * percent / 100).copied().unwrap_or_default();
    let rate = load.commits * 1_000_000 / u64::try_from(took.as_micros())?.max(1);
    println!("{rate} commits/s, p50 {:?}, p99 {:?}, worst {:?}", share(50), share(99), waits.last());
    let reads = hits(&runtime, &store)?;
    println!("{reads} ns per cached snapshot");
    Ok(())
}

async fn run(store: &Arc<dyn Store>, load: Load) -> Result<(Vec<Duration>, Duration), Box<dyn Error>> {
    let begin = now();
    let tasks: Vec<_> =
        (0..load.committers).map(|committer| tokio::spawn(commits(Arc::clone(store), load, committer))).collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await??);
    }
    Ok((waits, begin.elapsed()))
}

async fn commits(store: Arc<dyn Store>, load: Load, committer: u64) -> store::Result<Vec<Duration>> {
    let mut waits = Vec::new();
    for round in 0..load.commits / load.committers {
        let number = committer + round * load.committers;
        let begin = now();
        store.commit(commit(load, committer, number)).await?;
        waits.push(begin.elapsed());
    }
    Ok(waits)
}

fn commit(load: Load, committer: u64, number: u64) -> Commit {
    // The same committer always serves the same partitions, scattered over the key space.
    let chosen = scatter(number) % (load.partitions / load.committers).max(1) * load.committers + committer;
    let partition = PartitionKey { tenant: Uuid::nil(), kind: PartitionKind::User, owner: guid(chosen) };
    let at = i64::try_from(number).unwrap_or(i64::MAX);
    let header = Header { version: 1, created: at, modified: at, ..Header::default() };
    let unique = guid(at.cast_unsigned() ^ u64::from(std::process::id()) << 32);
    let id: Arc<str> = unique.to_string().into();
    let collection: Arc<str> = "skills".into();
    let body: Bytes = id.as_bytes().iter().copied().cycle().take(load.body).collect();
    let index = match load.index {
        true => {
            vec![IndexRow { path: "skills/displayName".into(), token: Bytes::from(format!("skill {}", number % 5000)) }]
        }
        false => Vec::new(),
    };
    let expect = vec![
        Precondition::ItemAbsent { collection: Arc::clone(&collection), id: Arc::clone(&id) },
        Precondition::AtMost { collection: Arc::clone(&collection), items: 1000 },
    ];
    let changes = vec![Change::Put { item: Arc::new(Item { collection, id, header, body }), index }];
    let salt = *guid(number ^ 0x5a17).as_bytes();
    let audit = Record { what: Bytes::from(vec![b'w'; 200]), values: Bytes::from(vec![b'v'; 700]), salt };
    Commit { partition, at, expect, changes, audit }
}

/// Nanoseconds per read of a partition that is in the cache.
fn hits(runtime: &tokio::runtime::Runtime, store: &Arc<dyn Store>) -> Result<u128, Box<dyn Error>> {
    const READS: u32 = 1_000_000;
    let partition = runtime.block_on(store.partitions(None, 1))?;
    let partition = *partition.first().ok_or("there is no partition")?;
    let begin = now();
    runtime.block_on(async {
        for _ in 0..READS {
            std::hint::black_box(store.snapshot(partition).await?);
        }
        Ok::<_, store::Error>(())
    })?;
    Ok(begin.elapsed().as_nanos() / u128::from(READS))
}

fn guid(number: u64) -> Uuid {
    Uuid::from_u64_pair(scatter(number), scatter(scatter(number)))
}

/// Spreads consecutive numbers (the finisher of splitmix64).
fn scatter(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[expect(clippy::disallowed_methods, reason = "measuring is about real time")]
fn now() -> Instant {
    Instant::now()
}
