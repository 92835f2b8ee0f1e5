//! Changes that succeed or fail together.

use std::sync::atomic::{AtomicBool, Ordering};

use auth::Caller;
use engine::Request;
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value as Json, json};
use store::{PartitionKey, PartitionKind};

use super::harness::{ADA, GRACE, TENANT, World, ada, grace};

const SKILLS: &str = "/me/profile/skills";

impl World {
    /// Sends requests in one; says the status and body of each.
    pub(super) fn batch(&self, caller: &Caller, requests: &[Json]) -> Vec<(u64, Json)> {
        self.batch_with(caller, &[], requests)
    }

    /// The same with headers of the batch.
    pub(super) fn batch_with(
        &self,
        caller: &Caller,
        more: &[(&'static str, &'static str)],
        requests: &[Json],
    ) -> Vec<(u64, Json)> {
        let mut headers = HeaderMap::new();
        for (name, value) in [&[("content-type", "application/json")], more].concat() {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let exchange = self.exchange();
        let (root, body) = ("http://here/beta", json!({ "requests": requests }).to_string().into());
        let (method, path, headers) = (Method::POST, "/$batch", &headers);
        let request = Request { method, root, path, query: None, headers, body, exchange };
        let response = self.wait(self.service.batch(caller, request, &["/beta", "/v1.0"]));
        let body: Json = serde_json::from_slice(&response.body).unwrap();
        let answer = |answer: &Json| (answer["status"].as_u64().unwrap(), answer["body"].clone());
        body["responses"].as_array().unwrap_or_else(|| panic!("{body:#}")).iter().map(answer).collect()
    }

    fn count(&self, collection: &str) -> usize {
        self.get(&ada(), &format!("/me/profile/{collection}")).ok(200)["value"].as_array().unwrap().len()
    }

    fn audits(&self) -> Vec<Json> {
        let partition = PartitionKey { tenant: TENANT, kind: PartitionKind::User, owner: ADA };
        let rows = self.wait(self.store().audit(partition, 1, 99)).unwrap();
        rows.iter().map(|row| serde_json::from_slice(&row.what).unwrap()).collect()
    }
}

fn request(id: u32, method: &str, url: &str, body: Json) -> Json {
    let headers = json!({"Content-Type": "application/json"});
    let mut request = json!({"id": id.to_string(), "method": method, "url": url, "headers": headers});
    request["body"] = body;
    request
}

fn skill(id: u32, name: &str) -> Json {
    request(id, "POST", SKILLS, json!({"displayName": name}))
}

/// All of them in one group.
fn group(requests: &[Json]) -> Vec<Json> {
    let join = |request: &Json| {
        let mut request = request.clone();
        request["atomicityGroup"] = json!("g");
        request
    };
    requests.iter().map(join).collect()
}

fn statuses(answers: &[(u64, Json)]) -> Vec<u64> {
    answers.iter().map(|(status, _)| *status).collect()
}

#[test]
fn a_group_is_stored_whole_with_one_record() {
    for world in [World::new(), World::in_turns()] {
        let requests = [
            skill(1, "Rust"),
            request(2, "PATCH", "$1", json!({"displayName": "Ada"})),
            skill(3, "C"),
            request(4, "DELETE", "$3", Json::Null),
            request(5, "GET", "/v1.0/me/profile/skills", Json::Null),
        ];
        let answers = world.batch(&ada(), &group(&requests));
        assert_eq!(statuses(&answers), [201, 200, 201, 204, 200], "{answers:#?}");
        assert_eq!(answers[4].1["value"].as_array().unwrap().len(), 1);
        let stored = world.get(&ada(), SKILLS).ok(200)["value"].clone();
        assert_eq!(stored[0]["displayName"], "Ada");
        // What was answered is what is there, its tag included.
        assert_eq!(stored[0]["@odata.etag"], answers[1].1["@odata.etag"]);
        let audits = world.audits();
        assert_eq!(audits.len(), 1);
        let activities: Vec<_> = audits[0]["records"].as_array().unwrap().iter().map(|one| &one["activity"]).collect();
        assert_eq!(activities, ["create", "update", "create", "delete"]);
        assert_eq!(world.findings(), Vec::<String>::new());
    }
}

#[test]
fn of_a_failed_group_nothing_is_stored() {
    for world in [World::new(), World::in_turns()] {
        let missing = request(3, "DELETE", "/me/profile/skills/00000000-0000-0000-0000-000000000009", Json::Null);
        let answers = world.batch(&ada(), &group(&[skill(1, "Rust"), skill(2, "C"), missing]));
        assert_eq!(statuses(&answers), [424, 424, 404]);
        let answers = world.batch(&ada(), &group(&[skill(1, "Rust"), request(2, "POST", SKILLS, json!({"name": 1}))]));
        assert_eq!(statuses(&answers), [424, 400]);
        assert_eq!((world.count("skills"), world.audits().len()), (0, 0));
        // The turn is given back.
        assert_eq!(statuses(&world.batch(&ada(), &[skill(1, "Rust")])), [201]);
    }
}

#[test]
fn a_group_stays_within_one_person_and_out_of_names() {
    let world = World::new();
    let other = request(2, "POST", &format!("/users/{GRACE}/profile/skills"), json!({"displayName": "C"}));
    let renamed = request(2, "PATCH", "/me", json!({"userPrincipalName": "new@fjord.example"}));
    let person = json!({"displayName": "Bob", "userPrincipalName": "bob@fjord.example", "accountEnabled": true,
        "mailNickname": "bob", "passwordProfile": {"password": "x"}});
    let created = request(2, "POST", "/users", person);
    let deleted = request(2, "DELETE", &format!("/users/{GRACE}"), Json::Null);
    for refused in [other, renamed, created, deleted] {
        let answers = world.batch(&ada(), &group(&[skill(1, "Rust"), refused.clone()]));
        assert_eq!(statuses(&answers), [424, 400], "{refused} {answers:#?}");
        let message = answers[1].1["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains("expected changes within one person"), "{message}");
    }
    // Alone too: the names of others are looked at before the group commits.
    let alone = request(1, "DELETE", &format!("/users/{GRACE}"), Json::Null);
    assert_eq!(statuses(&world.batch(&ada(), &group(&[alone]))), [400]);
    assert_eq!(world.count("skills"), 0);
    world.get(&ada(), &format!("/users/{GRACE}")).ok(200);
    world.get(&ada(), "/users/ada@fjord.example").ok(200);
    // What changes no name may stand in a group.
    let titled = request(2, "PATCH", "/me", json!({"displayName": "Countess"}));
    assert_eq!(statuses(&world.batch(&ada(), &group(&[skill(1, "Rust"), titled]))), [201, 200]);
}

#[test]
fn each_request_has_the_rights_of_the_caller_alone() {
    let world = World::new();
    let reading = grace("User.Read");
    let answers = world.batch(&reading, &[request(1, "GET", "/me", Json::Null), skill(2, "Rust")]);
    assert_eq!(statuses(&answers), [200, 403]);
    let mut forged = request(1, "GET", &format!("/users/{ADA}/profile"), Json::Null);
    forged["headers"]["Authorization"] = json!("Bearer of-ada");
    assert_eq!(statuses(&world.batch(&reading, &[forged])), [403]);
}

#[test]
fn readers_never_see_half_and_groups_survive_others() {
    let world = World::new();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                assert_eq!(world.count("skills") % 2, 0);
            }
        });
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                let note = request(1, "PATCH", "/me", json!({"displayName": "Countess"}));
                assert_eq!(statuses(&world.batch(&ada(), &[note])), [200]);
            }
        });
        for _ in 0..30 {
            let answers = world.batch(&ada(), &group(&[skill(1, "Rust"), skill(2, "C")]));
            // Where others are always faster, the client hears so and may try again.
            assert!(
                [[201, 201], [503, 503]].contains(&<[u64; 2]>::try_from(statuses(&answers)).unwrap()),
                "{answers:?}"
            );
        }
        over.store(true, Ordering::SeqCst);
    });
    assert_eq!(world.findings(), Vec::<String>::new());
}
