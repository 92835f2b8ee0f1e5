//! Hidden and absent are one answer: the same status, headers and bytes, found by the same work.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use auth::{Caller, testing};
use http::Method;
use serde_json::json;
use store::memory::MemoryStore;
use store::{
    AuditRow, BoxFuture, Candidate, ChangePosition, ChangeRow, Claimed, Commit, NameEntry, PartitionKey, Result, Scan,
    Snapshot, Store,
};
use uuid::Uuid;

use super::harness::{ADA, GRACE, World, ada, app, grace};
use crate::Settings;

/// A store that counts what is asked of it.
#[derive(Default)]
struct Counting {
    inner: MemoryStore,
    asked: AtomicUsize,
}

/// Hands the call on, and counts it.
macro_rules! counted {
    ($(fn $name:ident(&self $(, $argument:ident: $ty:ty)*) -> $out:ty;)*) => {
        $(fn $name(&self $(, $argument: $ty)*) -> BoxFuture<'_, Result<$out>> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            self.inner.$name($($argument),*)
        })*
    };
}

impl Store for Counting {
    counted! {
        fn snapshot(&self, partition: PartitionKey) -> Option<Arc<Snapshot>>;
        fn commit(&self, commit: Commit) -> u64;
        fn claim(&self, tenant: Uuid, name: Arc<str>, owner: Uuid, at: i64) -> Claimed;
        fn bind(&self, tenant: Uuid, name: Arc<str>, owner: Uuid) -> bool;
        fn release(&self, tenant: Uuid, name: Arc<str>, owner: Uuid) -> bool;
        fn reclaim(&self, tenant: Uuid, name: Arc<str>, stale: NameEntry, owner: Uuid, at: i64) -> Claimed;
        fn lookup(&self, tenant: Uuid, name: Arc<str>) -> Option<NameEntry>;
        fn scan(&self, scan: Scan) -> Vec<Candidate>;
        fn changes(&self, bucket: u16, after: Option<ChangePosition>, limit: usize) -> Vec<ChangeRow>;
        fn audit(&self, partition: PartitionKey, after_rev: u64, limit: usize) -> Vec<AuditRow>;
        fn records(&self, tenant: Uuid, before: Option<ChangePosition>, limit: usize) -> Vec<AuditRow>;
        fn partitions(&self, after: Option<PartitionKey>, limit: usize) -> Vec<PartitionKey>;
        fn secret(&self, name: Arc<str>, candidate: [u8; 32]) -> [u8; 32];
        fn erase_all(&self) -> ();
        fn verify(&self) -> Vec<String>;
    }
}

#[test]
fn hidden_and_absent_are_one_answer_found_by_the_same_work() {
    let store = Arc::new(Counting::default());
    let world = World::over(store.clone(), Settings { public_pages: true, ..Settings::default() });
    let people = [
        json!({"id": ADA, "userPrincipalName": "ada@fjord.example", "displayName": "Ada"}),
        json!({"id": GRACE, "userPrincipalName": "grace@fjord.example", "displayName": "Grace"}),
    ];
    world.load(&people).unwrap();
    let group = |members: &[Uuid]| {
        let body = json!({"displayName": "g", "isAudienceGroup": true});
        let group = world.post(&ada(), "groups", &body).ok(201)["id"].as_str().unwrap().to_owned();
        for member in members {
            let body = json!({"@odata.id": format!("http://here/beta/users/{member}")});
            assert_eq!(world.post(&ada(), &format!("groups/{group}/members/$ref"), &body).status, 204);
        }
    };
    // Both are in groups, but not in the same.
    group(&[ADA]);
    group(&[GRACE]);
    let list = format!("users/{ADA}/profile/skills");
    let make = |audience: &str| {
        let made = world.post(&ada(), "me/profile/skills", &json!({"allowedAudiences": audience})).ok(201);
        format!("{list}/{}", made["id"].as_str().unwrap())
    };
    let hidden = ["me", "family", "contacts", "groupMembers", "family,groupMembers"].map(make);
    let absent = format!("{list}/00000000-0000-0000-0000-000000000009");
    let callers = [
        grace("User.ReadWrite.All"),
        testing::with_roles(grace("User.ReadWrite.All"), "guest"),
        app("robot", "User.ReadWrite.All"),
        Caller::nobody(super::harness::TENANT),
    ];
    let ask = |caller: &Caller, method: &Method, url: &str, headers: &[(&str, &str)]| {
        let before = store.asked.load(Ordering::Relaxed);
        let body = if method == Method::PATCH { "{}" } else { "" };
        let answer = world.send(caller, method.clone(), url, headers, body);
        let headers = format!("{:?}", answer.headers);
        (answer.status, headers, answer.body, store.asked.load(Ordering::Relaxed) - before)
    };
    for caller in &callers {
        for suffix in ["", "/displayName", "/allowedAudiences/$value", "/$ref", "?$select=id"] {
            for headers in [
                &[][..],
                &[("if-none-match", "*")],
                &[("if-match", "W/\"0000000000000000\"")],
                &[("prefer", "explain")],
            ] {
                let expected = ask(caller, &Method::GET, &format!("{absent}{suffix}"), headers);
                assert_eq!(expected.0, 404);
                for item in &hidden {
                    assert_eq!(
                        ask(caller, &Method::GET, &format!("{item}{suffix}"), headers),
                        expected,
                        "{item}{suffix}"
                    );
                }
            }
        }
        for method in [Method::PATCH, Method::DELETE] {
            let expected = ask(caller, &method, &absent, &[]);
            for item in &hidden {
                assert_eq!(ask(caller, &method, item, &[]), expected, "{method} {item}");
            }
        }
    }
    // What is seen without a look at groups costs none.
    let seen = make("organization");
    let cost = ask(&callers[0], &Method::GET, &seen, &[]).3;
    assert!(cost < ask(&callers[0], &Method::GET, &absent, &[]).3, "{cost}");
    assert_eq!(ask(&ada(), &Method::GET, &hidden[0], &[]).3, 1, "one's own takes one look");
}
