//! Targets that are not what they seem: the source itself under another name, one that cannot be told from it, one that
//! does not keep what it was given.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::{Shared, inhabited, moved, mover, of};
use crate::fixture::{self, item, user};
use crate::memory::MemoryStore;
use crate::moving::{Halt, Outcome, compare, is_unfinished};
use crate::postgres::{Options, PostgresStore, migrate};
use crate::testing::{Mood, Place, Proxy, engine, execute};
use crate::{Portion, Standing};

#[tokio::test]
async fn a_store_under_two_names_is_not_marked_as_unfinished() {
    let place = Place::laid_out().await.unwrap();
    let url = place.url.replace("127.0.0.1", "localhost");
    let source: Shared = Arc::new(PostgresStore::open(&place.url, &fixture::server()).await.unwrap());
    let target: Shared = Arc::new(PostgresStore::open(&url, &fixture::server()).await.unwrap());
    inhabited(&source).await;
    let before = source.secrets().await;
    let mover = mover(&source, &target);
    let survey = mover.survey().await.unwrap();
    assert_eq!(mover.pass(&survey).await, Err(Halt::Same));
    assert_eq!(source.secrets().await, before);
    assert_eq!(source.verify().await, Ok(vec![]));
}

/// Whenever the move is cut short, the store is served and copied as before, and the next one leaves nothing of it there.
#[tokio::test]
async fn a_store_under_two_names_is_not_marked_by_a_move_that_was_killed() {
    let place = Place::laid_out().await.unwrap();
    let open = async || Arc::new(PostgresStore::open(&place.url, &fixture::server()).await.unwrap());
    let (source, target): (Shared, Shared) = (open().await, open().await);
    inhabited(&source).await;
    let before = source.secrets().await;
    let mover = mover(&source, &target);
    let survey = mover.survey().await.unwrap();
    let (mut waits, mut ended) = (0, None);
    while ended.is_none() {
        ended = cut(waits, mover.pass(&survey)).await;
        assert!(!is_unfinished(&*source).await.unwrap(), "cut at wait {waits}");
        assert_eq!(mover.survey().await, Ok(survey.clone()), "cut at wait {waits}");
        waits += 1;
    }
    assert!(waits > 3, "{waits}");
    assert_eq!(ended, Some(Err(Halt::Same)));
    assert_eq!(source.secrets().await, before);
}

/// The outcome of work that does not wait more often than that.
async fn cut<T>(waits: usize, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut left) = (std::pin::pin!(work), waits);
    std::future::poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Else one that is both would be neither served nor copied any more.
#[tokio::test]
async fn a_target_that_could_not_be_told_from_the_source_is_not_marked() {
    let engine = engine().unwrap();
    let place = Place::on(&engine.url()).await.unwrap();
    migrate(&place.url, &fixture::server(), false).await.unwrap();
    let proxy = Proxy::before(engine.port()).unwrap();
    let options = Options { deadline: Duration::from_millis(400), ..fixture::server() };
    let source: Shared = Arc::new(PostgresStore::open(&proxy.url(&place.url), &options).await.unwrap());
    let target: Shared = Arc::new(PostgresStore::open(&place.url, &fixture::server()).await.unwrap());
    let mover = mover(&source, &target);
    let survey = mover.survey().await.unwrap();
    proxy.set(Mood::Frozen, usize::MAX);
    assert!(matches!(mover.pass(&survey).await, Err(Halt::Source(_))));
    assert!(!is_unfinished(&*target).await.unwrap());
}

/// What is read back is compared with what was sent, part by part.
#[tokio::test]
async fn every_difference_is_named() {
    let source: Shared = Arc::new(MemoryStore::default());
    inhabited(&source).await;
    let whole = source.whole(user(1)).await.unwrap().unwrap();
    let records = source.history(user(1), 0, 9).await.unwrap();
    type Damage = fn(&mut Portion);
    let table: [(Damage, &str); 9] = [
        (|_| {}, ""),
        (|portion| _ = items(portion).remove(0), "item `notes/n` is missing"),
        (|portion| items(portion)[0] = stored("notes", "o", 5), "item `notes/n` is missing"),
        (|portion| items(portion).push(stored("zoo", "a", 5)), "item `zoo/a` is not in the source"),
        (|portion| items(portion)[0] = stored("notes", "n", 6), "item `notes/n` has another header"),
        (|portion| items(portion)[1].index.clear(), "item `skills/a` has other index rows"),
        (|portion| body(portion), "item `notes/n` has another body"),
        (|portion| portion.records[1].what = "x".into(), "record of rev 2 differs"),
        (|portion| portion.standing.last_time = 1, "is not where the source is"),
    ];
    for (damage, expected) in table {
        let target: Shared = Arc::new(MemoryStore::default());
        let (standing, items) = (Standing { live: false, ..whole.standing }, Some(whole.items.clone()));
        let mut portion = Portion { after: 0, standing, records: records.clone(), items };
        damage(&mut portion);
        target.import(portion).await.unwrap();
        let found = compare::differences(&*source, &*target, &whole, 0).await.unwrap();
        let first = found.first().map_or("", |first| first.split_once(": ").unwrap().1);
        assert_eq!(first, expected);
    }
}

fn items(portion: &mut Portion) -> &mut Vec<crate::Stored> {
    portion.items.as_mut().unwrap()
}

fn stored(collection: &str, id: &str, created: i64) -> crate::Stored {
    crate::Stored { item: item(collection, id, created, 1), index: vec![] }
}

fn body(portion: &mut Portion) {
    let first = &mut items(portion)[0];
    first.item = Arc::new(crate::Item { body: "else".into(), ..(*first.item).clone() });
}

/// A target whose rows somebody changes between the writing and the reading back is not called the same.
#[tokio::test]
async fn a_target_that_lies_is_found_out() {
    // Only there are triggers sure to be had.
    let place = Place::on(&engine().unwrap().url()).await.unwrap();
    migrate(&place.url, &fixture::server(), false).await.unwrap();
    let source: Shared = Arc::new(MemoryStore::default());
    inhabited(&source).await;
    let target: Shared = Arc::new(PostgresStore::open(&place.url, &fixture::server()).await.unwrap());
    let trigger =
        "CREATE FUNCTION lie() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.body = 'x'; RETURN NEW; END $$;
                   CREATE TRIGGER lie BEFORE INSERT ON item FOR EACH ROW WHEN (NEW.id = 'b') EXECUTE FUNCTION lie()";
    execute(&place.url, trigger).await.unwrap();
    let mover = mover(&source, &target);
    let survey = mover.survey().await.unwrap();
    let outcome: Outcome = mover.pass(&survey).await;
    let Err(Halt::Differs(mut found)) = outcome else { panic!("{outcome:?}") };
    found.sort();
    let expected = [1, 2].map(|owner| of(user(owner), "item `skills/b` has another body"));
    assert_eq!(found, expected);
    // They are not shown, and nobody may serve from there.
    assert_eq!(target.snapshot(user(1)).await, Ok(None));
    assert!(is_unfinished(&*target).await.unwrap());
    execute(&place.url, "DROP TRIGGER lie ON item").await.unwrap();
    moved(&source, &target).await;
}
