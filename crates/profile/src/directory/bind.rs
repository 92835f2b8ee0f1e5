//! Relationships that a body names together with the person or group that it makes or changes (`@odata.bind`).
//!
//! They are checked before and made after it, one after the other: each is a change of its own (docs/adr/0014).

use auth::Caller;
use edm::Navigation;
use engine::{Exchange, Kind, Linked, Links, Problem};
use uuid::Uuid;

use super::{Spot, group_at};
use crate::model::Relation;
use crate::rules::{MANAGER, MEMBERSHIP};
use crate::service::Service;
use crate::target::{Owner, Target};

/// The most of them in one body, as in Graph.
const MOST: usize = 20;

impl Service {
    /// Do the ends that a body names exist, and can something be related to them so?
    pub(crate) async fn check_links(&self, caller: &Caller, links: &[Links<Target>]) -> Result<(), Problem> {
        let found: usize = links.iter().map(|links| links.ends.len()).sum();
        if found > MOST {
            let message = format!("found {found} references in one body, expected at most {MOST}");
            return Err(Problem::new(Kind::BadBody, message));
        }
        let mut ends = Vec::with_capacity(found);
        for (navigation, other) in links.iter().flat_map(known) {
            let other = other.ok_or_else(|| unrelated(navigation))?;
            let end =
                self.check_end(caller, navigation, other).await.map_err(|problem| problem.at(pointer(navigation)))?;
            if ends.contains(&(navigation.name, end)) {
                let message = format!("found `{end}` twice, expected each reference once");
                return Err(Problem::new(Kind::BadBody, message).at(pointer(navigation)));
            }
            ends.push((navigation.name, end));
        }
        Ok(())
    }

    /// The id of an end that exists and fits.
    async fn check_end(&self, caller: &Caller, navigation: &Navigation, other: &Target) -> Result<Uuid, Problem> {
        match Relation::of(navigation) {
            Some(Relation::MemberOf) => {
                let group = group_at(other)?;
                self.group_entry(caller.tenant, group).await.map(|_| group)
            }
            Some(Relation::Manager | Relation::Reports | Relation::Members) => {
                let person = self.person_at(caller, other).await?;
                self.snapshot(caller, person).await.map(|_| person.id)
            }
            _ => Err(unrelated(navigation)),
        }
    }

    /// Relates what was made or changed, a person or group by id, to the ends that were checked. `since` is when it was
    /// made, where a request may have done so before: then what was related meanwhile stays as it is.
    pub(crate) async fn bind(
        &self,
        caller: &Caller,
        id: &str,
        links: &[Links<Target>],
        since: Option<i64>,
        exchange: &Exchange,
    ) -> Result<(), Problem> {
        for (navigation, other) in links.iter().flat_map(known) {
            let id = Uuid::try_parse(id).unwrap_or_default();
            let spot = match Relation::of(navigation) {
                Some(Relation::MemberOf) => Spot::MemberOf(id),
                Some(Relation::Manager) => Spot::Manager(id),
                Some(Relation::Reports) => Spot::Reports(id),
                Some(Relation::Members) => Spot::Members(id),
                _ => return Err(unrelated(navigation)),
            };
            let other = other.ok_or_else(|| unrelated(navigation))?;
            if self.is_related(caller, &spot, other, since).await? {
                continue;
            }
            if let Err(problem) = self.link_spot(caller, caller.tenant, &spot, other, exchange).await
                // The same request, come twice, may have been quicker.
                && !self.is_related(caller, &spot, other, since).await?
            {
                return Err(problem.at(pointer(navigation)));
            }
        }
        Ok(())
    }

    /// Is it related already: is someone in the group, has someone got a manager, this or another, since that time?
    async fn is_related(
        &self,
        caller: &Caller,
        spot: &Spot,
        other: &Target,
        since: Option<i64>,
    ) -> Result<bool, Problem> {
        let Some(since) = since else { return Ok(false) };
        let own = |id| Owner { tenant: caller.tenant, id };
        let (person, group) = match *spot {
            Spot::Members(group) => (self.person_at(caller, other).await?, Some(group)),
            Spot::MemberOf(id) => (own(id), Some(group_at(other)?)),
            Spot::Manager(id) => (own(id), None),
            Spot::Reports(_) => (self.person_at(caller, other).await?, None),
            _ => return Ok(false),
        };
        let snapshot = self.snapshot(caller, person).await?;
        Ok(match group {
            Some(group) => snapshot.item(MEMBERSHIP, &group.to_string()).is_some(),
            None => snapshot.items(MANAGER).first().is_some_and(|manager| manager.header.created >= since),
        })
    }
}

/// The ends of one relationship; `None` for what does not exist yet.
fn known(links: &Links<Target>) -> impl Iterator<Item = (&'static Navigation, Option<&Target>)> {
    links.ends.iter().map(|end| match end {
        Linked::Known(target) => (links.navigation, Some(target)),
        Linked::New(_) => (links.navigation, None),
    })
}

fn pointer(navigation: &Navigation) -> String {
    format!("/{}@odata.bind", navigation.name)
}

fn unrelated(navigation: &Navigation) -> Problem {
    let message = format!("nothing is related by `{}` here, expected requests to its own address", navigation.name);
    Problem::new(Kind::BadBody, message).at(pointer(navigation))
}
