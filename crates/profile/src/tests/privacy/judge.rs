//! Who is asking, and what they may see: told once more, from the page.

use auth::{Caller, testing};
use fuzz::Dice;
use serde_json::Value as Json;
use uuid::Uuid;

use super::super::harness::{TENANT, app};
use super::scene::Scene;

/// Who is asking.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Who {
    Person(Uuid),
    Guest(Uuid),
    Administrator(Uuid),
    App(&'static str),
    /// An app that may read every audience.
    Trusted(&'static str),
    Stranger,
    Nobody,
}

/// Apps that make items, and one that makes none.
pub(super) const APPS: &[&str] = &["guesser", "importer", "reader"];

impl Who {
    pub(super) fn random(dice: &mut Dice, scene: &Scene) -> Who {
        let person = scene.people[dice.below(scene.people.len())];
        let app = APPS[dice.below(APPS.len())];
        match dice.below(12) {
            0..5 => Who::Person(person),
            5 | 6 => Who::Guest(person),
            7 => Who::Administrator(person),
            8 | 9 => Who::App(app),
            10 if dice.below(2) == 0 => Who::Trusted(app),
            10 => Who::Stranger,
            _ => Who::Nobody,
        }
    }

    /// Their token, with every scope.
    pub(super) fn caller(&self) -> Caller {
        let scopes = "User.ReadWrite.All";
        let person = |id: &Uuid| testing::person(TENANT, *id, scopes);
        match self {
            Who::Person(id) => person(id),
            Who::Guest(id) => testing::with_roles(person(id), "guest"),
            Who::Administrator(id) => testing::with_roles(person(id), "people administrator"),
            Who::App(id) => app(id, scopes),
            Who::Trusted(id) => app(id, "User.ReadWrite.All Profile.ReadAllAudiences"),
            Who::Stranger => testing::person(Uuid::from_u128(0xbad), Uuid::from_u128(0xbad), scopes),
            Who::Nobody => Caller::nobody(TENANT),
        }
    }

    fn id(&self) -> Option<Uuid> {
        match self {
            Who::Person(id) | Who::Guest(id) | Who::Administrator(id) => Some(*id),
            _ => None,
        }
    }

    /// May they see this item of that person?
    pub(super) fn may_see(&self, scene: &Scene, owner: Uuid, collection: &str, item: &Json) -> bool {
        if self.id() == Some(owner) || matches!(self, Who::Administrator(_) | Who::Trusted(_)) {
            return true;
        }
        if *self == Who::Stranger {
            return false;
        }
        let maker = match self {
            Who::App(id) => item["createdBy"]["application"]["id"] == **id,
            _ => false,
        };
        if maker {
            return true;
        }
        let guess = !item["inference"].is_null() && item["inference"]["userHasVerifiedAccuracy"] != true;
        let sure = item["inference"]["confidenceScore"].as_f64();
        let rule = |member: &str| scene.rule(collection, member);
        if guess && !rule("shownConfidence").as_f64().is_some_and(|least| sure.is_some_and(|sure| sure >= least)) {
            return false;
        }
        let ceiling = rule("allowedAudiences");
        self.is_meant(scene, owner, &item["allowedAudiences"])
            && (ceiling.is_null() || self.is_meant(scene, owner, &ceiling))
    }

    /// Does one of these audiences mean them?
    fn is_meant(&self, scene: &Scene, owner: Uuid, audiences: &Json) -> bool {
        let listed = |list: &str| self.id().is_some_and(|id| scene.is_listed(owner, list, id));
        audiences.as_str().unwrap().split(',').any(|audience| match audience {
            "me" => false,
            list @ ("family" | "contacts") => listed(list),
            "groupMembers" => self.id().is_some_and(|id| scene.share_group(owner, id)),
            "organization" => matches!(self, Who::Person(_) | Who::App(_)),
            "federatedOrganizations" => *self != Who::Nobody,
            "everyone" => true,
            other => panic!("{other}"),
        })
    }
}
