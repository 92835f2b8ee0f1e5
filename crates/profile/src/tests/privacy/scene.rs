//! A random organization: people, their items, their lists and groups, what the tenant decided; and copies of the store
//! in which some of it is missing.

use std::sync::Arc;

use auth::testing;
use fuzz::Dice;
use serde_json::{Value as Json, json};
use store::memory::MemoryStore;
use store::{Change, Commit, PartitionKind, Store};
use uuid::Uuid;

use super::super::harness::{ADA, TENANT, World, ada, app};
use super::judge::{APPS, Who};
use crate::directory::Roll;
use crate::rules::{GROUP_ENTRY, MANAGER, MEMBERSHIP, PERSON};

pub(super) const COLLECTIONS: &[&str] = &["skills", "languages", "notes", "positions"];
const NAMES: &[&str] = &["Rust", "rust", "C", "Danish", "Chess", "b'c", "Zig"];
const AUDIENCES: &[&str] =
    &["family", "contacts", "groupMembers", "organization", "federatedOrganizations", "everyone"];

pub(super) struct Scene {
    world: World,
    pub(super) people: Vec<Uuid>,
    /// Owner, list, person on it.
    lists: Vec<(Uuid, &'static str, Uuid)>,
    /// Every group.
    pub(super) group_ids: Vec<String>,
    /// Who is in each audience group.
    groups: Vec<Vec<Uuid>>,
    rules: Vec<Json>,
    /// Owner, collection, id, tag.
    pub(super) items: Vec<(Uuid, String, String, String)>,
}

fn audiences(dice: &mut Dice) -> String {
    match dice.below(5) {
        0 => "me".into(),
        1 => {
            let first = dice.below(AUDIENCES.len() - 1);
            let second = first + 1 + dice.below(AUDIENCES.len() - first - 1);
            format!("{},{}", AUDIENCES[first], AUDIENCES[second])
        }
        _ => AUDIENCES[dice.below(AUDIENCES.len())].into(),
    }
}

impl Scene {
    pub(super) fn new(dice: &mut Dice) -> Scene {
        let world = World::with(crate::Settings { public_pages: true, ..crate::Settings::default() });
        let others: Vec<Json> = (0..2 + dice.below(3))
            .map(|at| json!({"userPrincipalName": format!("p{at}@fjord.example"), "displayName": format!("P{at}")}))
            .collect();
        let mut people = vec![ADA, super::super::harness::GRACE];
        people.extend(world.load(&others).unwrap().iter().map(|person| person.id));
        let mut scene = Scene {
            world,
            people,
            lists: Vec::new(),
            group_ids: Vec::new(),
            groups: Vec::new(),
            rules: Vec::new(),
            items: Vec::new(),
        };
        scene.decide(dice);
        scene.relate(dice);
        scene.group(dice);
        scene.manage(dice);
        for _ in 0..12 + dice.below(24) {
            scene.make(dice);
        }
        scene
    }

    fn decide(&mut self, dice: &mut Dice) {
        let administrator =
            testing::with_roles(testing::person(TENANT, ADA, "PeopleSettings.ReadWrite.All"), "people administrator");
        for name in [None, Some("skills"), Some("languages")] {
            if dice.below(3) > 0 {
                continue;
            }
            let mut rule = json!({"name": name});
            if dice.below(2) == 0 {
                rule["allowedAudiences"] = json!(audiences(dice));
            }
            if dice.below(3) == 0 {
                rule["shownConfidence"] = json!(0.5);
            }
            self.rules.push(self.world.post(&administrator, "admin/people/profilePropertySettings", &rule).ok(201));
        }
    }

    fn relate(&mut self, dice: &mut Dice) {
        for owner in self.people.clone() {
            for list in ["family", "contacts"] {
                let person = self.people[dice.below(self.people.len())];
                if person == owner || dice.below(2) == 0 {
                    continue;
                }
                let caller = testing::person(TENANT, owner, "User.ReadWrite.All");
                let body = json!({"@odata.id": format!("http://here/beta/users/{person}")});
                assert_eq!(self.world.post(&caller, &format!("me/audienceLists/{list}/$ref"), &body).status, 204);
                self.lists.push((owner, list, person));
            }
        }
    }

    fn group(&mut self, dice: &mut Dice) {
        for flagged in [true, true, false] {
            let body = json!({"displayName": "a group", "isAudienceGroup": flagged});
            let group = self.world.post(&ada(), "groups", &body).ok(201)["id"].as_str().unwrap().to_owned();
            let members: Vec<Uuid> = self.people.iter().filter(|_| dice.below(3) == 0).copied().collect();
            for member in &members {
                let body = json!({"@odata.id": format!("http://here/beta/users/{member}")});
                assert_eq!(self.world.post(&ada(), &format!("groups/{group}/members/$ref"), &body).status, 204);
            }
            self.group_ids.push(group);
            if flagged {
                self.groups.push(members);
            }
        }
    }

    /// Everyone but the first reports to the one before them, or to nobody.
    fn manage(&mut self, dice: &mut Dice) {
        for pair in self.people.windows(2).filter(|_| dice.below(3) > 0) {
            let [manager, person] = pair else { continue };
            let body = json!({"@odata.id": format!("http://here/beta/users/{manager}")}).to_string();
            let url = format!("users/{person}/manager/$ref");
            assert_eq!(self.world.send(&ada(), http::Method::PUT, &url, &[], &body).status, 204);
        }
    }

    fn make(&mut self, dice: &mut Dice) {
        let owner = self.people[dice.below(self.people.len())];
        let collection = COLLECTIONS[dice.below(COLLECTIONS.len())];
        let mut body = json!({"allowedAudiences": audiences(dice)});
        if collection != "positions" {
            body["displayName"] = json!(NAMES[dice.below(NAMES.len())]);
        }
        if dice.below(4) == 0 {
            body["isSearchable"] = json!(false);
        }
        let caller = match dice.below(3) {
            0 => app(APPS[dice.below(2)], "User.ReadWrite.All"),
            _ => testing::person(TENANT, owner, "User.ReadWrite.All"),
        };
        if dice.below(3) == 0 {
            let sure = [0.1, 0.5, 0.9][dice.below(3)];
            body["inference"] = json!({"confidenceScore": sure});
            if caller.is_delegated() && dice.below(2) == 0 {
                body["inference"]["userHasVerifiedAccuracy"] = json!(true);
            }
        }
        let made = self.world.post(&caller, &format!("users/{owner}/profile/{collection}"), &body).ok(201);
        let text = |member: &str| made[member].as_str().unwrap().to_owned();
        self.items.push((owner, collection.to_owned(), text("id"), text("@odata.etag")));
    }

    /// What the tenant's rule for the collection, or else that for all, says.
    pub(super) fn rule(&self, collection: &str, member: &str) -> Json {
        let named = |name: &Json| self.rules.iter().find(|rule| rule["name"] == *name).map(|rule| rule[member].clone());
        let own = named(&json!(collection)).filter(|value| !value.is_null());
        own.or_else(|| named(&Json::Null)).unwrap_or(Json::Null)
    }

    pub(super) fn is_listed(&self, owner: Uuid, list: &str, person: Uuid) -> bool {
        self.lists.iter().any(|(keeper, name, listed)| (*keeper, *name, *listed) == (owner, list, person))
    }

    pub(super) fn share_group(&self, one: Uuid, other: Uuid) -> bool {
        self.groups.iter().any(|group| group.contains(&one) && group.contains(&other))
    }

    /// A service over a copy of everything, or of what someone may see; and how much is missing.
    pub(super) fn world_for(&self, who: Option<&Who>) -> (World, usize) {
        let (copy, store) = (MemoryStore::default(), self.world.store());
        let mut hidden = 0;
        for partition in self.world.wait(store.partitions(None, usize::MAX)).unwrap() {
            let snapshot = self.world.wait(store.snapshot(partition)).unwrap().unwrap();
            let mut changes = Vec::new();
            for collection in snapshot.collections() {
                for item in snapshot.items(collection) {
                    let of_profile = partition.kind == PartitionKind::User && !collection.starts_with('$');
                    let seen = who.is_none_or(|who| {
                        let told: Json =
                            serde_json::from_str(&format!("{{{}}}", String::from_utf8_lossy(&item.body))).unwrap();
                        !of_profile || who.may_see(self, partition.owner, collection, &told)
                    });
                    hidden += usize::from(!seen);
                    if seen {
                        let roll = match &**collection {
                            PERSON => Some(Roll::People(partition.tenant)),
                            GROUP_ENTRY => Some(Roll::Groups(partition.tenant)),
                            MANAGER => Some(Roll::Reports(partition.tenant, item.id.parse().unwrap())),
                            MEMBERSHIP => Some(Roll::Members(partition.tenant, item.id.parse().unwrap())),
                            _ => None,
                        };
                        let entry = snapshot.items(PERSON).first().map_or(item, |entry| entry);
                        let index = roll.map(|roll| roll.row(entry.header.created)).into_iter().collect();
                        changes.push(Change::Put { item: item.clone(), index });
                    }
                }
            }
            let commit = Commit {
                partition,
                at: snapshot.last_time(),
                expect: Vec::new(),
                changes,
                audit: store::Record::default(),
            };
            self.world.wait(copy.commit(commit)).unwrap();
        }
        for (name, owner) in self.names() {
            self.world.wait(copy.claim(TENANT, name.as_str().into(), owner, 0)).unwrap();
            self.world.wait(copy.bind(TENANT, name.as_str().into(), owner)).unwrap();
        }
        (World::over(Arc::new(copy), crate::Settings { public_pages: true, ..crate::Settings::default() }), hidden)
    }

    fn names(&self) -> Vec<(String, Uuid)> {
        let people = self.world.get(&ada(), "users?$top=999").ok(200);
        let name = |person: &Json| {
            let name = person["userPrincipalName"].as_str().unwrap().to_ascii_lowercase();
            (name, person["id"].as_str().unwrap().parse().unwrap())
        };
        people["value"].as_array().unwrap().iter().map(name).collect()
    }
}
