//! Hidden and absent are one answer: the same status, headers and bytes, found by the same work.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;

use auth::{Caller, testing};
use bytes::Bytes;
use engine::{Exchange, Request};
use http::{HeaderMap, Method};
use serde_json::{Value as Json, json};

use super::counting::Counting;
use super::harness::{ADA, GRACE, World, ada, app, grace};
use crate::Settings;

const HIDDEN: [&str; 5] = ["me", "family", "contacts", "groupMembers", "family,groupMembers"];

/// Ada and Grace over a store that counts. Both are in groups; in the same one only if that is no audience.
struct Watched {
    store: Arc<Counting>,
    world: World,
}

impl Watched {
    fn new() -> Self {
        let store = Arc::new(Counting::default());
        let world = World::over(store.clone(), Settings { public_pages: true, ..Settings::default() });
        let people = [
            json!({"id": ADA, "userPrincipalName": "ada@fjord.example", "displayName": "Ada"}),
            json!({"id": GRACE, "userPrincipalName": "grace@fjord.example", "displayName": "Grace"}),
        ];
        world.load(&people).unwrap();
        for (flagged, members) in [(true, &[ADA][..]), (true, &[GRACE]), (false, &[ADA, GRACE])] {
            let body = json!({"displayName": "g", "isAudienceGroup": flagged});
            let group = world.post(&ada(), "groups", &body).ok(201)["id"].as_str().unwrap().to_owned();
            for member in members {
                let body = json!({"@odata.id": format!("http://here/beta/users/{member}")});
                assert_eq!(world.post(&ada(), &format!("groups/{group}/members/$ref"), &body).status, 204);
            }
        }
        Self { store, world }
    }

    fn make(&self, audience: &str) -> String {
        let made = self.world.post(&ada(), "me/profile/skills", &json!({"allowedAudiences": audience})).ok(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Status, headers and body, and how much was asked of the store for them.
    fn ask(&self, caller: &Caller, method: &Method, url: &str, headers: &[(&str, &str)]) -> (u16, String, Json, usize) {
        let before = self.store.asked();
        let body = if method == Method::PATCH { "{}" } else { "" };
        // Problems tell when the request arrived.
        let exchange = Exchange { now: 0, ..self.world.exchange() };
        let answer = self.world.send_in(exchange, caller, method.clone(), url, headers, body);
        let headers = format!("{:?}", answer.headers);
        (answer.status, headers, answer.body, self.store.asked() - before)
    }
}

impl Watched {
    /// How often a request waits for the store, one time after the other.
    fn waits(&self, caller: &Caller, url: &str) -> usize {
        let world = &self.world;
        let (headers, exchange, body) = (&HeaderMap::new(), world.exchange(), Bytes::new());
        let (method, root) = (Method::GET, "http://here/beta");
        let request = Request { method, root, path: url, query: None, headers, body, exchange };
        let mut answer = pin!(world.service.serve(caller, &request));
        let mut polls = 0;
        let polled = poll_fn(|context| {
            polls += 1;
            answer.as_mut().poll(context)
        });
        assert_eq!(world.wait(polled).status, 200);
        polls - 1
    }
}

/// Those to whom something is hidden.
fn callers() -> [Caller; 4] {
    [
        grace("User.ReadWrite.All"),
        testing::with_roles(grace("User.ReadWrite.All"), "guest"),
        app("robot", "User.ReadWrite.All"),
        Caller::nobody(super::harness::TENANT),
    ]
}

#[test]
fn hidden_and_absent_are_one_answer_found_by_the_same_work() {
    let watched = Watched::new();
    let list = format!("users/{ADA}/profile/skills");
    // So that the anonymous find somebody at all.
    let seen = format!("{list}/{}", watched.make("everyone"));
    let hidden = HIDDEN.map(|audience| format!("{list}/{}", watched.make(audience)));
    let absent = format!("{list}/00000000-0000-0000-0000-000000000009");
    for caller in &callers() {
        for suffix in ["", "/displayName", "/allowedAudiences/$value", "/$ref", "?$select=id"] {
            for headers in [
                &[][..],
                &[("if-none-match", "*")],
                &[("if-match", "W/\"0000000000000000\"")],
                &[("prefer", "explain")],
            ] {
                let expected = watched.ask(caller, &Method::GET, &format!("{absent}{suffix}"), headers);
                assert_eq!((expected.0, &expected.2["error"]["code"]), (404, &json!("itemNotFound")));
                for item in &hidden {
                    let found = watched.ask(caller, &Method::GET, &format!("{item}{suffix}"), headers);
                    assert_eq!(found, expected, "{item}{suffix}");
                }
            }
        }
        for method in [Method::PATCH, Method::DELETE] {
            let expected = watched.ask(caller, &method, &absent, &[]);
            for item in &hidden {
                assert_eq!(watched.ask(caller, &method, item, &[]), expected, "{method} {item}");
            }
        }
        // Nor does it tell what others' audiences are.
        let cost = watched.ask(caller, &Method::GET, &seen, &[]).3;
        assert_eq!(cost, watched.ask(caller, &Method::GET, &absent, &[]).3);
    }
    assert_eq!(watched.ask(&ada(), &Method::GET, &hidden[0], &[]).3, 1, "one's own takes one look");
}

#[test]
fn lists_and_counts_are_found_by_the_same_work_whatever_is_hidden() {
    let watched = Watched::new();
    let skills = format!("users/{ADA}/profile/skills");
    watched.make("everyone");
    let urls = [
        skills.clone(),
        format!("{skills}?$count=true&$top=1"),
        format!("{skills}?$filter=allowedAudiences eq 'me'&$orderby=createdDateTime desc"),
        format!("{skills}?$search=\"a\""),
        format!("{skills}?$apply=aggregate($count as n)"),
        format!("{skills}/$count"),
        format!("{skills}/$ref"),
        format!("users/{ADA}/profile"),
        format!("users/{ADA}/profile?$expand=skills($count=true)"),
        format!("users/{ADA}?$expand=profile"),
        "users?$expand=profile&$count=true".to_owned(),
        "users?$filter=profile/skills/any()&$orderby=id".to_owned(),
        format!("users/{GRACE}?$expand=directReports($expand=profile)"),
    ];
    let ask = || {
        let each = |caller: &Caller| urls.iter().map(|url| watched.ask(caller, &Method::GET, url, &[])).collect();
        callers().iter().map(each).collect::<Vec<Vec<_>>>()
    };
    let before = ask();
    assert!(before[0].iter().all(|(status, ..)| *status == 200), "{before:#?}");
    HIDDEN.iter().for_each(|audience| _ = watched.make(audience));
    for (caller, (before, after)) in callers().iter().zip(before.iter().zip(ask())) {
        for (url, (before, after)) in urls.iter().zip(before.iter().zip(after)) {
            assert_eq!(*before, after, "{url} for {:?}", caller.actor);
        }
    }
}

#[test]
fn what_decides_who_sees_an_item_is_asked_beside_it() {
    let watched = Watched::new();
    let url = format!("users/{ADA}/profile/skills/{}", watched.make("organization"));
    let waits = |caller: Caller| watched.waits(&caller, &url);
    // Beyond it, whether a group that both are in is an audience.
    assert_eq!([waits(ada()), waits(app("robot", "User.Read.All")), waits(grace("User.Read.All"))], [1, 1, 2]);
}
