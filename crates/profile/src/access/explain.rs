//! Why a caller may read what they were answered, for `Prefer: explain`: who they are to the owner, which scope let the
//! call in, and which audience admits them to each item. Says nothing of what they do not see.

use edm::value::enum_text;
use engine::{Action, Problem};
use store::Item;

use auth::Caller;

use super::calls::{Subject, sufficing};
use super::{Look, Standing, Viewer, Visible};
use crate::model::{ALLOWED_AUDIENCES, PROFILE};
use crate::service::Service;
use crate::target::{Owner, Target};

/// Items of which so much is told.
const MOST: usize = 100;

impl Service {
    /// Why reading the target was answered as it was, step by step.
    pub(crate) async fn why(&self, caller: &Caller, target: &Target) -> Result<Vec<String>, Problem> {
        let (subject, owner) = match target {
            Target::Person { owner, .. } => (Subject::Person(owner.id), Some(*owner)),
            Target::Lists(owner) | Target::List(owner, _) | Target::Listed(owner, ..) => {
                (Subject::Lists(owner.id), Some(*owner))
            }
            Target::Profile(owner) | Target::Collection(owner, _) | Target::Item(owner, ..) => {
                (Subject::Profile(owner.id), Some(*owner))
            }
            Target::Setting(..) => (Subject::Settings, None),
            Target::People { .. } => (Subject::People, None),
            Target::Directory(_, spot) => (spot.subject(), None),
            Target::Log(..) => (Subject::Log, None),
        };
        let mut lines = vec![format!("caller: {}", described(caller, owner))];
        if caller.actor != auth::Actor::Nobody {
            let suffice = sufficing(caller, subject, Action::Read);
            lines.push(format!("scope: your token has `{}`; one of `{suffice}` lets this call in", caller.scopes));
        }
        let collections = match target {
            Target::Profile(_) => PROFILE.all_navigation().map(|collection| collection.name).collect(),
            Target::Collection(_, collection) | Target::Item(_, collection, _) => vec![collection.name],
            _ => Vec::new(),
        };
        if let Some(owner) = owner.filter(|_| !collections.is_empty()) {
            let snapshot = self.snapshot(caller, owner).await?;
            let wanted = |item: &&std::sync::Arc<Item>| match target {
                Target::Item(_, _, id) => item.id == *id,
                _ => true,
            };
            let items = || collections.iter().flat_map(|name| snapshot.items(name)).filter(wanted);
            let viewer = Look::new(self, caller).at(owner, &snapshot, items()).await?;
            let seen = items().filter_map(|item| viewer.shows(item)).take(MOST);
            lines.extend(seen.map(|item| format!("{}('{}'): {}", item.collection, item.id, viewer.why(item))));
        }
        Ok(lines)
    }
}

fn described(caller: &Caller, owner: Option<Owner>) -> &'static str {
    match Standing::of(caller, owner.map_or(uuid::Uuid::nil(), |owner| owner.id)) {
        Standing::Owner => "this is your own",
        Standing::Administrator => "you have the role `people administrator`, which sees everything in the tenant",
        Standing::Trusted => "your app has `Profile.ReadAllAudiences`, which sees every audience",
        Standing::App => "you are an app without a person: it sees what the organization sees, and what it made",
        Standing::Member => "you are a member of the tenant",
        Standing::Guest => "you are a guest of the tenant, or come from a partner",
        Standing::Anyone => "you sent no token: you see what is public",
    }
}

impl Viewer<'_> {
    /// Why the viewer sees the item.
    fn why(&self, item: Visible<'_>) -> String {
        if self.standing.sees_all() {
            return "nothing of this is hidden from you".to_owned();
        }
        if self.made(&item.header) {
            return "your app made it".to_owned();
        }
        let mut why = format!("it is for {}", self.admitting(item.header.audience));
        let rule = self.policy.as_deref().map(|policy| *policy.of(&item.collection)).unwrap_or_default();
        if let Some(ceiling) = rule.ceiling {
            why.push_str(&format!("; the tenant's ceiling is {}", self.admitting(ceiling)));
        }
        if item.header.unverified_inference {
            why.push_str("; it is a guess that nobody confirmed, which the tenant shows or your app made");
        }
        why
    }

    /// These audiences, and those of them that admit the viewer.
    fn admitting(&self, mask: u32) -> String {
        let names = |mask: u32| enum_text(&ALLOWED_AUDIENCES, i64::from(mask));
        format!("`{}`, of which `{}` admits you", names(mask), names(mask & self.admitted_to))
    }
}
