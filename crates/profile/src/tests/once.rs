//! POSTs that come again: by a key of their own, or as an SDK tries again.

mod batches;
mod forms;
mod keys;
mod notes;
mod related;
mod senders;
mod tries;

use auth::{Caller, testing};
use http::Method;
use serde_json::{Value as Json, json};
use store::{PartitionKey, PartitionKind};
use uuid::Uuid;

use super::harness::{ADA, Answer, GRACE, TENANT, World, ada, app, grace};
use crate::rules::{ATTEMPTS, KEYS};

const SKILLS: &str = "me/profile/skills";
const KEY: (&str, &str) = ("Idempotency-Key", "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"");
const ID: (&str, &str) = ("client-request-id", "order-17");
const FIRST: &[(&str, &str)] = &[ID];
const AGAIN: &[(&str, &str)] = &[ID, ("Retry-Attempt", "1")];

impl World {
    fn sent(&self, caller: &Caller, url: &str, headers: &[(&str, &str)], body: &Json) -> Answer {
        self.send(caller, Method::POST, url, headers, &body.to_string())
    }

    fn skills(&self) -> u64 {
        self.get(&ada(), "me/profile/skills/$count").ok(200).as_u64().unwrap()
    }

    /// How many entries the audit log has.
    fn log_length(&self) -> Json {
        let auditor = testing::with_roles(testing::person(TENANT, GRACE, "AuditLog.Read.All"), "auditor");
        self.get(&auditor, "auditLogs/directoryAudits/$count").ok(200)
    }

    /// How many notes a partition has: of keys, and of what SDKs tried.
    fn notes(&self, owner: Uuid, kind: PartitionKind) -> Option<(usize, usize)> {
        let snapshot = self.wait(self.store().snapshot(PartitionKey { owner, tenant: TENANT, kind })).unwrap()?;
        Some((snapshot.items(KEYS).len(), snapshot.items(ATTEMPTS).len()))
    }
}

fn rust() -> Json {
    json!({"displayName": "Rust", "proficiency": "expert"})
}

fn id(made: &Json) -> Uuid {
    made["id"].as_str().unwrap().parse().unwrap()
}

/// What tells one answer that something was made from another.
#[track_caller]
fn told(answer: Answer) -> (Json, String) {
    let place = answer.headers["location"].to_str().unwrap().to_owned();
    (answer.ok(201), place)
}

fn reference(id: Uuid) -> String {
    format!("http://here/beta/users/{id}")
}
