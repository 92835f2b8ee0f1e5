//! A person's whole entry: the directory's own members and the profile, which is one function a collection.
//!
//! What all items share (id, audience, source, inference) is drawn here; what each holds is in the modules next door.

use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::life::{Life, NOW};
use super::person::{ADA, DOMAIN, Identity, Purpose, Tenant, manager};
use super::vocabulary::Everyday;
use super::{ada, contact, learning, personal, work};

/// The company's name.
pub(super) const COMPANY: &str = "Fjord Engineering";

/// Writes the items of one collection.
type Writer = fn(&mut Page<'_>) -> Vec<Value>;

/// Every collection of a profile and what fills it.
const COLLECTIONS: [(&str, Writer); 20] = [
    ("account", contact::account),
    ("addresses", contact::addresses),
    ("anniversaries", personal::anniversaries),
    ("awards", work::awards),
    ("certifications", learning::certifications),
    ("educationalActivities", learning::educational_activities),
    ("emails", contact::emails),
    ("interests", personal::interests),
    ("languages", learning::languages),
    ("names", personal::names),
    ("notes", personal::notes),
    ("patents", work::patents),
    ("phones", contact::phones),
    ("positions", work::positions),
    ("projects", work::projects),
    ("publications", work::publications),
    ("responsibilities", work::responsibilities),
    ("skills", learning::skills),
    ("webAccounts", contact::web_accounts),
    ("websites", contact::websites),
];

/// What even a newcomer's page holds, for the directory supplies it.
const SUPPLIED: [&str; 4] = ["account", "emails", "names", "positions"];

/// Audiences, the usual one being none at all: the tenant's default then holds.
const AUDIENCES: [&str; 12] = [
    "me",
    "family",
    "contacts",
    "family, contacts",
    "groupMembers",
    "contacts, groupMembers",
    "organization",
    "organization",
    "federatedOrganizations",
    "organization, federatedOrganizations",
    "everyone",
    "everyone",
];

/// Ids that the real service gives to its sources: the directory, people data of the organization, the person.
const SOURCES: [(&str, &str); 3] = [
    ("4ce763dd-9214-4eff-af7c-da491cc3782d", "AAD"),
    ("7986c642-b494-4140-8df4-f5ed125e2c67", "HR"),
    ("46a57efc-33f8-4eec-a512-b90039ad6187", "User"),
];

/// One person while the profile is being written.
pub(super) struct Page<'t> {
    /// The tenant, for references to others.
    pub(super) tenant: &'t Tenant,
    /// Who it is.
    pub(super) who: Identity<'t>,
    /// What happened so far.
    pub(super) life: Life,
    /// Draws.
    pub(super) dice: Dice,
    ids: Dice,
}

/// The whole entry of a person; `None` only if the vocabulary has no locale.
pub(super) fn person(tenant: &Tenant, index: usize) -> Option<Value> {
    let who = tenant.identity(index)?;
    let mut dice = tenant.dice(index, Purpose::Life);
    let life = Life::draw(tenant, &who, &mut dice);
    let mut page = Page { tenant, who, life, dice, ids: tenant.dice(index, Purpose::Ids) };
    let mut entry = page.directory();
    entry.insert("profile".to_owned(), page.profile());
    if let Some(manager) = manager(index).and_then(|manager| tenant.identity(manager)) {
        entry.insert("manager".to_owned(), manager.id.into());
    }
    entry.insert("memberOf".to_owned(), json!(tenant.groups(index)));
    Some(Value::Object(entry))
}

impl<'t> Page<'t> {
    /// What people share besides work.
    pub(super) fn everyday(&self) -> &'t Everyday {
        &self.tenant.vocabulary.everyday
    }

    /// An item anybody may add: it has an id and, now and then, what items can have besides.
    pub(super) fn item(&mut self, mut item: Value) -> Value {
        let id = self.ids.guid();
        if let Value::Object(members) = &mut item {
            members.insert("id".to_owned(), Value::String(id));
            self.facet(members);
        }
        item
    }

    /// An item that a program may have guessed; the person has agreed to some of the guesses.
    pub(super) fn guess(&mut self, item: Value) -> Value {
        let mut item = self.item(item);
        let confidence = f64::from(self.dice.between(35, 99)) / 100.0;
        let inference = match self.dice.below(12) {
            0 => json!({ "confidenceScore": confidence, "userHasVerifiedAccuracy": false }),
            1 => json!({ "confidenceScore": confidence, "userHasVerifiedAccuracy": true }),
            2 => Value::Null,
            _ => return item,
        };
        if let Value::Object(members) = &mut item {
            members.insert("inference".to_owned(), inference);
        }
        item
    }

    /// An item that the directory supplies.
    pub(super) fn supplied(&mut self, mut item: Value) -> Value {
        let id = self.ids.guid();
        let (source, kind) = self.dice.pick(&SOURCES);
        if let Value::Object(members) = &mut item {
            let properties: Vec<&String> =
                members.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name).collect();
            if self.dice.chance(30) {
                let sources = json!([{ "sourceId": source, "isDefaultSource": true, "properties": properties }]);
                members.insert("sources".to_owned(), sources);
                members.insert("source".to_owned(), json!({ "type": [kind] }));
            }
            members.insert("id".to_owned(), Value::String(id));
        }
        item
    }

    /// An item that is nobody's business but the person's and those the person is close to.
    pub(super) fn private(&mut self, item: Value) -> Value {
        let audience = self.dice.pick(&["me", "family", "family, contacts", "family, contacts, groupMembers"]);
        let mut item = self.item(item);
        if let Value::Object(members) = &mut item {
            members.insert("allowedAudiences".to_owned(), json!(audience));
        }
        item
    }

    /// How many items to write: a number between the two; for the administrator the middle, rounded up.
    pub(super) fn amount(&mut self, least: i32, most: i32) -> usize {
        let drawn = self.dice.between(least, most);
        let amount = if self.who.index == ADA { (least + most + 1) / 2 } else { drawn };
        usize::try_from(amount).unwrap_or(0)
    }

    /// Whether to write what so many of a hundred have; the administrator has it.
    pub(super) fn often(&mut self, percent: usize) -> bool {
        self.dice.chance(percent) || self.who.index == ADA
    }

    /// Some of what one may offer or seek.
    pub(super) fn collaboration_tags(&mut self) -> Vec<&'static str> {
        let count = self.dice.below(3);
        self.dice.some(&["askMeAbout", "ableToMentor", "wantsToLearn", "wantsToImprove"], count)
    }

    /// A made-up address of a small picture, in some cases.
    pub(super) fn thumbnail(&mut self, folder: &str) -> Option<String> {
        let shown = self.dice.chance(25);
        let number = self.dice.between(100, 999);
        shown.then(|| format!("https://images.example.com/{folder}/{number}.png"))
    }

    fn facet(&mut self, members: &mut Map<String, Value>) {
        if self.dice.chance(24) {
            let audience = self.dice.pick(&AUDIENCES);
            members.insert("allowedAudiences".to_owned(), json!(audience));
        }
        let searchable = match self.dice.below(20) {
            0 | 1 => Some(Value::Bool(false)),
            2 | 3 => Some(Value::Bool(true)),
            4 => Some(Value::Null),
            _ => None,
        };
        members.extend(searchable.map(|searchable| ("isSearchable".to_owned(), searchable)));
        if self.dice.chance(8) {
            members.insert("source".to_owned(), json!({ "type": ["User"] }));
        }
    }

    fn profile(&mut self) -> Value {
        let mut profile = Map::new();
        for (collection, write) in COLLECTIONS {
            let mut items = Vec::new();
            if !self.who.is_newcomer() || SUPPLIED.contains(&collection) {
                items = write(self);
            }
            if self.who.index == ADA {
                items.extend(ada::extras(collection).into_iter().map(|item| self.item(item)));
            }
            profile.insert(collection.to_owned(), Value::Array(items));
        }
        Value::Object(profile)
    }
}

/// A reference to a person of the tenant.
pub(super) fn related(person: &Identity<'_>, relationship: &str, label: Option<&str>) -> Value {
    json!({
        "userId": person.id,
        "userPrincipalName": person.upn(),
        "displayName": person.display_name(),
        "relationship": relationship,
        "relationshipLabel": label,
    })
}

/// The object with further members, moved in where `json!` would copy them.
pub(super) fn with<const N: usize>(mut object: Value, further: [(&str, Value); N]) -> Value {
    if let Value::Object(members) = &mut object {
        members.extend(further.map(|(name, value)| (name.to_owned(), value)));
    }
    object
}

/// The reference to a person's manager, or null.
pub(super) fn related_manager(page: &Page<'_>) -> Value {
    let manager = manager(page.who.index).and_then(|index| page.tenant.identity(index));
    manager.map_or(Value::Null, |manager| related(&manager, "manager", None))
}

/// The company's own pages.
pub(super) fn company_page(path: &str) -> String {
    format!("https://www.{DOMAIN}/{path}")
}

/// The months a person has spent at the company.
pub(super) fn tenure(page: &Page<'_>) -> i32 {
    NOW.since(page.life.hired)
}
