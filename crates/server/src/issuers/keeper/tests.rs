//! Rotation, outages, floods, over a network of one place and a clock that the test moves.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use auth::dev::{AUDIENCES, DevIssuer};
use auth::{Algorithm, AuthError, Document, Fetched, Issuer, Pace, Tenancy, testing};
use tokio::sync::Semaphore;
use tokio::time::advance;
use uuid::Uuid;

use super::*;

const NAME: &str = "https://login.example";
const PACE: Pace = Pace { refresh: 86_400, window: 300, keep: 3 * 86_400 };

/// The issuer at the other end.
struct Issuing {
    key: Mutex<u64>,
    up: AtomicBool,
    asked: AtomicUsize,
    /// A permit lets one answer go out.
    gate: Semaphore,
}

/// Its door, as the service sees it.
struct Door(Arc<Issuing>);

impl Fetch for Door {
    fn fetch<'a>(&'a self, _: &'a str) -> Fetched<'a> {
        Box::pin(async {
            self.0.asked.fetch_add(1, Ordering::SeqCst);
            let _passed = self.0.gate.acquire().await;
            match self.0.up.load(Ordering::SeqCst) {
                true => Ok(Document { text: key(*self.0.key.lock().unwrap()).jwks(), date: None }),
                false => Err("nobody there".to_owned()),
            }
        })
    }
}

fn key(number: u64) -> DevIssuer {
    DevIssuer::generate(&mut testing::random(number))
}

/// A token signed with the key of this number.
fn token(number: u64) -> String {
    let claims = serde_json::json!({ "iss": NAME, "aud": AUDIENCES[0], "exp": 4_000_000_000_i64, "azp": "app",
        "scp": "User.Read", "oid": Uuid::from_u128(7) });
    format!("Bearer {}", key(number).sign(&claims))
}

struct World {
    issuing: Arc<Issuing>,
    authenticator: Arc<Authenticator>,
    keeper: Arc<Keeper>,
}

impl World {
    fn new() -> World {
        let issuing = Arc::new(Issuing {
            key: Mutex::new(1),
            up: true.into(),
            asked: AtomicUsize::new(0),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
        });
        let mut issuer = Issuer::new(NAME, &AUDIENCES, KeySet::default(), Tenancy::Fixed(Uuid::from_u128(1)));
        issuer.algorithms = vec![Algorithm::Es256];
        let authenticator = Arc::new(Authenticator::new(vec![issuer], 16).unwrap());
        let source = KeySource::Keys("https://login.example/keys".to_owned());
        let door = Box::new(Door(Arc::clone(&issuing)));
        let watched = Watched::new(NAME.into(), source, Schedule::new(PACE), door, Arc::clone(&authenticator));
        World { issuing, authenticator, keeper: Arc::new(Keeper { watched: vec![watched] }) }
    }

    /// What the server does with a token: `ok`, `unknown key` or `no keys`.
    async fn try_token(&self, number: u64) -> &'static str {
        let token = token(number);
        let judge = || self.authenticator.authenticate(Some(token.as_bytes()), 0).map(drop);
        match judge() {
            Err(AuthError::UnknownKey { .. }) => self.keeper.find_key(NAME).await,
            Err(AuthError::NoKeys { .. }) => self.keeper.find_keys(NAME).await,
            _ => {}
        }
        match judge() {
            Ok(()) => "ok",
            Err(AuthError::UnknownKey { .. }) => "unknown key",
            Err(AuthError::NoKeys { .. }) => "no keys",
            Err(error) => panic!("{error}"),
        }
    }

    fn asked(&self) -> usize {
        self.issuing.asked.load(Ordering::SeqCst)
    }

    fn rotate_to(&self, number: u64) {
        *self.issuing.key.lock().unwrap() = number;
    }

    fn is_up(&self, up: bool) {
        self.issuing.up.store(up, Ordering::SeqCst);
    }
}

async fn hours(hours: u64) {
    // In steps, so that what waits gets its turn.
    for _ in 0..hours * 12 {
        advance(Duration::from_secs(300)).await;
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_found_at_once_and_an_old_one_forgotten() {
    let world = World::new();
    assert_eq!((world.try_token(1).await, world.asked()), ("ok", 1));
    world.rotate_to(2);
    assert_eq!((world.try_token(2).await, world.asked()), ("ok", 2));
    assert_eq!((world.try_token(1).await, world.asked()), ("unknown key", 2), "the window is spent");
    world.rotate_to(3);
    assert_eq!(world.try_token(3).await, "unknown key");
    advance(Duration::from_secs(300)).await;
    assert_eq!((world.try_token(3).await, world.asked()), ("ok", 3));
}

#[tokio::test(start_paused = true)]
async fn a_thousand_unknown_keys_at_once_are_one_question() {
    let world = Arc::new(World::new());
    assert_eq!(world.try_token(1).await, "ok");
    world.rotate_to(2);
    world.issuing.gate.forget_permits(Semaphore::MAX_PERMITS);
    let mut waiting = tokio::task::JoinSet::new();
    for number in 0..1_000 {
        let world = Arc::clone(&world);
        // One in ten has the new key; the others made theirs up.
        waiting.spawn(async move { world.try_token(if number % 10 == 0 { 2 } else { 100 + number }).await });
    }
    while world.asked() < 2 {
        tokio::task::yield_now().await;
    }
    world.issuing.gate.add_permits(1_000);
    let outcomes = waiting.join_all().await;
    let good = outcomes.iter().filter(|outcome| **outcome == "ok").count();
    assert_eq!((good, outcomes.len(), world.asked()), (100, 1_000, 2));
    for number in 0..10_000 {
        world.keeper.find_key(NAME).await;
        assert_eq!(world.asked(), 2, "{number}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_hangs_up_does_not_spoil_it_for_the_others() {
    let world = Arc::new(World::new());
    assert_eq!(world.try_token(1).await, "ok");
    world.rotate_to(2);
    world.issuing.gate.forget_permits(Semaphore::MAX_PERMITS);
    let impatient = {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.try_token(99).await })
    };
    while world.asked() < 2 {
        tokio::task::yield_now().await;
    }
    impatient.abort();
    assert!(impatient.await.is_err());
    world.issuing.gate.add_permits(10);
    assert_eq!((world.try_token(2).await, world.asked()), ("ok", 2));
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_survived_for_a_while() {
    let world = World::new();
    world.keeper.start();
    hours(1).await;
    assert_eq!((world.try_token(1).await, world.asked()), ("ok", 1));
    world.is_up(false);
    hours(71).await;
    assert_eq!(world.try_token(1).await, "ok");
    assert!(world.asked() > 48 && world.asked() < 400, "asked {} times", world.asked());
    hours(2).await;
    assert_eq!(world.try_token(1).await, "no keys");
    assert!(world.keeper.pause(NAME) <= 600);
    world.is_up(true);
    hours(1).await;
    assert_eq!(world.try_token(1).await, "ok");
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_is_late_is_waited_for() {
    let world = World::new();
    world.is_up(false);
    world.keeper.start();
    assert_eq!((world.try_token(1).await, world.asked()), ("no keys", 1));
    assert_eq!((world.keeper.pause(NAME), world.try_token(1).await, world.asked()), (15, "no keys", 1));
    world.is_up(true);
    advance(Duration::from_secs(15)).await;
    assert_eq!((world.try_token(1).await, world.asked()), ("ok", 2));
}

#[tokio::test(start_paused = true)]
async fn a_withdrawn_key_stops_working_within_a_day() {
    let world = World::new();
    world.keeper.start();
    hours(1).await;
    assert_eq!(world.try_token(1).await, "ok");
    world.rotate_to(2);
    assert_eq!(world.try_token(1).await, "ok");
    hours(24).await;
    assert_eq!(world.try_token(1).await, "unknown key");
    world.keeper.find_key("https://nobody.example").await;
}
