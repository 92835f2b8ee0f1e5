//! What an address means, and may the caller do that there: people, their profiles, settings. What relationships lead
//! to is found in `directory`.

use auth::Caller;
use engine::{Action, Address, Kind, Problem, Step};
use uuid::Uuid;

use crate::access::{Subject, admit, check_known, only_basic};
use crate::log;
use crate::model::{AUDIENCE_LISTS, PROFILE};
use crate::problems::{no_person, not_offered};
use crate::service::Service;
use crate::target::{Owner, Target};
use crate::tenant::Place;

impl Service {
    /// The resource that an address means. Scopes and roles are judged before it is told whether it exists.
    pub(crate) async fn locate(&self, caller: &Caller, address: &Address, action: Action) -> Result<Target, Problem> {
        check_known(caller, self.settings.public_pages)?;
        let steps = address.steps.as_slice();
        let root = match steps.first() {
            Some(Step::Set(set)) => set.name,
            Some(Step::Singleton(singleton)) => singleton.member_of.unwrap_or(singleton.name),
            _ => return Err(not_offered("this address")),
        };
        if root == log::ROOT {
            return self.entries(caller, steps, action);
        }
        if root == "admin" {
            let place = self.setting_place(caller, steps).await?;
            admit(caller, Subject::Settings, action, self.settings.app_writes)?;
            return Ok(Target::Setting(caller.tenant, place));
        }
        if let Some(place) = self.place(caller, steps, action).await? {
            return Ok(place);
        }
        if root != "users" {
            return Err(not_offered(&format!("`{root}`")));
        }
        if let [Step::Set(_)] = steps {
            admit(caller, Subject::People, action, self.settings.app_writes)?;
            return Ok(Target::People { tenant: caller.tenant, basic: only_basic(caller, None) });
        }
        let owner = self.owner(caller, steps).await?;
        let rest = steps.get(if matches!(steps.first(), Some(Step::Set(_))) { 2.. } else { 1.. }).unwrap_or_default();
        let target = self.person_or_profile(caller, owner, rest, action)?;
        // Nobody has the nil id: scopes were judged first.
        let is_there = self.may_know_of(caller, owner).await? && !owner.id.is_nil();
        if is_there { Ok(target) } else { Err(nobody_asked_for(steps)) }
    }

    /// Who an address means, before it is known whether they exist: `me`, an id, or a user principal name.
    pub(crate) async fn owner(&self, caller: &Caller, steps: &[Step]) -> Result<Owner, Problem> {
        let tenant = caller.tenant;
        let name = match steps.first() {
            Some(Step::Singleton(_)) => {
                let id = caller.user_id().ok_or_else(|| {
                    Problem::new(Kind::NeedsPerson, "/me request is only valid with delegated authentication flow.")
                })?;
                return Ok(Owner { tenant, id });
            }
            _ => match steps.get(1) {
                Some(Step::Key(key)) => key.as_text().unwrap_or_default(),
                _ => return Err(no_person("")),
            },
        };
        if let Some(id) = canonical_id(name) {
            return Ok(Owner { tenant, id });
        }
        // Nobody has the nil id: scopes are still judged before the answer that there is no such person.
        Ok(Owner { tenant, id: self.named(tenant, name).await?.unwrap_or_default() })
    }

    /// Which setting an address below `/admin` means.
    async fn setting_place(&self, caller: &Caller, steps: &[Step]) -> Result<Place, Problem> {
        match steps.get(1..).unwrap_or_default() {
            [] => Ok(Place::Admin),
            [Step::Navigation(_)] => Ok(Place::People),
            [Step::Navigation(_), Step::Navigation(one)] if !one.collection => Ok(Place::One(one)),
            [Step::Navigation(_), Step::Navigation(many)] => Ok(Place::Many(many)),
            [Step::Navigation(_), Step::Navigation(many), Step::Key(key)] => {
                let text = key.as_text().unwrap_or_default();
                let id = match key.names == many.target.key_properties() {
                    true => text.into(),
                    false => self.setting_named(caller.tenant, many, text).await?,
                };
                Ok(Place::Entry(many, id))
            }
            _ => Err(not_offered("this address")),
        }
    }

    /// What the steps after a person mean, of which none follows a relationship.
    pub(crate) fn person_or_profile(
        &self,
        caller: &Caller,
        owner: Owner,
        rest: &[Step],
        action: Action,
    ) -> Result<Target, Problem> {
        let target = match rest {
            [] => Target::Person { owner, basic: only_basic(caller, Some(owner.id)) },
            [Step::Navigation(profile)] if std::ptr::eq(profile.target, &PROFILE) => Target::Profile(owner),
            [Step::Navigation(_), Step::Navigation(collection)] if collection.inline => {
                Target::Collection(owner, collection)
            }
            [Step::Navigation(_), Step::Navigation(collection), Step::Key(key)] if collection.inline => {
                Target::Item(owner, collection, key.as_text().unwrap_or_default().into())
            }
            [Step::Navigation(lists)] if std::ptr::eq(lists.target, &AUDIENCE_LISTS) => Target::Lists(owner),
            [Step::Navigation(lists), Step::Navigation(list)] if std::ptr::eq(lists.target, &AUDIENCE_LISTS) => {
                Target::List(owner, list)
            }
            [Step::Navigation(lists), Step::Navigation(list), Step::Key(key)]
                if std::ptr::eq(lists.target, &AUDIENCE_LISTS) =>
            {
                Target::Listed(owner, list, key.as_text().and_then(canonical_id).unwrap_or_default())
            }
            [Step::Navigation(other), ..] => return Err(not_offered(&format!("`{}`", other.name))),
            _ => return Err(not_offered("this address")),
        };
        let subject = match target {
            Target::Person { .. } => Subject::Person(owner.id),
            Target::Lists(_) | Target::List(..) | Target::Listed(..) => Subject::Lists(owner.id),
            _ => Subject::Profile(owner.id),
        };
        admit(caller, subject, action, self.settings.app_writes)?;
        Ok(target)
    }
}

/// An id in the one spelling that ids have, with hyphens and in small letters; other spellings name nothing.
pub(crate) fn canonical_id(text: &str) -> Option<Uuid> {
    let small = text.bytes().fold(true, |small, byte| small & !byte.is_ascii_uppercase());
    let canonical = small && text.len() == uuid::fmt::Hyphenated::LENGTH;
    canonical.then(|| Uuid::try_parse(text).ok()).flatten()
}

/// There is nobody of the name or id under which a request asked for someone.
pub(crate) fn nobody_asked_for(steps: &[Step]) -> Problem {
    let key = |step: &Step| if let Step::Key(key) = step { key.as_text().map(str::to_owned) } else { None };
    no_person(&steps.iter().find_map(key).unwrap_or_default())
}
